//! TCP through the engine, as an app and a server see it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "what does not work out has to fail the test"
)]

use std::net::SocketAddr;

use engine::{Close, RecordState};
use hushwall_sim::{ALLOW_ALL, Arrived, Behaviour, Faults, World, packets, policy};
use smoltcp::socket::tcp::State;
use smoltcp::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const BLOCK_THE_APP: &str =
    r#"{"version": 1, "apps": [{"app": "org.example.app", "mode": "block"}]}"#;

fn world() -> World {
    World::under(ALLOW_ALL)
}

/// A server by each address family.
fn servers() -> [SocketAddr; 2] {
    ["203.0.113.7:7000".parse().unwrap(), "[2001:db8::7]:7000".parse().unwrap()]
}

fn server() -> SocketAddr {
    servers()[0]
}

#[test]
fn bytes_and_both_ends_are_carried() {
    for server in servers() {
        let mut world = world();
        let app = world.connect(server);
        world.run(SECOND);
        assert_eq!(world.app_state(app), State::Established);
        world.app_send(app, b"question");
        world.run(SECOND);
        assert_eq!(world.remote(server).received, b"question");
        world.app_close(app);
        world.run(SECOND);
        assert!(world.remote(server).saw_end, "the app's end reaches the server");
        world.remote_send(server, b"answer after the app's end");
        world.remote_end(server);
        world.run(SECOND);
        assert_eq!(world.app_receive(app), b"answer after the app's end");
        world.run(SECOND);
        assert_eq!(world.remote(server).closed, Some(Close::Orderly));
        assert_eq!(world.engine.stats().flows, 0);
        let record = world.records().last().unwrap();
        assert_eq!(record.state, RecordState::Closed);
        assert_eq!((record.traffic.bytes_up, record.traffic.bytes_down), (8, 26));
    }
}

#[test]
fn an_app_goes_on_sending_after_the_servers_end() {
    let mut world = world();
    let app = world.connect(server());
    world.run(SECOND);
    world.remote_send(server(), b"bye");
    world.remote_end(server());
    world.run(SECOND);
    assert_eq!(world.app_receive(app), b"bye");
    assert_eq!(world.app_state(app), State::CloseWait);
    world.app_send(app, b"and more from me");
    world.run(SECOND);
    assert_eq!(world.remote(server()).received, b"and more from me");
    assert!(!world.remote(server()).saw_end);
    world.app_close(app);
    world.run(SECOND);
    assert!(world.remote(server()).saw_end);
    assert_eq!(world.remote(server()).closed, Some(Close::Orderly));
    assert_eq!(world.engine.stats().flows, 0);
}

#[test]
fn both_may_end_at_the_same_time() {
    let mut world = world();
    let app = world.connect(server());
    world.run(SECOND);
    world.app_send(app, b"last words");
    world.app_close(app);
    world.remote_send(server(), b"final answer");
    world.remote_end(server());
    world.run(SECOND);
    assert_eq!(world.app_receive(app), b"final answer");
    world.run(SECOND);
    assert_eq!(world.remote(server()).received, b"last words");
    assert!(world.remote(server()).saw_end);
    assert_eq!(world.remote(server()).closed, Some(Close::Orderly));
    assert_eq!(world.engine.stats().flows, 0);
}

#[test]
fn a_server_may_speak_first() {
    for port in [22, 443] {
        let mut world = world();
        let server = SocketAddr::new(server().ip(), port);
        let app = world.connect(server);
        world.run(SECOND);
        world.remote_send(server, b"SSH-2.0-server\r\n");
        world.run(SECOND);
        assert_eq!(world.app_receive(app), b"SSH-2.0-server\r\n", "port {port}");
    }
}

#[test]
fn the_apps_reset_reaches_the_server() {
    let mut world = world();
    let app = world.connect(server());
    world.run(SECOND);
    world.app_abort(app);
    world.run(SECOND);
    assert_eq!(world.remote(server()).closed, Some(Close::Reset));
    assert_eq!(world.records().last().unwrap().state, RecordState::Reset);
    assert_eq!(world.engine.stats().flows, 0);
}

#[test]
fn the_servers_reset_reaches_the_app() {
    let mut world = world();
    let app = world.connect(server());
    world.run(SECOND);
    world.remote_reset(server());
    world.run(SECOND);
    assert_eq!(world.app_state(app), State::Closed);
    assert_eq!(world.records().last().unwrap().state, RecordState::Reset);
    assert_eq!(world.engine.stats().flows, 0);
}

#[test]
fn an_app_that_does_not_read_stops_the_server() {
    for server in servers() {
        let mut world = world();
        let app = world.connect(server);
        world.run(SECOND);
        let bytes: Vec<u8> = (0..3_000_000u32).map(|i| (i / 7) as u8).collect();
        world.remote_send(server, &bytes);
        world.run(Duration::from_secs(60));
        assert!(
            world.remote(server).unsent() > 2_000_000,
            "the engine holds no more than its rings"
        );
        assert_eq!(world.engine.stats().flows, 1, "a closed window is no reason to give up");
        let mut received = Vec::new();
        for _ in 0..10_000 {
            received.extend(world.app_receive(app));
            if received.len() == bytes.len() {
                break;
            }
            world.run(Duration::from_millis(10));
        }
        assert!(received == bytes, "{} of {}", received.len(), bytes.len());
    }
}

#[test]
fn a_server_that_does_not_read_stops_the_app() {
    for server in servers() {
        let mut world = world();
        let app = world.connect(server);
        world.run(SECOND);
        world.remote_takes(server, 0);
        let bytes: Vec<u8> = (0..1_000_000u32).map(|i| (i / 7) as u8).collect();
        let mut sent = 0;
        for _ in 0..600 {
            sent += world.app_send(app, &bytes[sent..]);
            world.run(Duration::from_millis(100));
        }
        assert!(sent < 400_000, "the app is held back at {sent} bytes");
        assert_eq!(world.remote(server).received, b"");
        assert_eq!(world.app_state(app), State::Established, "held back is not cut");
        world.remote_takes(server, usize::MAX);
        for _ in 0..600 {
            sent += world.app_send(app, &bytes[sent..]);
            world.run(Duration::from_millis(100));
        }
        assert!(world.remote(server).received == bytes, "{sent} sent");
    }
}

#[test]
fn a_repeated_syn_connects_once() {
    let mut world = world();
    world.behave(server(), Behaviour::Ignore);
    let local = world.local(9, server());
    for _ in 0..4 {
        world.inject(&packets::syn(local, server(), 77));
        world.run(SECOND);
    }
    assert_eq!(world.attempts(), [server()]);
    assert_eq!(world.take_packets(), Vec::<Vec<u8>>::new(), "not answered before the server has");
    world.answer_connect(server(), Ok(()));
    world.run(SECOND);
    let answer = world.take_arrived();
    assert!(
        matches!(answer[0], Arrived::Tcp { syn: true, acknowledgment: 78, reset: false, .. }),
        "{answer:?}"
    );
    // Also once it is answered.
    world.inject(&packets::syn(local, server(), 77));
    world.run(SECOND);
    assert_eq!(world.attempts(), [server()]);
    assert_eq!(world.engine.stats().flows, 1);
}

#[test]
fn a_syn_with_another_number_is_a_new_connection() {
    let mut world = world();
    let old = world.connect_from(5000, server());
    world.run(SECOND);
    world.app_send(old, b"old");
    world.run(SECOND);
    // The app's machine forgot the connection; nothing of it may reach the new one.
    let local = world.local(5000, server());
    world.inject(&packets::syn(local, server(), 0x7777_0000));
    world.run(SECOND);
    assert_eq!(world.attempts(), [server(); 2]);
    let mut closed: Vec<_> = world.remotes(server()).iter().map(|remote| remote.closed).collect();
    closed.sort_by_key(Option::is_some);
    assert_eq!(closed, [None, Some(Close::Reset)], "the old server learns it");
}

#[test]
fn segments_out_of_order_are_put_in_order() {
    for server in servers() {
        let mut world = world();
        let local = world.local(9, server);
        world.inject(&packets::syn(local, server, 100));
        let [Arrived::Tcp { sequence, syn: true, .. }] = world.take_arrived()[..] else {
            panic!("a SYN is answered")
        };
        let next = sequence.wrapping_add(1);
        world.inject(&packets::segment(local, server, 101, next, b""));
        world.inject(&packets::segment(local, server, 109, next, b"third"));
        world.inject(&packets::segment(local, server, 106, next, b"two"));
        assert_eq!(world.remote(server).received, b"");
        world.inject(&packets::segment(local, server, 101, next, b"first"));
        world.run(SECOND);
        assert_eq!(world.remote(server).received, b"firsttwothird");
    }
}

#[test]
fn a_segment_of_no_connection_is_reset() {
    for server in servers() {
        let mut world = world();
        let local = world.local(9, server);
        world.inject(&packets::segment(local, server, 100, 555, b"where was I"));
        assert!(matches!(
            world.take_arrived()[..],
            [Arrived::Tcp { reset: true, sequence: 555, .. }]
        ));
        assert_eq!(world.attempts(), []);
        assert_eq!(world.engine.stats().flows, 0);
    }
}

#[test]
fn a_full_tun_loses_nothing_and_costs_no_timeout() {
    let mut world = world();
    let app = world.connect(server());
    world.run(SECOND);
    let bytes: Vec<u8> = (0..200_000u32).map(|i| (i / 3) as u8).collect();
    world.remote_send(server(), &bytes);
    let mut received = Vec::new();
    for turn in 0..200 {
        world.set_tun_full(turn % 2 == 0);
        world.run(Duration::from_millis(2));
        received.extend(world.app_receive(app));
    }
    world.set_tun_full(false);
    // Well below a retransmission time-out.
    world.run(Duration::from_millis(100));
    received.extend(world.app_receive(app));
    assert!(received == bytes, "{} of {} bytes", received.len(), bytes.len());
    let packets_down = world.records().last().unwrap().traffic.packets_down;
    assert!(packets_down < 1000, "{packets_down} packets to the app");
}

#[test]
fn a_tun_that_takes_no_large_packets_gets_small_ones() {
    for server in servers() {
        let mut world = world();
        world.set_largest_packet(1500);
        let app = world.connect(server);
        world.run(SECOND);
        let bytes: Vec<u8> = (0..60_000u32).map(|i| (i / 3) as u8).collect();
        world.remote_send(server, &bytes);
        world.run(Duration::from_millis(100));
        let received = world.app_receive(app);
        assert!(
            received == bytes,
            "{} of {} bytes without a retransmission",
            received.len(),
            bytes.len()
        );
    }
}

#[test]
fn a_large_packet_that_waited_for_a_full_tun_does_not_hold_others_up() {
    let mut world = world();
    let app = world.connect(server());
    world.run(SECOND);
    world.set_tun_full(true);
    let bytes: Vec<u8> = (0..30_000u32).map(|i| (i / 3) as u8).collect();
    world.remote_send(server(), &bytes);
    world.run(SECOND);
    world.set_largest_packet(1500);
    world.set_tun_full(false);
    world.run(Duration::from_secs(10));
    assert!(world.app_receive(app) == bytes);
    assert!(!world.engine.waits_for_tun());
}

#[test]
fn a_reset_while_the_tun_is_full_reaches_the_app() {
    let mut world = world();
    let [cut, reset] = [server(), servers()[1]];
    let apps = [world.connect(cut), world.connect(reset)];
    world.run(SECOND);
    world.set_tun_full(true);
    world.remote_send(cut, b"waits");
    world.run(SECOND);
    world.remote_reset(reset);
    world.run(SECOND);
    world.set_policy(policy(r#"{"version": 1, "default_mode": "block"}"#));
    world.set_tun_full(false);
    world.run(SECOND);
    assert_eq!(apps.map(|app| world.app_state(app)), [State::Closed; 2]);
}

#[test]
fn while_the_tun_is_full_the_engine_sleeps() {
    let mut world = world();
    world.connect(server());
    world.run(SECOND);
    world.set_tun_full(true);
    world.remote_send(server(), &[7; 100_000]);
    world.run(SECOND);
    let next = world.engine.poll_timeout().expect("time-outs go on");
    assert!(next > world.now() + Duration::from_millis(100), "until {next}, now {}", world.now());
}

#[test]
fn an_app_that_has_vanished_is_cut() {
    let mut world = world();
    let app = world.connect(server());
    world.run(SECOND);
    world.set_faults(Faults { lose: 100, ..Faults::default() });
    world.remote_send(server(), b"is anybody there?");
    world.run(Duration::from_secs(600));
    assert_eq!(world.remote(server()).closed, Some(Close::Reset));
    assert_eq!(world.engine.stats().flows, 0);
    assert_eq!(world.app_receive(app), b"");
}

#[test]
fn an_idle_connection_is_kept_two_hours_and_four_minutes() {
    let mut world = world();
    let app = world.connect(server());
    world.run(SECOND);
    world.run(Duration::from_secs(2 * 3600 + 4 * 60 - 10));
    assert_eq!(world.engine.stats().flows, 1);
    world.app_send(app, b"still here");
    world.run(SECOND);
    assert_eq!(world.remote(server()).received, b"still here");
    world.run(Duration::from_secs(2 * 3600 + 4 * 60 + 10));
    assert_eq!(world.engine.stats().flows, 0);
    assert!(world.remote(server()).closed.is_some());
    assert_eq!(world.records().last().unwrap().state, RecordState::Closed);
}

#[test]
fn an_apps_keep_alives_are_carried_on() {
    for server in servers() {
        let mut world = world();
        let app = world.connect(server);
        world.run(SECOND);
        world.app_send(app, b"x");
        world.run(SECOND);
        assert_eq!(world.remote(server).keep_alive, None);
        world.app_keep_alive(app, Some(Duration::from_secs(45)));
        world.app_send(app, b"y");
        world.run(Duration::from_secs(3 * 3600));
        let idle = world.remote(server).keep_alive.expect("carried on").as_secs();
        assert!((40..=50).contains(&idle), "{idle} s");
        assert_eq!(
            world.engine.stats().flows,
            1,
            "kept alive beyond the limit for idle connections"
        );
        assert_eq!(world.app_state(app), State::Established);
    }
}

#[test]
fn an_owner_that_is_not_told_counts_as_unknown() {
    let mut world = world();
    world.owners_answer = false;
    let app = world.connect(server());
    world.run(SECOND * 10);
    assert_eq!(world.app_state(app), State::Established);
    assert_eq!(world.records()[0].owner, wire::Owner::Unknown);
}

#[test]
fn a_busy_system_that_tells_the_owner_late_lets_no_packet_of_a_blocked_app_out() {
    let mut world = World::under(BLOCK_THE_APP);
    world.owners_answer = false;
    let app = world.connect(server());
    world.run(SECOND * 4);
    assert!(world.attempts().is_empty());
    world.owners_answer = true;
    world.run(SECOND);
    assert_eq!(world.app_state(app), State::Closed);
    assert!(world.attempts().is_empty());
}

#[test]
fn an_owner_that_is_told_too_late_is_still_obeyed() {
    let mut world = World::under(BLOCK_THE_APP);
    world.owners_answer = false;
    let app = world.connect(server());
    world.run(SECOND * 10);
    assert_eq!(world.app_state(app), State::Established);
    world.owners_answer = true;
    world.run(SECOND);
    assert_eq!(world.app_state(app), State::Closed);
    let record = world.records().last().unwrap();
    assert_eq!(record.state, RecordState::Blocked);
    assert_eq!(record.owner.to_string(), "org.example.app");
    assert_eq!(world.engine.stats().flows, 0);
}

#[test]
fn a_refusal_stays_one_when_its_owner_is_told_too_late() {
    let mut world = World::under(
        r#"{"version": 1, "unknown_mode": "block", "default_mode": "block", "refusal": "silence"}"#,
    );
    world.owners_answer = false;
    world.connect(server());
    world.run(SECOND * 10);
    world.owners_answer = true;
    world.run(SECOND);
    let record = world.records().last().unwrap();
    assert_eq!(
        (record.state, record.owner.to_string()),
        (RecordState::Blocked, "org.example.app".to_owned())
    );
    assert!(world.attempts().is_empty());
}
