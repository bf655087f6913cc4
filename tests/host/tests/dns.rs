//! Name service as `dig` sees it: every server's address answers, from the network's own server, and what is blocked is
//! asked of nobody.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests are tests, which clippy does not see"
)]

use hushwall_blackbox::{Lab, Wiretap};
use serde_json::{Value, json};

fn tracker_blocked(blocked_dns: &str) -> Value {
    json!({
        "version": 1,
        "blocked_dns": blocked_dns,
        "lists": [{"name": "test list", "hosts": ["tracker.test"]}],
    })
}

#[test]
fn whatever_server_is_asked_the_networks_own_answers() {
    let lab = Lab::with_names();
    let tap = Wiretap::new(&lab);
    let foreign = ["114.114.114.114", "240c::6666"];
    for server in foreign {
        for transport in ["+notcp", "+tcp"] {
            let run = lab
                .firewall()
                .run(&format!("dig @{server} {transport} +short host.test A host.test AAAA"))
                .good();
            assert_eq!(run.stdout, "192.0.2.2\n2001:db8:1::2\n", "{server} {transport}");
        }
    }
    assert_eq!(tap.packets_of(&foreign), 0);
    assert_eq!(lab.questions("host.test"), 8);
}

#[test]
fn each_question_of_one_connection_is_judged_by_itself() {
    let lab = Lab::with_names();
    let run = lab
        .firewall()
        .policy(&tracker_blocked("unspecified"))
        .run(
            "dig +tcp +keepopen +short host.test A tracker.test A host.test AAAA tracker.test AAAA",
        )
        .good();
    assert_eq!(run.stdout, "192.0.2.2\n0.0.0.0\n2001:db8:1::2\n::\n");
    assert_eq!(lab.questions("tracker.test"), 0);
}

#[test]
fn a_blocked_name_is_denied_as_the_policy_says() {
    let lab = Lab::with_names();
    for (how, status, answer) in [
        ("unspecified", "NOERROR", true),
        ("nxdomain", "NXDOMAIN", false),
        ("nodata", "NOERROR", false),
    ] {
        let firewall = lab.firewall();
        let run = firewall.policy(&tracker_blocked(how)).run("dig tracker.test A").good();
        assert!(run.stdout.contains(&format!("status: {status}")), "{}", run.stdout);
        assert_eq!(run.stdout.contains("0.0.0.0"), answer, "{}", run.stdout);
        assert_eq!(run.stdout.contains("SOA"), !answer, "{}", run.stdout);
    }
    assert_eq!(lab.questions("tracker.test"), 0);
}

#[test]
fn a_name_that_is_an_alias_of_a_blocked_one_is_blocked_and_shown() {
    let lab = Lab::with_names();
    let firewall = lab.firewall();
    let run =
        firewall.policy(&tracker_blocked("unspecified")).run("dig +short alias.test A").good();
    assert_eq!(run.stdout, "0.0.0.0\n");
    let events = run.events();
    let blocked = events.iter().find(|event| event.verdict == "block").unwrap();
    assert_eq!(blocked.host.as_deref(), Some("alias.test"));
    assert!(blocked.reason.contains("tracker.test"), "{}", blocked.reason);
}
