//! Name service: what is blocked is answered here and never leaves, all else goes to the network's resolver.
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

const SECOND: Duration = Duration::from_secs(1);
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
            let ended: Vec<_> =
                world.records().iter().filter(|record| record.state != RecordState::Open).collect();
            assert!(matches!(ended[..], [once] if once.state == RecordState::Blocked));
        }
    }
}

#[test]
fn an_allowed_question_goes_to_the_networks_resolver_and_the_answer_comes_from_the_asked() {
    for asked in asked() {
        let upstream =
            if asked == SocketAddr::from(hushwall_sim::DNS) { RESOLVER.into() } else { asked };
        let mut world = world();
        let question = messages::dns_question("shop.example", A);
        world.app_datagram(PORT, asked, &question);
        let sent = world.take_sent();
        assert_eq!(sent.len(), 1);
        assert_eq!((sent[0].remote, &sent[0].payload), (upstream, &question));
        let records = [DnsRecord::Address("shop.example", "198.51.100.4".parse().unwrap())];
        world.remote_datagram(
            sent[0].port,
            upstream,
            &messages::dns_answer("shop.example", A, &records),
        );
        let (from, response) = one_answer(&mut world);
        assert_eq!(from, asked);
        assert_eq!(response.addresses[0].0, "198.51.100.4".parse::<IpAddr>().unwrap());
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
    world.remote_datagram(
        sent.port,
        sent.remote,
        &messages::dns_answer("metrics.shop.example", A, &records),
    );
    let (from, response) = one_answer(&mut world);
    assert_eq!(from, asked);
    assert_eq!(response.name.as_str(), "metrics.shop.example");
    assert!(response.addresses.iter().all(|(address, _)| address.is_unspecified()), "{response:?}");
}

#[test]
fn what_is_no_question_passes_both_ways() {
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
fn another_resolver_is_used_once_the_network_has_changed() {
    let mut world = world();
    world.app_datagram(PORT, asked()[0], &messages::dns_question("shop.example", A));
    let other: SocketAddr = "198.51.100.53:53".parse().unwrap();
    world.set_network(engine::Network { ipv4: true, ipv6: true, resolvers: vec![other] });
    world.take_sent();
    world.app_datagram(PORT, asked()[0], &messages::dns_question("bank.example", A));
    let sent = world.take_sent().remove(0);
    assert_eq!(sent.remote, other);
    world.remote_datagram(sent.port, other, &messages::dns_answer("bank.example", A, &[]));
    assert_eq!(one_answer(&mut world).0, asked()[0]);
}

#[test]
fn questions_over_tcp_are_judged_too() {
    for asked in asked() {
        let upstream =
            if asked == SocketAddr::from(hushwall_sim::DNS) { RESOLVER.into() } else { asked };
        let mut world = world();
        let app = world.connect(asked);
        world.run(SECOND);
        world.app_send(app, &messages::dns_over_tcp(&messages::dns_question("tracker.example", A)));
        world.run(SECOND);
        let answer = world.app_receive(app);
        let response = Response::parse(names::dns::tcp_message(&answer).unwrap()).unwrap();
        assert!(response.addresses[0].0.is_unspecified());
        assert_eq!(world.attempts(), [], "the blocked question never leaves");
        // The same connection may go on with another.
        let question = messages::dns_over_tcp(&messages::dns_question("shop.example", A));
        world.app_send(app, &question);
        world.run(SECOND);
        assert_eq!(world.attempts(), [upstream]);
        assert_eq!(world.remote(upstream).received, question);
        let answer = messages::dns_over_tcp(&messages::dns_answer("shop.example", A, &[]));
        world.remote_send(upstream, &answer);
        world.run(SECOND);
        assert_eq!(world.app_receive(app), answer);
    }
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
    world.remote_datagram(
        sent.port,
        sent.remote,
        &messages::dns_answer("shop.example", AAAA, &records),
    );
    world.inject(&packets::syn(world.local(9, server), server, 1));
    let record = world.records().last().unwrap();
    assert_eq!(record.key.remote, server);
    assert_eq!(record.name.as_ref().unwrap().0.as_str(), "shop.example");
}
