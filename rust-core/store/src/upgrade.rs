//! From the format of an older program to today's, inside one transaction: whenever the program may be killed, the file has
//! one version or the other.

use rusqlite::{Connection as Sqlite, TransactionBehavior, params};

use crate::connection::Code;
use crate::reason::ReasonCode;
use crate::schema::{self, VERSION};

/// Brings a log up to [`VERSION`]. One that is there already stays as it is.
pub(crate) fn upgrade(sqlite: &mut Sqlite) -> rusqlite::Result<()> {
    let transaction = sqlite.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version < 2 {
        give_reasons_codes(&transaction)?;
    }
    if version < 3 {
        // 2 to 3: nobody had told.
        transaction.execute_batch("ALTER TABLE connection ADD COLUMN screen_on INTEGER")?;
    }
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}

/// 1 to 2.
fn give_reasons_codes(sqlite: &Sqlite) -> rusqlite::Result<()> {
    sqlite.execute_batch("ALTER TABLE reason RENAME TO reason_1")?;
    sqlite.execute_batch(schema::REASON_TABLE)?;
    let reasons: Vec<(i64, String)> = sqlite
        .prepare("SELECT id, text FROM reason_1")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut insert = sqlite
        .prepare("INSERT INTO reason (id, code, text, list, entry) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for (id, text) in reasons {
        let (code, list, entry) = meaning(&text);
        insert.execute(params![id, code.code(), text, list, entry])?;
    }
    sqlite.execute_batch("DROP TABLE reason_1")
}

/// What the words of version 1 mean: the code, the list and the entry. Its program had these sentences and no others.
fn meaning(text: &str) -> (ReasonCode, &str, &str) {
    // What was said about the name's alias follows behind.
    let sentence = text.split_once("; ").map_or(text, |(sentence, _)| sentence);
    if sentence.starts_with("your rule: ") {
        return (ReasonCode::Rule, "", "");
    }
    if let Some((entry, list)) = sentence.split_once(" is on the list ") {
        return match list.strip_suffix(", which no block list overrides") {
            Some(list) => (ReasonCode::Protected, list, entry),
            None => (ReasonCode::Listed, list, entry),
        };
    }
    let code = match sentence {
        "lockdown: nothing passes" => ReasonCode::Lockdown,
        "filtering is paused" => ReasonCode::Paused,
        "you allow this app everything" => ReasonCode::AppAllowed,
        "you block this app" => ReasonCode::AppBlocked,
        "this app may reach only what your rules allow" => ReasonCode::NotListed,
        "apps without a mode of their own may everything" => ReasonCode::DefaultAllowed,
        "apps without a mode of their own may nothing" => ReasonCode::DefaultBlocked,
        "nothing speaks against it" => ReasonCode::NothingAgainst,
        _ => ReasonCode::Other,
    };
    (code, "", "")
}
