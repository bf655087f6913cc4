//! Pings.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "what does not work out has to fail the test"
)]

use std::net::{IpAddr, SocketAddr};

use hushwall_sim::{ALLOW_ALL, Arrived, World, app_named, packets};
use smoltcp::time::Duration;

fn ends() -> [(IpAddr, IpAddr); 2] {
    [("10.0.0.2", "203.0.113.7"), ("fd00::2", "2001:db8::7")]
        .map(|(local, remote)| (local.parse().unwrap(), remote.parse().unwrap()))
}

#[test]
fn a_ping_is_answered_under_its_own_identifier() {
    for (local, remote) in ends() {
        let mut world = World::under(ALLOW_ALL);
        world.inject(&packets::echo_request(local, remote, 0x1234, 7, b"sixteen bytes..."));
        let sent = world.take_sent().remove(0);
        assert_eq!(sent.remote.ip(), remote);
        let (request, reply) = if local.is_ipv4() { (8, 0) } else { (128, 129) };
        assert_eq!(sent.payload[0], request);
        assert!(sent.payload.ends_with(b"\0\x07sixteen bytes..."));
        // The system answers under an identifier of its own.
        let mut answer = sent.payload.clone();
        answer[0] = reply;
        answer[4..6].copy_from_slice(&[0xaa, 0xbb]);
        world.remote_datagram(sent.port, SocketAddr::new(remote, 0), &answer);
        match &world.take_arrived()[..] {
            [Arrived::Icmp { from, kind, word, quoted }] => {
                assert_eq!((*from, *kind, *word), (remote, (reply, 0), 0x1234_0007));
                assert_eq!(quoted, b"sixteen bytes...");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn pings_of_one_program_share_a_socket_that_closes_soon() {
    for (local, remote) in ends() {
        let mut world = World::under(ALLOW_ALL);
        for sequence in 0..5 {
            world.inject(&packets::echo_request(local, remote, 1, sequence, b""));
            world.run(Duration::from_secs(1));
        }
        assert_eq!((world.ports_opened(), world.take_sent().len()), (1, 5));
        world.run(Duration::from_secs(60));
        assert_eq!(world.open_ports(), []);
    }
}

#[test]
fn a_blocked_app_cannot_ping() {
    let block = r#"{"version": 1, "apps": [{"app": "bad.app", "mode": "block"}]}"#;
    for (local, remote) in ends() {
        let mut world = World::under(block);
        world.own(1, app_named(10_002, "bad.app"));
        world.inject(&packets::echo_request(local, remote, 1, 1, b""));
        assert_eq!(world.take_sent(), []);
        assert!(matches!(world.take_arrived()[..], [Arrived::Icmp { .. }]), "told as unreachable");
    }
}

#[test]
fn a_large_ping_goes_through_in_fragments() {
    for (local, remote) in ends() {
        let mut world = World::under(ALLOW_ALL);
        let request = packets::echo_request(local, remote, 1, 1, &[5; 4000]);
        wire::craft::fragments(&request, 1500, 3, |piece| world.inject(piece));
        let sent = world.take_sent();
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].payload.len(), 4008);
    }
}
