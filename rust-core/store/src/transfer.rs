//! Moving one log into another: what was kept in a buffer while the log could not be opened.
//!
//! Two files have no common transaction, so whoever is killed after the one took everything in and before the other was
//! emptied finds it all there again. It is taken in once nevertheless: a run that came over keeps its beginning, is known
//! by it, and its connections are then the same rows as before.

use rusqlite::{Connection as Sqlite, TransactionBehavior};

use crate::error::StoreError;
use crate::row;
use crate::writer::{self, Store};

impl Store {
    /// Moves what the other log has into this one, all of it or, on an error, nothing, and empties the other. Its connections
    /// that still go on are left out: they appear with their next record, written here. Tells how many were moved.
    ///
    /// # Errors
    /// As [`Store::write`]; [`StoreError::Damaged`] also where the other one is.
    pub fn take_in(&mut self, mut other: Store) -> Result<usize, StoreError> {
        let taken = self.copy_from(&other)?;
        other.clear()?;
        Ok(taken)
    }

    fn copy_from(&mut self, other: &Store) -> Result<usize, StoreError> {
        let mut changed = self.changed;
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut taken = 0;
        // Ids are unique within a session only, so each of theirs becomes, or already is, one of its own here.
        let mut ours = vec![self.session];
        for (theirs, started_ms) in sessions(&other.connection)? {
            let session = match taken_before(&transaction, started_ms, &ours)? {
                Some(session) => session,
                None => writer::insert_session(&transaction, started_ms, changed)?,
            };
            ours.push(session);
            for key in ended(&other.connection, theirs)? {
                let connection = row::by_key(&other.connection, key)?.connection;
                changed += 1;
                writer::put(&transaction, session, changed, &connection)?;
                taken += 1;
            }
        }
        writer::set_changed(&transaction, self.session, changed)?;
        transaction.commit()?;
        self.changed = changed;
        Ok(taken)
    }
}

/// The runs that wrote a log, with their beginnings.
fn sessions(sqlite: &Sqlite) -> rusqlite::Result<Vec<(i64, i64)>> {
    let mut statement = sqlite.prepare("SELECT id, started_ms FROM session ORDER BY id")?;
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// The session that a run of the other log has here since an earlier time; not one of these, which are of other runs.
fn taken_before(sqlite: &Sqlite, started_ms: i64, others: &[i64]) -> rusqlite::Result<Option<i64>> {
    let mut statement =
        sqlite.prepare_cached("SELECT id FROM session WHERE started_ms = ?1 ORDER BY id")?;
    let ids = statement.query_map([started_ms], |row| row.get(0))?;
    let ids: Vec<i64> = ids.collect::<rusqlite::Result<_>>()?;
    Ok(ids.into_iter().find(|id| !others.contains(id)))
}

/// The keys of a run's connections that are over.
fn ended(sqlite: &Sqlite, session: i64) -> rusqlite::Result<Vec<i64>> {
    let mut statement = sqlite.prepare_cached(
        "SELECT key FROM connection WHERE session = ?1 AND ended_ms IS NOT NULL ORDER BY key",
    )?;
    statement.query_map([session], |row| row.get(0))?.collect()
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use wire::{FlowKey, Owner, Protocol};

    use crate::{
        Connection, Filter, Options, Reader, Reason, ReasonCode, State, Store, TotalsFilter,
        Verdict,
    };

    fn connection(id: u64) -> Connection {
        Connection {
            id,
            started_ms: 1,
            ended_ms: Some(2),
            updated_ms: 2,
            owner: Owner::Unknown,
            key: FlowKey {
                protocol: Protocol::Tcp,
                local: SocketAddr::from(([10, 7, 0, 2], 40_000)),
                remote: SocketAddr::from(([203, 0, 113, 7], 443)),
            },
            name: None,
            verdict: Verdict::Block,
            reason: Reason { code: ReasonCode::Other, text: "so".into(), listed: None },
            screen_on: None,
            state: State::Blocked,
            bytes_up: 5,
            bytes_down: 0,
            packets_up: 1,
            packets_down: 0,
            network: "wifi".into(),
            country: None,
            asn: None,
        }
    }

    #[test]
    fn who_is_killed_before_the_buffer_is_empty_finds_each_connection_once() {
        let folder = tempfile::tempdir().unwrap();
        let (log, buffer) = (folder.path().join("log.db"), folder.path().join("buffer.db"));
        let open = |path| Store::open(path, Options::default()).unwrap().0;
        let mut kept = open(&buffer);
        let going_on = Connection { ended_ms: None, state: State::Open, ..connection(3) };
        kept.write(&[connection(1), connection(2), going_on]).unwrap();
        let mut store = open(&log);
        assert_eq!(store.copy_from(&kept).unwrap(), 2);
        // The end of the process, before the buffer was emptied.
        drop((store, kept));
        let mut store = open(&log);
        assert_eq!(store.take_in(open(&buffer)).unwrap(), 3, "the third is over by now");
        let reader = Reader::open(&log).unwrap();
        let page = reader.page(&Filter::default(), None, 100).unwrap();
        let mut ids: Vec<u64> = page.rows.iter().map(|row| row.connection.id).collect();
        ids.sort_unstable();
        assert_eq!(ids, [1, 2, 3]);
        let totals = reader.totals(&TotalsFilter::default()).unwrap();
        assert_eq!(totals.iter().map(|total| total.connections).sum::<u64>(), 3);
        assert_eq!(totals.iter().map(|total| total.bytes_up).sum::<u64>(), 15);
        assert_eq!(store.take_in(open(&buffer)).unwrap(), 0);
    }
}
