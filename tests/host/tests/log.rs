//! The log: rows and filters as documented, and what is left of it when hushwall is killed or the file is damaged.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests are tests, which clippy does not see"
)]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use hushwall_blackbox::{Event, Lab, Side, WebServer, echo, events, hushwall, serve, until};
use nix::sys::signal::Signal;
use rusqlite::Connection;
use serde_json::json;

#[test]
fn the_log_tells_who_spoke_with_whom_and_its_filters_find_it() {
    let lab = Lab::with_names();
    let web = WebServer::start(&lab);
    web.put("page", vec![b'x'; 100_000]);
    let log = lab.path("log.db");
    let policy = json!({"version": 1, "rules": [{"verdict": "block", "host": "tracker.test"}]});
    lab.firewall()
        .policy(&policy)
        .option("--log", &log)
        .shell("curl -sSk -o /dev/null https://four.test/page; curl -sS -m 20 http://tracker.test/; true")
        .good();

    let all = rows_of(&lab, &log, "");
    let [page] = &with_port(&all, 443)[..] else { panic!("{all:?}") };
    assert!(page.app.as_deref().unwrap().ends_with("/curl"));
    assert_eq!(page.uid, Some(0));
    assert_eq!(page.host.as_deref(), Some("four.test"));
    assert_eq!(page.remote.ip().to_string(), Lab::SERVER4);
    assert_eq!((page.protocol.as_str(), page.verdict.as_str()), ("tcp", "allow"));
    assert!(page.state == "closed" || page.state == "reset", "{page:?}");
    assert!((100_000..200_000).contains(&page.bytes_down), "{page:?}");
    assert!(page.bytes_up > 100, "{page:?}");

    let hosts = |filter: &str| -> Vec<Option<String>> {
        rows_of(&lab, &log, filter).into_iter().map(|row| row.host).collect()
    };
    assert!(!hosts("--blocked").is_empty());
    assert!(hosts("--blocked").iter().all(|host| host.as_deref() == Some("tracker.test")));
    assert!(!hosts("--allowed").contains(&Some("tracker.test".into())));
    assert!(hosts("--host test").len() > hosts("--host four.test").len());
    assert_eq!(hosts("--text four").len(), hosts("--host four.test").len());
    assert_eq!(hosts("--app curl").len(), all.len());
    assert!(hosts("--app wget").is_empty());
    assert_eq!(hosts("--since 1h").len(), all.len());
    assert!(hosts("--until 1h").is_empty());
    assert_eq!(hosts("--limit 1").len(), 1);
    let csv = log_command(&lab, &log, "--csv").stdout;
    assert_eq!(String::from_utf8(csv).unwrap().lines().count(), all.len() + 1);
}

#[test]
fn a_kill_leaves_a_whole_log_with_all_that_had_been_written() {
    let lab = Lab::new();
    let (address, _) = serve(&lab, "192.0.2.2:0", echo);
    let log = lab.path("log.db");
    let mut running = lab.firewall().option("--log", &log).start_python(
        "connect.py",
        &row(address, 100_000),
        Stdio::null(),
    );
    // In mid-traffic: both the screen and the log have seen many.
    until("hundreds of connections in the log", || {
        (log.exists() && logged(&log) > 300).then_some(())
    });
    let before = logged(&log);
    running.signal(Signal::SIGKILL);
    running.finish();

    assert_eq!(integrity(&log), "ok");
    assert!(logged(&log) >= before);
    let rows = rows_of(&lab, &log, "--limit 1000000");
    assert!(rows.len() as u64 >= before);
    // It goes on in the same file, and what was open at the kill is not taken for open.
    lab.firewall().option("--log", &log).python("connect.py", &row(address, 3)).good();
    let rows = rows_of(&lab, &log, "--limit 1000000");
    assert!(rows.len() as u64 >= before + 3);
    assert!(rows.iter().all(|row| row.state != "open"));
}

#[test]
fn what_was_said_more_than_a_second_before_a_kill_is_in_the_log() {
    let lab = Lab::new();
    let (address, _) = serve(&lab, "192.0.2.2:0", echo);
    let log = lab.path("log.db");
    let python = format!("{}/clients/connect.py", env!("CARGO_MANIFEST_DIR"));
    let script = format!("python3 {python} {}; echo made; sleep 60", row(address, 20));
    let mut running = lab.firewall().option("--log", &log).start(["sh", "-c", &script]);
    running.wait_for("made");
    // The promise is of one second on an idle machine; on a busy one it may take longer, but comes without an end.
    until("20 connections in the log while hushwall goes on", || {
        (log.exists() && logged(&log) >= 20).then_some(())
    });
    running.signal(Signal::SIGKILL);
    running.finish();
    assert_eq!(integrity(&log), "ok");
    assert_eq!(with_port(&rows_of(&lab, &log, ""), address.port()).len(), 20);
}

#[test]
fn a_damaged_log_is_set_aside_and_the_user_is_told() {
    let lab = Lab::new();
    let (address, _) = serve(&lab, "192.0.2.2:0", echo);
    let damaged = vec![b'?'; 20_000];
    let log = lab.write("log.db", &damaged);
    let run = lab.firewall().option("--log", &log).python("connect.py", &row(address, 2)).good();
    assert!(run.stderr.contains("damaged"), "{}", run.stderr);
    assert_eq!(rows_of(&lab, &log, "").len(), 2);
    let aside: Vec<_> = fs::read_dir(lab.path(""))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path != &log && fs::read(path).is_ok_and(|bytes| bytes == damaged))
        .collect();
    assert_eq!(aside.len(), 1);
    assert!(run.stderr.contains(&aside[0].display().to_string()), "{}", run.stderr);
}

#[test]
fn a_log_of_a_newer_version_is_refused_and_left_as_it_is() {
    let lab = Lab::new();
    let log = lab.path("log.db");
    lab.firewall().option("--log", &log).run("true").good();
    let file = Connection::open(&log).unwrap();
    let version: i64 = file.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    file.pragma_update(None, "user_version", version + 1).unwrap();
    file.pragma_update(None, "journal_mode", "DELETE").unwrap();
    drop(file);
    let before = fs::read(&log).unwrap();
    let run = lab.firewall().option("--log", &log).run("echo ran");
    assert_eq!((run.code, run.stdout.as_str()), (Some(125), ""));
    assert!(run.stderr.contains("newer"), "{}", run.stderr);
    let reading = log_command(&lab, &log, "");
    assert_eq!(reading.status.code(), Some(125));
    assert!(String::from_utf8(reading.stderr).unwrap().contains("newer"));
    assert_eq!(fs::read(&log).unwrap(), before);
}

#[test]
fn a_followed_log_shows_connections_while_they_are_made() {
    let lab = Lab::new();
    let (address, _) = serve(&lab, "192.0.2.2:0", echo);
    let log = lab.path("log.db");
    let python = format!("{}/clients/connect.py", env!("CARGO_MANIFEST_DIR"));
    let (ip, port) = (address.ip().to_string(), address.port().to_string());
    let mut running = lab
        .firewall()
        .option("--log", &log)
        .start_with(["python3", &python, "hold", &ip, &port], Stdio::piped());
    let mut input = running.input();
    running.wait_for("connected");
    until("the log", || (log.exists() && logged(&log) == 1).then_some(()));
    let output = lab.path("followed");
    let mut follow = hushwall_blackbox::Process::start(
        lab.command(Side::Uplink, hushwall())
            .args(["log", "--json", "--follow", "--file"])
            .arg(&log)
            .stdout(fs::File::create(&output).unwrap()),
    );
    let states = || -> Vec<String> {
        events(&fs::read_to_string(&output).unwrap()).into_iter().map(|event| event.state).collect()
    };
    until("the open connection", || (states() == ["open"]).then_some(()));
    writeln!(input, "last words").unwrap();
    drop(input);
    running.finish().good();
    until("its end", || (states().len() == 2 && states()[1] != "open").then_some(()));
    assert!(follow.child().try_wait().unwrap().is_none());
}

/// Arguments of `connect.py`: so many connections one after another.
fn row(address: std::net::SocketAddr, count: usize) -> String {
    format!("row {} {} {count}", address.ip(), address.port())
}

fn rows_of(lab: &Lab, log: &Path, filter: &str) -> Vec<Event> {
    let output = log_command(lab, log, &format!("--json {filter}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    events(&String::from_utf8(output.stdout).unwrap())
}

fn log_command(lab: &Lab, log: &Path, options: &str) -> Output {
    lab.command(Side::Uplink, hushwall())
        .args(["log", "--file"])
        .arg(log)
        .args(options.split_whitespace())
        .output()
        .unwrap()
}

fn with_port(rows: &[Event], port: u16) -> Vec<Event> {
    rows.iter().filter(|row| row.remote.port() == port).cloned().collect()
}

/// Rows in the file, read by another hand than ours. None while it is being made.
fn logged(log: &Path) -> u64 {
    let count = || {
        let file = Connection::open_with_flags(log, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        file.query_row("SELECT count(*) FROM connection", [], |row| row.get(0))
    };
    count().unwrap_or(0)
}

fn integrity(log: &Path) -> String {
    let file = Connection::open(log).unwrap();
    file.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap()
}
