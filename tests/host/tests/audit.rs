//! `--audit`: what a command told whom, as real clients say it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests are tests, which clippy does not see"
)]

use std::fs;

use hushwall_blackbox::{Lab, WebServer};
use serde_json::{Value, json};

/// Blocks the tracker, by whichever address.
fn block_tracker() -> Value {
    json!({"version": 1, "rules": [{"verdict": "block", "host": "tracker.test"}]})
}

fn contact<'a>(audit: &'a Value, who: &str) -> &'a Value {
    let contacts = audit["contacts"].as_array().unwrap();
    contacts.iter().find(|contact| contact["who"] == who).unwrap()
}

/// The requests of a contact: method, path, outcome, and the parameters as "place name".
fn said(contact: &Value) -> Vec<(String, Vec<String>)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut said: Vec<(String, Vec<String>)> = contact["said"]
        .as_array()
        .unwrap()
        .iter()
        .map(|said| {
            let request = [&said["method"], &said["path"], &said["outcome"]].map(text).join(" ");
            let parameters = said["parameters"].as_array().unwrap().iter();
            let told = parameters.map(|it| text(&it["place"]) + " " + &text(&it["name"]));
            (request, told.collect())
        })
        .collect();
    said.sort();
    said
}

#[test]
fn what_curl_tells_in_the_clear_is_read_and_what_is_encrypted_is_counted() {
    let lab = Lab::with_names();
    let web = WebServer::start(&lab);
    web.put("a", "a");
    let file = lab.path("audit.json");
    lab.firewall()
        .option("--audit", &file)
        .shell(
            "curl -sS -4 'http://host.test/a?imei=8642&page=one%20two' http://host.test/a?second=1 -o /dev/null -o /dev/null
             curl -sS -4 -o /dev/null -d 'user=someone&secret=8642' http://host.test/form
             curl -sS -4 -o /dev/null -H 'Content-Type: application/json' -d '{\"device\":{\"id\":\"8642\"},\"when\":1}' http://host.test/json
             curl -sS -4 -o /dev/null --cacert ca.pem https://host.test/a",
        )
        .good();
    let text = fs::read_to_string(&file).unwrap();
    assert!(!text.contains("8642") && !text.contains("someone"), "values are left out: {text}");
    let audit: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(audit["companies"], 1);
    assert_eq!((&audit["needless"], &audit["left_out"]), (&json!(0), &json!(0)));
    let host = contact(&audit, "host.test");
    assert_eq!(
        host["heard"],
        json!({"stopped_early": 0, "stopped_with_request": 0, "readable": 3, "encrypted": 1, "other": 0})
    );
    let requests = said(host);
    let words: Vec<(&str, Vec<&str>)> = requests
        .iter()
        .map(|(request, told)| {
            let told = told.iter().map(String::as_str).filter(|it| !it.starts_with("header"));
            (request.as_str(), told.collect())
        })
        .collect();
    assert_eq!(
        words,
        [
            ("GET /a sent", vec!["query imei", "query page", "query second"]),
            ("POST /form sent", vec!["form user", "form secret"]),
            ("POST /json sent", vec!["json device", "json when"]),
        ]
    );
    assert!(requests[0].1.contains(&"header user-agent".to_owned()));
    assert_eq!(host["said"][0]["count"], 2, "over one connection that was kept alive");
    assert!(audit["apps"][0]["name"].as_str().unwrap().ends_with("/curl"));
}

#[test]
fn what_was_stopped_says_what_it_wanted_to_tell_or_that_it_could_not() {
    let lab = Lab::with_names();
    let _web = WebServer::start(&lab);
    let file = lab.path("audit.json");
    lab.firewall()
        .policy(&block_tracker())
        .option("--audit", &file)
        .shell(&format!(
            "curl -sS http://tracker.test/by-name?id=1
             curl -sS --resolve tracker.test:80:{} http://tracker.test/by-address?id=1
             true",
            Lab::SERVER4
        ))
        .good();
    let audit: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let tracker = contact(&audit, "tracker.test");
    let [request] = &said(tracker)[..] else { panic!("{audit}") };
    assert_eq!(request.0, "GET /by-address stopped");
    assert_eq!(request.1[0], "query id");
    assert_eq!(tracker["heard"]["stopped_with_request"], 1);
    assert!(tracker["heard"]["stopped_early"].as_u64().unwrap() >= 1, "{audit}");
    assert_eq!(tracker["sum"]["bytes_up"], 0);
}

#[test]
fn values_are_written_where_they_are_asked_for_and_the_name_says_the_format() {
    let lab = Lab::with_names();
    let _web = WebServer::start(&lab);
    let hostile = "%3Cscript%3Ealert(1)%3C/script%3E%1B%5B2J";
    let mut written = Vec::new();
    for name in ["audit.txt", "audit.html", "audit.json"] {
        let file = lab.path(name);
        lab.firewall()
            .option("--audit", &file)
            .shell(&format!("curl -sS -4 -o /dev/null 'http://host.test/a?q={hostile}'"));
        let without = fs::read_to_string(&file).unwrap();
        assert!(without.contains("/a") && !without.contains("alert"), "{without}");
        lab.firewall()
            .option("--audit", &file)
            .flag("--values")
            .shell(&format!("curl -sS -4 -o /dev/null 'http://host.test/a?q={hostile}'"))
            .good();
        written.push(fs::read_to_string(&file).unwrap());
    }
    let [text, page, object] = &written[..] else { panic!("three formats") };
    assert!(text.contains("contacted 1 company") && text.contains("q = <script>"), "{text}");
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("&lt;script&gt;alert(1)"));
    assert!(!page.contains("<script"));
    let object: Value = serde_json::from_str(object).unwrap();
    let value = &object["contacts"][0]["said"][0]["parameters"][0]["values"][0];
    assert_eq!(value, "<script>alert(1)</script>\u{1b}[2J");
    assert!(written.iter().all(|text| !text.contains('\u{1b}')));
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_anything_runs() {
    let lab = Lab::new();
    let run = lab.firewall().option("--audit", "/nowhere/audit.json").run("echo ran");
    assert_eq!(run.code, Some(125));
    assert!(run.stderr.contains("writing the audit to /nowhere/audit.json"), "{}", run.stderr);
    assert!(!run.stdout.contains("ran"));
}
