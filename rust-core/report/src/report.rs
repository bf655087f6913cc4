//! What was asked, and the answer.

use std::collections::HashMap;
use std::net::IpAddr;

use catalog::Catalog;
use geo::{Country, Place, Places};
use serde::Serialize;
use store::{Connection, Reader, StoreError};

use crate::contact::{Contact, Count, Key, Sum, Tally};
use crate::gather;
use crate::hide::Hidden;
use crate::overview::{self, Company, Day, Decided, Total};

/// A span of time, in milliseconds of Unix time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Period {
    /// From then on.
    pub since_ms: i64,
    /// Up to, without, then.
    pub until_ms: i64,
}

/// What a report is to be about.
#[derive(Clone, Debug)]
pub struct Question {
    /// The apps, named as in the log (one of several packages of a user id is enough); none: all.
    pub apps: Vec<String>,
    /// The period.
    pub period: Period,
    /// When the period begins with which this one is compared, and which is as long; none: as much earlier as it is long.
    pub before_ms: Option<i64>,
    /// Where the local days of the period begin, and where the last ends; none: as the offset from UTC has it.
    pub midnights: Vec<i64>,
    /// For the hours of the day.
    pub utc_offset: UtcOffset,
}

/// How many seconds local time is ahead of UTC.
#[derive(Clone, Copy, Debug)]
pub enum UtcOffset {
    /// Always so many.
    Fixed(i32),
    /// It depends on the Unix time.
    At(fn(u64) -> i32),
}

/// Where answers come from.
pub struct Sources<'s, B> {
    /// The log; none where nothing has been written yet.
    pub log: Option<&'s Reader>,
    /// What hosts are for.
    pub catalog: &'s Catalog,
    /// Whose networks addresses are in.
    pub places: Option<&'s Places<B>>,
}

/// What apps told whom.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The apps that it is about; none: all.
    pub apps: Vec<String>,
    /// The period.
    pub period: Period,
    /// The period to compare with, of the same length.
    pub period_before: Period,
    /// Seconds that local time was ahead of UTC at the period's end.
    pub utc_offset: i32,
    /// How much in all.
    pub sum: Sum,
    /// How much in the period before.
    pub before: Sum,
    /// Connections by the local hour in which they began.
    pub by_hour: [u64; 24],
    /// Of these, the blocked ones.
    pub blocked_by_hour: [u64; 24],
    /// Everybody who was contacted, the most contacted first.
    pub contacts: Vec<Contact>,
    /// When the first hour begins of which anything is known; none: nothing is.
    pub known_since_ms: Option<i64>,
    /// The days, with those of which nothing is known.
    pub by_day: Vec<Day>,
    /// How much in the period before, as [`Report::by_day`] counts.
    pub total_before: Total,
    /// The companies, the most blocked first.
    pub companies: Vec<Company>,
    /// The countries that blocked connections would have gone to, as far as known: who is blocked by name has no address.
    pub blocked_by_country: Vec<Count>,
    /// Why connections were blocked or let through, by kind.
    pub decided: Vec<Decided>,
    /// The apps that were seen for the first time in the period, as the hourly totals have it; none where nothing is known of
    /// the time before.
    pub new_apps: Vec<Count>,
    /// What is left out of it.
    pub hidden: Hidden,
    /// The text that the licences of the data on places want shown.
    pub attribution: Option<String>,
}

impl Report {
    /// Answers a question.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn of<B: AsRef<[u8]>>(
        sources: &Sources<'_, B>,
        question: &Question,
    ) -> Result<Self, StoreError> {
        let Question { apps, period, utc_offset, .. } = question;
        let period_before = question.period_before();
        let rows = RowsByHost::of(sources.catalog);
        let mut report = Report {
            apps: apps.clone(),
            period: *period,
            period_before,
            utc_offset: utc_offset.at(seconds(period.until_ms)),
            sum: Sum::default(),
            before: Sum::default(),
            by_hour: [0; 24],
            blocked_by_hour: [0; 24],
            contacts: Vec::new(),
            known_since_ms: None,
            by_day: Vec::new(),
            total_before: Total::default(),
            companies: Vec::new(),
            blocked_by_country: Vec::new(),
            decided: Vec::new(),
            new_apps: Vec::new(),
            hidden: Hidden::default(),
            attribution: sources.places.map(|places| places.attribution().to_owned()),
        };
        report.sum_totals(sources.log, question)?;
        let mut before: HashMap<Key, Sum> = HashMap::new();
        gather::connections(sources.log, apps, period_before, |connection| {
            let hour = local_hour(connection, *utc_offset);
            report.before.add(connection, hour);
            let place = place(sources.places, connection.key.remote.ip());
            before.entry(rows.key(connection, &place)).or_default().add(connection, hour);
        })?;
        let mut tallies: HashMap<Key, Tally> = HashMap::new();
        let mut overview = overview::Tally::default();
        gather::connections(sources.log, apps, *period, |connection| {
            let hour = local_hour(connection, *utc_offset);
            report.sum.add(connection, hour);
            report.by_hour[hour] += 1;
            report.blocked_by_hour[hour] += u64::from(connection.verdict == store::Verdict::Block);
            let place = place(sources.places, connection.key.remote.ip());
            // What was known at the time comes first.
            let country = connection.country.map(Country).or(place.country);
            overview.add(connection, country);
            let tally = tallies.entry(rows.key(connection, &place)).or_default();
            tally.add(connection, hour, &place);
        })?;
        (report.blocked_by_country, report.decided) = overview.told();
        report.contacts = tallies
            .into_iter()
            .map(|(key, tally)| {
                let before = before.remove(&key).unwrap_or_default();
                tally.into_contact(&key, sources.catalog, before)
            })
            .collect();
        report.contacts.sort_by(|a, b| {
            b.sum.connections.cmp(&a.sum.connections).then_with(|| a.who.cmp(&b.who))
        });
        report.companies = overview::companies(&report.contacts);
        Ok(report)
    }

    /// What the hourly totals tell.
    fn sum_totals(&mut self, log: Option<&Reader>, question: &Question) -> Result<(), StoreError> {
        self.known_since_ms = log.map(Reader::totals_since).transpose()?.flatten();
        let totals = gather::totals(log, &self.apps, self.period)?;
        self.by_day = match question.midnights.as_slice() {
            [] => overview::days_with_totals(self.period, question.utc_offset, &totals),
            midnights => overview::days(midnights, &totals),
        };
        if self.known_since_ms.is_some_and(|known_since_ms| known_since_ms < self.period.since_ms) {
            self.new_apps = gather::new_apps(log, &self.apps, self.period)?;
        }
        let totals = gather::totals(log, &self.apps, self.period_before)?;
        self.total_before = overview::sum(self.period_before, self.period.since_ms, &totals);
        Ok(())
    }
}

impl Question {
    fn period_before(&self) -> Period {
        let Period { since_ms, until_ms } = self.period;
        let length = until_ms.saturating_sub(since_ms);
        let before_ms = self.before_ms.unwrap_or(since_ms.saturating_sub(length));
        Period { since_ms: before_ms, until_ms: before_ms.saturating_add(length) }
    }
}

impl UtcOffset {
    pub(crate) fn at(self, unix_seconds: u64) -> i32 {
        match self {
            UtcOffset::Fixed(seconds) => seconds,
            UtcOffset::At(seconds) => seconds(unix_seconds),
        }
    }
}

/// The catalogue with the places of its rows.
pub(crate) struct RowsByHost<'c> {
    catalog: &'c Catalog,
    places: HashMap<&'c str, usize>,
}

impl<'c> RowsByHost<'c> {
    pub(crate) fn of(catalog: &'c Catalog) -> Self {
        let ids = catalog.rows().iter().enumerate().map(|(place, row)| (row.id.as_str(), place));
        RowsByHost { catalog, places: ids.collect() }
    }

    /// Whom a connection contacted.
    pub(crate) fn key(&self, connection: &Connection, place: &Place<'_>) -> Key {
        let remote = connection.key.remote;
        let name = connection.name.as_ref().map(|(name, _)| name);
        let row = self.catalog.about(name, remote, connection.key.protocol);
        match (row.and_then(|row| self.places.get(row.id.as_str())), name) {
            (Some(place), _) => Key::Row(*place),
            (None, Some(name)) => Key::Host(name.to_string()),
            (None, None) => Key::Nameless(match place.network {
                Some(network) => network.name.to_owned(),
                None => remote.ip().to_string(),
            }),
        }
    }
}

/// Where an address is.
pub(crate) fn place<B: AsRef<[u8]>>(places: Option<&Places<B>>, address: IpAddr) -> Place<'_> {
    places.map(|places| places.lookup(address)).unwrap_or_default()
}

/// The local hour, 0 to 23, in which a connection began.
fn local_hour(connection: &Connection, utc_offset: UtcOffset) -> usize {
    let begun = seconds(connection.started_ms);
    let local =
        i64::try_from(begun).unwrap_or(i64::MAX).saturating_add(utc_offset.at(begun).into());
    usize::try_from(local.rem_euclid(86_400) / 3600).unwrap_or_default()
}

pub(crate) fn seconds(milliseconds: i64) -> u64 {
    u64::try_from(milliseconds / 1000).unwrap_or_default()
}
