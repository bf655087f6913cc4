//! How the log lies in its file, and how its format grew.
//!
//! Version story (`PRAGMA user_version`):
//! - 1: the first.
//! - 2: a reason has a code, and the list and entry that it rests on, besides its words.
//! - 3: a connection says whether the screen was on.
//!
//! To change the format: raise [`VERSION`], add a step to `upgrade` that turns the version before into the new one inside
//! the same transaction, and keep a log of the old version for the tests (`tests/formats`). A file of a newer version is never touched.
//!
//! The shape, and why:
//! - A connection's `key` is its start in milliseconds times 2^20 plus a tie-breaker, so that the table itself and each
//!   index lie in the order of time: a time range is a range of keys, and a page is read from its newest row on.
//! - What the filters ask for (app, host, verdict, protocol; and the reason, which goes with them) is a *subject*,
//!   kept once: some ten thousand subjects stand for a million connections. A filter is answered among the subjects;
//!   one index leads from a subject to its connections. `first` and `last` bound the keys of a subject's
//!   connections: `last` is exact, `first` may be too low.
//! - `changed` numbers every write, so that a reader can follow.
//! - `host` 0 is "no name"; a reason without a list has empty texts for it; `screen_on` is empty where nobody told.

use rusqlite::{Connection, TransactionBehavior};

/// The version of the format that this program writes.
pub(crate) const VERSION: i64 = 3;

/// Marks the file as ours (`PRAGMA application_id`): "HWlg".
pub(crate) const APPLICATION_ID: i64 = 0x4857_6c67;

/// The bits of a key below the time: a million connections may begin in one millisecond.
const TIE_BITS: u32 = 20;

/// The latest time a key can hold, in the year 2248; one less than would fit, so that tie-breakers never overflow.
const MAX_TIME: i64 = (i64::MAX >> TIE_BITS) - 1;

const TABLES: &str = "
CREATE TABLE session (
    id INTEGER PRIMARY KEY,
    started_ms INTEGER NOT NULL,
    changed INTEGER NOT NULL
);
CREATE TABLE app (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (kind, uid, name)
);
CREATE TABLE host (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    reversed TEXT NOT NULL
);
CREATE INDEX host_reversed ON host (reversed);
CREATE TABLE network (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);
CREATE TABLE subject (
    id INTEGER PRIMARY KEY,
    app INTEGER NOT NULL,
    host INTEGER NOT NULL,
    verdict INTEGER NOT NULL,
    protocol INTEGER NOT NULL,
    reason INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    UNIQUE (app, host, verdict, protocol, reason)
);
CREATE INDEX subject_host ON subject (host);
CREATE INDEX subject_reason ON subject (reason);
CREATE TABLE connection (
    key INTEGER PRIMARY KEY,
    session INTEGER NOT NULL,
    id INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    source INTEGER,
    local_address BLOB NOT NULL,
    local_port INTEGER NOT NULL,
    remote_address BLOB NOT NULL,
    remote_port INTEGER NOT NULL,
    ended_ms INTEGER,
    updated_ms INTEGER NOT NULL,
    state INTEGER NOT NULL,
    bytes_up INTEGER NOT NULL,
    bytes_down INTEGER NOT NULL,
    packets_up INTEGER NOT NULL,
    packets_down INTEGER NOT NULL,
    network INTEGER NOT NULL,
    country TEXT,
    asn INTEGER,
    changed INTEGER NOT NULL,
    screen_on INTEGER
);
CREATE UNIQUE INDEX connection_id ON connection (session, id);
CREATE INDEX connection_subject ON connection (subject);
CREATE INDEX connection_changed ON connection (changed);
CREATE INDEX connection_open ON connection (session) WHERE ended_ms IS NULL;
CREATE TABLE total (
    hour INTEGER NOT NULL,
    app INTEGER NOT NULL,
    connections INTEGER NOT NULL,
    blocked INTEGER NOT NULL,
    bytes_up INTEGER NOT NULL,
    bytes_down INTEGER NOT NULL,
    PRIMARY KEY (hour, app)
) WITHOUT ROWID;
";

/// The reasons, since version 2.
pub(crate) const REASON_TABLE: &str = "
CREATE TABLE reason (
    id INTEGER PRIMARY KEY,
    code INTEGER NOT NULL,
    text TEXT NOT NULL,
    list TEXT NOT NULL,
    entry TEXT NOT NULL,
    UNIQUE (text, code, list, entry)
);
";

/// Makes the tables in an empty file: all or nothing, whenever the program may be killed.
pub(crate) fn create(connection: &mut Connection) -> rusqlite::Result<()> {
    // Must come before the first page is written.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(TABLES)?;
    transaction.execute_batch(REASON_TABLE)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}

/// The smallest key of a connection that began at this Unix time in milliseconds.
pub(crate) fn first_key(time_ms: i64) -> i64 {
    time_ms.clamp(0, MAX_TIME) << TIE_BITS
}

/// The key that a connection gets if no other has it.
pub(crate) fn key(started_ms: i64, id: u64) -> i64 {
    let tie = id & ((1 << TIE_BITS) - 1);
    first_key(started_ms) | tie.cast_signed()
}

/// When the connection with this key began.
pub(crate) fn started_ms(key: i64) -> i64 {
    key >> TIE_BITS
}

/// A name spelled backwards, so that its suffixes become prefixes, which an index can find.
pub(crate) fn reversed(name: &str) -> String {
    name.chars().rev().collect()
}
