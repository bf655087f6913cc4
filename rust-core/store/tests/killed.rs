//! Killed (kill -9) at any moment, the log loses nothing that was acknowledged, and never the file.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may panic as the tests do")]

mod common;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use common::{BEGIN_MS, all, connection, named, open};
use hushwall_store::{Connection, Filter, Opened, Options, Reader, State, Store, TotalsFilter};

/// Tells the child, by naming the log, that it is the child.
const CHILD: &str = "HUSHWALL_TEST_STORE_TO_WRITE";

const BATCH: u64 = 20;
const ROUNDS: u64 = 6;

#[test]
fn a_killed_writer_loses_nothing_it_had_written() {
    if let Some(path) = std::env::var_os(CHILD) {
        write_until_killed(Path::new(&path));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let mut acknowledged = 0;
    for round in 0..ROUNDS {
        acknowledged += kill_a_writer(&path, 3 + round * 17);
        assert_whole(&path);
        assert!(matches!(Store::open(&path, Options::default()), Ok((_, Opened::Existing))));
        let rows = all(&path, &Filter::default());
        // Each run may have written one batch more than it could say.
        let least = acknowledged * BATCH;
        assert!(
            (least..=least + (round + 1) * BATCH).contains(&(rows.len() as u64)),
            "{}",
            rows.len()
        );
        let connections: u64 = Reader::open(&path)
            .unwrap()
            .totals(&TotalsFilter::default())
            .unwrap()
            .iter()
            .map(|t| t.connections)
            .sum();
        assert_eq!(connections, rows.len() as u64);
        for row in &rows {
            let expected = if row.connection.id % 2 == 0 { State::Closed } else { State::Lost };
            assert_eq!(row.connection.state, expected);
            assert!(row.connection.ended_ms.is_some());
        }
    }
}

#[test]
fn a_connection_left_open_is_lost_at_the_moment_of_its_last_record() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let open_one = Connection {
        state: State::Open,
        ended_ms: None,
        updated_ms: BEGIN_MS + 7777,
        ..connection(1)
    };
    let mut store = open(&path);
    store.write(std::slice::from_ref(&open_one)).unwrap();
    let mark = Reader::open(&path).unwrap().page(&Filter::default(), None, 1).unwrap().mark;
    assert_eq!(all(&path, &Filter::default())[0].connection, open_one);
    drop(store);
    drop(open(&path));
    let lost = Connection { state: State::Lost, ended_ms: Some(BEGIN_MS + 7777), ..open_one };
    assert_eq!(all(&path, &Filter::default())[0].connection, lost);
    let changes = Reader::open(&path).unwrap().follow(&Filter::default(), mark, 10).unwrap();
    assert_eq!(changes.rows[0].connection, lost);
}

/// Starts a writer, kills it after so many acknowledged batches, and tells how many it acknowledged in all.
fn kill_a_writer(path: &Path, batches: u64) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_killed_writer_loses_nothing_it_had_written", "--nocapture"])
        .env(CHILD, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut acknowledged = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
        // Not at the line's beginning where the test harness has begun it.
        .filter_map(|line| {
            line.split_once("written ").and_then(|(_, batches)| batches.parse().ok())
        });
    let before: u64 = acknowledged.by_ref().find(|acknowledged| *acknowledged >= batches).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    // What it managed to say between the last line read and its end counts too.
    acknowledged.last().unwrap_or(before)
}

fn write_until_killed(path: &Path) -> ! {
    let mut store = open(path);
    let mut id = 0;
    loop {
        let batch: Vec<_> = (id..id + BATCH)
            .map(|id| match id % 2 {
                0 => named(id, &format!("host{}.example", id % 40)),
                _ => Connection { state: State::Open, ended_ms: None, ..connection(id) },
            })
            .collect();
        store.write(&batch).unwrap();
        id += BATCH;
        let mut out = std::io::stdout().lock();
        writeln!(out, "written {}", id / BATCH).unwrap();
        out.flush().unwrap();
        drop(out);
        if id % 100 == 0 {
            store.maintain(BEGIN_MS).unwrap();
        }
    }
}

fn assert_whole(path: &Path) {
    let database = rusqlite::Connection::open(path).unwrap();
    let found: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(found, "ok");
}
