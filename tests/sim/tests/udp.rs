//! UDP through the engine: one socket for all remotes of a local port, a verdict for each remote.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "what does not work out has to fail the test"
)]

use std::net::SocketAddr;

use engine::{Limits, RecordState, RemoteError};
use hushwall_sim::{ALLOW_ALL, Arrived, Faults, World, app_named, packets, policy};
use smoltcp::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const PORT: u16 = 6000;
const BLOCK_BAD_APP: &str = r#"{"version": 1, "apps": [{"app": "bad.app", "mode": "block"}]}"#;

fn world() -> World {
    World::under(ALLOW_ALL)
}

fn remotes() -> [SocketAddr; 2] {
    ["203.0.113.7:3478".parse().unwrap(), "[2001:db8::7]:3478".parse().unwrap()]
}

fn neighbour(of: SocketAddr) -> SocketAddr {
    let ip = if of.is_ipv4() { "203.0.113.8" } else { "2001:db8::8" };
    SocketAddr::new(ip.parse().unwrap(), 4000)
}

fn arrived(from: SocketAddr, to: SocketAddr, payload: &[u8]) -> Arrived {
    Arrived::Udp { from, to, payload: payload.to_vec() }
}

fn with_limits(limits: Limits) -> World {
    let mut settings = World::settings(1500);
    settings.limits = limits;
    World::with(settings, policy(ALLOW_ALL), Faults::default(), 1)
}

#[test]
fn one_socket_serves_all_remotes_of_a_local_port() {
    for remote in remotes() {
        let mut world = world();
        world.app_datagram(PORT, remote, b"to one");
        world.app_datagram(PORT, neighbour(remote), b"to another");
        world.app_datagram(PORT, remote, b"");
        let sent = world.take_sent();
        assert_eq!(world.ports_opened(), 1);
        let payloads: Vec<_> = sent.iter().map(|sent| (sent.remote, &sent.payload[..])).collect();
        assert_eq!(
            payloads,
            [(remote, &b"to one"[..]), (neighbour(remote), b"to another"), (remote, b"")]
        );
        world.remote_datagram(sent[0].port, neighbour(remote), b"answer");
        let local = world.local(PORT, remote);
        assert_eq!(world.take_arrived(), [arrived(neighbour(remote), local, b"answer")]);
    }
}

#[test]
fn only_remotes_that_were_asked_get_in() {
    for remote in remotes() {
        let mut world = world();
        world.app_datagram(PORT, remote, b"hello");
        let port = world.take_sent()[0].port;
        let other_port = SocketAddr::new(remote.ip(), 1);
        for stranger in [neighbour(remote), other_port] {
            world.remote_datagram(port, stranger, b"let me in");
        }
        assert_eq!(world.take_arrived(), []);
        assert_eq!(world.engine.stats().unsolicited, 2);
    }
}

#[test]
fn datagrams_that_wait_for_the_verdict_go_in_order() {
    let mut world = world();
    world.owners_answer = false;
    for number in 0..5u8 {
        world.app_datagram(PORT, remotes()[0], &[number]);
    }
    assert_eq!(world.take_sent(), []);
    world.owners_answer = true;
    world.run(SECOND);
    let numbers: Vec<u8> = world.take_sent().iter().map(|sent| sent.payload[0]).collect();
    assert_eq!(numbers, [0, 1, 2, 3, 4]);
}

#[test]
fn an_idle_flow_ends_and_its_socket_closes() {
    let mut world = world();
    world.app_datagram(PORT, remotes()[0], b"hello");
    let port = world.take_sent()[0].port;
    world.run(Duration::from_secs(119));
    world.remote_datagram(port, remotes()[0], b"late, but within two minutes");
    assert_eq!(world.take_arrived().len(), 1);
    world.run(Duration::from_secs(119));
    assert_eq!(world.open_ports(), [port], "what came in counts as well");
    world.run(Duration::from_secs(600));
    assert_eq!(world.open_ports(), []);
    assert_eq!(world.engine.stats().flows, 0);
    assert_eq!(world.records().last().unwrap().state, RecordState::Closed);
}

#[test]
fn a_blocked_flow_is_refused_without_a_new_question_for_half_a_minute() {
    for remote in remotes() {
        let mut world = World::under(BLOCK_BAD_APP);
        world.own(PORT, app_named(10_002, "bad.app"));
        let port_unreachable = if remote.is_ipv4() { (3, 3) } else { (1, 4) };
        for _ in 0..3 {
            world.app_datagram(PORT, remote, b"track");
            let answer = world.take_arrived();
            assert!(
                matches!(&answer[..], [Arrived::Icmp { kind, .. }] if *kind == port_unreachable),
                "{answer:?}"
            );
            // No question is asked, or nobody would answer this one in time.
            world.owners_answer = false;
            world.run(Duration::from_secs(29));
        }
        assert_eq!(world.open_questions(), 0);
        world.run(Duration::from_secs(31));
        assert_eq!(world.engine.stats().flows, 0);
        assert_eq!((world.take_sent(), world.ports_opened()), (Vec::new(), 0));
    }
}

#[test]
fn each_remote_has_its_own_verdict() {
    use hushwall_sim::messages::{self, A, DnsRecord};
    let mut world = world();
    let [remote, _] = remotes();
    world.app_datagram(
        1053,
        SocketAddr::from(hushwall_sim::DNS),
        &messages::dns_question("tracker.example", A),
    );
    let sent = world.take_sent().remove(0);
    let records = [DnsRecord::Address("tracker.example", remote.ip())];
    world.remote_datagram(sent.port, sent.remote, &messages::dns_reply(&sent.payload, &records));
    world.set_policy(policy(hushwall_sim::BLOCK_TRACKER));
    world.take_arrived();
    world.app_datagram(PORT, remote, b"track");
    world.app_datagram(PORT, neighbour(remote), b"talk");
    let sent = world.take_sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].remote, neighbour(remote));
    world.remote_datagram(sent[0].port, remote, b"tracked?");
    let arrived = world.take_arrived();
    assert!(matches!(&arrived[..], [Arrived::Icmp { kind: (3, 3), .. }]), "{arrived:?}");
}

#[test]
fn a_datagram_larger_than_the_path_is_told_with_the_paths_mtu() {
    for remote in remotes() {
        let mut world = world();
        world.set_path_mtu(1300);
        world.app_datagram(PORT, remote, &[0; 1400]);
        let too_big = if remote.is_ipv4() { (3, 4) } else { (2, 0) };
        let arrived = world.take_arrived();
        assert!(
            matches!(&arrived[..], [Arrived::Icmp { kind, word: 1300, .. }] if *kind == too_big),
            "{arrived:?}"
        );
        assert_eq!(world.take_sent(), []);
        world.app_datagram(PORT, remote, &[0; 1200]);
        assert_eq!(world.take_sent().len(), 1);
    }
}

#[test]
fn errors_of_the_network_reach_the_app() {
    for remote in remotes() {
        for (error, v4, v6) in [
            (RemoteError::PortUnreachable, (3, 3), (1, 4)),
            (RemoteError::HostUnreachable, (3, 1), (1, 3)),
            (RemoteError::NetworkUnreachable, (3, 0), (1, 0)),
            (RemoteError::TooBig(1300), (3, 4), (2, 0)),
        ] {
            let mut world = world();
            world.app_datagram(PORT, remote, b"anybody?");
            let port = world.take_sent()[0].port;
            world.remote_error(port, remote, error);
            world.remote_error(port, neighbour(remote), error);
            let expected = if remote.is_ipv4() { v4 } else { v6 };
            match &world.take_arrived()[..] {
                [Arrived::Icmp { kind, quoted, word, .. }] => {
                    assert_eq!(*kind, expected);
                    let key = wire::Packet::parse(quoted).unwrap().flow_key().unwrap();
                    assert_eq!((key.local, key.remote), (world.local(PORT, remote), remote));
                    assert!(error != RemoteError::TooBig(1300) || *word == 1300);
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn large_datagrams_go_through_in_fragments() {
    for remote in remotes() {
        let mut world = world();
        let payload: Vec<u8> = (0..20_000u32).map(|i| (i / 3) as u8).collect();
        let packet = packets::udp(world.local(PORT, remote), remote, &payload);
        let mut pieces = Vec::new();
        wire::craft::fragments(&packet, 1500, 77, |piece| pieces.push(piece.to_vec()));
        pieces.reverse();
        for piece in &pieces {
            world.inject(piece);
        }
        let sent = world.take_sent();
        assert!(sent.len() == 1 && sent[0].payload == payload, "{}", sent.len());
        world.remote_datagram(sent[0].port, remote, &payload);
        let pieces = world.take_packets();
        assert!(pieces.len() > 1 && pieces.iter().all(|piece| piece.len() <= 1500));
        // What comes in fragments is whole again.
        let mut other = World::under(ALLOW_ALL);
        let back = SocketAddr::new(other.local(PORT, remote).ip(), PORT);
        for piece in &pieces {
            other.inject(piece);
        }
        let sent = other.take_sent();
        assert!(sent.len() == 1 && sent[0].payload == payload && sent[0].remote == back);
    }
}

#[test]
fn datagrams_up_to_the_largest_packet_go_whole() {
    let mut world = world();
    let [remote, _] = remotes();
    world.app_datagram(PORT, remote, b"?");
    let port = world.take_sent()[0].port;
    world.remote_datagram(port, remote, &[1; 9000]);
    assert_eq!(world.take_packets().len(), 1);
    world.set_largest_packet(1500);
    world.remote_datagram(port, remote, &[1; 9000]);
    let pieces = world.take_packets();
    assert_eq!(pieces.len(), 7, "in fragments once the TUN refuses large ones, and none is lost");
}

#[test]
fn a_port_taken_over_by_another_app_gets_a_socket_of_its_own() {
    let mut world = world();
    let [remote, _] = remotes();
    world.own(PORT, app_named(10_001, "first.app"));
    world.app_datagram(PORT, remote, b"first");
    let first = world.take_sent()[0].port;
    world.own(PORT, app_named(10_002, "second.app"));
    world.app_datagram(PORT, neighbour(remote), b"second");
    let second = world.take_sent()[0].port;
    assert_ne!(first, second);
    assert_eq!(world.open_ports(), [second]);
    world.remote_datagram(second, remote, b"for the first");
    assert_eq!(world.take_arrived(), []);
}

#[test]
fn at_the_bound_of_sockets_the_oldest_idle_goes() {
    let mut world = with_limits(Limits { flows: 100, flows_per_app: 100, ports: 4 });
    let [remote, _] = remotes();
    for port in 1..=4 {
        // Several remotes each: a socket is only free when the last of them has gone.
        world.app_datagram(port, remote, b"x");
        world.app_datagram(port, neighbour(remote), b"x");
        world.run(SECOND);
    }
    world.app_datagram(1, remote, b"still used");
    world.app_datagram(1, neighbour(remote), b"still used");
    world.take_sent();
    world.app_datagram(5, remote, b"new");
    assert_eq!(world.engine.stats().ports, 4);
    assert_eq!(world.take_sent().len(), 1);
    let evicted = world.records().iter().filter(|record| record.state == RecordState::Evicted);
    let ports: Vec<u16> = evicted.map(|record| record.key.local.port()).collect();
    assert!(!ports.is_empty() && ports.iter().all(|&port| port == 2), "{ports:?}");
}

#[test]
fn out_of_descriptors_an_idle_socket_makes_room() {
    let mut world = world();
    let [remote, _] = remotes();
    world.set_most_ports(2);
    for port in 1..=3 {
        world.app_datagram(port, remote, b"x");
        world.app_datagram(port, neighbour(remote), b"x");
        world.run(SECOND);
    }
    assert_eq!(world.take_sent().len(), 6);
    assert_eq!(world.open_ports().len(), 2);
}

#[test]
fn at_the_bound_of_flows_idle_udp_goes_and_tcp_never() {
    let mut world = with_limits(Limits { flows: 10, flows_per_app: 10, ports: 10 });
    let server: SocketAddr = "203.0.113.7:7000".parse().unwrap();
    let apps: Vec<_> = (0..9).map(|_| world.connect(server)).collect();
    world.run(SECOND);
    for port in 1..=20 {
        world.app_datagram(port, remotes()[0], b"x");
        world.run(SECOND);
        assert!(world.engine.stats().flows <= 10);
    }
    assert_eq!(world.take_sent().len(), 20);
    assert_eq!(world.engine.stats().evicted, 19);
    for app in apps {
        world.app_send(app, b"alive");
    }
    world.run(SECOND);
    assert!(world.remotes(server).iter().all(|remote| remote.received == b"alive"));
}

#[test]
fn groups_and_broadcasts_are_not_carried() {
    let mut world = world();
    for remote in ["224.0.0.251:5353", "255.255.255.255:67", "[ff02::fb]:5353"] {
        world.app_datagram(PORT, remote.parse().unwrap(), b"anybody?");
    }
    assert_eq!((world.take_sent(), world.take_arrived()), (Vec::new(), Vec::new()));
    assert_eq!(world.engine.stats().multicast, 3);
}
