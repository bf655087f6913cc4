//! Bad packets on the TUN: hushwall lives, stays small, and serves the next connection as if nothing had been.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests are tests, which clippy does not see"
)]

use std::fs;
use std::io::Write;
use std::process::Stdio;

use hushwall_blackbox::{Lab, WebServer};

/// Above what any test needs, far below what a leak of these packets would take (some hundred MiB).
const MAX_RSS_KIB: u64 = 192 << 10;

#[test]
fn garbage_neither_crashes_nor_fills_nor_stalls() {
    let lab = Lab::with_names();
    let web = WebServer::start(&lab);
    web.put("page", "still here");
    let garbage = format!("{}/clients/garbage.py", env!("CARGO_MANIFEST_DIR"));
    let script = format!(
        "curl -sS http://host.test/page && python3 {garbage} 200000 && curl -sS -m 20 http://host.test/page && \
         echo && echo served && read line"
    );
    let mut running = lab.firewall().start_with(["sh", "-c", &script], Stdio::piped());
    let mut input = running.input();
    running.wait_for("served");
    let status = fs::read_to_string(format!("/proc/{}/status", running.pid())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak < MAX_RSS_KIB, "{peak} KiB");
    writeln!(input).unwrap();
    let run = running.finish().good();
    assert_eq!(run.stdout, "still herethrown 200000\nstill here\nserved\n");
}
