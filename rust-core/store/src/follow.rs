//! Reading on: what was written since the reader last looked.

use rusqlite::Connection as Sqlite;

use crate::condition::Condition;
use crate::error::StoreError;
use crate::query::{Changes, Filter, Mark};
use crate::reader::Reader;
use crate::{row, schema};

impl Reader {
    /// Connections that were begun or changed after the mark, in the order of writing, `limit` at most. One that
    /// changed several times comes once, as it is now.
    ///
    /// # Errors
    /// [`StoreError`] as it says.
    pub fn follow(
        &self,
        filter: &Filter,
        after: Mark,
        limit: usize,
    ) -> Result<Changes, StoreError> {
        let transaction = self.connection.unchecked_transaction()?;
        let latest = latest(&transaction)?;
        let up_to = latest.min(Mark(after.0.saturating_add(STEP)));
        let found = changed(&transaction, filter, after, up_to, limit.max(1))?;
        let mark = if found.len() < limit.max(1) {
            up_to
        } else {
            found.last().map_or(up_to, |(_, mark)| *mark)
        };
        let rows = found
            .iter()
            .map(|(key, _)| row::by_key(&transaction, *key))
            .collect::<Result<_, _>>()?;
        Ok(Changes { rows, mark: mark.max(after), more: mark < latest })
    }
}

/// The number of the last write.
pub(crate) fn latest(sqlite: &Sqlite) -> rusqlite::Result<Mark> {
    sqlite
        .prepare_cached("SELECT ifnull(max(changed), 0) FROM session")?
        .query_row([], |row| row.get(0).map(Mark))
}

/// Writes looked at in one call, so that a filter that fits nothing does not make it long.
const STEP: i64 = 10_000;

/// The keys that changed after one mark and up to another, each with the mark of its change.
fn changed(
    sqlite: &Sqlite,
    filter: &Filter,
    after: Mark,
    up_to: Mark,
    limit: usize,
) -> rusqlite::Result<Vec<(i64, Mark)>> {
    let condition = Condition::new(filter);
    let mut statement = sqlite.prepare_cached(&format!(
        "SELECT key, changed FROM connection CROSS JOIN subject ON subject.id = connection.subject
         WHERE changed > :after AND changed <= :up_to AND key >= :from AND key < :below AND {}
         ORDER BY changed LIMIT :limit",
        condition.of_each()
    ))?;
    let from = filter.since_ms.map_or(i64::MIN, schema::first_key);
    let below = filter.until_ms.map_or(i64::MAX, schema::first_key);
    let parameters = condition.with(&[
        (":after", &after.0),
        (":up_to", &up_to.0),
        (":from", &from),
        (":below", &below),
        (":limit", &limit),
    ]);
    let rows = statement.query_map(&*parameters, |row| Ok((row.get(0)?, Mark(row.get(1)?))))?;
    rows.collect()
}
