//! Name service as one app sees it: what is blocked is answered here and never leaves, all else goes to the network's
//! servers, whichever server was asked, and the answer comes from that one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "what does not work out has to fail the test"
)]

use std::net::{IpAddr, SocketAddr};

use engine::RecordState;
use hushwall_sim::messages::{self, A, AAAA, DnsRecord};
use hushwall_sim::{ALLOW_ALL, Arrived, BLOCK_TRACKER, RESOLVER, World, packets};
use names::dns::Response;
use smoltcp::time::Duration;

const PORT: u16 = 5353;

fn world() -> World {
    World::under(BLOCK_TRACKER)
}

/// The tunnel's own resolver, and one that an app chose itself.
fn asked() -> [SocketAddr; 3] {
    [
        SocketAddr::from(hushwall_sim::DNS),
        "203.0.113.53:53".parse().unwrap(),
        "[2001:db8::53]:53".parse().unwrap(),
    ]
}

/// The one datagram that came, with its sender.
fn one_answer(world: &mut World) -> (SocketAddr, Response) {
    match &world.take_arrived()[..] {
        [Arrived::Udp { from, to, payload }] => {
            assert_eq!(to.port(), PORT);
            (*from, Response::parse(payload).unwrap())
        }
        other => panic!("one answer: {other:?}"),
    }
}

#[test]
fn a_blocked_question_never_leaves() {
    for asked in asked() {
        for (record_type, expected) in [(A, "0.0.0.0"), (AAAA, "::")] {
            let mut world = world();
            let question = messages::dns_question("ads.tracker.example", record_type);
            world.app_datagram(PORT, asked, &question);
            let (from, response) = one_answer(&mut world);
            assert_eq!(from, asked);
            assert_eq!((response.id, response.rcode), (messages::DNS_ID, 0));
            let address: IpAddr = expected.parse().unwrap();
            assert!(matches!(response.addresses[..], [(given, _)] if given == address));
            assert_eq!(world.take_sent(), []);
            let record = world.records().last().unwrap();
            assert_ne!(record.decision.verdict, policy::Verdict::Allow);
            assert_eq!(record.name.as_ref().unwrap().0.as_str(), "ads.tracker.example");
            world.run(Duration::from_secs(60));
            assert!(matches!(world.records(), [once] if once.state == RecordState::Blocked));
        }
    }
}

#[test]
fn an_allowed_question_goes_to_the_networks_server_and_the_answer_comes_from_the_asked() {
    for asked in asked() {
        let mut world = world();
        let question = messages::dns_question("Shop.example", A);
        world.app_datagram(PORT, asked, &question);
        let sent = world.take_sent();
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].remote, RESOLVER.into());
        assert!(sent[0].payload.eq_ignore_ascii_case(&question) || sent[0].payload[2..4] == [1, 0]);
        let records = [DnsRecord::Address("shop.example", "198.51.100.4".parse().unwrap())];
        let reply = messages::dns_reply(&sent[0].payload, &records);
        world.remote_datagram(sent[0].port, RESOLVER.into(), &reply);
        match &world.take_arrived()[..] {
            [Arrived::Udp { from, payload, .. }] => {
                assert_eq!(*from, asked);
                assert_eq!(payload[..2], question[..2], "the app's own id");
                assert_eq!(payload[12..question.len()], question[12..], "and its own letters");
                let response = Response::parse(payload).unwrap();
                assert_eq!(response.addresses[0].0, "198.51.100.4".parse::<IpAddr>().unwrap());
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(world.open_ports(), [], "the question's socket is closed");
    }
}

#[test]
fn without_servers_of_the_network_the_asked_one_is_asked() {
    for asked in &asked()[1..] {
        let mut world = world();
        world.set_network(engine::Network { ipv4: true, ipv6: true, resolvers: Vec::new() });
        world.app_datagram(PORT, *asked, &messages::dns_question("shop.example", A));
        let sent = world.take_sent().remove(0);
        assert_eq!(sent.remote, *asked);
        world.remote_datagram(sent.port, *asked, &messages::dns_reply(&sent.payload, &[]));
        assert_eq!(one_answer(&mut world).0, *asked);
    }
}

#[test]
fn an_alias_of_a_blocked_name_is_answered_as_blocked() {
    let mut world = world();
    let asked = asked()[0];
    world.app_datagram(PORT, asked, &messages::dns_question("metrics.shop.example", A));
    let sent = world.take_sent().remove(0);
    let records = [
        DnsRecord::Alias("metrics.shop.example", "shop.tracker.example"),
        DnsRecord::Address("shop.tracker.example", "198.51.100.4".parse().unwrap()),
    ];
    world.remote_datagram(sent.port, sent.remote, &messages::dns_reply(&sent.payload, &records));
    let (from, response) = one_answer(&mut world);
    assert_eq!(from, asked);
    assert_eq!(response.name.as_str(), "metrics.shop.example");
    assert!(response.addresses.iter().all(|(address, _)| address.is_unspecified()), "{response:?}");
}

#[test]
fn what_is_no_dns_passes_both_ways() {
    let mut world = world();
    let asked = asked()[1];
    world.app_datagram(PORT, asked, b"no DNS at all");
    let sent = world.take_sent().remove(0);
    assert_eq!(sent.payload, b"no DNS at all");
    world.remote_datagram(sent.port, asked, b"\xff");
    assert!(
        matches!(&world.take_arrived()[..], [Arrived::Udp { payload, .. }] if payload == b"\xff")
    );
}

#[test]
fn what_is_no_dns_passes_only_if_its_flow_may_and_questions_among_it_are_answered_here() {
    let asked = asked()[1];
    let mut blocked = World::under(r#"{"version": 1, "default_mode": "block"}"#);
    blocked.app_datagram(PORT, asked, b"no DNS at all");
    assert_eq!(blocked.take_sent(), []);
    assert!(matches!(blocked.take_arrived()[..], [Arrived::Icmp { .. }]));

    let mut world = world();
    world.app_datagram(PORT, asked, b"no DNS at all");
    world.take_sent();
    world.app_datagram(PORT, asked, &messages::dns_question("tracker.example", A));
    assert_eq!(one_answer(&mut world).1.name.as_str(), "tracker.example");
    world.app_datagram(PORT, asked, &messages::dns_question("shop.example", A));
    assert_eq!(world.take_sent()[0].remote, RESOLVER.into());
}

#[test]
fn to_the_tunnels_own_resolver_nothing_but_dns_is_sent() {
    let mut world = world();
    world.app_datagram(PORT, asked()[0], b"no DNS at all");
    let response = messages::dns_answer("shop.example", A, &[]);
    world.app_datagram(PORT, asked()[0], &response);
    assert_eq!((world.take_sent(), world.take_arrived()), (Vec::new(), Vec::new()));
}

#[test]
fn broken_questions_are_told_so_by_whomever_they_are_asked() {
    for asked in asked() {
        let question = messages::dns_question("shop.example", A);
        let mut two = question.clone();
        two[5] = 2;
        for broken in [&question[..question.len() - 1], &question[..12], &two] {
            let mut world = world();
            world.app_datagram(PORT, asked, broken);
            assert_eq!(world.take_sent(), []);
            match &world.take_arrived()[..] {
                [Arrived::Udp { from, payload, .. }] => {
                    assert_eq!((*from, &payload[..2]), (asked, &question[..2]));
                    assert_eq!((payload[2] & 0x80, payload[3] & 15), (0x80, 1), "FORMERR");
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn a_blocked_app_gets_no_name() {
    for asked in asked() {
        let mut world = World::under(r#"{"version": 1, "default_mode": "block"}"#);
        for name in ["shop.example", "localhost", "printer.local", "a b.example"] {
            world.app_datagram(PORT, asked, &messages::dns_question(name, A));
            assert_eq!(world.take_sent(), [], "{name}");
            assert_eq!(world.take_arrived().len(), 1, "{name}");
        }
    }
}

#[test]
fn a_name_that_is_no_host_name_is_judged_by_the_part_that_is() {
    let mut world = world();
    world.app_datagram(PORT, asked()[0], &messages::dns_question("a b.tracker.example", A));
    assert_eq!((world.take_sent(), world.take_arrived().len()), (Vec::new(), 1));
    world.app_datagram(PORT, asked()[0], &messages::dns_question("a b.shop.example", A));
    let sent = world.take_sent().remove(0);
    let records = [DnsRecord::Alias("a b.shop.example", "tracker.example")];
    world.remote_datagram(sent.port, sent.remote, &messages::dns_reply(&sent.payload, &records));
    let answer = world.take_arrived();
    assert!(
        matches!(&answer[..], [Arrived::Udp { payload, .. }] if payload.ends_with(&[0, 0, 0, 0])),
        "{answer:?}"
    );
}

#[test]
fn one_socket_may_ask_many_things() {
    let mut world = world();
    let asked = asked()[0];
    for host in ["shop.example", "tracker.example", "bank.example"] {
        world.app_datagram(PORT, asked, &messages::dns_question(host, A));
    }
    assert_eq!(world.take_sent().len(), 2);
    let (_, response) = one_answer(&mut world);
    assert_eq!(response.name.as_str(), "tracker.example");
}

#[test]
fn a_question_without_a_resolver_is_not_left_hanging() {
    let mut world = World::under(ALLOW_ALL);
    world.set_network(engine::Network { ipv4: true, ipv6: true, resolvers: Vec::new() });
    world.app_datagram(PORT, asked()[0], &messages::dns_question("shop.example", A));
    assert_eq!(world.take_arrived().len(), 1, "refused or answered, at once");
    assert_eq!(world.take_sent(), []);
}

#[test]
fn what_is_in_flight_is_asked_again_when_the_network_changes() {
    let mut world = world();
    world.app_datagram(PORT, asked()[0], &messages::dns_question("shop.example", A));
    let old = world.take_sent().remove(0);
    let other: SocketAddr = "198.51.100.53:53".parse().unwrap();
    world.set_network(engine::Network { ipv4: true, ipv6: true, resolvers: vec![other] });
    let sent = world.take_sent().remove(0);
    assert_eq!(sent.remote, other);
    assert_eq!(world.open_ports(), [sent.port], "the old network's answer is not awaited");
    world.remote_datagram(old.port, old.remote, &messages::dns_reply(&old.payload, &[]));
    assert_eq!(world.take_arrived(), []);
    world.remote_datagram(sent.port, other, &messages::dns_reply(&sent.payload, &[]));
    assert_eq!(one_answer(&mut world).0, asked()[0]);
    // The network loses its servers: the asked one is asked, where it is not the tunnel's own.
    world.app_datagram(PORT, asked()[1], &messages::dns_question("shop.example", A));
    world.take_sent();
    world.set_network(engine::Network { ipv4: true, ipv6: true, resolvers: Vec::new() });
    assert_eq!(world.take_sent()[0].remote, asked()[1]);
    world.set_network(engine::Network { ipv4: true, ipv6: true, resolvers: vec![other] });
    world.take_sent();
    // The same network told once more changes nothing.
    world.app_datagram(PORT, asked()[0], &messages::dns_question("bank.example", A));
    world.set_network(engine::Network { ipv4: true, ipv6: true, resolvers: vec![other] });
    assert_eq!(world.take_sent().len(), 1);
}

#[test]
fn each_question_is_a_record_of_its_own() {
    let mut world = world();
    for name in ["shop.example", "bank.example", "tracker.example"] {
        world.app_datagram(PORT, asked()[0], &messages::dns_question(name, A));
    }
    for sent in world.take_sent() {
        world.remote_datagram(sent.port, sent.remote, &messages::dns_reply(&sent.payload, &[]));
    }
    world.run(Duration::from_secs(60));
    assert_eq!(world.engine.stats().flows, 0);
    let mut last = std::collections::BTreeMap::new();
    for record in world.records() {
        last.insert(record.flow, record);
        assert!(record.flow.index >= 1 << 31, "no flow has such an index");
    }
    let told: Vec<_> = last
        .values()
        .map(|record| (record.name.as_ref().unwrap().0.as_str(), record.state))
        .collect();
    assert_eq!(
        told,
        [
            ("shop.example", RecordState::Closed),
            ("bank.example", RecordState::Closed),
            ("tracker.example", RecordState::Blocked)
        ]
    );
    assert!(last.values().all(|record| record.traffic.bytes_down > 0));
}

#[test]
fn a_name_learned_by_dns_speaks_for_its_address() {
    let mut world = world();
    world.app_datagram(PORT, asked()[0], &messages::dns_question("shop.example", AAAA));
    let sent = world.take_sent().remove(0);
    let server: SocketAddr = "[2001:db8::4]:7000".parse().unwrap();
    let records = [
        DnsRecord::Alias("shop.example", "cdn.example"),
        DnsRecord::Address("cdn.example", server.ip()),
    ];
    world.remote_datagram(sent.port, sent.remote, &messages::dns_reply(&sent.payload, &records));
    world.inject(&packets::syn(world.local(9, server), server, 1));
    let record = world.records().last().unwrap();
    assert_eq!(record.key.remote, server);
    assert_eq!(record.name.as_ref().unwrap().0.as_str(), "shop.example");
}
