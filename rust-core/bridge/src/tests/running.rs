//! A core from `open` to `close`, with a pair of sockets in the TUN's place.

use std::net::{SocketAddr, UdpSocket};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use serde_json::{Value, json};
use wire::{FlowKey, HostName, NameSource, Packet, Transport, craft};

use crate::attributor::AppAnswers;
use crate::core::Core;
use crate::error::{Code, CoreError};
use crate::messages::{read, write};

/// Long enough for anything that comes at all.
const PATIENCE: Duration = Duration::from_secs(30);

/// Everything belongs to this uid.
struct Always(u32);

impl AppAnswers for Always {
    fn uid_of(&mut self, _: &FlowKey) -> Option<u32> {
        Some(self.0)
    }
}

/// A core, and the apps' side of its TUN.
struct World {
    core: Arc<Core>,
    apps: OwnedFd,
    server: UdpSocket,
}

fn open(folder: &Path, log: bool) -> Arc<Core> {
    let mut config = json!({
        "sdk": 34, "buffer": folder.join("buffer.db"),
        "lists": [folder.join("mine.lists")],
    });
    if log {
        config["log"] = json!(folder.join("log.db"));
    }
    let core = Core::open(read("config", config.to_string().as_bytes()).unwrap());
    core.set_network(read("network", br#"{"ipv4":true,"ipv6":true,"label":"wifi"}"#).unwrap())
        .unwrap();
    Arc::new(core)
}

fn start(core: &Core) -> OwnedFd {
    let (tun, apps) =
        socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC).unwrap();
    let start = read("start", br#"{"mtu":1500,"largest_packet":1500}"#).unwrap();
    core.start(tun, Box::new(Always(10_123)), start).unwrap();
    apps
}

impl World {
    fn new(folder: &Path, log: bool) -> Self {
        let core = open(folder, log);
        let apps = start(&core);
        World { core, apps, server: UdpSocket::bind("127.0.0.1:0").unwrap() }
    }

    /// Sends a datagram as an app does.
    fn send(&self) {
        send(&self.apps, self.server.local_addr().unwrap());
    }

    /// The server answers what it got, and the app gets it.
    fn answer(&self) {
        let mut space = [0; 100];
        let (length, from) = self.server.recv_from(&mut space).unwrap();
        self.server.send_to(&space[..length], from).unwrap();
        assert_eq!(received(&self.apps), b"ping");
    }
}

fn send(apps: &OwnedFd, to: SocketAddr) {
    let from = SocketAddr::from(([10, 0, 0, 1], 5000));
    let mut packet = vec![0; craft::udp_headroom(from.ip())];
    packet.extend_from_slice(b"ping");
    assert!(craft::udp(&mut packet, from, to));
    assert_eq!(nix::unistd::write(apps, &packet), Ok(packet.len()));
}

fn received(apps: &OwnedFd) -> Vec<u8> {
    let mut space = [0; 2000];
    loop {
        let length = nix::unistd::read(apps, &mut space).unwrap();
        if let Transport::Udp(datagram) = Packet::parse(&space[..length]).unwrap().payload {
            return datagram.payload.to_vec();
        }
    }
}

pub(super) fn ask(core: &Core, request: &Value) -> Value {
    let answer = core.query(read("query", request.to_string().as_bytes()).unwrap()).unwrap();
    serde_json::from_slice(&write(&answer).unwrap()).unwrap()
}

pub(super) fn order(core: &Core, request: &Value) -> Value {
    let done = core.command(read("command", request.to_string().as_bytes()).unwrap()).unwrap();
    serde_json::from_slice(&write(&done).unwrap()).unwrap()
}

fn set_policy(core: &Core, document: &Value) -> Result<(), CoreError> {
    let message = json!({"document": document, "apps": [{"uid": 10_123, "name": "com.example"}]});
    core.set_policy(read("policy", message.to_string().as_bytes()).unwrap())
}

/// The next event about a connection in this state.
fn next_connection(core: &Core, state: &str) -> Value {
    loop {
        let events = serde_json::to_value(core.next_events(PATIENCE).unwrap()).unwrap();
        let events = events["events"].as_array().unwrap();
        assert!(!events.is_empty(), "nothing happens");
        if let Some(event) = events.iter().find(|event| event["state"] == state) {
            return event.clone();
        }
    }
}

#[test]
fn advice_is_followed_and_undone_in_the_document_that_the_app_keeps() {
    let folder = tempfile::tempdir().unwrap();
    let core = open(folder.path(), false);
    let packages = json!(["com.miui.securitycenter", "com.android.contacts", "com.xiaomi.xmsf"]);
    let own = json!({"version": 1, "lists": [{"name": "mine", "hosts": ["ads.example"]}]});
    let asked = |what: &str, document: &Value| {
        let mut question = json!({"ask": what, "document": document});
        if what != "undo-advice" {
            question["packages"] = packages.clone();
        }
        ask(&core, &question)
    };
    let on = |document: &Value| -> Vec<String> {
        let told = asked("advice", document);
        let all = told["protections"].as_array().unwrap().iter();
        let on = all.filter(|protection| protection["is_on_now"] == true);
        on.map(|protection| protection["title"].as_str().unwrap().to_owned()).collect()
    };
    let added = asked("follow-advice", &own)["added"].as_array().unwrap().clone();
    let mut followed = own.clone();
    followed["lists"].as_array_mut().unwrap().extend(added.iter().cloned());
    assert!(!added.is_empty() && on(&followed).len() == on(&own).len() + added.len());
    assert_eq!(asked("follow-advice", &followed)["added"], json!([]));
    let removed = asked("undo-advice", &followed)["removed"].clone();
    assert!(added.iter().all(|list| removed.as_array().unwrap().contains(&list["name"])));
    assert_eq!(removed.as_array().unwrap().len(), added.len(), "the user's own list stays");
    let bad = json!({"ask": "undo-advice", "document": {"version": 1, "colour": 1}});
    let query = read("query", bad.to_string().as_bytes()).unwrap();
    assert_eq!(core.query(query).unwrap_err().code, Code::Policy);
}

#[test]
fn an_audit_tells_what_one_app_told_whom() {
    let folder = tempfile::tempdir().unwrap();
    let (begin, end) =
        (json!({"do": "begin-audit", "uid": 10_123}), json!({"do": "end-audit", "utc_offset": 0}));
    let core = open(folder.path(), true);
    assert_eq!(order(&core, &begin), json!({"ok": false}), "nothing runs");
    drop(core);
    let world = World::new(folder.path(), true);
    assert_eq!(order(&world.core, &end), json!({"ok": false}), "none goes on");
    set_policy(&world.core, &json!({"version": 1})).unwrap();
    assert_eq!(order(&world.core, &begin), json!({"ok": true}));
    let so_far = json!({"ask": "audit", "utc_offset": 0});
    assert_eq!(ask(&world.core, &so_far)["audit"]["contacts"], json!([]));
    world.send();
    world.answer();
    assert_eq!(ask(&world.core, &so_far)["audit"]["sum"]["connections"], 1);
    let file = folder.path().join("audit.json");
    let export = json!({"do": "export-audit", "to": file, "format": "json"});
    assert_eq!(order(&world.core, &export), json!({"ok": false}), "it goes on");
    let done = order(&world.core, &end);
    assert_eq!(done["audit"]["contacts"][0]["who"], "127.0.0.1", "{done}");
    assert_eq!(ask(&world.core, &so_far), json!({}), "it has ended");
    assert_eq!(order(&world.core, &export), json!({"ok": true}));
    let written: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(written, done["audit"]);
    assert_eq!(done["audit"]["apps"], json!([{"name": "com.example", "count": 1}]));
    assert_eq!(done["audit"]["sum"]["bytes_up"], 4);
    // Of another app there is nothing to tell.
    order(&world.core, &json!({"do": "begin-audit", "uid": 10_124, "values": true}));
    world.send();
    world.answer();
    assert_eq!(order(&world.core, &end)["audit"]["contacts"], json!([]));
}

#[test]
fn traffic_is_carried_told_and_logged_and_new_rules_cut_it() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), true);
    set_policy(&world.core, &json!({"version": 1})).unwrap();
    world.send();
    world.answer();
    let told = next_connection(&world.core, "open");
    assert_eq!(told["owner"], json!({"kind": "app", "uid": 10_123, "name": "com.example"}));
    assert_eq!((&told["verdict"], &told["network"]), (&json!("allow"), &json!("wifi")));
    let status = ask(&world.core, &json!({"ask": "status"}));
    assert_eq!((&status["running"], &status["flows"]), (&json!(true), &json!(1)));
    assert!(status["beat"].is_i64() && status["packets_out"] == 1, "{status}");

    set_policy(&world.core, &json!({"version": 1, "default_mode": "block"})).unwrap();
    let told = next_connection(&world.core, "blocked");
    assert_eq!(told["reason"]["code"], "default-blocked");
    world.core.stop();
    assert_eq!(nix::unistd::read(&world.apps, &mut [0; 2000]), Ok(0), "the TUN is closed");
    assert_eq!(ask(&world.core, &json!({"ask": "status"}))["running"], false);
    let page = ask(&world.core, &json!({"ask": "connections", "app": "com.example"}));
    assert_eq!(page["rows"].as_array().unwrap().len(), 1);
    assert_eq!(page["rows"][0]["reason"]["code"], "default-blocked");
    let changes = ask(&world.core, &json!({"ask": "changes", "after": 0}));
    assert_eq!((&changes["mark"], &changes["more"]), (&page["mark"], &json!(false)));
    let totals = ask(&world.core, &json!({"ask": "totals"}));
    assert_eq!(totals["hours"][0]["blocked"], 1);
    for (format, lines) in [("csv", 2), ("json", 1)] {
        let to = folder.path().join(format);
        let done = order(&world.core, &json!({"do": "export-log", "to": to, "format": format}));
        assert_eq!(done["rows"], 1);
        assert_eq!(std::fs::read_to_string(to).unwrap().lines().count(), lines);
    }
    order(&world.core, &json!({"do": "clear-log"}));
    assert!(
        ask(&world.core, &json!({"ask": "connections"}))["rows"].as_array().unwrap().is_empty()
    );
}

/// In the log: a known name, a question for one below it, a known address without a name, and with a name that nobody knows.
#[test]
fn who_was_contacted_and_what_for_is_told_from_the_catalogue() {
    let folder = tempfile::tempdir().unwrap();
    let core = open(folder.path(), true);
    let report = json!({"ask": "report", "since": 0, "until": 86_400_000, "utc_offset": 0});
    assert_eq!(ask(&core, &report)["contacts"], json!([]), "before there is a log");
    let row = |id: u64, host: Option<&str>, remote: &str| {
        let mut row = super::golden::logged().connection;
        row.id = id;
        row.name = host.map(|host| (HostName::parse(host.as_bytes()).unwrap(), NameSource::Sni));
        row.key.remote = remote.parse().unwrap();
        (row.started_ms, row.updated_ms, row.ended_ms) = (1000, 1000, Some(1000));
        row
    };
    let rows = [
        row(1, Some("sa.api.intl.miui.com"), "203.0.113.7:443"),
        row(1 << 31, Some("x.sa.api.intl.miui.com"), "10.111.222.2:53"),
        row(3, None, "203.107.1.65:80"),
        row(4, Some("shop.example"), "203.107.1.65:80"),
    ];
    let (mut log, _) =
        store::Store::open(folder.path().join("log.db"), store::Options::default()).unwrap();
    log.write(&rows).unwrap();
    drop(log);
    let page = ask(&core, &json!({"ask": "connections"}));
    let mut about: Vec<_> = page["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["id"].as_u64().unwrap(),
                row["about"]["organisation"].as_str(),
                row["about"]["category"].as_str(),
            )
        })
        .collect();
    about.sort_unstable();
    let (xiaomi, usage) = (Some("Xiaomi"), Some("analytics"));
    let lookup = (3, Some("Alibaba"), Some("name-lookup"));
    assert_eq!(about, [(1, xiaomi, usage), lookup, (4, None, None), (1 << 31, xiaomi, usage)]);
    let found = ask(&core, &json!({"ask": "connections", "text": "xiaoMI"}));
    assert_eq!(found["rows"].as_array().unwrap().len(), 2, "by the company's name");
    let told = ask(&core, &report);
    assert_eq!(told["contacts"].as_array().unwrap().len(), 3);
    assert_eq!(told["contacts"][0]["about"]["category_code"], "analytics");
    let to = folder.path().join("csv");
    order(&core, &json!({"do": "export-log", "to": to, "format": "csv"}));
    let text = std::fs::read_to_string(to).unwrap();
    assert!(text.lines().next().unwrap().ends_with(",network,organisation,category"));
    assert_eq!(
        text.lines().filter(|line| line.ends_with(",wifi,Xiaomi,usage statistics")).count(),
        2
    );
    assert_eq!(text.lines().filter(|line| line.ends_with(",wifi,,")).count(), 1);
}

#[test]
fn a_report_is_written_as_a_page_a_table_and_data() {
    let folder = tempfile::tempdir().unwrap();
    let core = open(folder.path(), true);
    let days = json!([0, 43_200_000, 86_400_000]);
    let asked = json!({"ask": "report", "since": 0, "until": 86_400_000, "midnights": days, "utc_offset": 0});
    let told = ask(&core, &asked);
    assert_eq!(told["by_day"].as_array().unwrap().len(), 2, "also before there is a log");
    let mut row = super::golden::logged().connection;
    (row.started_ms, row.updated_ms, row.ended_ms) = (1000, 1000, Some(1000));
    let (mut log, _) =
        store::Store::open(folder.path().join("log.db"), store::Options::default()).unwrap();
    log.write(&[row]).unwrap();
    drop(log);
    for (format, words) in [
        ("html", "<h1>Who was contacted"),
        ("csv", "cdn.ads.example"),
        ("json", "\"by_day\":[{\"since_ms\":0,\"connections\":1,\"blocked\":1},"),
    ] {
        let to = folder.path().join(format);
        let mut wanted = asked.clone();
        wanted.as_object_mut().unwrap().remove("ask");
        (wanted["do"], wanted["to"], wanted["format"]) =
            (json!("export-report"), json!(to), json!(format));
        assert_eq!(order(&core, &wanted)["rows"], 1);
        let text = std::fs::read_to_string(&to).unwrap();
        assert!(text.contains(words), "{text}");
        (wanted["hide_apps"], wanted["hide_hosts"]) = (json!(true), json!(true));
        assert_eq!(order(&core, &wanted)["rows"], 1);
        let text = std::fs::read_to_string(to).unwrap();
        assert!(!text.contains("com.example.a") && !text.contains("cdn.ads"), "{text}");
    }
}

#[test]
fn what_the_catalogue_knows_of_a_host_an_address_and_the_apps_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let core = open(folder.path(), true);
    let known = ask(&core, &json!({"ask": "about", "host": "x.sa.api.intl.miui.com"}));
    assert_eq!(known["about"]["id"], "xiaomi.sensors");
    assert!(!known["about"]["evidence"].as_array().unwrap().is_empty());
    let question = json!({"ask": "about", "address": "203.107.1.65", "port": 80});
    assert_eq!(ask(&core, &question)["about"]["category"], "name-lookup");
    for unknown in [json!({"ask": "about"}), json!({"ask": "about", "host": "shop.example"})] {
        assert_eq!(ask(&core, &unknown), json!({}));
    }
    let advice = ask(&core, &json!({"ask": "advice", "packages": ["com.android.browser", "x"]}));
    assert_eq!(advice["protections"][0]["apps"], json!(["com.android.browser"]));
}

#[test]
fn a_second_start_goes_over_to_the_new_tun_and_flows_live_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new(folder.path(), true);
    world.send();
    world.answer();
    world.apps = start(&world.core);
    world.send();
    world.answer();
    assert_eq!(ask(&world.core, &json!({"ask": "status"}))["flows"], 1);
    world.core.close();
}

#[test]
fn what_happened_before_the_unlock_is_in_the_log_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), false);
    world.send();
    world.answer();
    set_policy(&world.core, &json!({"version": 1, "default_mode": "block"})).unwrap();
    next_connection(&world.core, "blocked");
    let log = folder.path().join("log.db");
    assert_eq!(order(&world.core, &json!({"do": "move-buffer", "log": log}))["moved"], 1);
    let rows = |core| ask(core, &json!({"ask": "connections"}))["rows"].as_array().unwrap().len();
    assert_eq!(rows(&world.core), 1);
    world.send();
    next_connection(&world.core, "blocked");
    order(&world.core, &json!({"do": "move-buffer"}));
    world.core.close();
    assert_eq!(rows(&open(folder.path(), true)), 2);
}

#[test]
fn whoever_waits_for_events_wakes_when_the_core_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let core = open(folder.path(), true);
    let _apps = start(&core);
    let waiting = Arc::clone(&core);
    let waiting = thread::spawn(move || waiting.next_events(Duration::from_secs(3600)));
    core.close();
    assert_eq!(waiting.join().unwrap().unwrap_err().code, Code::Closed);
    assert_eq!(core.next_events(Duration::ZERO).unwrap_err().code, Code::Closed);
}

#[test]
fn rules_are_checked_before_they_hold_and_explained() {
    let folder = tempfile::tempdir().unwrap();
    let core = open(folder.path(), true);
    let source = folder.path().join("mine.txt");
    std::fs::write(&source, "||ads.example^\n||trackers.example^\nno host\n").unwrap();
    let sources = json!([{"name": "mine", "path": source}]);
    let to = folder.path().join("mine.lists");
    let done = order(&core, &json!({"do": "compile-lists", "sources": sources, "to": to}));
    assert_eq!(done["entries"], 2);
    let document = json!({"version": 1, "lists": [{"name": "mine"}],
        "rules": [{"host": "ok.ads.example", "verdict": "allow"}]});
    set_policy(&core, &document).unwrap();
    for (bad, code) in [
        (json!({"version": 2}), Code::PolicyVersion),
        (json!({"version": 1, "colour": 1}), Code::Policy),
        (json!({"version": 1, "lists": [{"name": "other"}]}), Code::Policy),
    ] {
        assert_eq!(set_policy(&core, &bad).unwrap_err().code, code);
        let check = json!({"ask": "policy-check", "document": bad}).to_string();
        let check = core.query(read("query", check.as_bytes()).unwrap());
        assert_eq!(check.unwrap_err().code, code);
    }
    assert_eq!(ask(&core, &json!({"ask": "policy-check", "document": document}))["ok"], true);
    let lists = ask(&core, &json!({"ask": "lists"}));
    let lists = lists["lists"].as_array().unwrap();
    assert!(lists.contains(&json!({"name": "mine", "entries": 2, "enabled": true})));
    assert!(lists.len() > 1, "the built-in ones too");
    let question = |host: &str| json!({"ask": "explain", "uid": 10_123, "host": host, "port": 443});
    let told = ask(&core, &question("x.ads.example"));
    assert_eq!(told["reason"]["code"], "listed");
    assert_eq!(
        (&told["reason"]["list"], &told["reason"]["entry"]),
        (&json!("mine"), &json!("ads.example"))
    );
    let told = ask(&core, &question("ok.ads.example"));
    assert_eq!((&told["verdict"], &told["reason"]["rule"]), (&json!("allow"), &json!(0)));
    assert_eq!(told["considered"][0]["decides"], true);
}

#[test]
fn rules_that_are_not_in_force_are_ranked_and_explained() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path(), true);
    let rule = json!({"app": "com.example", "verdict": "allow"});
    set_policy(&world.core, &json!({"version": 1, "rules": [rule]})).unwrap();
    world.send();
    world.answer();
    world.core.stop();
    let document = json!({"version": 1, "rules": [
        {"verdict": "block"}, rule, {"app": "com.example", "host": "a.example", "verdict": "block", "enabled": false},
    ]});
    let told = ask(&world.core, &json!({"ask": "rules", "document": document, "since": 0}));
    let order: Vec<_> =
        told["rules"].as_array().unwrap().iter().map(|rule| &rule["rule"]).collect();
    assert_eq!(order, [&json!(2), &json!(1), &json!(0)]);
    assert_eq!(told["rules"][1], json!({"rule": 1, "holds": true, "hits": 1}));
    assert_eq!(told["rules"][0]["unused"], json!({"code": "off"}));
    let mut question = json!({"ask": "explain", "document": document, "uid": 10_200,
        "app": "com.example", "host": "a.example"});
    let told = ask(&world.core, &question);
    assert_eq!((&told["verdict"], &told["reason"]["rule"]), (&json!("allow"), &json!(1)));
    question["app"] = json!("com.other");
    assert_eq!(ask(&world.core, &question)["reason"]["rule"], 0);
}

#[test]
fn a_log_of_a_newer_program_is_left_alone_and_the_firewall_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    drop(store::Store::open(&path, store::Options::default()).unwrap());
    make_newer(&path);
    let before = std::fs::read(&path).unwrap();
    let world = World::new(folder.path(), true);
    let events = serde_json::to_value(world.core.next_events(PATIENCE).unwrap()).unwrap();
    assert_eq!(events["events"][0]["code"], "log-version");
    world.send();
    world.answer();
    let query = read("query", br#"{"ask":"connections"}"#).unwrap();
    assert_eq!(world.core.query(query).unwrap_err().code, Code::LogVersion);
    world.core.close();
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

/// Writes a version from the future into the file: the 4 bytes at 60 of an SQLite file are its user_version.
fn make_newer(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    std::fs::write(path, bytes).unwrap();
}
