//! Blocked names: behind aliases, asked for again and again, and those that never leave the network or the device.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "what does not work out has to fail the test"
)]

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use engine::{Network, RecordState};
use hushwall_sim::messages::{self, A, AAAA, DnsRecord};
use hushwall_sim::{
    ALLOW_ALL, Arrived, BLOCK_TRACKER, NameServer, NameServers, RESOLVER, World, app_named, policy,
};
use names::dns::Response;
use policy::Verdict;
use smoltcp::time::Duration;

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const PORT: u16 = 5353;
const HTTPS: u16 = 65;

fn own() -> SocketAddr {
    hushwall_sim::DNS.into()
}

fn foreign() -> SocketAddr {
    "114.114.114.114:53".parse().unwrap()
}

const fn server(last: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(198, 51, 100, last))
}

fn servers() -> NameServers {
    use DnsRecord::{Address, Alias, Service};
    const SHOP: &[DnsRecord<'_>] = &[Address("shop.example", server(4))];
    const METRICS: &[DnsRecord<'_>] = &[
        Alias("metrics.shop.example", "edge.shop.example"),
        Alias("edge.shop.example", "shop.tracker.example"),
        Address("shop.tracker.example", server(6)),
    ];
    const SERVICE: &[DnsRecord<'_>] = &[Service("service.example", "svc.tracker.example")];
    const PRINTER: &[DnsRecord<'_>] = &[Address("printer.local", server(9))];
    let server = NameServer::knowing(&[
        ("shop.example", SHOP),
        ("metrics.shop.example", METRICS),
        ("service.example", SERVICE),
        ("printer.local", PRINTER),
        ("router", &[]),
    ]);
    NameServers::new(&[(RESOLVER.into(), server)])
}

/// Asks and gives the one answer.
fn ask(
    world: &mut World,
    servers: &mut NameServers,
    asked: SocketAddr,
    name: &str,
    record_type: u16,
) -> Response {
    world.app_datagram(PORT, asked, &messages::dns_question(name, record_type));
    servers.run(world, MS * 20);
    match &world.take_arrived()[..] {
        [Arrived::Udp { from, payload, .. }] => {
            assert_eq!(*from, asked);
            Response::parse(payload).unwrap()
        }
        other => panic!("{other:?}"),
    }
}

fn ttl(response: &Response) -> u32 {
    response.addresses.first().unwrap().1
}

#[test]
fn a_blocked_alias_blocks_the_answer_and_the_record_tells_both_names() {
    for (name, record_type, alias) in [
        ("metrics.shop.example", A, "shop.tracker.example"),
        ("service.example", HTTPS, "svc.tracker.example"),
    ] {
        let (mut world, mut servers) = (World::under(BLOCK_TRACKER), servers());
        let response = ask(&mut world, &mut servers, own(), name, record_type);
        assert!(response.addresses.iter().all(|(address, _)| address.is_unspecified()));
        assert!(response.chain.is_empty());
        let record = world.records().last().unwrap();
        assert_eq!(record.name.as_ref().unwrap().0.as_str(), name);
        assert_eq!(record.decision.evidence.as_ref().unwrap().name.as_str(), alias);
        assert_ne!(record.decision.verdict, Verdict::Allow);
        assert!(record.reason().ends_with(&format!("{name} is an alias of {alias}")));
        assert_eq!(record.state, RecordState::Blocked);
        assert_eq!(record.flow, world.records()[0].flow, "one question, one record");
        // What was learned so is not asked again while the answer holds.
        ask(&mut world, &mut servers, own(), name, record_type);
        assert_eq!(servers.questions(), 1);
        servers.run(&mut world, SECOND * 130);
        ask(&mut world, &mut servers, own(), name, record_type);
        assert_eq!(servers.questions(), 2);
        // A policy that allows it is in force at once.
        world.set_policy(policy(ALLOW_ALL));
        let response = ask(&mut world, &mut servers, own(), name, record_type);
        assert!(!response.chain.is_empty());
    }
}

#[test]
fn an_alias_is_blocked_by_what_speaks_of_itself_only() {
    for (document, blocked) in [
        // The user's word about the name that is asked for.
        (
            r#"{"version": 1, "rules": [{"verdict": "allow", "host": "metrics.shop.example"}],
                "lists": [{"name": "trackers", "hosts": ["tracker.example"]}]}"#,
            false,
        ),
        (r#"{"version": 1, "lists": [{"name": "trackers", "hosts": ["tracker.example"]}]}"#, true),
        // A list that protects it from other lists, but not from the user.
        (
            r#"{"version": 1, "lists": [{"name": "trackers", "hosts": ["tracker.example"]},
                {"name": "needed", "role": "protect", "hosts": ["metrics.shop.example"]}]}"#,
            false,
        ),
        (
            r#"{"version": 1, "rules": [{"verdict": "block", "host": "tracker.example"}], "lists": [
                {"name": "needed", "role": "protect", "hosts": ["metrics.shop.example"]}]}"#,
            true,
        ),
        // An app that may reach only what is allowed by name.
        (
            r#"{"version": 1, "default_mode": "listed", "rules": [
                {"verdict": "allow", "host": "metrics.shop.example"}]}"#,
            false,
        ),
    ] {
        let (mut world, mut servers) = (World::under(document), servers());
        let response = ask(&mut world, &mut servers, own(), "metrics.shop.example", A);
        assert_eq!(response.addresses[0].0.is_unspecified(), blocked, "{document}");
    }
}

#[test]
fn the_policy_chooses_how_the_answer_says_no() {
    for (how, code, addresses) in [("unspecified", 0, 1), ("nxdomain", 3, 0), ("nodata", 0, 0)] {
        let document = format!(
            r#"{{"version": 1, "blocked_dns": "{how}",
                 "rules": [{{"verdict": "block", "host": "tracker.example"}}]}}"#
        );
        let (mut world, mut servers) = (World::under(&document), servers());
        let response = ask(&mut world, &mut servers, own(), "tracker.example", A);
        assert_eq!((response.rcode, response.addresses.len()), (code, addresses));
        for record_type in [HTTPS, 64, 16, 255] {
            let response = ask(&mut world, &mut servers, own(), "tracker.example", record_type);
            assert!(response.addresses.is_empty());
        }
        assert_eq!(servers.questions(), 0);
    }
}

#[test]
fn a_listed_app_may_ask_for_what_it_may_reach_and_nothing_else() {
    let (mut world, mut servers) = (
        World::under(
            r#"{"version": 1, "default_mode": "listed",
                "rules": [{"verdict": "allow", "host": "shop.example", "ports": "443"}]}"#,
        ),
        servers(),
    );
    let response = ask(&mut world, &mut servers, own(), "shop.example", A);
    assert_eq!(response.addresses[0].0, server(4));
    let response = ask(&mut world, &mut servers, own(), "other.example", A);
    assert!(response.addresses[0].0.is_unspecified());
    assert_eq!(servers.questions(), 1);
}

#[test]
fn an_app_that_hammers_is_told_to_keep_the_answer_longer_and_fills_no_log() {
    let (mut world, mut servers) = (World::under(BLOCK_TRACKER), servers());
    let ttls: Vec<_> = (0..6)
        .map(|_| ttl(&ask(&mut world, &mut servers, own(), "ads.tracker.example", A)))
        .collect();
    assert_eq!(ttls, [60, 120, 240, 480, 600, 600]);
    assert_eq!(ttl(&ask(&mut world, &mut servers, own(), "ads.tracker.example", AAAA)), 60);
    assert_eq!(world.engine.stats().blocked_repeats, 5);
    let last = world.records().iter().filter(|record| record.traffic.packets_up == 6);
    assert_eq!(last.count(), 1, "the first one's record counts");
    let mut flows: Vec<_> = world.records().iter().map(|record| record.flow).collect();
    flows.sort();
    flows.dedup();
    assert_eq!(flows.len(), 2);

    // Another app, another name, and the same after a quiet time begin anew.
    world.own(6001, app_named(10_777, "another.app"));
    world.app_datagram(6001, own(), &messages::dns_question("ads.tracker.example", A));
    let [Arrived::Udp { payload, .. }] = &world.take_arrived()[..] else { panic!("no answer") };
    assert_eq!(ttl(&Response::parse(payload).unwrap()), 60);
    assert_eq!(ttl(&ask(&mut world, &mut servers, own(), "tracker.example", A)), 60);
    world.run(SECOND * 1300);
    assert_eq!(world.engine.poll_timeout(), None, "nothing is armed for it");
    assert_eq!(ttl(&ask(&mut world, &mut servers, own(), "ads.tracker.example", A)), 60);
    // So does a change of the policy.
    ask(&mut world, &mut servers, own(), "ads.tracker.example", A);
    world.set_policy(policy(BLOCK_TRACKER));
    assert_eq!(ttl(&ask(&mut world, &mut servers, own(), "ads.tracker.example", A)), 60);
}

#[test]
fn a_question_that_is_blocked_while_it_is_asked_is_answered_at_once() {
    let (mut world, mut servers) = (World::under(ALLOW_ALL), servers());
    for (port, name) in [(1, "tracker.example"), (2, "shop.example")] {
        world.app_datagram(port, own(), &messages::dns_question(name, A));
    }
    world.set_policy(policy(BLOCK_TRACKER));
    assert!(
        matches!(&world.take_arrived()[..], [Arrived::Udp { to, .. }] if to.port() == 1),
        "no need to wait"
    );
    assert_eq!(world.open_ports().len(), 1);
    servers.run(&mut world, MS * 20);
    assert!(matches!(&world.take_arrived()[..], [Arrived::Udp { to, .. }] if to.port() == 2));
}

#[test]
fn localhost_is_this_device_and_some_names_are_nowhere() {
    for asked in [own(), foreign()] {
        let (mut world, mut servers) = (World::under(BLOCK_TRACKER), servers());
        for (name, record_type, code, address) in [
            ("localhost", A, 0, Some("127.0.0.1")),
            ("app.LOCALHOST", AAAA, 0, Some("::1")),
            ("localhost", HTTPS, 0, None),
            ("expyuzz4wqqyqhjn.onion", A, 3, None),
            ("shop.invalid", AAAA, 3, None),
        ] {
            let response = ask(&mut world, &mut servers, asked, name, record_type);
            let given = response.addresses.first().map(|(address, _)| address.to_string());
            assert_eq!((response.rcode, given.as_deref()), (code, address), "{name}");
            assert_eq!(world.records().last().unwrap().state, RecordState::Closed);
        }
        assert_eq!(servers.questions() + servers.strays.len(), 0);
    }
}

#[test]
fn local_names_go_to_the_networks_servers_and_to_nobody_else() {
    let local = ["printer.local", "router", "nas.home.arpa", "1.0.168.192.in-addr.arpa"];
    let (mut world, mut servers) = (World::under(BLOCK_TRACKER), servers());
    for name in local {
        let response = ask(&mut world, &mut servers, foreign(), name, A);
        assert_eq!(response.addresses.len(), usize::from(name == "printer.local"));
    }
    assert_eq!((servers.questions(), servers.strays.len()), (4, 0));

    world.set_network(Network { ipv4: true, ipv6: true, resolvers: Vec::new() });
    for name in local {
        let response = ask(&mut world, &mut servers, foreign(), name, A);
        assert_eq!(response.rcode, 3, "{name}");
    }
    assert_eq!((servers.questions(), servers.strays.len()), (4, 0));
    world.app_datagram(PORT, foreign(), &messages::dns_question("shop.example", A));
    assert_eq!(world.take_sent()[0].remote, foreign(), "all else does");
}

#[test]
fn transfers_of_zones_are_not_served() {
    let (mut world, mut servers) = (World::under(BLOCK_TRACKER), servers());
    for transfer in [251, 252] {
        assert_eq!(ask(&mut world, &mut servers, own(), "shop.example", transfer).rcode, 4);
    }
    assert_eq!(servers.questions(), 0);
}

#[test]
fn dns_over_tls_to_the_tunnel_is_refused_so_that_private_dns_falls_back() {
    use smoltcp::socket::tcp::State;
    let mut world = World::under(BLOCK_TRACKER);
    let app = world.connect(SocketAddr::from((hushwall_sim::DNS.0, 853)));
    world.run(MS * 20);
    assert_eq!(world.app_state(app), State::Closed, "at once");
    assert_eq!((world.attempts(), world.open_questions()), (&[][..], 0));
}

#[test]
fn private_dns_of_a_provider_passes_and_is_named() {
    let mut world = World::under(BLOCK_TRACKER);
    let provider: SocketAddr = "203.0.113.9:853".parse().unwrap();
    for (host, reaches) in [("dns.provider.example", true), ("dns.tracker.example", false)] {
        let app = world.connect(provider);
        world.run(SECOND);
        let hello = messages::client_hello(host);
        world.app_send(app, &hello);
        world.run(SECOND);
        assert_eq!(world.attempts().len(), 1);
        if reaches {
            assert_eq!(world.remote(provider).received, hello);
        }
        let record = world.records().last().unwrap();
        assert_eq!(record.name.as_ref().unwrap().0.as_str(), host);
    }
}
