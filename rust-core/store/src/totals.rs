//! Totals per app and hour: kept as connections are written, so that they outlive them and are cheap to read.

use std::collections::HashMap;

use rusqlite::{Connection as Sqlite, named_params};
use wire::Owner;

use crate::condition;
use crate::connection::{Code as _, Verdict, owner_from_columns, owner_to_columns};
use crate::error::StoreError;
use crate::reader::Reader;
use crate::reason::ReasonCode;
use crate::schema;

/// Which totals to read; the default is all.
#[derive(Clone, Debug, Default)]
pub struct TotalsFilter {
    /// From the hour that holds this moment on, Unix time in milliseconds.
    pub since_ms: Option<i64>,
    /// Up to, without, the first hour that begins at or after this moment.
    pub until_ms: Option<i64>,
    /// Of this app only, named as in [`Filter::app`](crate::Filter::app).
    pub app: Option<String>,
}

/// What one app did in one hour. A connection counts in the hour of its first record, bytes in the hour of the
/// record that tells of them. A question for a name that was let through counts with its bytes alone: the connection that follows
/// says the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HourTotal {
    /// When the hour begins, Unix time in milliseconds.
    pub hour_ms: i64,
    /// The app.
    pub owner: Owner,
    /// Connections begun, and questions blocked.
    pub connections: u64,
    /// Connections blocked, those cut later included.
    pub blocked: u64,
    /// Payload bytes from the app.
    pub bytes_up: u64,
    /// Payload bytes to the app.
    pub bytes_down: u64,
}

impl Reader {
    /// The totals, oldest hour first, within an hour the app with the most connections first.
    ///
    /// # Errors
    /// [`StoreError`] as it says.
    pub fn totals(&self, filter: &TotalsFilter) -> Result<Vec<HourTotal>, StoreError> {
        let sql = format!(
            "SELECT hour, kind, uid, name, connections, blocked, bytes_up, bytes_down
             FROM total JOIN app ON app.id = total.app
             WHERE hour >= :since AND hour < :until AND (:app IS NULL OR {})
                 AND connections + bytes_up + bytes_down > 0
             ORDER BY hour, connections DESC, app.id",
            condition::APP_MATCHES
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(named_params! {
            ":since": filter.since_ms.map_or(i64::MIN, hour),
            ":until": filter.until_ms.map_or(i64::MAX, |until| hour(until.saturating_sub(1)) + 1),
            ":app": filter.app,
        })?;
        let mut totals = Vec::new();
        while let Some(row) = rows.next()? {
            let owner = owner_from_columns(row.get(1)?, row.get(2)?, &row.get::<_, String>(3)?)
                .ok_or_else(|| StoreError::Damaged("an app of no known kind".to_owned()))?;
            totals.push(HourTotal {
                hour_ms: row.get::<_, i64>(0)?.saturating_mul(HOUR_MS),
                owner,
                connections: row.get(4)?,
                blocked: row.get(5)?,
                bytes_up: row.get(6)?,
                bytes_down: row.get(7)?,
            });
        }
        Ok(totals)
    }
}

impl Reader {
    /// When the first hour begins of which there are totals, Unix time in milliseconds; none where there are none.
    ///
    /// # Errors
    /// [`StoreError`] as it says.
    pub fn totals_since(&self) -> Result<Option<i64>, StoreError> {
        let first = self
            .connection
            .query_row("SELECT min(hour) FROM total", [], |row| row.get::<_, Option<i64>>(0))?;
        Ok(first.map(|hour| hour.saturating_mul(HOUR_MS)))
    }

    /// The apps of a period of which nothing is known from before it, each with its connections, those with the most first.
    /// The period begins with the hour that holds its first moment. Times in milliseconds of Unix time.
    ///
    /// # Errors
    /// [`StoreError`] as it says.
    pub fn new_apps(&self, since_ms: i64, until_ms: i64) -> Result<Vec<(Owner, u64)>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT kind, uid, name, sum(connections) FROM total JOIN app ON app.id = total.app
             WHERE hour >= :since AND hour < :until AND kind <> :unknown AND name NOT IN
                 (SELECT name FROM app WHERE id IN (SELECT app FROM total WHERE hour < :since))
             GROUP BY app.id HAVING sum(connections) > 0 ORDER BY sum(connections) DESC, app.id",
        )?;
        let mut rows = statement.query(named_params! {
            ":since": hour(since_ms),
            ":until": hour(until_ms.saturating_sub(1)) + 1,
            ":unknown": owner_to_columns(&Owner::Unknown).0,
        })?;
        let mut apps = Vec::new();
        while let Some(row) = rows.next()? {
            let owner = owner_from_columns(row.get(0)?, row.get(1)?, &row.get::<_, String>(2)?)
                .ok_or_else(|| StoreError::Damaged("an app of no known kind".to_owned()))?;
            apps.push((owner, row.get(3)?));
        }
        Ok(apps)
    }

    /// How many connections each list has blocked, those cut later included, begun at or after this Unix time in
    /// milliseconds; by the list's name. Questions for names count as the log has them.
    ///
    /// # Errors
    /// [`StoreError`] as it says.
    pub fn blocked_by_list(&self, since_ms: Option<i64>) -> Result<Vec<(String, u64)>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT reason.list, count(*) FROM reason
             JOIN subject ON subject.reason = reason.id JOIN connection ON connection.subject = subject.id
             WHERE reason.code = :listed AND subject.verdict = :blocked AND connection.key >= :first
             GROUP BY reason.list ORDER BY reason.list",
        )?;
        let rows = statement.query_map(
            named_params! {
                ":listed": ReasonCode::Listed.code(),
                ":blocked": Verdict::Block.code(),
                ":first": since_ms.map_or(i64::MIN, schema::first_key),
            },
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Reader {
    /// How many connections each of the user's rules has decided, begun at or after this Unix time in milliseconds; by the
    /// rule's words, as the reason has them. Questions for names count as the log has them.
    ///
    /// # Errors
    /// [`StoreError`] as it says.
    pub fn decided_by_rule(&self, since_ms: i64) -> Result<HashMap<String, u64>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT reason.text, count(*) FROM reason
             JOIN subject ON subject.reason = reason.id JOIN connection ON connection.subject = subject.id
             WHERE reason.code = :rule AND connection.key >= :first GROUP BY reason.text",
        )?;
        let rows = statement.query_map(
            named_params! { ":rule": ReasonCode::Rule.code(), ":first": schema::first_key(since_ms) },
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// What one record adds; less than nothing where it takes back.
#[derive(PartialEq, Eq, Default)]
pub(crate) struct Delta {
    pub(crate) connections: i64,
    pub(crate) blocked: i64,
    pub(crate) bytes_up: i64,
    pub(crate) bytes_down: i64,
}

/// Adds a record's share to the hour of `at_ms`. No sum gets below nothing: what is taken back may have been added in the hour
/// before.
pub(crate) fn add(sqlite: &Sqlite, app: i64, at_ms: i64, delta: &Delta) -> rusqlite::Result<()> {
    if *delta == Delta::default() {
        return Ok(());
    }
    sqlite
        .prepare_cached(
            "INSERT INTO total (hour, app, connections, blocked, bytes_up, bytes_down)
                 VALUES (?1, ?2, max(0, ?3), max(0, ?4), max(0, ?5), max(0, ?6))
             ON CONFLICT (hour, app) DO UPDATE SET connections = max(0, connections + ?3),
                 blocked = max(0, blocked + ?4), bytes_up = max(0, bytes_up + ?5),
                 bytes_down = max(0, bytes_down + ?6)",
        )?
        .execute((
            hour(at_ms),
            app,
            delta.connections,
            delta.blocked,
            delta.bytes_up,
            delta.bytes_down,
        ))?;
    Ok(())
}

/// Deletes the totals of hours before this moment.
pub(crate) fn delete_before(sqlite: &Sqlite, before_ms: i64) -> rusqlite::Result<()> {
    sqlite.prepare_cached("DELETE FROM total WHERE hour < ?1")?.execute([hour(before_ms)])?;
    Ok(())
}

const HOUR_MS: i64 = 3_600_000;

/// The hour that holds this moment, counted from the beginning of Unix time.
fn hour(time_ms: i64) -> i64 {
    time_ms.div_euclid(HOUR_MS)
}
