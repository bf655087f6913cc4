//! What is blocked sends not one packet, and the app is told at once; what is allowed passes.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests are tests, which clippy does not see"
)]

use std::path::Path;

use hushwall_blackbox::{Finished, Lab, WebServer, Wiretap, echo_datagrams};
use serde_json::{Value, json};

/// All addresses of the tracker.
const TRACKER: [&str; 2] = [Lab::TRACKER4, Lab::TRACKER6];
/// curl: no address for a name.
const UNRESOLVED: i32 = 6;
/// curl: not connected.
const NOT_CONNECTED: i32 = 7;
/// curl: its own time was up. A blocked app must not have to wait for that.
const TIMED_OUT: i32 = 28;

#[test]
fn a_blocked_name_is_neither_asked_for_nor_connected_to() {
    let lab = Lab::with_names();
    let _web = WebServer::start(&lab);
    let tap = Wiretap::new(&lab);
    for url in ["https://tracker.test/", "http://tracker.test/", "https://a.b.tracker.test/"] {
        let run = lab.firewall().policy(&tracker_blocked()).run(&curl(url));
        assert!(
            [UNRESOLVED, NOT_CONNECTED].contains(&run.code.unwrap()),
            "{:?} {}",
            run.code,
            run.stderr
        );
        assert!(blocked_because(&run, "test list"), "{}", run.stderr);
    }
    assert_eq!(tap.packets_of(&TRACKER), 0);
    assert_eq!(lab.questions("tracker.test") + lab.questions("a.b.tracker.test"), 0);
    // It is not that nothing works.
    lab.firewall().policy(&tracker_blocked()).run(&curl("https://host.test/")).good();
}

#[test]
fn a_name_seen_in_the_connection_alone_is_blocked_before_anything_leaves() {
    let lab = Lab::with_names();
    let web = WebServer::start(&lab);
    for address in ["198.51.100.66", "[2001:db8:51::66]"] {
        let tap = Wiretap::new(&lab);
        for (url, port) in [("https://tracker.test/", 443), ("http://tracker.test/", 80)] {
            let line = format!("{} --resolve tracker.test:{port}:{address}", curl(url));
            let run = lab.firewall().policy(&tracker_blocked()).run(&line);
            assert!(
                !matches!(run.code, Some(0 | TIMED_OUT) | None),
                "{:?} {}",
                run.code,
                run.stderr
            );
            let [connection] = &run.connections(port)[..] else { panic!("{}", run.stderr) };
            assert_eq!(connection.host.as_deref(), Some("tracker.test"));
            let source = connection.host_source.as_deref().unwrap();
            assert!(source.contains(if port == 443 { "sni" } else { "http" }), "{source}");
            assert_eq!(connection.state, "blocked");
        }
        assert_eq!(tap.packets_of(&TRACKER), 0);
        // Without the policy the same request reaches it.
        let line = format!("{} --resolve tracker.test:80:{address}", curl("http://tracker.test/"));
        lab.firewall().run(&line).good();
        assert_ne!(tap.packets_of(&TRACKER), 0);
    }
    assert_eq!(web.served(2).len(), 2);
}

#[test]
fn a_blocked_app_sends_nothing_and_an_allowed_one_reaches_even_a_tracker() {
    let lab = Lab::with_names();
    let _web = WebServer::start(&lab);
    let port = echo_datagrams(&lab, "192.0.2.2:0");
    let app = program("curl");
    let tap = Wiretap::new(&lab);
    let blocked = json!({"version": 1, "apps": [{"app": app, "mode": "block"}, {"app": python(), "mode": "block"}]});
    for url in ["http://192.0.2.2/", "http://[2001:db8:1::2]/", "https://192.0.2.2/"] {
        let run = lab.firewall().policy(&blocked).run(&curl(url));
        assert_eq!(run.code, Some(NOT_CONNECTED), "{}", run.stderr);
    }
    let run = lab
        .firewall()
        .policy(&blocked)
        .python("datagrams.py", &format!("error 192.0.2.2 {port}"))
        .good();
    assert_eq!(run.stdout, "ECONNREFUSED\n");
    assert_eq!(tap.packets_of(&[Lab::SERVER4, Lab::SERVER6]), 0);

    let mut allowed = tracker_blocked();
    allowed["apps"] = json!([{"app": app, "mode": "allow"}]);
    lab.firewall().policy(&allowed).run(&curl("http://tracker.test/")).good();
    lab.firewall().policy(&allowed).run(&curl("https://tracker.test/")).good();
}

#[test]
fn each_program_of_one_command_is_judged_for_itself() {
    let lab = Lab::with_names();
    let _web = WebServer::start(&lab);
    let mine = lab.path("mycurl");
    std::fs::copy(program("curl"), &mine).unwrap();
    let policy = json!({"version": 1, "apps": [{"app": mine, "mode": "block"}]});
    let both = format!("{0}; echo $?; ./my{0}; echo $?", curl("http://192.0.2.2/"));
    let run = lab.firewall().policy(&policy).shell(&both).good();
    assert_eq!(run.stdout, "0\n7\n", "{}", run.stderr);
}

#[test]
fn the_policy_chooses_how_a_block_is_told() {
    let lab = Lab::new();
    let error = |refusal: &str| {
        let policy = json!({"version": 1, "default_mode": "block", "refusal": refusal});
        lab.firewall().policy(&policy).python("connect.py", "errno 192.0.2.2 80").good().stdout
    };
    assert_eq!(error("reset"), "ECONNREFUSED\n");
    assert_eq!(error("unreachable"), "EHOSTUNREACH\n");
}

fn tracker_blocked() -> Value {
    json!({"version": 1, "lists": [{"name": "test list", "hosts": ["tracker.test"]}]})
}

/// Long enough that only a wait in vain reaches its end.
fn curl(url: &str) -> String {
    format!("curl -sS -k --max-time 20 -o /dev/null {url}")
}

fn blocked_because(run: &Finished, words: &str) -> bool {
    run.events().iter().any(|event| event.verdict == "block" && event.reason.contains(words))
}

/// Where a program really is.
fn program(name: &str) -> std::path::PathBuf {
    std::env::var("PATH")
        .unwrap()
        .split(':')
        .map(|folder| Path::new(folder).join(name))
        .find_map(|path| path.canonicalize().ok())
        .unwrap()
}

/// Where Python itself is; what is on PATH may be a script that looks for it.
fn python() -> String {
    let script = "import os, sys; print(os.path.realpath(sys.executable), end='')";
    let output = std::process::Command::new("python3").args(["-c", script]).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}
