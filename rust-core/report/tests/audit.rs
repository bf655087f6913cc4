//! A recording goes in, what a user reads of an audit comes out.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use catalog::Catalog;
use geo::Places;
use hushwall_report::audit::{self, Audit, AuditContact, Outcome, Recorded};
use names::http::{Conversation, RequestReader, Speech};
use serde_json::Value;
use store::{Connection, Reason, ReasonCode, State, Verdict};
use wire::{AppId, FlowKey, HostName, NameSource, Owner, Protocol};

/// A Monday, 22:30 UTC.
const BEGUN: i64 = 1_795_473_000_000;
const BROWSER: &str = "com.android.browser";

/// One connection of an app, and the plain HTTP that it said.
struct Told {
    app: &'static str,
    host: &'static str,
    protocol: Protocol,
    blocked: Option<ReasonCode>,
    speech: Speech,
    requests: String,
    was_sent: bool,
}

fn told(host: &'static str) -> Told {
    Told {
        app: BROWSER,
        host,
        protocol: Protocol::Tcp,
        blocked: None,
        speech: Speech::Tls,
        requests: String::new(),
        was_sent: true,
    }
}

fn http(host: &'static str, requests: impl Into<String>) -> Told {
    Told { speech: Speech::Http, requests: requests.into(), ..told(host) }
}

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: as.said.example\r\n\r\n")
}

fn recorded(told: &[Told]) -> Vec<(Connection, Conversation)> {
    let recorded = told.iter().enumerate().map(|(id, told)| {
        let mut requests = Vec::new();
        let mut reader = RequestReader::new(true);
        reader.feed(told.requests.as_bytes(), |request| requests.push((request, told.was_sent)));
        (connection(id, told), Conversation { speech: told.speech, requests })
    });
    recorded.collect()
}

fn connection(id: usize, told: &Told) -> Connection {
    let started_ms = BEGUN + id as i64 * 60_000;
    let is_blocked = told.blocked.is_some();
    Connection {
        id: id as u64,
        started_ms,
        ended_ms: Some(started_ms),
        updated_ms: started_ms,
        owner: Owner::App(AppId { uid: 10_001, name: told.app.into() }),
        key: FlowKey {
            protocol: told.protocol,
            local: "10.0.0.2:40000".parse().unwrap(),
            remote: "203.0.113.7:443".parse().unwrap(),
        },
        name: Some((HostName::parse(told.host.as_bytes()).unwrap(), NameSource::Sni)),
        verdict: if is_blocked { Verdict::Block } else { Verdict::Allow },
        reason: Reason {
            code: told.blocked.unwrap_or(ReasonCode::NothingAgainst),
            text: "the reason".into(),
            listed: None,
        },
        state: if is_blocked { State::Blocked } else { State::Closed },
        bytes_up: if is_blocked { 0 } else { 100 },
        bytes_down: 0,
        packets_up: 1,
        packets_down: 1,
        network: "wifi".into(),
        screen_on: Some(false),
        country: None,
        asn: None,
    }
}

/// The audit of five minutes, in a zone two hours ahead of UTC.
fn audit(told: &[Told]) -> Audit {
    let connections = recorded(told);
    let recorded = Recorded {
        begun_ms: BEGUN,
        ended_ms: BEGUN + 300_000,
        connections: &connections,
        left_out: 0,
    };
    let catalog = Catalog::built_in().unwrap();
    Audit::of(&recorded, &catalog, None::<&Places<Vec<u8>>>, 7200)
}

fn contact<'a>(audit: &'a Audit, who: &str) -> &'a AuditContact {
    audit.contacts.iter().find(|contact| contact.who == who).unwrap()
}

#[test]
fn an_audit_tells_how_many_companies_and_which_need_not_know_you() {
    let listed = Some(ReasonCode::Listed);
    let audit = audit(&[
        Told { blocked: listed, ..told("sa.api.intl.miui.com") },
        told("data.mistat.intl.xiaomi.com"),
        Told { blocked: Some(ReasonCode::Rule), ..told("www.shop.example.co.uk") },
        told("cdn.shop.example.co.uk"),
        Told { blocked: listed, ..told("unknown-tracker.example") },
        Told { protocol: Protocol::Udp, speech: Speech::Unknown, ..told("bank.example") },
    ]);
    let who: Vec<(&str, &str, bool)> = audit
        .contacts
        .iter()
        .map(|it| (it.who.as_str(), it.company.as_str(), it.is_needless))
        .collect();
    assert_eq!(
        who,
        [
            ("Xiaomi: MiStat", "Xiaomi", true),
            ("Xiaomi: Sensors Analytics", "Xiaomi", true),
            ("unknown-tracker.example", "unknown-tracker.example", true),
            ("example.co.uk", "example.co.uk", false),
            ("bank.example", "bank.example", false),
        ]
    );
    assert_eq!((audit.companies, audit.needless), (4, 2));
    assert_eq!((audit.sum.connections, audit.sum.blocked, audit.sum.screen_off), (6, 3, 6));
    assert_eq!(audit.sum.at_night, 6, "22:30 UTC is half past midnight there");
    let heard = audit.heard;
    assert_eq!(
        (heard.stopped_early, heard.readable, heard.encrypted, heard.other),
        (3, 0, 3, 0),
        "what is carried over UDP to port 443 is encrypted"
    );
    let text = audit::text(&audit);
    let first = "In 5 minutes com.android.browser contacted 4 companies; 2 of them do not need to know you.\n2026-11-24 00:30";
    assert!(text.starts_with(first), "{text}");
    assert!(text.contains("1 stopped before it could send"));
}

#[test]
fn equal_requests_are_told_once_with_what_became_of_them() {
    let stopped = Some(ReasonCode::Listed);
    let audit = audit(&[
        http("a.example", get("/t?id=1&page=x") + &get("/t?id=2&when=3") + &get("/other")),
        Told { was_sent: false, blocked: stopped, ..http("a.example", get("/t?id=9")) },
        Told { was_sent: false, ..http("a.example", get("/lost")) },
    ]);
    let a = contact(&audit, "a.example");
    let said: Vec<(&str, u64, Outcome)> =
        a.said.iter().map(|said| (said.path.as_str(), said.count, said.outcome)).collect();
    assert_eq!(
        said,
        [
            ("/t", 2, Outcome::Sent),
            ("/lost", 1, Outcome::Undelivered),
            ("/other", 1, Outcome::Sent),
            ("/t", 1, Outcome::Stopped),
        ]
    );
    let parameters: Vec<(&str, &[String])> =
        a.said[0].parameters.iter().map(|it| (it.name.as_str(), &it.values[..])).collect();
    assert_eq!(parameters.len(), 3);
    assert_eq!(parameters[0], ("id", &["1".to_owned(), "2".to_owned()][..]));
    let heard = a.heard;
    assert_eq!((heard.readable, heard.stopped_with_request, heard.stopped_early), (2, 1, 0));
    let (text, page) = (audit::text(&audit), audit::html(&audit));
    for written in [&text, &page] {
        assert!(written.contains("as.said.example/t"));
        assert!(written.contains("we stopped it before it could send"));
        assert!(written.contains("the server was not reached"));
    }
    let object: Value = serde_json::from_str(&audit::json(&audit)).unwrap();
    assert_eq!(object["contacts"][0]["said"][3]["outcome"], "stopped");
}

#[test]
fn an_audit_of_nothing_says_so() {
    let audit = audit(&[]);
    assert!(audit::text(&audit).starts_with("In 5 minutes nobody was contacted.\n"));
    assert!(audit::html(&audit).contains("nobody was contacted"));
}

#[test]
fn more_kinds_of_requests_than_fit_are_counted() {
    let requests: String = (0..250).map(|number| get(&format!("/{number}"))).collect();
    let audit = audit(&[http("a.example", requests)]);
    let a = contact(&audit, "a.example");
    assert_eq!((a.said.len(), a.said_left_out), (200, 50));
    assert!(audit::text(&audit).contains("and 50 other requests"));
}

#[test]
fn nothing_that_an_app_says_gets_through() {
    let evil = "<script>alert(1)</script>\u{1b}[2J\u{202e}";
    let request = format!(
        "POST /{evil}?{evil}={evil} HTTP/1.1\r\nHost: {evil}\r\nX-{evil}: {evil}\r\nCookie: {evil}={evil}\r\nContent-Type: {evil}\r\n\r\n"
    );
    let json = format!(
        "POST / HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{{\"{evil}\":1}}",
        evil.len() + 6
    );
    let json = json.replace('\u{1b}', "\\u001b");
    let json = json.replace(
        &format!("Content-Length: {}", evil.len() + 6),
        &format!("Content-Length: {}", evil.len() + 11),
    );
    let told = Told { app: "<img src=x>\u{1b}]0;owned\u{7}", ..http("a.example", request + &json) };
    let audit = audit(&[told]);
    let a = contact(&audit, "a.example");
    assert_eq!(a.said.len(), 2);
    assert!(a.said.iter().any(|said| said.parameters.iter().any(|it| it.name.contains("script"))));
    assert!(a.said.iter().any(|said| said.parameters.iter().any(|it| it.place == "json")));
    let (text, page, object) = (audit::text(&audit), audit::html(&audit), audit::json(&audit));
    for written in [&text, &page, &object] {
        assert!(!written.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{written}");
    }
    assert!(!page.contains("<script") && !page.contains("<img"));
    assert!(page.contains("default-src 'none'"));
    assert!(text.lines().all(|line| line.len() < 2000));
    serde_json::from_str::<Value>(&object).unwrap();
}
