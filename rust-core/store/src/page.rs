//! Finding the connections of a page without looking at all the others.
//!
//! Two ways, one after the other, because filters are of two kinds. What fits *many* connections fits some among the
//! next few: they are looked at one by one. What fits *few* has few subjects: each one's newest connection stands at its
//! subject, the newest of those comes first, then that subject's next one takes its place, and so on. Either way the
//! work depends on the page and on the number of subjects, never on the number of connections.
//!
//! A filter that asks for what no subject has (the country, the network, the screen, an address) is the exception: the
//! first way is gone to its end, so the work grows with the connections of the time asked for.

use std::collections::BinaryHeap;

use rusqlite::{Connection as Sqlite, OptionalExtension};

use crate::condition::Condition;
use crate::error::StoreError;
use crate::query::{Cursor, Filter, Page};
use crate::reader::Reader;
use crate::{follow, row, schema};

impl Reader {
    /// A page of `limit` connections at most (and at least one), newest beginning first; the first page, or the one
    /// at a cursor.
    ///
    /// # Errors
    /// [`StoreError`] as it says.
    pub fn page(
        &self,
        filter: &Filter,
        before: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let limit = limit.max(1);
        let transaction = self.connection.unchecked_transaction()?;
        let range = Range {
            from: filter.since_ms.map_or(i64::MIN, schema::first_key),
            below: filter
                .until_ms
                .map_or(i64::MAX, schema::first_key)
                .min(before.map_or(i64::MAX, |cursor| cursor.0)),
        };
        // One more than the page has tells whether there is a next one.
        let keys =
            newest_keys(&transaction, &Condition::new(filter), range, limit.saturating_add(1))?;
        let next = if keys.len() > limit { keys.get(limit - 1).copied().map(Cursor) } else { None };
        let rows = keys
            .iter()
            .take(limit)
            .map(|key| row::by_key(&transaction, *key))
            .collect::<Result<_, _>>()?;
        Ok(Page { rows, next, mark: follow::latest(&transaction)? })
    }
}

/// Keys at or after `from` and before `below`.
#[derive(Clone, Copy)]
struct Range {
    from: i64,
    below: i64,
}

/// Connections looked at one by one before the subjects are asked: some 3 ms. What fits one in eighty is found so.
const WINDOW: usize = 4000;

fn newest_keys(
    sqlite: &Sqlite,
    condition: &Condition,
    range: Range,
    limit: usize,
) -> Result<Vec<i64>, StoreError> {
    let mut keys = Vec::new();
    match scan(sqlite, condition, range, limit, &mut keys)? {
        Some(reached) => {
            merge(sqlite, condition, Range { below: reached, ..range }, limit, &mut keys)?;
            Ok(keys)
        }
        None => Ok(keys),
    }
}

/// Looks at the next connections one by one. Tells how far it came where that was not enough.
fn scan(
    sqlite: &Sqlite,
    condition: &Condition,
    range: Range,
    limit: usize,
    keys: &mut Vec<i64>,
) -> rusqlite::Result<Option<i64>> {
    let mut statement = sqlite.prepare_cached(&format!(
        "SELECT key, ifnull({}, FALSE) FROM connection CROSS JOIN subject ON subject.id = connection.subject
         WHERE key >= :from AND key < :below ORDER BY key DESC",
        condition.of_each()
    ))?;
    let parameters = condition.with(&[(":from", &range.from), (":below", &range.below)]);
    let mut rows = statement.query(&*parameters)?;
    let mut looked_at = 0;
    while let Some(row) = rows.next()? {
        let key = row.get(0)?;
        if row.get(1)? {
            keys.push(key);
            if keys.len() == limit {
                return Ok(None);
            }
        }
        looked_at += 1;
        if looked_at >= WINDOW && !condition.is_of_connections() {
            return Ok(Some(key));
        }
    }
    Ok(None)
}

/// Takes the newest connections of all subjects that fit, newest first, until there are `limit` keys.
fn merge(
    sqlite: &Sqlite,
    condition: &Condition,
    range: Range,
    limit: usize,
    keys: &mut Vec<i64>,
) -> rusqlite::Result<()> {
    let mut heads = heads(sqlite, condition, range)?;
    while keys.len() < limit
        && let Some((key, subject)) = heads.pop()
    {
        keys.push(key);
        heads.extend(
            newest_of(sqlite, subject, Range { below: key, ..range })?.map(|key| (key, subject)),
        );
    }
    Ok(())
}

/// The newest connection in the range of each subject that fits, as key and subject.
fn heads(
    sqlite: &Sqlite,
    condition: &Condition,
    range: Range,
) -> rusqlite::Result<BinaryHeap<(i64, i64)>> {
    let mut statement = sqlite.prepare_cached(&format!(
        "SELECT id, last FROM subject WHERE first < :below AND last >= :from AND {}",
        condition.of_all()
    ))?;
    let parameters = condition.with(&[(":from", &range.from), (":below", &range.below)]);
    let mut rows = statement.query(&*parameters)?;
    let mut heads = Vec::new();
    while let Some(row) = rows.next()? {
        let (subject, last) = (row.get(0)?, row.get(1)?);
        let head = if last < range.below { Some(last) } else { newest_of(sqlite, subject, range)? };
        heads.extend(head.map(|key| (key, subject)));
    }
    Ok(heads.into())
}

/// The key of the subject's newest connection in the range.
fn newest_of(sqlite: &Sqlite, subject: i64, range: Range) -> rusqlite::Result<Option<i64>> {
    sqlite
        .prepare_cached(
            "SELECT key FROM connection WHERE subject = ?1 AND key >= ?2 AND key < ?3 ORDER BY key DESC LIMIT 1",
        )?
        .query_row((subject, range.from, range.below), |row| row.get(0))
        .optional()
}
