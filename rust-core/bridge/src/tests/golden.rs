//! The examples in `tests/bridge`: what the app sends is understood, what it is sent looks so. Its own tests read the same files.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use catalog::{Catalog, Category, Protection};
use engine::{FlowId, Instant};
use names::http::{Conversation, RequestReader};
use policy::{CountryCode, Decision, Document, NetworkKind, Refusal, RuleVerdict, Situation};
use report::audit::{Audit, Recorded};
use report::{CompanyReport, Hidden, Period, Report, Sources};
use runtime::{AddressPlaces, Event, Fault, FlowRecord, LogEvent, RecordState, Traffic};
use serde_json::{Value, json};
use store::{HourTotal, Listed, Reason, ReasonCode, State, Trouble};
use wire::{AppId, FlowKey, HostName, NameSource, Owner, Protocol};

use super::golden_lists;
use crate::error::Code;
use crate::messages::answers::{
    AboutHost, Answer, CompanyTold, Considered, Done, Example, Hour, LastSeen, ProtectionTold,
    RuleTold, Status,
};
use crate::messages::events::{EventTold, Events, FaultTold};
use crate::messages::lists::ListOutcome;
use crate::messages::requests::{
    AuditFormat, Command, ConfidenceName, ExportFormat, ProtocolName, Query, ReportFormat,
    ScreenName, VerdictName, Which,
};
use crate::messages::row::{ReasonTold, Row};
use crate::messages::state::{Config, NetworkMessage, PolicyMessage, Start};
use crate::messages::{self, read};
use crate::resources::Known;

const MOMENT_MS: i64 = 1_767_225_600_000;

fn golden(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/bridge");
    fs::read(folder.join(format!("{name}.json"))).unwrap()
}

/// The messages of a file that has several.
fn each(name: &str) -> Vec<Vec<u8>> {
    let all: Vec<Value> = serde_json::from_slice(&golden(name)).unwrap();
    all.iter().map(|message| message.to_string().into_bytes()).collect()
}

pub(super) fn value(message: &impl serde::Serialize) -> Value {
    serde_json::from_slice(&messages::write(message).unwrap()).unwrap()
}

#[test]
fn the_ways_to_open_and_to_start_are_understood() {
    let config: Config = read("config", &golden("open")).unwrap();
    assert!(config.log.unwrap().ends_with("connections.db"));
    assert!(config.buffer.unwrap().ends_with("buffer.db"));
    assert_eq!((config.log_retention_days, config.lists.len(), config.sdk), (14, 2, 34));
    assert!(config.places.is_some() && config.user_lists.unwrap().ends_with("lists"));
    let config: Config = read("config", &golden("open-before-unlock")).unwrap();
    assert_eq!((config.log, config.log_retention_days, config.sdk), (None, 7, 28));
    let start: Start = read("start", &golden("start")).unwrap();
    assert_eq!((start.mtu, start.largest_packet, start.dns_addresses.len()), (1500, 15_900, 2));
}

#[test]
fn policy_and_network_are_understood() {
    let message: PolicyMessage = read("policy", &golden("policy")).unwrap();
    let document = Document::parse(message.document.get()).unwrap();
    assert_eq!((document.rules.len(), document.lists.len()), (1, 1));
    let apps: Vec<_> = message.apps.iter().map(|app| (app.uid, &*app.name)).collect();
    assert_eq!(apps[2], (10_124, "com.example.a,com.example.b"));
    let situation = Situation::from(message.situation.unwrap());
    assert_eq!((situation.network, situation.screen_on), (NetworkKind::Wifi, Some(true)));
    assert_eq!(situation.ssid.as_deref(), Some("home"));
    let message: NetworkMessage = read("network", &golden("network")).unwrap();
    let network = message.network();
    assert_eq!((network.ipv4, network.ipv6, &*message.label), (true, false, "wifi"));
    let resolvers: Vec<_> = network.resolvers.iter().map(ToString::to_string).collect();
    assert_eq!(resolvers, ["192.168.1.1:53", "[2001:db8::53]:53"], "the scoped one is left out");
}

#[test]
fn every_question_is_understood() {
    let mut all = each("queries").into_iter().map(|text| read("query", &text).unwrap());
    let Some(Query::Connections(full)) = all.next() else { panic!() };
    let which = &full.which;
    assert_eq!((which.app.as_deref(), which.uid), (Some("com.example.a"), Some(10_124)));
    assert_eq!((which.host.as_deref(), which.text.as_deref()), (Some("example"), Some("ads")));
    assert!(matches!(which.verdict, Some(VerdictName::Block)));
    assert_eq!((which.since, which.until), (Some(1), Some(2)));
    assert_eq!((full.before, full.limit()), (Some(77), 50));
    let Some(Query::Connections(least)) = all.next() else { panic!() };
    assert_eq!((least.which.uid, least.limit()), (None, 100));
    let Some(Query::Changes(changes)) = all.next() else { panic!() };
    assert_eq!((changes.after, changes.limit(), changes.which.app), (17, 500, None));
    let Some(Query::Connections(narrow)) = all.next() else { panic!() };
    is_narrow(&narrow.which);
    let Some(Query::Changes(narrow)) = all.next() else { panic!() };
    assert_eq!((narrow.after, narrow.limit()), (18, 500));
    is_narrow(&narrow.which);
    let Some(Query::Totals(totals)) = all.next() else { panic!() };
    assert_eq!((totals.since, totals.until, totals.app.is_some()), (Some(1), Some(2), true));
    assert!(matches!(all.next(), Some(Query::LastActive(_))));
    let Some(Query::Explain(explain)) = all.next() else { panic!() };
    assert_eq!((explain.uid, explain.port), (Some(10_124), 443));
    assert!(explain.host.is_some() && explain.address.is_some());
    assert!(matches!(explain.protocol, ProtocolName::Tcp));
    assert!(matches!(all.next(), Some(Query::Status(_))));
    assert!(matches!(all.next(), Some(Query::PolicyCheck(_))));
    are_about_lists(&mut all);
    let Some(Query::About(about)) = all.next() else { panic!() };
    assert_eq!((about.host.as_deref(), about.address), (Some("tracker.example"), None));
    let Some(Query::About(about)) = all.next() else { panic!() };
    assert_eq!((about.address.is_some(), about.port), (true, 443));
    assert!(matches!(about.protocol, ProtocolName::Udp));
    let Some(Query::Report(report)) = all.next() else { panic!() };
    let question = report.question().unwrap();
    assert_eq!((question.apps.len(), question.period.until_ms), (1, 1_767_312_000_000));
    let Some(Query::Report(report)) = all.next() else { panic!() };
    let question = report.question().unwrap();
    assert_eq!((question.before_ms, question.midnights.len()), (Some(1_766_620_800_000), 2));
    let Some(Query::Company(company)) = all.next() else { panic!() };
    assert_eq!((&*company.name, company.midnights.len()), ("Example Ads", 2));
    assert_eq!(company.period().unwrap().until_ms, 1_767_312_000_000);
    let Some(Query::Advice(advice)) = all.next() else { panic!() };
    assert_eq!(advice.packages, ["com.example.a", "com.example.b"]);
    assert!(advice.document.is_none());
    let Some(Query::Advice(advice)) = all.next() else { panic!() };
    assert!(advice.document.is_some());
    let Some(Query::FollowAdvice(follow)) = all.next() else { panic!() };
    assert_eq!(follow.packages, ["com.example.a"]);
    assert!(matches!(all.next(), Some(Query::UndoAdvice(_))));
    assert!(matches!(all.next(), Some(Query::Audit(audit)) if audit.utc_offset == 7200));
    let Some(Query::Rules(rules)) = all.next() else { panic!() };
    assert_eq!((rules.since, &rules.document["version"]), (Some(1), &json!(1)));
    let Some(Query::Explain(explain)) = all.next() else { panic!() };
    assert_eq!((explain.app.as_deref(), explain.document.is_some()), (Some("a.b,c.d"), true));
    assert!(all.next().is_none());
}

fn are_about_lists(all: &mut impl Iterator<Item = Query>) {
    assert!(matches!(all.next(), Some(Query::Lists(asked)) if asked.since.is_none()));
    assert!(matches!(all.next(), Some(Query::Lists(asked)) if asked.since.is_some()));
    assert!(matches!(all.next(), Some(Query::ListRead(list)) if list.name == "mine"));
    assert!(matches!(all.next(), Some(Query::ListRows(list)) if list.name == "built-in never"));
    assert!(matches!(all.next(), Some(Query::KnownLists(_))));
    assert!(matches!(all.next(), Some(Query::Lookup(asked)) if asked.host == "tracker.example"));
    assert!(matches!(all.next(), Some(Query::Lookup(asked)) if asked.document.is_some()));
}

fn is_narrow(which: &Which) {
    assert_eq!(which.company.as_deref(), Some("Example Ads"));
    assert_eq!(which.category, Some(Category::Advertising));
    assert_eq!(
        (which.country, which.network.as_deref()),
        (Some(CountryCode(*b"SG")), Some("wifi"))
    );
    assert!(matches!(which.screen, Some(ScreenName::Off)));
    assert!(matches!(which.confidence, Some(ConfidenceName::Guessed)));
}

#[test]
fn every_order_is_understood() {
    let mut all = each("commands").into_iter().map(|text| read("command", &text).unwrap());
    assert!(matches!(all.next(), Some(Command::ClearLog(_))));
    assert!(matches!(all.next(), Some(Command::MoveBuffer(order)) if order.log.is_none()));
    assert!(matches!(all.next(), Some(Command::MoveBuffer(order)) if order.log.is_some()));
    let Some(Command::ExportLog(export)) = all.next() else { panic!() };
    assert!(matches!(export.format, ExportFormat::Csv) && export.to.ends_with("log.csv"));
    assert_eq!((export.since, export.until), (Some(1), Some(2)));
    let Some(Command::ExportReport(export)) = all.next() else { panic!() };
    assert!(matches!(export.format, ReportFormat::Html) && export.to.ends_with("report.html"));
    assert_eq!(export.asked().question().unwrap().midnights.len(), 2);
    assert_eq!(export.hidden(), Hidden { apps: true, hosts: false });
    let Some(Command::CompileLists(order)) = all.next() else { panic!() };
    assert_eq!((&*order.sources[0].name, order.sources.len()), ("mine", 1));
    assert!(order.to.ends_with("mine.lists") && order.sources[0].path.ends_with("mine.txt"));
    let Some(Command::AddList(add)) = all.next() else { panic!() };
    assert!(add.url.is_some() && add.include_subdomains && add.licence == "MIT");
    assert!(add.text.etag.is_some() && add.text.last_modified.is_some());
    assert!(matches!(all.next(), Some(Command::AddList(add)) if add.url.is_none()));
    let Some(Command::UpdateList(update)) = all.next() else { panic!() };
    assert!(update.accept_shrunken && update.text.unwrap().path.ends_with("list"));
    let Some(Command::UpdateList(update)) = all.next() else { panic!() };
    assert!(update.text.is_none() && update.failure.is_none() && !update.accept_shrunken);
    let Some(Command::UpdateList(update)) = all.next() else { panic!() };
    assert_eq!(update.failure.as_deref(), Some("no network"));
    assert!(matches!(all.next(), Some(Command::SetList(set)) if set.on == Some(false)));
    let Some(Command::SetList(set)) = all.next() else { panic!() };
    assert_eq!((set.on, set.include_subdomains), (None, Some(true)));
    assert!(matches!(all.next(), Some(Command::RemoveList(list)) if list.name == "mine"));
    assert!(matches!(all.next(), Some(Command::UndoList(list)) if list.name == "mine"));
    let Some(Command::BeginAudit(audit)) = all.next() else { panic!() };
    assert_eq!((audit.uid, audit.values), (10_123, false));
    assert!(matches!(all.next(), Some(Command::EndAudit(audit)) if audit.utc_offset == 7200));
    let Some(Command::ExportAudit(export)) = all.next() else { panic!() };
    assert!(matches!(export.format, AuditFormat::Html) && export.to.ends_with("audit.html"));
    assert!(all.next().is_none());
}

#[test]
fn a_message_with_a_fault_is_refused_with_its_place() {
    for (text, words) in [
        (r#"{"log":"/x","sdk":"34"}"#, "at sdk"),
        (r#"{"log":"/x","sdk":34,"lists":["a",1]}"#, "at lists[1]"),
        (r#"{"log":"/x","sdk":34,"colour":1}"#, "unknown field `colour`"),
        (r#"{"log":"/x"}"#, "missing field `sdk`"),
        (r#"{"log":"/x","sdk":34}}"#, "trailing characters"),
        ("", "EOF"),
    ] {
        let error = read::<Config>("config", text.as_bytes()).unwrap_err();
        assert_eq!(error.code, Code::BadMessage);
        assert!(error.message.starts_with("config") && error.message.contains(words), "{error}");
    }
    for text in [
        r#"{"ask":"connections","colour":1}"#,
        r#"{"ask":"changes","after":1,"colour":1}"#,
        r#"{"ask":"connections","country":"Singapore"}"#,
        r#"{"ask":"status","colour":1}"#,
        r#"{"ask":"weather"}"#,
        "{}",
    ] {
        assert!(read::<Query>("query", text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn a_report_of_a_period_that_nobody_means_is_refused() {
    let day = 86_400_000_i64;
    for (since, until, utc_offset, words) in [
        (5, 5, 0, "end after it begins"),
        (-1, day, 0, "after 1970"),
        (i64::MIN, i64::MAX, 0, "after 1970"),
        (0, 367 * day, 0, "366 days"),
        (0, i64::MAX, 0, "366 days"),
        (0, day, 64_801, "18 hours"),
        (0, day, i32::MIN, "18 hours"),
    ] {
        let text =
            json!({"ask": "report", "since": since, "until": until, "utc_offset": utc_offset});
        let Query::Report(asked) = read("query", text.to_string().as_bytes()).unwrap() else {
            panic!()
        };
        let error = asked.question().unwrap_err();
        assert_eq!(error.code, Code::BadMessage);
        assert!(error.message.contains(words), "{error}");
    }
    for (field, bad, words) in [
        ("before", json!(day + 1), "before the period"),
        ("before", json!(-1), "after 1970"),
        ("midnights", json!([day, day]), "follow each other"),
        ("midnights", json!((0..400).collect::<Vec<i64>>()), "367 at most"),
    ] {
        let mut asked = json!({"ask": "report", "since": day, "until": 2 * day, "utc_offset": 0});
        asked[field] = bad;
        let Query::Report(asked) = read("query", asked.to_string().as_bytes()).unwrap() else {
            panic!()
        };
        let error = asked.question().unwrap_err();
        assert!(error.code == Code::BadMessage && error.message.contains(words), "{error}");
    }
}

#[test]
fn the_version_is_told() {
    let told: Value = serde_json::from_slice(&messages::version()).unwrap();
    assert_eq!(told, serde_json::from_slice::<Value>(&golden("version")).unwrap());
}

#[test]
fn each_code_has_its_word() {
    let codes = [
        Code::Closed,
        Code::BadMessage,
        Code::Policy,
        Code::PolicyVersion,
        Code::Log,
        Code::LogVersion,
        Code::StorageFull,
        Code::ListName,
        Code::Lists,
        Code::Tun,
        Code::System,
        Code::Panic,
    ];
    let words: Vec<String> = serde_json::from_slice(&golden("errors")).unwrap();
    assert_eq!(codes.map(Code::as_str).to_vec(), words);
}

#[test]
fn events_look_as_the_app_knows_them() {
    let events = [
        Event::Connection(Box::new(live())),
        Event::Fault(Fault::TunGone("No such device".to_owned())),
        Event::Fault(Fault::Failed("a fault of ours".to_owned())),
        Event::Log(LogEvent::Failed {
            trouble: Trouble::StorageFull,
            message: store::StoreError::DiskFull.to_string(),
        }),
        Event::Log(LogEvent::Recovered),
        Event::Log(LogEvent::SetAside {
            moved_to: "/data/user/0/org.hushwall/files/connections.db.corrupt-1".into(),
            reason: "malformed".to_owned(),
        }),
        Event::Log(LogEvent::Lost(12)),
    ];
    let events = events.iter().map(|event| EventTold::new(event, &Known::default())).collect();
    let expected: Value = serde_json::from_slice(&golden("events")).unwrap();
    assert_eq!(value(&Events { events, missed: 3 }), expected);
}

#[test]
fn answers_look_as_the_app_knows_them() {
    let folder = tempfile::tempdir().unwrap();
    let known =
        Known { catalog: Arc::new(catalog()), places: Some(Arc::new(places(folder.path()))) };
    let rows = || vec![Row::logged(&logged(), &known)];
    let rule = rule();
    let considered = |reason: &policy::Reason, verdict, decides| Considered {
        reason: ReasonTold::decided(reason),
        verdict,
        holds: true,
        decides,
    };
    let mut told = json!({
        "connections": value(&Answer::Connections { rows: rows(), next: Some(77), mark: 17 }),
        "connections-end": value(&Answer::Connections { rows: Vec::new(), next: None, mark: 17 }),
        "changes": value(&Answer::Changes { rows: rows(), mark: 18, more: true }),
        "totals": value(&Answer::Totals { hours: vec![Hour::from(&total())] }),
        "last-active": value(&Answer::LastActive {
            apps: vec![LastSeen::from(&(total().owner, MOMENT_MS))],
        }),
        "explain": value(&Answer::Explain {
            verdict: "block",
            reason: ReasonTold::decided(&rule),
            considered: vec![
                considered(&rule, "block", true),
                considered(&policy::Reason::NothingAgainst, "allow", false),
            ],
        }),
        "status": value(&Answer::Status(Box::new(status()))),
        "status-stopped": value(&Answer::Status(Box::default())),
        "policy-check": value(&Answer::Good { ok: true }),
        "about": value(&Answer::About {
            about: Some(Box::new(about(&known))),
        }),
        "about-unknown": value(&Answer::About { about: None }),
        "company": value(&Answer::Company { company: Some(Box::new(company(folder.path(), &known))) }),
        "company-unknown": value(&Answer::Company { company: None }),
        "report": value(&Answer::Report(Box::new(report(folder.path(), &known)))),
    });
    let parts = [advice_told(&known), Value::Object(golden_lists::answers(&known))];
    for part in parts {
        told.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
    }
    compare(&told, "answers");
}

fn advice_told(known: &Known) -> Value {
    let with_strict = json!({"version": 1, "lists": [{"name": catalog::STRICT}]}).to_string();
    let with_strict = Document::parse(&with_strict).unwrap();
    json!({
        "advice": value(&Answer::Advice {
            protections: vec![ProtectionTold::new(&known.catalog, advised(known), &with_strict)],
        }),
        "rules": value(&Answer::Rules { rules: rules_told() }),
        "follow-advice": value(&Answer::Followed { added: Vec::from_iter(advised(known).list) }),
        "audit": value(&Answer::Audit { audit: Some(Box::new(audit(known).without_values())) }),
        "audit-none": value(&Answer::Audit { audit: None }),
        "undo-advice": value(&Answer::Undone { removed: vec![advised(known).title] }),
    })
}

#[test]
fn what_came_of_orders_looks_as_the_app_knows_it() {
    let folder = tempfile::tempdir().unwrap();
    let known =
        Known { catalog: Arc::new(catalog()), places: Some(Arc::new(places(folder.path()))) };
    let done = || Done { ok: true, ..Done::default() };
    let told = json!({
        "clear-log": value(&done()),
        "move-buffer": value(&Done { moved: Some(3), ..done() }),
        "export-log": value(&Done { rows: Some(120), ..done() }),
        "export-report": value(&Done { rows: Some(27), ..done() }),
        "begin-audit": value(&done()),
        "end-audit": value(&Done { audit: Some(Box::new(audit(&known))), ..done() }),
        "compile-lists": value(&Done {
            entries: Some(2),
            skipped: Some(1),
            examples: Some(vec![Example {
                list: "mine".to_owned(),
                line: 3,
                text: "not a host".to_owned(),
                reason: "not a host name".to_owned(),
            }]),
            ..done()
        }),
        "add-list": value(&Done {
            list: Some(Box::new(ListOutcome::taken(&golden_lists::taken(), 1))),
            ..done()
        }),
        "update-list": value(&Done {
            list: Some(Box::new(ListOutcome::refused(collection::Trouble::Shrunken {
                rules: 1200,
                before: 84_000,
            }))),
            ..Done::default()
        }),
    });
    compare(&told, "outcomes");
}

pub(super) fn about(known: &Known) -> AboutHost {
    AboutHost::new(&known.catalog, &known.catalog.rows()[0])
}

/// One rule of each kind: one that is used, one that is covered, one that is off.
fn rules_told() -> Vec<RuleTold> {
    let document = json!({"version": 1, "rules": [
        {"verdict": "block", "host": "tracker.example", "when": {"networks": ["wifi", "other"]}},
        {"verdict": "allow", "host": "tracker.example", "when": {"networks": ["wifi"]}},
        {"verdict": "block", "app": "com.example.a", "enabled": false},
    ]});
    let document = Document::parse(&document.to_string()).unwrap();
    let policy = policy::Policy::from_document(&document).unwrap();
    let words = "your rule: every app may not reach tracker.example and all below it on Wi-Fi or another network";
    let hits = HashMap::from([(words.to_owned(), 12)]);
    RuleTold::all(&document, &policy, 0, Some(&hits))
}

/// Of an engine that lost its TUN.
fn status() -> Status {
    Status {
        running: true,
        fault: Some(FaultTold::new(&Fault::TunGone("No such device".to_owned()))),
        beat: Some(MOMENT_MS),
        packets_in: 100,
        packets_out: 90,
        flows: 7,
        questions: 20,
        blocked_questions: 4,
        records_lost: 0,
    }
}

/// Each message by its name.
fn compare(told: &Value, file: &str) {
    let expected: Value = serde_json::from_slice(&golden(file)).unwrap();
    let Value::Object(expected) = expected else { panic!() };
    for (name, expected) in &expected {
        assert_eq!(&told[name], expected, "{name}");
    }
    assert_eq!(told.as_object().unwrap().len(), expected.len());
}

pub(super) fn rule() -> policy::Reason {
    policy::Reason::Rule {
        number: 0,
        verdict: RuleVerdict::Block,
        text: "no app may reach tracker.example".into(),
    }
}

/// A blocked question for a name, of nobody, as the session tells it.
fn live() -> runtime::Connection {
    let name = HostName::parse(b"tracker.example").unwrap();
    runtime::Connection {
        record: FlowRecord {
            flow: FlowId { index: engine::FIRST_QUESTION, generation: 1 },
            key: FlowKey {
                protocol: Protocol::Udp,
                local: "[fd00:6875:7368::1]:40001".parse().unwrap(),
                remote: "[2001:db8::7]:53".parse().unwrap(),
            },
            owner: Owner::Unknown,
            name: Some((name, NameSource::Dns)),
            decision: Decision {
                verdict: policy::Verdict::Block(Refusal::Reset),
                reason: rule(),
                evidence: None,
                provisional: false,
            },
            state: RecordState::Open,
            started: Instant::from_micros(0),
            screen_on: None,
            at: Instant::from_micros(0),
            traffic: Traffic { bytes_up: 33, packets_up: 1, ..Traffic::default() },
        },
        started: UNIX_EPOCH + Duration::from_millis(MOMENT_MS as u64),
        at: UNIX_EPOCH + Duration::from_millis(MOMENT_MS as u64 + 500),
        network: "mobile".into(),
    }
}

/// A connection that a list blocked, as the log has it.
pub(super) fn logged() -> store::Row {
    let (list, entry) = ("mine".into(), "ads.example".into());
    let connection = store::Connection {
        id: 1 << 32 | 5,
        started_ms: MOMENT_MS,
        ended_ms: Some(MOMENT_MS + 500),
        updated_ms: MOMENT_MS + 500,
        owner: Owner::App(AppId { uid: 10_124, name: "com.example.a,com.example.b".into() }),
        key: FlowKey {
            protocol: Protocol::Tcp,
            local: "10.111.222.1:40000".parse().unwrap(),
            remote: "203.0.113.7:443".parse().unwrap(),
        },
        name: Some((HostName::parse(b"cdn.ads.example").unwrap(), NameSource::Sni)),
        verdict: store::Verdict::Block,
        reason: Reason {
            code: ReasonCode::Listed,
            text: "ads.example is on the list mine".into(),
            listed: Some(Listed { list, entry }),
        },
        state: State::Blocked,
        bytes_up: 517,
        bytes_down: 0,
        packets_up: 4,
        packets_down: 3,
        network: "wifi".into(),
        screen_on: Some(false),
        country: None,
        asn: None,
    };
    store::Row { session: 3, connection }
}

/// A log that has the logged connection alone.
fn log(folder: &Path, name: &str) -> store::Reader {
    let path = folder.join(name);
    let (mut store, _) = store::Store::open(&path, store::Options::default()).unwrap();
    store.write(&[logged().connection]).unwrap();
    store::Reader::open(&path).unwrap()
}

fn company(folder: &Path, known: &Known) -> CompanyTold {
    let log = log(folder, "company.db");
    let places = known.places.as_ref().map(|places| &places.0);
    let sources = Sources { log: Some(&log), catalog: &known.catalog, places };
    let period = Period { since_ms: MOMENT_MS, until_ms: MOMENT_MS + 3_600_000 };
    let midnights = [MOMENT_MS, MOMENT_MS + 86_400_000];
    let company = CompanyReport::of(&sources, "Example Ads", period, &midnights).unwrap().unwrap();
    CompanyTold::new(&company)
}

fn report(folder: &Path, known: &Known) -> Report {
    let log = log(folder, "report.db");
    let places = known.places.as_ref().map(|places| &places.0);
    let sources = Sources { log: Some(&log), catalog: &known.catalog, places };
    let asked = json!({"ask": "report", "apps": ["com.example.a"], "since": MOMENT_MS,
        "until": MOMENT_MS + 3_600_000, "utc_offset": 7200});
    let Query::Report(asked) = read("query", asked.to_string().as_bytes()).unwrap() else {
        panic!()
    };
    Report::of(&sources, &asked.question().unwrap()).unwrap()
}

/// Of five minutes in which the logged connection said something.
fn audit(known: &Known) -> Audit {
    let mut heard = Conversation::default();
    let text = b"GET /v1/track?id=1234&page=home HTTP/1.1\r\nHost: cdn.ads.example\r\n\r\n";
    RequestReader::new(true).feed(text, |request| heard.requests.push((request, false)));
    let connections = [(logged().connection, heard)];
    let recorded = Recorded {
        begun_ms: MOMENT_MS,
        ended_ms: MOMENT_MS + 300_000,
        connections: &connections,
        left_out: 0,
    };
    let places = known.places.as_ref().map(|places| &places.0);
    Audit::of(&recorded, &known.catalog, places, 7200)
}

fn catalog() -> Catalog {
    let sources = r#"{"sources": [{"id": "seen", "name": "A measurement", "kind": "measurement",
        "licence": "facts only", "date": "2025-12", "url": "https://example.org/seen"}]}"#;
    let rows = r#"{"version": 1,
        "organisations": [{"id": "ads", "name": "Example Ads", "country": "SG"}],
        "rows": [{
            "id": "ads.kit", "organisation": "ads", "product": "Kit", "category": "advertising",
            "level": "strict", "purpose": "Chooses the ads that an app shows.",
            "data": ["advertising-id", "usage"], "hosts": ["ads.example"],
            "apps": ["com.example.b"], "own_apps": ["com.example.b"],
            "breakage": {"severity": "feature", "text": "Ads stay empty.", "sure": "likely"},
            "evidence": [{"source": "seen", "note": "with every start"}]
        }]}"#;
    Catalog::parse(sources, &[("rows.json", rows)]).unwrap()
}

/// The one protection that there is for a phone with the app that shows ads.
fn advised(known: &Known) -> Protection {
    known.catalog.protections(["com.example.b"]).remove(0)
}

fn total() -> HourTotal {
    HourTotal {
        hour_ms: MOMENT_MS,
        owner: Owner::System(AppId { uid: 1051, name: "dns".into() }),
        connections: 5,
        blocked: 2,
        bytes_up: 10,
        bytes_down: 20,
    }
}

fn places(folder: &Path) -> AddressPlaces {
    let mut compiler = geo::Compiler::new();
    compiler.add_countries("203.0.113.0,203.0.113.255,SG\n").unwrap();
    let networks = "203.0.113.0,203.0.113.255,64500,Example Networks\n";
    compiler.add_networks(networks, &HashMap::from([(64500, "Example Networks")])).unwrap();
    let path = folder.join("places.bin");
    fs::write(&path, compiler.finish()).unwrap();
    runtime::places(&path).unwrap()
}
