//! A new policy is in force at once, for what is open and for what was refused.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "what does not work out has to fail the test"
)]

use std::net::SocketAddr;

use engine::{Close, FlowRecord, RecordState};
use hushwall_sim::messages::{self, A, DnsRecord};
use hushwall_sim::{ALLOW_ALL, Arrived, BLOCK_TRACKER, Behaviour, World, policy};
use policy::{Document, Moment, Policy, Resources, Situation};
use smoltcp::socket::tcp::State;
use smoltcp::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const BLOCK_ALL: &str = r#"{"version": 1, "default_mode": "block"}"#;

fn server(port: u16) -> SocketAddr {
    SocketAddr::from(([203, 0, 113, 7], port))
}

#[test]
fn open_connections_that_are_now_blocked_are_cut_at_once() {
    let mut world = World::under(ALLOW_ALL);
    let app = world.connect(server(7000));
    world.behave(server(7001), Behaviour::Ignore);
    let connecting = world.connect(server(7001));
    world.run(SECOND);
    world.app_datagram(9, server(7000), b"hello");
    world.set_policy(policy(BLOCK_ALL));
    assert_eq!(world.remote(server(7000)).closed, Some(Close::Reset));
    assert_eq!(world.remote(server(7001)).closed, Some(Close::Reset));
    assert_eq!(world.open_ports(), []);
    world.run(SECOND);
    assert_eq!(world.app_state(app), State::Closed);
    assert_eq!(world.app_state(connecting), State::Closed);
    let blocked = world.records().iter().filter(|record| record.state == RecordState::Blocked);
    assert_eq!(blocked.count(), 3, "each is told in the log");
}

#[test]
fn only_what_the_new_policy_blocks_is_cut() {
    let mut world = World::under(BLOCK_TRACKER);
    let [one, other] = ["shop.example", "bank.example"].map(|host| {
        let app = world.connect(server(443));
        world.run(SECOND);
        world.app_send(app, &messages::client_hello(host));
        world.run(SECOND);
        app
    });
    world.set_policy(policy(
        r#"{"version": 1, "rules": [{"verdict": "block", "host": "shop.example"}]}"#,
    ));
    world.run(SECOND);
    assert_eq!(world.app_state(one), State::Closed);
    assert_eq!(world.app_state(other), State::Established);
}

#[test]
fn a_refusal_is_forgotten_when_the_policy_allows_it() {
    let mut world = World::under(BLOCK_ALL);
    world.app_datagram(9, server(4000), b"no");
    assert!(matches!(world.take_arrived()[..], [Arrived::Icmp { .. }]));
    world.set_policy(policy(ALLOW_ALL));
    world.app_datagram(9, server(4000), b"yes");
    let sent = world.take_sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].payload, b"yes");
}

#[test]
fn an_open_dns_flow_answers_by_the_new_policy() {
    let mut world = World::under(ALLOW_ALL);
    let resolver = SocketAddr::from(hushwall_sim::DNS);
    world.app_datagram(9, resolver, &messages::dns_question("tracker.example", A));
    let sent = world.take_sent().remove(0);
    world.set_policy(policy(BLOCK_TRACKER));
    world.take_arrived();
    world.app_datagram(9, resolver, &messages::dns_question("tracker.example", A));
    assert_eq!(world.take_sent(), [], "the next question is blocked");
    assert_eq!(world.take_arrived().len(), 1, "and answered");
    // An answer to the question before, if it still comes, tells nothing.
    let records = [DnsRecord::Address("tracker.example", server(1).ip())];
    world.remote_datagram(sent.port, sent.remote, &messages::dns_reply(&sent.payload, &records));
    assert_eq!(world.take_arrived(), []);
}

#[test]
fn each_connection_says_whether_the_screen_was_on_when_it_began() {
    let screen = |screen_on| {
        let situation = Situation { screen_on, ..Situation::default() };
        let (document, moment) =
            (Document::default(), Moment { unix_seconds: 0, utc_offset_at: |_| 0 });
        Policy::compile(&document, &Resources::default(), &situation, &moment).unwrap()
    };
    let mut world = World::under(ALLOW_ALL);
    let resolver = SocketAddr::from(hushwall_sim::DNS);
    for (host, screen_on) in
        [("a.example", None), ("b.example", Some(false)), ("c.example", Some(true))]
    {
        world.set_policy(screen(screen_on));
        let told = world.records().len();
        let connected = world.connect(server(7000));
        world.run(SECOND);
        world.app_datagram(9, resolver, &messages::dns_question(host, A));
        // What happens to the screen later says nothing of the beginning.
        world.set_policy(screen(Some(true)));
        world.app_send(connected, b"hello");
        world.run(SECOND);
        let (questions, connections): (Vec<_>, Vec<_>) =
            world.records()[told..].iter().partition(|record| record.key.remote.port() == 53);
        let asked = |record: &&FlowRecord| record.name.as_ref().unwrap().0.as_str() == host;
        assert!(questions.iter().find(|record| asked(record)).unwrap().screen_on == screen_on);
        assert!(connections.len() > 1);
        assert!(connections.iter().all(|record| record.screen_on == screen_on));
        world.app_close(connected);
        world.remote_end(server(7000));
        world.run(SECOND);
    }
}
