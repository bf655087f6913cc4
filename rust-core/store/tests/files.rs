//! Files that are not simply a log: damaged, newer, another program's, in use, missing, out of reach, on a full disk.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may panic as the tests do")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{all, connection, ids, named, open};
use hushwall_store::{Filter, Opened, Options, Reader, Store, StoreError};

/// A closed log with some thousand connections.
fn log_in(folder: &Path) -> PathBuf {
    let path = folder.join("log.db");
    let mut store = open(&path);
    let rows: Vec<_> = (0..5000).map(|id| named(id, &format!("host{id}.example"))).collect();
    store.write(&rows).unwrap();
    path
}

fn open_error(path: &Path) -> StoreError {
    match Store::open(path, Options::default()) {
        Err(error) => error,
        Ok((_, opened)) => panic!("opened: {opened:?}"),
    }
}

#[test]
fn a_new_log_is_fresh_and_then_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    assert!(matches!(Store::open(&path, Options::default()), Ok((_, Opened::Fresh))));
    assert!(matches!(Store::open(&path, Options::default()), Ok((_, Opened::Existing))));
    let empty = folder.path().join("empty.db");
    fs::write(&empty, b"").unwrap();
    assert!(matches!(Store::open(&empty, Options::default()), Ok((_, Opened::Fresh))));
}

const DAMAGES: [fn(&mut Vec<u8>); 5] = [
    // A header of garbage.
    |bytes| bytes[..100].fill(0x5a),
    // Cut in the middle, and within the header.
    |bytes| bytes.truncate(bytes.len() / 2 + 100),
    |bytes| bytes.truncate(50),
    // Bits flipped in some pages.
    |bytes| {
        for page in bytes.chunks_mut(4096).skip(10).step_by(7) {
            page[..64].iter_mut().for_each(|byte| *byte = !*byte);
        }
    },
    // The schema's page is gone.
    |bytes| bytes[100..4096].fill(0xff),
];

#[test]
fn a_damaged_file_is_set_aside_whole_and_said() {
    for (number, damage) in DAMAGES.iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let path = log_in(folder.path());
        let mut bytes = fs::read(&path).unwrap();
        damage(&mut bytes);
        fs::write(&path, &bytes).unwrap();

        let (mut store, opened) = Store::open(&path, Options::default()).unwrap();
        let Opened::SetAside { corrupt_file_moved_to, reason } = opened else {
            panic!("damage {number}: {opened:?}");
        };
        assert!(!reason.is_empty());
        assert!(
            corrupt_file_moved_to
                .file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with("log.db.corrupt-")
        );
        assert_eq!(fs::read(&corrupt_file_moved_to).unwrap(), bytes, "damage {number}");
        store.write(&[connection(1)]).unwrap();
        assert_eq!(ids(&path, &Filter::default()), [1]);
    }
}

#[test]
fn a_log_can_be_started_over_and_the_lock_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = log_in(folder.path());
    let (store, opened) = open(&path).start_over().unwrap();
    let Opened::SetAside { corrupt_file_moved_to, .. } = opened else { panic!("{opened:?}") };
    assert_eq!(all(&path, &Filter::default()), []);
    assert_eq!(all(&corrupt_file_moved_to, &Filter::default()).len(), 5000);
    assert!(matches!(open_error(&path), StoreError::InUse { .. }));
    drop(store);
    open(&path);
}

#[test]
fn newer_and_foreign_files_are_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let newer = log_in(folder.path());
    let foreign = folder.path().join("foreign.db");
    rusqlite::Connection::open(&newer).unwrap().pragma_update(None, "user_version", 99).unwrap();
    rusqlite::Connection::open(&foreign)
        .unwrap()
        .execute_batch("CREATE TABLE mine (x); INSERT INTO mine VALUES (1)")
        .unwrap();
    let before = (fs::read(&newer).unwrap(), fs::read(&foreign).unwrap());

    assert!(matches!(open_error(&newer), StoreError::NewerVersion { found: 99, known: 3, .. }));
    assert!(matches!(Reader::open(&newer), Err(StoreError::NewerVersion { .. })));
    assert!(matches!(open_error(&foreign), StoreError::Foreign { .. }));
    assert!(matches!(Reader::open(&foreign), Err(StoreError::Foreign { .. })));
    assert!((fs::read(&newer).unwrap(), fs::read(&foreign).unwrap()) == before);
}

/// Another program's write-ahead log, too, is neither moved into its file nor deleted.
#[test]
fn a_foreign_file_in_use_is_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("foreign.db");
    let other = rusqlite::Connection::open(&path).unwrap();
    other.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())).unwrap();
    other.execute_batch("CREATE TABLE mine (x); INSERT INTO mine VALUES (1)").unwrap();
    let wal = folder.path().join("foreign.db-wal");
    // Copied, as after a kill: nobody has it open.
    let (path_2, wal_2) = (folder.path().join("copy.db"), folder.path().join("copy.db-wal"));
    fs::copy(&path, &path_2).unwrap();
    fs::copy(&wal, &wal_2).unwrap();
    let before = (fs::read(&path_2).unwrap(), fs::read(&wal_2).unwrap());
    assert!(matches!(open_error(&path_2), StoreError::Foreign { .. }));
    assert!((fs::read(&path_2).unwrap(), fs::read(&wal_2).unwrap()) == before);
}

#[test]
fn a_second_writer_is_refused_and_readers_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.db");
    let mut store = open(&path);
    assert!(matches!(open_error(&path), StoreError::InUse { .. }));
    let (one, two) = (Reader::open(&path).unwrap(), Reader::open(&path).unwrap());
    store.write(&[connection(1)]).unwrap();
    assert_eq!(one.page(&Filter::default(), None, 10).unwrap().rows.len(), 1);
    assert_eq!(two.page(&Filter::default(), None, 10).unwrap().rows.len(), 1);
}

#[test]
fn what_cannot_be_opened_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.db");
    assert!(matches!(Reader::open(&missing), Err(StoreError::Missing { .. })));
    assert!(!missing.exists());
    for path in [
        folder.path().to_owned(),
        folder.path().join("no/folder/log.db"),
        PathBuf::from("/proc/log.db"),
    ] {
        let error = open_error(&path);
        assert!(matches!(error, StoreError::CannotOpen { .. }), "{error:?}");
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    }
}
