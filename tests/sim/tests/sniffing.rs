//! Names that only the connection itself tells: who is let through, and that nothing leaves before.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "what does not work out has to fail the test"
)]

use std::net::SocketAddr;

use engine::{Close, RecordState};
use hushwall_sim::messages::{self, A, DnsRecord};
use hushwall_sim::{ALLOW_ALL, AppSocket, Arrived, BLOCK_TRACKER, World, packets};
use smoltcp::socket::tcp::State;
use smoltcp::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

fn server(port: u16) -> SocketAddr {
    SocketAddr::from(([203, 0, 113, 7], port))
}

fn world() -> World {
    World::under(BLOCK_TRACKER)
}

/// The app has asked for this name, and learned that it is at this address.
fn resolve(world: &mut World, host: &str, address: SocketAddr) {
    let resolver = SocketAddr::from(hushwall_sim::DNS);
    world.app_datagram(3333, resolver, &messages::dns_question(host, A));
    let sent = world.take_sent().remove(0);
    let answer = messages::dns_reply(&sent.payload, &[DnsRecord::Address(host, address.ip())]);
    world.remote_datagram(sent.port, sent.remote, &answer);
    assert_eq!(world.take_arrived().len(), 1);
}

/// Connects and says this first.
fn open(world: &mut World, server: SocketAddr, opening: &[u8]) -> AppSocket {
    let app = world.connect(server);
    world.run(SECOND);
    assert_eq!(world.app_state(app), State::Established);
    world.app_send(app, opening);
    world.run(SECOND);
    app
}

#[test]
fn not_one_packet_goes_to_a_server_whose_name_is_blocked() {
    for (port, opening) in [
        (443, messages::client_hello("cdn.tracker.example")),
        (8443, messages::client_hello("tracker.example")),
        (80, messages::http_request("tracker.example")),
        (8080, messages::http_request("a.b.tracker.example:8080")),
    ] {
        let mut world = world();
        let app = open(&mut world, server(port), &opening);
        assert_eq!(world.attempts(), [], "port {port}");
        assert_eq!(world.app_state(app), State::Closed, "the app sees a reset");
        let record = world.records().last().unwrap();
        assert_eq!(record.state, RecordState::Blocked);
        assert!(record.name.as_ref().unwrap().0.as_str().ends_with("tracker.example"));
        assert_eq!(world.engine.stats().flows, 0);
    }
}

#[test]
fn an_allowed_hello_is_replayed_whole() {
    for (port, opening) in [
        (443, messages::client_hello("shop.example")),
        (80, messages::http_request("shop.example")),
        (443, b"\x00\x01 not TLS at all".to_vec()),
    ] {
        let mut world = world();
        let app = open(&mut world, server(port), &opening);
        assert_eq!(world.attempts(), [server(port)]);
        assert_eq!(world.remote(server(port)).received, opening);
        world.remote_send(server(port), b"welcome");
        world.run(SECOND);
        assert_eq!(world.app_receive(app), b"welcome");
    }
}

#[test]
fn a_hello_that_comes_in_pieces_is_read_when_it_is_there() {
    for host in ["tracker.example", "shop.example"] {
        let mut world = world();
        let hello = messages::client_hello(host);
        let app = open(&mut world, server(443), &hello[..20]);
        assert_eq!(world.attempts(), []);
        world.app_send(app, &hello[20..]);
        world.run(SECOND);
        if host == "shop.example" {
            assert_eq!(world.remote(server(443)).received, hello);
        } else {
            assert_eq!(world.attempts(), []);
        }
    }
}

#[test]
fn a_connection_that_stays_silent_is_connected_after_ten_seconds() {
    let mut world = world();
    let app = world.connect(server(443));
    world.run(Duration::from_secs(9));
    assert_eq!(world.attempts(), []);
    world.run(Duration::from_secs(3));
    assert_eq!(world.attempts(), [server(443)]);
    let hello = messages::client_hello("shop.example");
    world.app_send(app, &hello);
    world.run(SECOND);
    assert_eq!(world.remote(server(443)).received, hello);
}

#[test]
fn a_hello_after_the_ten_seconds_is_still_judged() {
    let mut world = world();
    let app = world.connect(server(443));
    world.run(Duration::from_secs(15));
    assert_eq!(world.attempts(), [server(443)]);
    world.app_send(app, &messages::client_hello("tracker.example"));
    world.run(SECOND);
    assert_eq!(world.remote(server(443)).received, b"", "the hello does not leave");
    assert_eq!(world.remote(server(443)).closed, Some(Close::Reset));
    assert_eq!(world.app_state(app), State::Closed);
}

#[test]
fn a_connection_that_says_nothing_and_closes_is_never_made() {
    let mut world = world();
    let app = world.connect(server(443));
    world.run(SECOND);
    world.app_close(app);
    world.run(Duration::from_secs(30));
    assert_eq!(world.attempts(), []);
    assert_eq!(world.engine.stats().flows, 0);
    assert!(matches!(world.app_state(app), State::Closed | State::TimeWait));
}

#[test]
fn a_name_that_the_app_asked_for_lets_it_connect_first() {
    let mut world = world();
    resolve(&mut world, "shop.example", server(443));
    let app = world.connect(server(443));
    world.run(SECOND);
    assert_eq!(world.attempts(), [server(443)], "before the app has said a word");
    world.app_send(app, &messages::client_hello("shop.example"));
    world.run(SECOND);
    assert_eq!(world.app_state(app), State::Established);
    let record = world.records().last().unwrap();
    assert_eq!(record.name.as_ref().unwrap().0.as_str(), "shop.example");
}

#[test]
fn a_blocked_name_in_a_connection_made_first_cuts_it_before_the_hello_leaves() {
    let mut world = world();
    resolve(&mut world, "shop.example", server(443));
    let app = open(&mut world, server(443), &messages::client_hello("tracker.example"));
    assert_eq!(world.attempts(), [server(443)]);
    assert_eq!(world.remote(server(443)).received, b"");
    assert_eq!(world.remote(server(443)).closed, Some(Close::Reset));
    assert_eq!(world.app_state(app), State::Closed);
    assert_eq!(world.records().last().unwrap().state, RecordState::Blocked);
}

/// A world that learns names first and blocks them later, since a blocked name is not resolved at all.
fn world_where_a_tracker_was_resolved() -> World {
    let mut world = World::under(ALLOW_ALL);
    resolve(&mut world, "tracker.example", server(443));
    world.set_policy(hushwall_sim::policy(BLOCK_TRACKER));
    world
}

#[test]
fn an_address_that_the_app_knows_under_a_blocked_name_is_refused_at_the_syn() {
    for port in [443, 7000] {
        let mut world = world_where_a_tracker_was_resolved();
        let local = world.local(9, server(port));
        world.inject(&packets::syn(local, server(port), 1));
        assert!(matches!(world.take_arrived()[..], [Arrived::Tcp { reset: true, .. }]));
        assert_eq!(world.attempts(), []);
    }
}

#[test]
fn a_false_name_in_the_hello_does_not_free_an_address_resolved_as_a_tracker() {
    let mut world = world_where_a_tracker_was_resolved();
    let app = world.connect(server(443));
    world.run(SECOND);
    world.app_send(app, &messages::client_hello("shop.example"));
    world.run(Duration::from_secs(15));
    assert_eq!(world.attempts(), []);
    assert_eq!(world.app_state(app), State::Closed);
}

#[test]
fn nobody_waits_for_a_name_where_none_is_blocked() {
    let mut world = World::under(ALLOW_ALL);
    world.connect(server(443));
    world.run(SECOND);
    assert_eq!(world.attempts(), [server(443)]);
}

#[test]
fn an_address_known_under_many_names_hides_no_blocked_one() {
    let mut world = world();
    for number in 0..40 {
        resolve(&mut world, &format!("n{number}.shop.example"), server(80));
    }
    let app = open(&mut world, server(80), &messages::http_request("tracker.example"));
    assert_eq!(world.attempts(), []);
    assert_eq!(world.app_state(app), State::Closed);
}
