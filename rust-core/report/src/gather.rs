//! The connections of a period, out of the log.

use catalog::Reach;
use store::{
    Addresses, Below, Connection, Filter, HourTotal, Reader, Remotes, StoreError, TotalsFilter,
};
use wire::{HostName, Owner, Protocol};

use crate::Period;
use crate::contact::{Count, named};

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

/// The hourly totals of these apps (of all, where none is named) from the hour that holds the period's begin on, oldest first.
pub(crate) fn totals(
    log: Option<&Reader>,
    apps: &[String],
    Period { since_ms, until_ms }: Period,
) -> Result<Vec<HourTotal>, StoreError> {
    let Some(log) = log else { return Ok(Vec::new()) };
    let of = |app: Option<&String>| {
        log.totals(&TotalsFilter {
            since_ms: Some(since_ms),
            until_ms: Some(until_ms),
            app: app.cloned(),
        })
    };
    if apps.is_empty() {
        return of(None);
    }
    let mut totals = Vec::new();
    for (place, app) in apps.iter().enumerate() {
        let new =
            |hour: &HourTotal| !apps[..place].iter().any(|earlier| is_of(&hour.owner, earlier));
        totals.extend(of(Some(app))?.into_iter().filter(new));
    }
    totals.sort_by_key(|hour| hour.hour_ms);
    Ok(totals)
}

/// Those of these apps (of all, where none is named) that nothing is known of from before the period, the most active first.
pub(crate) fn new_apps(
    log: Option<&Reader>,
    apps: &[String],
    Period { since_ms, until_ms }: Period,
) -> Result<Vec<Count>, StoreError> {
    let Some(log) = log else { return Ok(Vec::new()) };
    let mut new = log.new_apps(since_ms, until_ms)?;
    new.retain(|(owner, _)| apps.is_empty() || apps.iter().any(|app| is_of(owner, app)));
    Ok(new.into_iter().map(|(owner, count)| named((owner.to_string(), count))).collect())
}

/// Where rows of the catalogue lead, as the log is asked for it.
pub fn remotes(reach: &Reach<'_>) -> Remotes {
    let below = |(host, except): &(&HostName, Vec<&HostName>)| Below {
        host: (*host).clone(),
        except: except.iter().map(|name| (*name).clone()).collect(),
    };
    Remotes {
        hosts: reach.hosts.iter().map(below).collect(),
        addresses: reach
            .addresses
            .iter()
            .map(|listed| {
                let (first, last) = listed.addresses.bounds();
                let ports = listed.ports.map(|ports| ports.bounds());
                Addresses { first, last, ports, protocol: listed.protocol.map(Protocol::from) }
            })
            .collect(),
    }
}

/// Hands every connection that the filter finds to `each`, but for questions that were answered.
pub(crate) fn pages(
    log: &Reader,
    filter: &Filter,
    mut each: impl FnMut(&Connection),
) -> Result<(), StoreError> {
    let mut cursor = None;
    loop {
        let page = log.page(filter, cursor, PAGE)?;
        let counted =
            page.rows.iter().map(|row| &row.connection).filter(|row| !row.is_answered_question());
        counted.for_each(&mut each);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

/// Whether the store finds this owner by that name of an app.
fn is_of(owner: &Owner, app: &str) -> bool {
    let Some(id) = owner.id() else { return false };
    *id.name == *app
        || id.name.rsplit_once('/').is_some_and(|(_, file)| file == app)
        || id.name.split(',').any(|package| package == app)
}
