//! The connections of a period, out of the log.

use store::{Connection, Filter, Reader, StoreError};
use wire::{NameSource, Owner};

use crate::Period;

/// Rows read at once.
const PAGE: usize = 1000;

/// Hands every connection of these apps (of all, where none is named) that began in the period to `each`.
///
/// Questions for names that were answered are left out: the connection that follows says the same. Those that were blocked
/// are all there is of the try, and count.
pub(crate) fn connections(
    log: Option<&Reader>,
    apps: &[String],
    period: Period,
    mut each: impl FnMut(&Connection),
) -> Result<(), StoreError> {
    let Some(log) = log else { return Ok(()) };
    let one = |app: Option<&String>| Filter {
        app: app.cloned(),
        since_ms: Some(period.since_ms),
        until_ms: Some(period.until_ms),
        ..Filter::default()
    };
    if apps.is_empty() {
        return pages(log, &one(None), |connection| each(connection));
    }
    for (place, app) in apps.iter().enumerate() {
        pages(log, &one(Some(app)), |connection| {
            // Packages that share a user id are found by each of their names.
            if !apps[..place].iter().any(|earlier| is_of(&connection.owner, earlier)) {
                each(connection);
            }
        })?;
    }
    Ok(())
}

fn pages(
    log: &Reader,
    filter: &Filter,
    mut each: impl FnMut(&Connection),
) -> Result<(), StoreError> {
    let mut cursor = None;
    loop {
        let page = log.page(filter, cursor, PAGE)?;
        let counted = page.rows.iter().map(|row| &row.connection).filter(|row| !is_answered(row));
        counted.for_each(&mut each);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

/// Whether it is a question for a name, not a connection.
pub(crate) fn is_question(connection: &Connection) -> bool {
    let source = connection.name.as_ref().map(|(_, source)| *source);
    connection.key.remote.port() == 53 && source == Some(NameSource::Dns)
}

/// Whether it is a question for a name that was answered: the connection that follows says the same.
pub(crate) fn is_answered(connection: &Connection) -> bool {
    is_question(connection) && connection.verdict == store::Verdict::Allow
}

/// Whether the store finds this owner by that name of an app.
fn is_of(owner: &Owner, app: &str) -> bool {
    let Some(id) = owner.id() else { return false };
    *id.name == *app
        || id.name.rsplit_once('/').is_some_and(|(_, file)| file == app)
        || id.name.split(',').any(|package| package == app)
}
