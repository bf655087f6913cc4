//! Subjects: what connections have in common, kept once.
//!
//! A subject is an app, a host, a verdict, a protocol and a reason. The filters are answered here, where rows are few.
//! This module keeps the promise on which reading relies: `last` is the key of the subject's newest connection, and
//! what no connection refers to is gone, hosts and reasons included (nothing of a deleted connection stays behind).

use rusqlite::{Connection as Sqlite, OptionalExtension, Params, params};

use crate::connection::{Code, Connection, owner_to_columns};
use crate::reason::{Listed, Reason};
use crate::schema;

/// The subject of a connection, made if need be: its id and its app's id.
pub(crate) fn intern(
    sqlite: &Sqlite,
    connection: &Connection,
    key: i64,
) -> rusqlite::Result<(i64, i64)> {
    let app = app(sqlite, connection)?;
    let host = match &connection.name {
        Some((name, _)) => host(sqlite, name.as_str())?,
        None => 0,
    };
    let reason = reason(sqlite, &connection.reason)?;
    let columns = (app, host, connection.verdict.code(), connection.key.protocol.code(), reason);
    let found = find(
        sqlite,
        "SELECT id FROM subject WHERE app = ?1 AND host = ?2 AND verdict = ?3 AND protocol = ?4 AND reason = ?5",
        columns,
    )?;
    let subject = match found {
        Some(id) => id,
        None => insert(
            sqlite,
            "INSERT INTO subject (app, host, verdict, protocol, reason, first, last) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
            params![columns.0, columns.1, columns.2, columns.3, columns.4, key],
        )?,
    };
    Ok((subject, app))
}

/// Takes note of a connection's key: it has become one of the subject's.
pub(crate) fn extend(sqlite: &Sqlite, subject: i64, key: i64) -> rusqlite::Result<()> {
    sqlite
        .prepare_cached(
            "UPDATE subject SET first = min(first, ?2), last = max(last, ?2)
             WHERE id = ?1 AND (first > ?2 OR last < ?2)",
        )?
        .execute((subject, key))?;
    Ok(())
}

/// Puts a subject right after one of its connections left it: finds its newest one, or deletes it and what only it had.
pub(crate) fn settle(sqlite: &Sqlite, subject: i64) -> rusqlite::Result<()> {
    let newest: Option<i64> = sqlite
        .prepare_cached("SELECT max(key) FROM connection WHERE subject = ?1")?
        .query_row([subject], |row| row.get(0))?;
    if let Some(newest) = newest {
        sqlite
            .prepare_cached("UPDATE subject SET last = ?2 WHERE id = ?1 AND last <> ?2")?
            .execute((subject, newest))?;
        return Ok(());
    }
    let left: Option<(i64, i64)> = sqlite
        .prepare_cached("DELETE FROM subject WHERE id = ?1 RETURNING host, reason")?
        .query_row([subject], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((host, reason)) = left {
        sqlite
            .prepare_cached("DELETE FROM host WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM subject WHERE host = ?1)")?
            .execute([host])?;
        sqlite
            .prepare_cached("DELETE FROM reason WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM subject WHERE reason = ?1)")?
            .execute([reason])?;
    }
    Ok(())
}

/// The id of a network's name, made if need be.
pub(crate) fn network(sqlite: &Sqlite, name: &str) -> rusqlite::Result<i64> {
    match find(sqlite, "SELECT id FROM network WHERE name = ?1", [name])? {
        Some(id) => Ok(id),
        None => insert(sqlite, "INSERT INTO network (name) VALUES (?1)", [name]),
    }
}

fn app(sqlite: &Sqlite, connection: &Connection) -> rusqlite::Result<i64> {
    let columns = owner_to_columns(&connection.owner);
    match find(sqlite, "SELECT id FROM app WHERE kind = ?1 AND uid = ?2 AND name = ?3", columns)? {
        Some(id) => Ok(id),
        None => insert(sqlite, "INSERT INTO app (kind, uid, name) VALUES (?1, ?2, ?3)", columns),
    }
}

fn host(sqlite: &Sqlite, name: &str) -> rusqlite::Result<i64> {
    match find(sqlite, "SELECT id FROM host WHERE name = ?1", [name])? {
        Some(id) => Ok(id),
        None => insert(
            sqlite,
            "INSERT INTO host (name, reversed) VALUES (?1, ?2)",
            (name, schema::reversed(name)),
        ),
    }
}

fn reason(sqlite: &Sqlite, reason: &Reason) -> rusqlite::Result<i64> {
    let (list, entry) = match &reason.listed {
        Some(Listed { list, entry }) => (&**list, &**entry),
        None => ("", ""),
    };
    let columns = (&*reason.text, reason.code.code(), list, entry);
    let found = find(
        sqlite,
        "SELECT id FROM reason WHERE text = ?1 AND code = ?2 AND list = ?3 AND entry = ?4",
        columns,
    )?;
    match found {
        Some(id) => Ok(id),
        None => insert(
            sqlite,
            "INSERT INTO reason (text, code, list, entry) VALUES (?1, ?2, ?3, ?4)",
            columns,
        ),
    }
}

fn find(sqlite: &Sqlite, sql: &str, columns: impl Params) -> rusqlite::Result<Option<i64>> {
    sqlite.prepare_cached(sql)?.query_row(columns, |row| row.get(0)).optional()
}

fn insert(sqlite: &Sqlite, sql: &str, columns: impl Params) -> rusqlite::Result<i64> {
    sqlite.prepare_cached(sql)?.insert(columns)
}
