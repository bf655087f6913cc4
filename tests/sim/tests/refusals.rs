//! What stands in the way of a connection is told to the app as what it is.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "what does not work out has to fail the test"
)]

use std::net::{IpAddr, SocketAddr};

use engine::{ConnectError, Network, RecordState};
use hushwall_sim::{
    ALLOW_ALL, Arrived, BLOCK_TRACKER, Behaviour, Faults, World, app_named, packets, policy,
};
use smoltcp::socket::tcp::State;
use smoltcp::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const EVERY_FAILURE: [ConnectError; 6] = [
    ConnectError::Refused,
    ConnectError::NetworkUnreachable,
    ConnectError::HostUnreachable,
    ConnectError::TimedOut,
    ConnectError::Denied,
    ConnectError::Exhausted,
];

fn servers() -> [SocketAddr; 2] {
    ["203.0.113.7:7000".parse().unwrap(), "[2001:db8::7]:7000".parse().unwrap()]
}

/// What a SYN is answered with where the connection behind it fails.
fn answer_to_syn(server: SocketAddr, behaviour: Behaviour) -> Vec<Arrived> {
    let mut world = World::under(ALLOW_ALL);
    world.behave(server, behaviour);
    let syn = packets::syn(world.local(9, server), server, 1234);
    world.inject(&syn);
    world.run(SECOND);
    assert_eq!(world.engine.stats().flows, 0);
    assert_eq!(world.records().last().unwrap().state, RecordState::Failed);
    let arrived = world.take_arrived();
    for answer in &arrived {
        if let Arrived::Icmp { from, quoted, .. } = answer {
            assert_eq!(*from, server.ip());
            assert!(syn.starts_with(quoted) && quoted.len() >= 28, "it quotes the SYN");
        }
    }
    arrived
}

#[test]
fn each_failure_is_told_as_what_it_is() {
    for server in servers() {
        let icmp = |v4, v6| Some(if server.is_ipv4() { v4 } else { v6 });
        for error in EVERY_FAILURE {
            let expected = match error {
                ConnectError::Refused | ConnectError::Exhausted | ConnectError::TimedOut => None,
                ConnectError::NetworkUnreachable => icmp((3, 0), (1, 0)),
                ConnectError::HostUnreachable => icmp((3, 1), (1, 3)),
                ConnectError::Denied => icmp((3, 13), (1, 1)),
            };
            for behaviour in [Behaviour::Fail(error), Behaviour::FailAtOnce(error)] {
                let answer = answer_to_syn(server, behaviour);
                match (&answer[..], expected) {
                    ([], None) => assert_eq!(error, ConnectError::TimedOut, "only that is silence"),
                    ([Arrived::Tcp { reset: true, acknowledgment: 1235, .. }], None) => {
                        assert_ne!(error, ConnectError::TimedOut);
                    }
                    ([Arrived::Icmp { kind, .. }], Some(expected)) => assert_eq!(*kind, expected),
                    other => panic!("{error:?} of {server}: {other:?}"),
                }
            }
        }
    }
}

#[test]
fn a_refused_server_is_seen_as_refused() {
    for server in servers() {
        let mut world = World::under(ALLOW_ALL);
        world.behave(server, Behaviour::Fail(ConnectError::Refused));
        let app = world.connect(server);
        world.run(SECOND);
        assert_eq!(world.app_state(app), State::Closed);
    }
}

#[test]
fn where_there_is_no_ipv6_it_is_refused_at_once_and_nothing_leaves() {
    let [v4, v6] = servers();
    let mut world = World::under(BLOCK_TRACKER);
    world.set_network(Network { ipv4: true, ipv6: false, resolvers: Vec::new() });
    // Also where the name would have to be read first: an accepted connection would keep the app from trying IPv4.
    for port in [7000, 443] {
        let v6 = SocketAddr::new(v6.ip(), port);
        world.inject(&packets::syn(world.local(9, v6), v6, 1));
    }
    world.app_datagram(10, v6, b"hello");
    let local = world.local(0, v6).ip();
    world.inject(&packets::echo_request(local, v6.ip(), 3, 1, b"ping"));
    let arrived = world.take_arrived();
    assert_eq!(arrived.len(), 4, "{arrived:?}");
    for answer in arrived {
        assert!(matches!(answer, Arrived::Icmp { kind: (1, 0), .. }), "{answer:?}");
    }
    assert_eq!((world.attempts().len(), world.take_sent().len()), (0, 0));
    let app = world.connect(v4);
    world.run(SECOND);
    assert_eq!(world.app_state(app), State::Established);
}

#[test]
fn a_blocked_app_is_told_in_the_way_the_policy_says() {
    for server in servers() {
        for (refusal, tcp, udp) in [
            ("reset", Some((0, 0)), Some(if server.is_ipv4() { (3, 3) } else { (1, 4) })),
            (
                "unreachable",
                Some(if server.is_ipv4() { (3, 13) } else { (1, 1) }),
                Some(if server.is_ipv4() { (3, 13) } else { (1, 1) }),
            ),
            ("silence", None, None),
        ] {
            let document = format!(
                r#"{{"version": 1, "refusal": "{refusal}", "apps": [{{"app": "bad.app", "mode": "block"}}]}}"#
            );
            let mut world = World::new(policy(&document), 1500, Faults::default(), 1);
            world.own(9, app_named(10_002, "bad.app"));
            let told = |arrived: Vec<Arrived>| match &arrived[..] {
                [] => None,
                [Arrived::Tcp { reset: true, .. }] => Some((0, 0)),
                [Arrived::Icmp { kind, .. }] => Some(*kind),
                other => panic!("{other:?}"),
            };
            world.inject(&packets::syn(world.local(9, server), server, 1));
            assert_eq!(told(world.take_arrived()), tcp, "{refusal}");
            world.app_datagram(9, server, b"hello");
            assert_eq!(told(world.take_arrived()), udp, "{refusal}");
            assert_eq!((world.attempts().len(), world.take_sent().len()), (0, 0));
            assert!(world.records().iter().all(|record| record.state == RecordState::Blocked));
        }
    }
}

#[test]
fn other_protocols_are_refused_and_counted() {
    const SCTP: u8 = 132;
    let mut world = World::under(ALLOW_ALL);
    for (from, to, expected) in
        [("10.0.0.2", "203.0.113.7", (3, 13)), ("fd00::2", "2001:db8::7", (1, 1))]
    {
        let (from, to): (IpAddr, IpAddr) = (from.parse().unwrap(), to.parse().unwrap());
        world.inject(&packets::other(from, to, SCTP));
        let arrived = world.take_arrived();
        assert!(
            matches!(&arrived[..], [Arrived::Icmp { kind, .. }] if *kind == expected),
            "{arrived:?}"
        );
    }
    assert_eq!(world.engine.stats().unsupported, 2);
    assert_eq!(world.engine.stats().flows, 0);
}

#[test]
fn other_ports_of_the_tunnels_resolver_are_refused() {
    let mut world = World::under(ALLOW_ALL);
    let over_tls = SocketAddr::from((hushwall_sim::DNS.0, 853));
    world.inject(&packets::syn(world.local(9, over_tls), over_tls, 1));
    assert!(matches!(world.take_arrived()[..], [Arrived::Tcp { reset: true, .. }]));
    world.app_datagram(9, over_tls, b"quic");
    assert!(matches!(world.take_arrived()[..], [Arrived::Icmp { kind: (3, 3), .. }]));
    assert_eq!((world.attempts().len(), world.take_sent().len()), (0, 0));
}
