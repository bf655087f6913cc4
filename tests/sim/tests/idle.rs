//! Nothing to do means asleep: the engine's timer is armed for the next expiry only.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "what does not work out has to fail the test"
)]

use std::net::SocketAddr;

use hushwall_sim::{ALLOW_ALL, BLOCK_TRACKER, World};
use smoltcp::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn without_flows_no_timer_is_armed() {
    let mut world = World::under(ALLOW_ALL);
    assert_eq!(world.engine.poll_timeout(), None);
    let server: SocketAddr = "203.0.113.7:7000".parse().unwrap();
    let app = world.connect(server);
    world.run(Duration::from_secs(1));
    world.remote_send(server, b"hello");
    world.app_send(app, b"hello");
    world.run(Duration::from_secs(1));
    world.app_close(app);
    world.remote_end(server);
    world.run(Duration::from_secs(30));
    assert_eq!(world.engine.stats().flows, 0);
    assert_eq!(world.engine.poll_timeout(), None);
}

#[test]
fn a_thousand_idle_connections_wake_nobody_for_hours() {
    let mut world = World::under(ALLOW_ALL);
    let server: SocketAddr = "203.0.113.7:7000".parse().unwrap();
    let apps: Vec<_> = (0..1000).map(|_| world.connect(server)).collect();
    world.run(Duration::from_secs(1));
    for app in &apps {
        world.app_send(*app, b"request");
    }
    world.run(Duration::from_secs(1));
    world.remote_send(server, &[7; 10_000]);
    world.run(Duration::from_secs(10));
    assert_eq!(world.engine.stats().flows, 1000);
    let next = world.engine.poll_timeout().expect("they expire one day");
    assert!(next > world.now() + HOUR * 2, "asleep until {next}, now {}", world.now());
}

#[test]
fn idle_connections_of_every_kind_wake_nobody() {
    for port in [443, 80, 7000] {
        let mut world = World::under(BLOCK_TRACKER);
        let server = SocketAddr::from(([203, 0, 113, 7], port));
        world.connect(server);
        world.run(Duration::from_secs(30));
        assert_eq!(world.engine.stats().flows, 1, "port {port}");
        let next = world.engine.poll_timeout().expect("it expires one day");
        assert!(next > world.now() + HOUR * 2, "port {port}: until {next}, now {}", world.now());
    }
}

#[test]
fn a_server_that_does_not_take_data_wakes_nobody() {
    let mut world = World::under(ALLOW_ALL);
    let server: SocketAddr = "203.0.113.7:7000".parse().unwrap();
    let app = world.connect(server);
    world.run(Duration::from_secs(1));
    world.remote_takes(server, 0);
    world.app_send(app, b"more than it takes");
    world.app_close(app);
    world.run(Duration::from_secs(30));
    let next = world.engine.poll_timeout().expect("it expires one day");
    assert!(next > world.now() + HOUR, "asleep until {next}, now {}", world.now());
}
