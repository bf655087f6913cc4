//! One company: what is known of it, and what apps told it in a period.

use std::collections::{BTreeMap, HashMap};

use catalog::{Category, Level, Row};
use geo::Country;
use store::{Connection, Filter, StoreError, Verdict};
use wire::{HostName, Owner};

use crate::contact::{self, Count};
use crate::gather;
use crate::overview::{Day, Total};
use crate::report::{self, Period, Sources};

/// What apps told one company.
#[derive(Clone, Debug)]
pub struct CompanyReport<'c> {
    /// The country of its seat, two letters.
    pub seat: String,
    /// Its products, in the catalogue's order.
    pub products: Vec<&'c Row>,
    /// What a rule against all of it would name: no host that is below another one, and none that must never be blocked.
    pub hosts: Vec<HostName>,
    /// How much in the period.
    pub total: Total,
    /// The days, in the order of the midnights.
    pub by_day: Vec<Day>,
    /// The apps, those with the most connections first.
    pub apps: Vec<(Owner, Total)>,
    /// What for, the most frequent first.
    pub categories: Vec<(Category, Total)>,
    /// The countries of its servers, the most contacted first, as far as known.
    pub countries: Vec<Count>,
}

/// What is counted, while it is.
#[derive(Default)]
struct Tally {
    total: Total,
    apps: HashMap<Owner, Total>,
    categories: BTreeMap<Category, Total>,
    countries: HashMap<Country, u64>,
}

impl<'c> CompanyReport<'c> {
    /// Reads the log for the company of this name, as the catalogue spells it; `midnights` says where the days of the period
    /// begin, and where the last ends. `None`: the catalogue has no such company.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn of<B: AsRef<[u8]>>(
        sources: &Sources<'c, B>,
        name: &str,
        period: Period,
        midnights: &[i64],
    ) -> Result<Option<Self>, StoreError> {
        let catalog = sources.catalog;
        let is_its = |row: &&Row| catalog.organisation(row).is_some_and(|known| known.name == name);
        let products: Vec<&Row> = catalog.rows().iter().filter(is_its).collect();
        let Some(seat) = products.first().and_then(|row| catalog.organisation(row)) else {
            return Ok(None);
        };
        let reach = catalog.reach(|_, organisation| organisation.name == name);
        let filter = Filter {
            remotes: Some(gather::remotes(&reach)),
            since_ms: Some(period.since_ms),
            until_ms: Some(period.until_ms),
            ..Filter::default()
        };
        let mut tally = Tally::default();
        let mut by_day = days(midnights);
        if let Some(log) = sources.log {
            gather::pages(log, &filter, |connection| {
                tally.add(connection, sources);
                let day = by_day.iter_mut().rev().find(|day| day.since_ms <= connection.started_ms);
                if let Some(day) = day {
                    count(&mut day.total, connection);
                }
            })?;
        }
        let Tally { total, apps, categories, countries } = tally;
        Ok(Some(CompanyReport {
            seat: seat.country.clone(),
            hosts: stoppable(&products),
            products,
            total,
            by_day,
            apps: sorted(apps),
            categories: sorted(categories),
            countries: contact::counts(countries.into_iter().map(contact::country)),
        }))
    }
}

impl Tally {
    fn add<B: AsRef<[u8]>>(&mut self, connection: &Connection, sources: &Sources<'_, B>) {
        count(&mut self.total, connection);
        count(self.apps.entry(connection.owner.clone()).or_default(), connection);
        let name = connection.name.as_ref().map(|(name, _)| name);
        let row = sources.catalog.about(name, connection.key.remote, connection.key.protocol);
        if let Some(row) = row {
            count(self.categories.entry(row.category).or_default(), connection);
        }
        let place = report::place(sources.places, connection.key.remote.ip());
        // What was known at the time comes first.
        if let Some(country) = connection.country.map(Country).or(place.country) {
            *self.countries.entry(country).or_default() += 1;
        }
    }
}

fn count(total: &mut Total, connection: &Connection) {
    total.connections += 1;
    total.blocked += u64::from(connection.verdict == Verdict::Block);
}

fn days(midnights: &[i64]) -> Vec<Day> {
    let begins = midnights.iter().take(midnights.len().saturating_sub(1));
    begins.map(|since_ms| Day { since_ms: *since_ms, total: Total::default() }).collect()
}

/// The most frequent first; what is as frequent, in its own order.
fn sorted<T: Ord>(totals: impl IntoIterator<Item = (T, Total)>) -> Vec<(T, Total)> {
    let mut totals: Vec<(T, Total)> = totals.into_iter().collect();
    totals.sort_by(|(a, of_a), (b, of_b)| {
        of_b.connections.cmp(&of_a.connections).then_with(|| a.cmp(b))
    });
    totals
}

fn stoppable(products: &[&Row]) -> Vec<HostName> {
    let stopped = products.iter().filter(|row| row.level != Level::Never);
    let all: BTreeMap<&str, &HostName> =
        stopped.flat_map(|row| &row.hosts).map(|host| (host.as_str(), host)).collect();
    let is_covered =
        |host: &HostName| host.suffixes().skip(1).any(|parent| all.contains_key(parent));
    all.values().filter(|host| !is_covered(host)).map(|host| (*host).clone()).collect()
}
