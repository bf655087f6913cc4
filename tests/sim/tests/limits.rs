//! Bounds: what one app does hurts no other, and nothing grows without end.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "what does not work out has to fail the test"
)]

use std::net::SocketAddr;

use engine::Limits;
use hushwall_sim::{ALLOW_ALL, Faults, World, app_named, packets, policy};
use smoltcp::socket::tcp::State;
use smoltcp::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

fn world(limits: Limits) -> World {
    let mut settings = World::settings(1500);
    settings.limits = limits;
    World::with(settings, policy(ALLOW_ALL), Faults::default(), 1)
}

fn small() -> Limits {
    Limits { flows: 1000, flows_per_app: 750, ports: 500 }
}

fn server() -> SocketAddr {
    "203.0.113.7:7000".parse().unwrap()
}

/// One SYN to each of this many addresses, from one local port.
fn flood(world: &mut World, syns: u32) {
    let limit = world.limits().flows;
    for number in 0..syns {
        let [_, a, b, c] = number.to_be_bytes();
        let victim = SocketAddr::from(([198, a, b, c], 80));
        world.behave(victim, hushwall_sim::Behaviour::Ignore);
        world.inject(&packets::syn(world.local(666, victim), victim, number));
        assert!(world.engine.stats().flows <= limit);
    }
}

#[test]
fn a_syn_flood_of_one_app_leaves_the_others_alone() {
    let mut world = world(small());
    let app = world.connect(server());
    world.run(SECOND);
    world.own(666, app_named(10_666, "flooding.app"));
    flood(&mut world, 100_000);
    world.app_send(app, b"still here");
    let newcomer = world.connect(server());
    world.run(SECOND);
    assert_eq!(world.app_state(newcomer), State::Established, "others may still connect");
    let received: Vec<_> =
        world.remotes(server()).into_iter().map(|remote| remote.received.clone()).collect();
    assert!(received.contains(&b"still here".to_vec()), "open connections go on");
    assert!(world.engine.stats().flows <= 1000);
}

#[test]
fn a_flood_whose_owner_is_told_late_passes() {
    let mut world = world(small());
    let app = world.connect(server());
    world.run(SECOND);
    world.own(666, app_named(10_666, "flooding.app"));
    world.owners_answer = false;
    flood(&mut world, 100_000);
    world.app_send(app, b"still here");
    world.run(SECOND);
    assert_eq!(world.remote(server()).received, b"still here");
    world.owners_answer = true;
    // The app's own SYN is sent again, as any.
    let newcomer = world.connect(server());
    world.run(Duration::from_secs(5));
    assert_eq!(world.app_state(newcomer), State::Established);
}

#[test]
fn packets_that_wait_for_an_owner_are_bounded() {
    let mut world = world(Limits::default());
    world.owners_answer = false;
    for number in 0..20_000u32 {
        let [_, _, b, c] = number.to_be_bytes();
        let remote = SocketAddr::from(([198, 18, b, c], 9));
        world.app_datagram(666, remote, &[0; 1400]);
    }
    let stats = world.engine.stats();
    assert!(stats.over_limit > 10_000, "{stats:?}");
    let held = 20_000 - stats.over_limit as usize;
    assert!(held * 1400 < 5 << 20, "{held} packets are held");
}

#[test]
fn one_app_cannot_take_all_udp_flows_either() {
    let mut world = world(small());
    world.own(1, app_named(10_001, "quiet.app"));
    world.app_datagram(1, server(), b"hello");
    let quiet = world.take_sent()[0].port;
    world.own(666, app_named(10_666, "scanning.app"));
    for number in 0..5000u32 {
        let [_, _, b, c] = number.to_be_bytes();
        world.app_datagram(666, SocketAddr::from(([198, 18, b, c], 9)), b"scan");
        assert!(world.engine.stats().flows <= 751);
    }
    world.take_arrived();
    world.remote_datagram(quiet, server(), b"answer");
    assert_eq!(world.take_arrived().len(), 1, "the quiet app's flow is untouched");
}
