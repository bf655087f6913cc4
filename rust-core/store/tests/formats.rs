//! Logs of older formats: what their programs wrote, kept as SQL under `tests/formats`, is read as if written today.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as the tests do")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{all, connection, named, open};
use hushwall_store::{Connection, Filter, Listed, Reason, ReasonCode, Verdict};

/// A log as the program of this format left it.
fn log_of_format(version: u32, folder: &Path) -> PathBuf {
    let path = folder.join("log.db");
    let script = format!("{}/tests/formats/version-{version}.sql", env!("CARGO_MANIFEST_DIR"));
    let script = fs::read_to_string(script).unwrap();
    rusqlite::Connection::open(&path).unwrap().execute_batch(&script).unwrap();
    path
}

fn reasons(path: &Path) -> Vec<(ReasonCode, Option<Listed>)> {
    let rows = all(path, &Filter::default());
    let reason = |Reason { code, listed, .. }| (code, listed);
    rows.into_iter().rev().map(|row| reason(row.connection.reason)).collect()
}

fn listed(list: &str, entry: &str) -> Option<Listed> {
    Some(Listed { list: list.into(), entry: entry.into() })
}

#[test]
fn reasons_of_format_1_get_the_code_that_their_words_mean() {
    let expected = [
        (ReasonCode::Listed, listed("ads and trackers", "tracker.example")),
        (ReasonCode::Rule, None),
        (ReasonCode::NothingAgainst, None),
        (ReasonCode::Protected, listed("shops", "cdn.example")),
        (ReasonCode::Listed, listed("ads", "example")),
        (ReasonCode::Other, None),
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = log_of_format(1, folder.path());
    // A reader alone brings the file up to date, and so does a writer.
    assert_eq!(reasons(&path), expected);
    let folder = tempfile::tempdir().unwrap();
    let path = log_of_format(1, folder.path());
    let mut store = open(&path);
    assert_eq!(reasons(&path), expected);
    let blocked = Filter { verdict: Some(Verdict::Block), ..Filter::default() };
    assert_eq!(all(&path, &blocked).len(), 4);
    store.write(&[named(1, "tracker.example")]).unwrap();
    assert_eq!(all(&path, &Filter::default()).len(), 7);
}

#[test]
fn nobody_knows_of_the_screen_in_a_log_of_format_2() {
    let folder = tempfile::tempdir().unwrap();
    let path = log_of_format(2, folder.path());
    let screens = || -> Vec<_> {
        let rows = all(&path, &Filter::default());
        rows.into_iter().map(|row| row.connection.screen_on).collect()
    };
    assert_eq!(screens(), [None; 3]);
    assert_eq!(reasons(&path)[0], (ReasonCode::Listed, listed("ads", "tracker.example")));
    let mut store = open(&path);
    store.write(&[Connection { screen_on: Some(false), ..connection(3) }]).unwrap();
    assert_eq!(screens(), [None, None, None, Some(false)], "newest first, and this one is older");
}
