//! Moving one log into another: what was kept in a buffer while the log could not be opened.

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
        let mut changed = self.changed;
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut moved = 0;
        for (theirs, started_ms) in sessions(&other.connection)? {
            // Ids are unique within a session only, so each of theirs stays one of its own.
            let session = writer::insert_session(&transaction, started_ms, changed)?;
            for key in ended(&other.connection, theirs)? {
                let connection = row::by_key(&other.connection, key)?.connection;
                changed += 1;
                writer::put(&transaction, session, changed, &connection)?;
                moved += 1;
            }
        }
        writer::set_changed(&transaction, self.session, changed)?;
        transaction.commit()?;
        self.changed = changed;
        other.clear()?;
        Ok(moved)
    }
}

/// The runs that wrote a log, with their beginnings.
fn sessions(sqlite: &Sqlite) -> rusqlite::Result<Vec<(i64, i64)>> {
    let mut statement = sqlite.prepare("SELECT id, started_ms FROM session ORDER BY id")?;
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// The keys of a run's connections that are over.
fn ended(sqlite: &Sqlite, session: i64) -> rusqlite::Result<Vec<i64>> {
    let mut statement = sqlite.prepare_cached(
        "SELECT key FROM connection WHERE session = ?1 AND ended_ms IS NOT NULL ORDER BY key",
    )?;
    statement.query_map([session], |row| row.get(0))?.collect()
}
