//! Whatever the link does, each side receives exactly the bytes the other sent, in order, and both ends.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "what does not work out has to fail the test"
)]

use std::net::SocketAddr;

use hushwall_sim::{Faults, World, cases};
use policy::{Document, Policy};
use proptest::prelude::*;
use smoltcp::time::Duration;

fn pattern(length: usize, salt: u8) -> Vec<u8> {
    (0..length)
        .map(|i| (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes()[3] ^ salt)
        .collect()
}

/// Moves `up` and `down` bytes at once, the server taking `gulp` bytes a round; what each side received.
fn exchange(
    faults: Faults,
    mtu: usize,
    ipv6: bool,
    sizes: (usize, usize),
    gulp: usize,
    seed: u64,
) -> (Vec<u8>, Vec<u8>) {
    let mut world =
        World::new(Policy::from_document(&Document::default()).unwrap(), mtu, faults, seed);
    let server: SocketAddr =
        if ipv6 { "[2001:db8::7]:7000" } else { "203.0.113.7:7000" }.parse().unwrap();
    let app = world.connect(server);
    let (up, down) = (pattern(sizes.0, 1), pattern(sizes.1, 2));
    let (mut sent, mut received) = (0, Vec::new());
    let mut closed = false;
    let mut started = false;
    for _ in 0..20_000 {
        world.run(Duration::from_millis(50));
        if !started && !world.attempts().is_empty() {
            started = true;
            world.remote_takes(server, gulp);
            world.remote_send(server, &down);
            world.remote_end(server);
        }
        if !started {
            continue;
        }
        if sent < up.len() {
            sent += world.app_send(app, &up[sent..]);
        } else if !closed {
            closed = true;
            world.app_close(app);
        }
        received.extend(world.app_receive(app));
        if world.remote(server).received.len() == up.len()
            && received.len() == down.len()
            && world.remote(server).closed.is_some()
        {
            break;
        }
        world.remote_takes(server, gulp);
    }
    (std::mem::take(&mut world.remote(server).received), received)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: cases(48), failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn both_streams_arrive_whole(
        lose in 0u8..6, repeat in 0u8..6, swap in 0u8..10,
        mtu in prop::sample::select(vec![576usize, 1280, 1500, 9000]),
        ipv6: bool,
        up in 0usize..300_000, down in 0usize..300_000,
        gulp in prop::sample::select(vec![1000usize, 20_000, 1_000_000]),
        seed: u64,
    ) {
        let mtu = if ipv6 { mtu.max(1280) } else { mtu };
        let faults = Faults { lose, repeat, swap, damage: 0 };
        let (got_up, got_down) = exchange(faults, mtu, ipv6, (up, down), gulp, seed);
        prop_assert!(got_up == pattern(up, 1), "up: {} of {up}", got_up.len());
        prop_assert!(got_down == pattern(down, 2), "down: {} of {down}", got_down.len());
    }
}

/// The app's FIN came with data beyond the window; both were to be cut, not the data alone.
#[test]
fn an_end_beyond_the_window_loses_no_data() {
    let faults = Faults { lose: 0, repeat: 2, swap: 4, damage: 0 };
    let sizes = (210_029, 196_609);
    let (up, down) = exchange(faults, 1280, true, sizes, 1000, 15_650_533_839_736_140_184);
    assert!(up == pattern(sizes.0, 1), "up: {}", up.len());
    assert!(down == pattern(sizes.1, 2), "down: {}", down.len());
}
