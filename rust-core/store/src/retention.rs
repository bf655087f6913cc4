//! Keeping the log within bounds: by age, by size, in small steps.

use std::time::Duration;

use rusqlite::TransactionBehavior;

use crate::error::StoreError;
use crate::writer::Store;
use crate::{schema, subject, totals};

/// How much the log keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Connections that began longer ago than this are deleted.
    pub retention_age: Duration,
    /// Where the log takes more bytes than this, its oldest connections are deleted. The file may be larger by 1 MiB of
    /// free pages, and has up to about 4 MiB of write-ahead log beside it.
    pub retention_bytes: u64,
    /// Totals of hours longer ago than this are deleted.
    pub totals_age: Duration,
}

impl Default for Options {
    /// Connections of 30 days within 200 MiB (more than a million), totals of 400 days (some 20 MiB at 50 busy apps).
    fn default() -> Self {
        Options { retention_age: 30 * DAY, retention_bytes: 200 << 20, totals_age: 400 * DAY }
    }
}

/// What one step of maintenance did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Maintained {
    /// Connections deleted.
    pub deleted: usize,
    /// There is more to do: call again, after writing what waits.
    pub more: bool,
}

impl Store {
    /// One bounded step towards the bounds of [`Options`]: some ten milliseconds. Connections that still go on are
    /// never deleted. Call it now and then (each hour, each ten thousand connections), and again while it says so.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn maintain(&mut self, now_ms: i64) -> Result<Maintained, StoreError> {
        let too_old_ms = now_ms.saturating_sub(millis(self.options.retention_age));
        let mut deleted = self.delete_step(schema::first_key(too_old_ms))?;
        if deleted == 0 && self.used_bytes()? > self.options.retention_bytes {
            deleted = self.delete_step(i64::MAX)?;
        }
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        totals::delete_before(
            &transaction,
            now_ms.saturating_sub(millis(self.options.totals_age)),
        )?;
        transaction.execute(
            "DELETE FROM session WHERE id <> ?1
             AND NOT EXISTS (SELECT 1 FROM connection WHERE connection.session = session.id)",
            [self.session],
        )?;
        transaction.commit()?;
        self.shrink(SPARE_PAGES, VACUUM_STEP)?;
        let more = deleted == DELETE_STEP || self.free_pages()? > SPARE_PAGES;
        if !more {
            self.checkpoint("PASSIVE")?;
        }
        Ok(Maintained { deleted, more })
    }

    /// Gives free pages beyond `spare` back to the system, `step` pages at most.
    pub(crate) fn shrink(&mut self, spare: u32, step: u32) -> Result<(), StoreError> {
        let pages = self.free_pages()?.saturating_sub(spare).min(step);
        if pages > 0 {
            let mut statement =
                self.connection.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
            let mut rows = statement.query([])?;
            // Each row is one page.
            while rows.next()?.is_some() {}
        }
        Ok(())
    }

    /// Moves what the write-ahead log holds into the file.
    pub(crate) fn checkpoint(&self, mode: &str) -> Result<(), StoreError> {
        self.connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |_| Ok(()))?;
        Ok(())
    }

    /// Deletes the oldest connections with keys below this one, [`DELETE_STEP`] at most, and what only they had.
    fn delete_step(&mut self, below: i64) -> Result<usize, StoreError> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut subjects = Vec::new();
        let mut deleted = 0;
        {
            let mut statement = transaction.prepare_cached(
                "DELETE FROM connection WHERE key IN (
                     SELECT key FROM connection WHERE key < ?1 AND ended_ms IS NOT NULL ORDER BY key LIMIT ?2
                 ) RETURNING subject",
            )?;
            let mut rows = statement.query((below, DELETE_STEP))?;
            while let Some(row) = rows.next()? {
                subjects.push(row.get::<_, i64>(0)?);
                deleted += 1;
            }
        }
        subjects.sort_unstable();
        subjects.dedup();
        for id in subjects {
            subject::settle(&transaction, id)?;
        }
        transaction.commit()?;
        Ok(deleted)
    }

    /// The bytes of the file that hold something.
    fn used_bytes(&self) -> Result<u64, StoreError> {
        let pages: u32 =
            self.connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
        let page: u64 = self.connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
        Ok(u64::from(pages.saturating_sub(self.free_pages()?)) * page)
    }

    fn free_pages(&self) -> Result<u32, StoreError> {
        Ok(self.connection.pragma_query_value(None, "freelist_count", |row| row.get(0))?)
    }
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Connections deleted in one step: the thread that calls has batches to write meanwhile.
const DELETE_STEP: usize = 1000;

/// Free pages given back in one step.
const VACUUM_STEP: u32 = 1024;

/// Free pages that stay for what comes next (1 MiB): giving them back and asking for them again wears the flash.
const SPARE_PAGES: u32 = 256;

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
