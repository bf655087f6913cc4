//! Whatever bytes a TUN brings, the engine stays up, keeps its bounds and serves the next connection.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "what does not work out has to fail the test"
)]

use std::net::SocketAddr;

use engine::Limits;
use hushwall_sim::{
    ALLOW_ALL, Arrived, Faults, World, app_named, cases, messages, packets, policy,
};
use proptest::prelude::*;
use smoltcp::time::Duration;

const LIMITS: Limits = Limits { flows: 64, flows_per_app: 48, ports: 16 };
/// The port of the connection that has to work after all.
const LAST: u16 = 20_000;

fn world() -> World {
    let mut settings = World::settings(1500);
    settings.limits = LIMITS;
    World::with(settings, policy(ALLOW_ALL), Faults::default(), 1)
}

fn check(world: &mut World) -> Result<(), TestCaseError> {
    let stats = world.engine.stats();
    prop_assert!(stats.flows <= LIMITS.flows && stats.ports <= LIMITS.ports, "{stats:?}");
    world.own(LAST, app_named(20_000, "well.behaved"));
    let server: SocketAddr = "203.0.113.99:7000".parse().unwrap();
    let local = world.local(LAST, server);
    world.run(Duration::from_secs(1));
    world.take_packets();
    world.inject(&packets::syn(local, server, 1000));
    let arrived = world.take_arrived();
    let [Arrived::Tcp { syn: true, sequence, .. }] = arrived[..] else {
        return Err(TestCaseError::fail(format!("{arrived:?}")));
    };
    world.inject(&packets::segment(local, server, 1001, sequence.wrapping_add(1), b"works"));
    prop_assert_eq!(&world.remote(server).received, b"works");
    Ok(())
}

fn ends() -> impl Strategy<Value = (SocketAddr, SocketAddr)> {
    let v4 = ("10.0.0.2:5000", ["203.0.113.7:443", "203.0.113.7:7000", "10.0.0.1:53"]);
    let v6 = ("[fd00::2]:5000", ["[2001:db8::7]:443", "[2001:db8::7]:7000", "[2001:db8::7]:53"]);
    let pair = |(local, remotes): (&str, [&str; 3])| {
        remotes.map(|remote| (local.parse().unwrap(), remote.parse().unwrap()))
    };
    prop::sample::select([pair(v4), pair(v6)].concat())
}

/// A packet as a kernel writes it.
fn real() -> impl Strategy<Value = Vec<u8>> {
    let payload = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..64),
        Just(messages::client_hello("tracker.example")),
        Just(messages::dns_question("shop.example", 1)),
        Just(vec![1; 1400]),
    ];
    (ends(), 0..5u8, any::<u32>(), any::<u32>(), 0..64u8, payload).prop_map(
        |((local, remote), kind, sequence, acknowledgment, flags, payload)| match kind {
            0 => packets::udp(local, remote, &payload),
            1 => packets::echo_request(local.ip(), remote.ip(), 5, 1, &payload),
            2 => packets::syn(local, remote, sequence),
            3 => packets::segment(local, remote, sequence, acknowledgment, &payload),
            _ => {
                let set = |header: &mut packets::TcpHeader| {
                    (header.fin, header.syn, header.rst) =
                        (flags & 1 != 0, flags & 2 != 0, flags & 4 != 0);
                    (header.psh, header.ack, header.urg) =
                        (flags & 8 != 0, flags & 16 != 0, flags & 32 != 0);
                };
                packets::tcp(local, remote, sequence, set, &payload)
            }
        },
    )
}

/// A real packet with some bytes changed, perhaps cut, perhaps in fragments.
fn mutated() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    let cut = prop::option::of(any::<prop::sample::Index>());
    (real(), changes, cut, any::<bool>()).prop_map(|(mut packet, changes, cut, fragmented)| {
        for (at, byte) in changes {
            let at = at.index(packet.len());
            packet[at] = byte;
        }
        if let Some(cut) = cut {
            packet.truncate(cut.index(packet.len()));
        }
        let mut pieces = Vec::new();
        if fragmented && wire::Packet::parse(&packet).is_ok() {
            wire::craft::fragments(&packet, 600, 9, |piece| pieces.push(piece.to_vec()));
        } else {
            pieces.push(packet);
        }
        pieces
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(300), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(packets in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..100), 0..50)) {
        let mut world = world();
        for packet in &packets {
            world.inject(packet);
        }
        check(&mut world)?;
    }

    #[test]
    fn damaged_packets(packets in prop::collection::vec(mutated(), 0..60), tells_owners: bool) {
        let mut world = world();
        world.owners_answer = tells_owners;
        for packet in packets.iter().flatten() {
            world.inject(packet);
        }
        world.owners_answer = true;
        check(&mut world)?;
    }
}
