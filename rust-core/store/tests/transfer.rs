//! Moving what a buffer kept into the log.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as the tests do")]

mod common;

use common::{all, connection, named, open};
use hushwall_store::{Connection, Filter, Reader, State, TotalsFilter};

#[test]
fn a_buffer_is_moved_whole_and_empty_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let (log, buffer) = (folder.path().join("log.db"), folder.path().join("buffer.db"));
    let mut store = open(&log);
    store.write(&[connection(0)]).unwrap();
    // Two runs whose ids are the same, as those of the log's own run.
    for host in ["a.example", "b.example"] {
        open(&buffer).write(&[named(0, host), named(1, host)]).unwrap();
    }
    assert_eq!(store.take_in(open(&buffer)).unwrap(), 4);
    let mut hosts: Vec<_> = all(&log, &Filter::default())
        .into_iter()
        .filter_map(|row| row.connection.name.map(|(name, _)| name.to_string()))
        .collect();
    hosts.sort();
    assert_eq!(hosts, ["a.example", "a.example", "b.example", "b.example"]);
    let totals = Reader::open(&log).unwrap().totals(&TotalsFilter::default()).unwrap();
    assert_eq!(totals.iter().map(|total| total.connections).sum::<u64>(), 5);
    assert!(all(&buffer, &Filter::default()).is_empty());
    assert_eq!(store.take_in(open(&buffer)).unwrap(), 0, "once is enough");
}

#[test]
fn what_still_goes_on_is_left_to_its_next_record() {
    let folder = tempfile::tempdir().unwrap();
    let (log, buffer) = (folder.path().join("log.db"), folder.path().join("buffer.db"));
    let going_on = Connection { state: State::Open, ended_ms: None, ..connection(1) };
    let mut kept = open(&buffer);
    kept.write(&[going_on, connection(2)]).unwrap();
    let mut store = open(&log);
    assert_eq!(store.take_in(kept).unwrap(), 1);
    store.write(&[connection(1)]).unwrap();
    assert_eq!(all(&log, &Filter::default()).len(), 2);
}
