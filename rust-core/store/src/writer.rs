//! The writing side of the log.

use std::fs::File;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use nix::fcntl::Flock;
use rusqlite::{Connection as Sqlite, OptionalExtension, TransactionBehavior, params};
use wire::NameSource;

use crate::connection::{Code, Connection, State, Verdict, is_question};
use crate::error::StoreError;
use crate::open::{self, Opened};
use crate::retention::Options;
use crate::totals::{self, Delta};
use crate::{schema, subject};

/// Writes the log; there is one for a file at a time. Calls block on the disk: give it a thread of its own.
pub struct Store {
    pub(crate) connection: Sqlite,
    pub(crate) options: Options,
    /// This run of the program: connection ids are unique within it.
    pub(crate) session: i64,
    /// The number of the last write.
    pub(crate) changed: i64,
    path: PathBuf,
    lock: Flock<File>,
}

impl Store {
    /// Opens the log at this path, or begins one; its folder must be there. Connections that an earlier run left open
    /// become [`State::Lost`].
    ///
    /// # Errors
    /// [`StoreError::InUse`] while another `Store` has the file, [`StoreError::NewerVersion`] and
    /// [`StoreError::Foreign`] for files that are not for us (they stay as they are), [`StoreError::CannotOpen`],
    /// [`StoreError::ReadOnly`] and [`StoreError::DiskFull`] as they say. A damaged file is no error, see [`Opened`].
    pub fn open(path: impl AsRef<Path>, options: Options) -> Result<(Self, Opened), StoreError> {
        let path = path.as_ref();
        let (connection, lock, opened) = open::open_writer(path)?;
        Ok((Self::begin(connection, lock, path.into(), options)?, opened))
    }

    /// Writes a batch in one transaction: all of it or, on an error, nothing. A connection whose id was written
    /// before is updated. When this returns, a kill of the process loses nothing of the batch.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::ReadOnly`], [`StoreError::Busy`]: the same batch may be tried again later.
    /// [`StoreError::Damaged`]: see [`Store::start_over`].
    pub fn write(&mut self, batch: &[Connection]) -> Result<(), StoreError> {
        if batch.is_empty() {
            return Ok(());
        }
        let mut changed = self.changed;
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for connection in batch {
            changed += 1;
            put(&transaction, self.session, changed, connection)?;
        }
        set_changed(&transaction, self.session, changed)?;
        transaction.commit()?;
        self.changed = changed;
        Ok(())
    }

    /// Forgets everything, totals included, and gives the space back. Connections that still go on appear again with
    /// their next record.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn clear(&mut self) -> Result<(), StoreError> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(
            "DELETE FROM connection; DELETE FROM subject; DELETE FROM host; DELETE FROM reason; DELETE FROM network;
             DELETE FROM total; DELETE FROM app;",
        )?;
        transaction.execute("DELETE FROM session WHERE id <> ?1", [self.session])?;
        transaction.commit()?;
        self.shrink(0, u32::MAX)?;
        self.checkpoint("TRUNCATE")
    }

    /// Sets the file aside and begins a new one, after a write that found it damaged: write the batch again then.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn start_over(self) -> Result<(Self, Opened), StoreError> {
        let Store { connection, options, path, lock, .. } = self;
        // SQLite's own files beside a damaged one may be in any state: nothing to be done about an error here.
        drop(connection);
        let corrupt_file_moved_to = open::set_aside(&path)?;
        drop(lock);
        let (store, _) = Store::open(&path, options)?;
        Ok((
            store,
            Opened::SetAside {
                corrupt_file_moved_to,
                reason: "a write found it damaged".to_owned(),
            },
        ))
    }

    fn begin(
        mut connection: Sqlite,
        lock: Flock<File>,
        path: PathBuf,
        options: Options,
    ) -> Result<Self, StoreError> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let before: i64 =
            transaction
                .query_row("SELECT ifnull(max(changed), 0) FROM session", [], |row| row.get(0))?;
        let open: Vec<i64> = transaction
            .prepare("SELECT key FROM connection WHERE ended_ms IS NULL")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut changed = before;
        for key in open {
            changed += 1;
            transaction
                .prepare_cached("UPDATE connection SET state = ?2, ended_ms = updated_ms, changed = ?3 WHERE key = ?1")?
                .execute((key, State::Lost.code(), changed))?;
        }
        let now_ms =
            SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        let now_ms = i64::try_from(now_ms).unwrap_or(i64::MAX);
        let session = insert_session(&transaction, now_ms, changed)?;
        transaction.commit()?;
        Ok(Store { connection, options, session, changed, path, lock })
    }
}

/// A run of the program; connection ids are unique within it.
pub(crate) fn insert_session(
    sqlite: &Sqlite,
    started_ms: i64,
    changed: i64,
) -> rusqlite::Result<i64> {
    sqlite
        .prepare_cached("INSERT INTO session (started_ms, changed) VALUES (?1, ?2)")?
        .insert((started_ms, changed))
}

/// What the file has of a connection already.
struct Before {
    key: i64,
    subject: i64,
    app: i64,
    updated_ms: i64,
    is_blocked: bool,
    /// It is one in the totals' number of connections.
    counts: bool,
    bytes_up: i64,
    bytes_down: i64,
}

/// Inserts or updates one connection, with its subject and its share of the totals.
pub(crate) fn put(
    sqlite: &Sqlite,
    session: i64,
    changed: i64,
    connection: &Connection,
) -> rusqlite::Result<()> {
    let before = before(sqlite, session, connection.id)?;
    let key = match &before {
        Some(before) => before.key,
        None => free_key(sqlite, schema::key(connection.started_ms, connection.id))?,
    };
    let (subject, app) = subject::intern(sqlite, connection, key)?;
    upsert(sqlite, key, session, subject, changed, connection)?;
    subject::extend(sqlite, subject, key)?;
    if let Some(before) = &before
        && before.subject != subject
    {
        subject::settle(sqlite, before.subject)?;
    }
    let before = match before {
        // Whose it is was found out late: all of it is moved to that app.
        Some(before) if before.app != app => {
            totals::add(sqlite, before.app, before.updated_ms, &before.taken_back())?;
            None
        }
        before => before,
    };
    totals::add(sqlite, app, connection.updated_ms, &delta(before.as_ref(), connection))
}

fn before(sqlite: &Sqlite, session: i64, id: u64) -> rusqlite::Result<Option<Before>> {
    sqlite
        .prepare_cached(
            "SELECT key, subject, app, updated_ms, verdict, bytes_up, bytes_down, source, remote_port FROM connection
             JOIN subject ON subject.id = connection.subject WHERE session = ?1 AND connection.id = ?2",
        )?
        .query_row((session, id.cast_signed()), |row| {
            let is_blocked = row.get::<_, i64>(4)? == Verdict::Block.code();
            let source = row.get::<_, Option<i64>>(7)?.and_then(NameSource::from_code);
            Ok(Before {
                key: row.get(0)?,
                subject: row.get(1)?,
                app: row.get(2)?,
                updated_ms: row.get(3)?,
                is_blocked,
                counts: is_blocked || !is_question(row.get(8)?, source),
                bytes_up: row.get(5)?,
                bytes_down: row.get(6)?,
            })
        })
        .optional()
}

/// The first key from this one on that no connection has: two runs may have begun connections in one millisecond.
fn free_key(sqlite: &Sqlite, mut key: i64) -> rusqlite::Result<i64> {
    let mut taken = sqlite.prepare_cached("SELECT 1 FROM connection WHERE key = ?1")?;
    while taken.exists([key])? {
        key += 1;
    }
    Ok(key)
}

fn upsert(
    sqlite: &Sqlite,
    key: i64,
    session: i64,
    subject: i64,
    changed: i64,
    connection: &Connection,
) -> rusqlite::Result<()> {
    // What is over has an end, and what goes on has none: the index of open connections relies on it.
    let ended_ms = (connection.state != State::Open)
        .then(|| connection.ended_ms.unwrap_or(connection.updated_ms));
    let network = subject::network(sqlite, &connection.network)?;
    sqlite
        .prepare_cached(
            "INSERT INTO connection (key, session, id, subject, source, local_address, local_port, remote_address,
                 remote_port, ended_ms, updated_ms, state, bytes_up, bytes_down, packets_up, packets_down, network,
                 country, asn, changed, screen_on)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
             ON CONFLICT (key) DO UPDATE SET subject = excluded.subject, source = excluded.source,
                 ended_ms = excluded.ended_ms, updated_ms = excluded.updated_ms, state = excluded.state,
                 bytes_up = excluded.bytes_up, bytes_down = excluded.bytes_down, packets_up = excluded.packets_up,
                 packets_down = excluded.packets_down, network = excluded.network, country = excluded.country,
                 asn = excluded.asn, changed = excluded.changed",
        )?
        .execute(params![
            key,
            session,
            connection.id.cast_signed(),
            subject,
            connection.name.as_ref().map(|(_, source)| source.code()),
            octets(connection.key.local.ip()),
            connection.key.local.port(),
            octets(connection.key.remote.ip()),
            connection.key.remote.port(),
            ended_ms,
            connection.updated_ms,
            connection.state.code(),
            signed(connection.bytes_up),
            signed(connection.bytes_down),
            signed(connection.packets_up),
            signed(connection.packets_down),
            network,
            connection.country.map(|letters| String::from_utf8_lossy(&letters).into_owned()),
            connection.asn,
            changed,
            connection.screen_on,
        ])?;
    Ok(())
}

impl Before {
    /// What undoes its share of the totals.
    fn taken_back(&self) -> Delta {
        Delta {
            connections: -i64::from(self.counts),
            blocked: -i64::from(self.is_blocked),
            bytes_up: -self.bytes_up,
            bytes_down: -self.bytes_down,
        }
    }
}

/// What a record adds to the totals, beyond what the record before it has added.
fn delta(before: Option<&Before>, connection: &Connection) -> Delta {
    let blocked = connection.verdict == Verdict::Block;
    let counts = !connection.is_answered_question();
    let (up, down) = (signed(connection.bytes_up), signed(connection.bytes_down));
    match before {
        None => Delta {
            connections: counts.into(),
            blocked: blocked.into(),
            bytes_up: up,
            bytes_down: down,
        },
        Some(before) => Delta {
            connections: (counts && !before.counts).into(),
            blocked: (blocked && !before.is_blocked).into(),
            bytes_up: (up - before.bytes_up).max(0),
            bytes_down: (down - before.bytes_down).max(0),
        },
    }
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}

/// A count as SQLite keeps it: its integers end at 2^63.
fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Notes the number of the last write, so that it goes on rising after the connections it numbered are gone.
pub(crate) fn set_changed(sqlite: &Sqlite, session: i64, changed: i64) -> rusqlite::Result<()> {
    sqlite
        .prepare_cached("UPDATE session SET changed = ?2 WHERE id = ?1")?
        .execute((session, changed))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use wire::{FlowKey, Owner, Protocol};

    use super::*;
    use crate::{Filter, Reader, Reason, ReasonCode};

    fn connection(id: u64) -> Connection {
        Connection {
            id,
            started_ms: 1,
            ended_ms: None,
            updated_ms: 1,
            owner: Owner::Unknown,
            key: FlowKey {
                protocol: Protocol::Tcp,
                local: SocketAddr::from(([10, 7, 0, 2], 40_000)),
                remote: SocketAddr::from(([203, 0, 113, 7], 443)),
            },
            name: None,
            verdict: Verdict::Allow,
            reason: Reason {
                code: ReasonCode::NothingAgainst,
                text: "nothing speaks against it".into(),
                listed: None,
            },
            state: State::Open,
            bytes_up: 0,
            bytes_down: 0,
            packets_up: 0,
            packets_down: 0,
            network: "linux".into(),
            screen_on: None,
            country: None,
            asn: None,
        }
    }

    #[test]
    fn on_a_full_disk_a_batch_is_refused_whole_and_may_come_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.db");
        let (mut store, _) = Store::open(&path, Options::default()).unwrap();
        store.write(&[connection(0)]).unwrap();
        let batch: Vec<_> = (1..5000).map(connection).collect();
        let limit = |store: &Store, pages: u32| {
            store
                .connection
                .pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
                .unwrap();
        };
        limit(&store, 60);
        assert!(matches!(store.write(&batch), Err(StoreError::DiskFull)));
        let reader = Reader::open(&path).unwrap();
        let rows = |limit| reader.page(&Filter::default(), None, limit).unwrap().rows.len();
        assert_eq!(rows(10_000), 1);
        limit(&store, 1_000_000);
        store.write(&batch).unwrap();
        assert_eq!(rows(10_000), 5000);
    }

    /// All of these begin in one millisecond, in runs whose ids are the same.
    #[test]
    fn connections_of_one_moment_keep_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.db");
        let batch: Vec<_> = (0..100).map(connection).collect();
        for _ in 0..3 {
            Store::open(&path, Options::default()).unwrap().0.write(&batch).unwrap();
        }
        let strange =
            [i64::MIN, -1, i64::MAX].map(|started_ms| Connection { started_ms, ..connection(7) });
        for connection in strange {
            Store::open(&path, Options::default()).unwrap().0.write(&[connection]).unwrap();
        }
        let page = Reader::open(&path).unwrap().page(&Filter::default(), None, 1000).unwrap();
        assert_eq!(page.rows.len(), 303);
    }
}
