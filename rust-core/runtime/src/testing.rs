//! What several tests need: a network of their own, a record of a flow, a packet.

use std::env;
use std::net::SocketAddr;
use std::process::Command;

use engine::{FlowId, FlowRecord, RecordState, Traffic};
use policy::{Decision, Reason, Refusal, Verdict};
use wire::{AppId, FlowKey, Owner, Protocol, craft};

use crate::clock;

/// The record of a UDP flow of `/usr/bin/app`, uid 1000, blocked by its user, from `local` to `remote`.
pub(crate) fn blocked_record(index: u32, local: SocketAddr, remote: SocketAddr) -> FlowRecord {
    FlowRecord {
        flow: FlowId { index, generation: 1 },
        key: FlowKey { protocol: Protocol::Udp, local, remote },
        owner: Owner::App(AppId { uid: 1000, name: "/usr/bin/app".into() }),
        name: None,
        decision: Decision {
            verdict: Verdict::Block(Refusal::Reset),
            reason: Reason::AppBlocked,
            evidence: None,
            provisional: false,
        },
        state: RecordState::Blocked,
        started: clock::now(),
        screen_on: None,
        at: clock::now(),
        traffic: Traffic { bytes_up: 5, packets_up: 1, ..Traffic::default() },
    }
}

/// A UDP packet.
pub(crate) fn udp_packet(from: SocketAddr, to: SocketAddr, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0; craft::udp_headroom(from.ip())];
    packet.extend_from_slice(payload);
    assert!(craft::udp(&mut packet, from, to));
    packet
}

/// Set in the child.
const INSIDE: &str = "HUSHWALL_TEST_OWN_NETWORK";

/// Runs `body`, by way of the same test in a child process, in new user and network namespaces, where the test is root and nothing but loopback exists (IPv4 and
/// IPv6, with the MTU told). `test` is the test's full path.
pub(crate) fn in_own_network(test: &str, mtu: u32, body: impl FnOnce()) {
    if env::var_os(INSIDE).is_some() {
        let mtu = mtu.to_string();
        run(Command::new("ip").args(["link", "set", "lo", "mtu", &mtu, "up"]));
        return body();
    }
    let this = env::current_exe().unwrap();
    run(Command::new("unshare")
        .args(["--user", "--map-root-user", "--net", "--"])
        .arg(this)
        .args(["--exact", test, "--nocapture"])
        .env(INSIDE, "1"));
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {text}");
}
