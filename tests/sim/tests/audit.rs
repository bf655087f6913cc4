//! Listening to an app: what it tells in plain HTTP, what it wanted to tell and did not, and that nothing changes by it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what does not work out has to fail the test"
)]

use std::net::SocketAddr;

use engine::{Audit, Heard, Whose};
use hushwall_sim::messages;
use hushwall_sim::{ALLOW_ALL, BLOCK_TRACKER, Behaviour, World, app_named, policy};
use names::http::Speech;
use smoltcp::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const AUDIT: Audit = Audit { whose: Whose::Everybody, keeps_values: false };

fn server(port: u16) -> SocketAddr {
    SocketAddr::from(([203, 0, 113, 7], port))
}

fn listening(document: &str) -> World {
    let mut world = World::under(document);
    world.set_audit(Some(AUDIT));
    world
}

/// Connects and says this, a piece each second.
fn say(world: &mut World, port: u16, pieces: &[&[u8]]) {
    let app = world.connect(server(port));
    world.run(SECOND);
    for piece in pieces {
        world.app_send(app, piece);
        world.run(SECOND);
    }
}

/// The requests that were heard: method, path, names of the parameters, and whether it was sent.
fn requests(world: &World) -> Vec<(String, bool)> {
    let heard = world.heard().iter().filter_map(|(_, heard)| match heard {
        Heard::Request { request, was_sent } => {
            assert!(request.parameters.iter().all(|parameter| parameter.value.is_none()));
            let names: Vec<&str> = request.parameters.iter().map(|it| it.name.as_str()).collect();
            Some((format!("{} {} {}", request.method, request.path, names.join(",")), *was_sent))
        }
        Heard::Speech(_) => None,
    });
    heard.collect()
}

fn speeches(world: &World) -> Vec<Speech> {
    let heard = world.heard().iter().filter_map(|(_, heard)| match heard {
        Heard::Speech(speech) => Some(*speech),
        Heard::Request { .. } => None,
    });
    heard.collect()
}

#[test]
fn requests_that_are_sent_are_heard_on_any_port_and_arrive_unchanged() {
    for port in [80, 7000] {
        let mut world = listening(BLOCK_TRACKER);
        let said: [&[u8]; 3] = [
            b"GET /a?id=1 HTTP/1.1\r\nHost: shop.example\r\nX-Re",
            b"q: 2\r\n\r\nPOST /b HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 7\r\n\r\n{\"a\"",
            b":1}",
        ];
        say(&mut world, port, &said);
        assert_eq!(
            requests(&world),
            [("GET /a id,x-req".to_owned(), true), ("POST /b a".to_owned(), true)]
        );
        assert_eq!(speeches(&world), [Speech::Http]);
        assert_eq!(world.remote(server(port)).received, said.concat());
        let flow = world.records().last().unwrap().flow;
        assert!(world.heard().iter().all(|(of, _)| *of == flow), "each belongs to its connection");
    }
}

#[test]
fn what_a_blocked_app_wanted_to_tell_is_heard_and_not_sent() {
    let mut world = listening(BLOCK_TRACKER);
    let request = b"POST /track?imei=1 HTTP/1.1\r\nHost: tracker.example\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"page\":";
    say(&mut world, 80, &[request]);
    assert_eq!(world.attempts(), []);
    assert_eq!(requests(&world), [("POST /track imei,page".to_owned(), false)]);
}

#[test]
fn what_cannot_be_delivered_is_not_said_to_be_sent() {
    let mut world = listening(BLOCK_TRACKER);
    world.behave(server(80), Behaviour::Fail(engine::ConnectError::Refused));
    say(&mut world, 80, &[&messages::http_request("shop.example")]);
    assert_eq!(requests(&world).len(), 1);
    assert!(!requests(&world)[0].1);
}

#[test]
fn encrypted_connections_are_known_and_not_read() {
    let mut world = listening(BLOCK_TRACKER);
    say(&mut world, 443, &[&messages::client_hello("shop.example")]);
    say(&mut world, 7000, &[b"\x00\x01 something else"]);
    assert_eq!(speeches(&world), [Speech::Tls, Speech::Other]);
    assert_eq!(requests(&world), []);
}

#[test]
fn nobody_but_the_audited_app_is_heard_and_only_while_it_lasts() {
    let mut world = World::under(ALLOW_ALL);
    say(&mut world, 7001, &[b"GET /early HTTP/1.1\r\n\r\n"]);
    world.set_audit(Some(Audit { whose: Whose::Uid(10_002), keeps_values: false }));
    let app = world.connect_from(2000, server(7002));
    world.own(2000, app_named(10_002, "org.example.audited"));
    world.run(SECOND);
    world.app_send(app, b"POST /begun HTTP/1.1\r\nContent-Length: 9\r\n\r\n{\"a\":1");
    world.run(SECOND);
    say(&mut world, 7003, &[b"GET /other HTTP/1.1\r\n\r\n"]);
    assert_eq!(requests(&world), [], "the body is not over");
    world.set_audit(None);
    assert_eq!(requests(&world), [("POST /begun a".to_owned(), true)], "it is told at the end");
    world.app_send(app, b"GET /late HTTP/1.1\r\n\r\n");
    say(&mut world, 7004, &[b"GET /late HTTP/1.1\r\n\r\n"]);
    assert_eq!(requests(&world).len(), 1);
}

#[test]
fn a_connection_that_a_new_policy_cuts_keeps_what_it_has_told() {
    let mut world = listening(ALLOW_ALL);
    say(&mut world, 7000, &[b"POST /told HTTP/1.1\r\nContent-Length: 9\r\n\r\n{\"a\":1"]);
    world.set_policy(policy(r#"{"version": 1, "default_mode": "block"}"#));
    assert_eq!(requests(&world), [("POST /told a".to_owned(), true)]);
}

#[test]
fn a_flood_of_connections_is_not_listened_to_whole() {
    let mut world = listening(ALLOW_ALL);
    // Encrypted ones need nobody to listen on.
    for _ in 0..200 {
        say_at_once(&mut world, b"\x16\x03\x01");
    }
    world.run(SECOND);
    assert_eq!(speeches(&world).len(), 200);
    for _ in 0..200 {
        say_at_once(&mut world, b"GET /half HTTP/1.1\r\n");
    }
    world.run(SECOND);
    assert_eq!(speeches(&world).len(), 200 + 128);
    assert_eq!(world.open_connections(), 400, "all are carried");
    world.set_audit(None);
    world.set_audit(Some(AUDIT));
    say(&mut world, 7000, &[b"GET /again HTTP/1.1\r\n\r\n"]);
    assert_eq!(requests(&world), [("GET /again ".to_owned(), true)]);
}

/// Connects and says this, without waiting for what follows.
fn say_at_once(world: &mut World, text: &[u8]) {
    let app = world.connect(server(7000));
    world.run(Duration::from_millis(2));
    world.app_send(app, text);
}
