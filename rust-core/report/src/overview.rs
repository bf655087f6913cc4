//! A period at a glance: its days, the companies, the countries that were kept from getting anything, and why.
//!
//! Days are summed from the log's hourly totals, which are kept for longer than connections; all else is of connections.

use std::collections::HashMap;

use geo::Country;
use serde::Serialize;
use store::{Connection, HourTotal, Verdict};

use crate::contact::{Contact, Count, Sum};
use crate::report::{Period, UtcOffset};

/// How much, as the hourly totals have it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Total {
    /// Connections begun and questions for names that were blocked.
    pub connections: u64,
    /// Of these, those that were blocked or cut.
    pub blocked: u64,
}

/// A local day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Day {
    /// When it began, Unix time in milliseconds.
    pub since_ms: i64,
    /// How much.
    #[serde(flatten)]
    pub total: Total,
}

/// All products of a company that the catalogue knows; of what it does not know, one contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Company {
    /// The company's name, else as [`Contact::who`].
    pub name: String,
    /// It is a company of the catalogue's.
    pub is_known: bool,
    /// How much in the period.
    pub sum: Sum,
    /// How much in the period before.
    pub before: Sum,
    /// The countries of its servers, the most contacted first, as far as known.
    pub countries: Vec<Count>,
}

/// How many connections were decided in one way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decided {
    /// Of which kind the reason was, as the log's word for it.
    pub code: &'static str,
    /// allow or block.
    pub verdict: &'static str,
    /// In how many connections.
    pub count: u64,
}

/// Where blocked connections would have gone and why connections were decided, while they are counted.
#[derive(Default)]
pub(crate) struct Tally {
    countries: HashMap<Country, u64>,
    decided: HashMap<(&'static str, &'static str), u64>,
}

impl Tally {
    /// Adds a connection to a server in this country.
    pub(crate) fn add(&mut self, connection: &Connection, country: Option<Country>) {
        let why = (connection.reason.code.as_str(), connection.verdict.as_str());
        *self.decided.entry(why).or_default() += 1;
        if let (Verdict::Block, Some(country)) = (connection.verdict, country) {
            *self.countries.entry(country).or_default() += 1;
        }
    }

    /// Where blocked connections would have gone, all countries, and all kinds of reasons; the most frequent first.
    pub(crate) fn told(self) -> (Vec<Count>, Vec<Decided>) {
        let decided = self.decided.into_iter();
        let mut decided: Vec<Decided> =
            decided.map(|((code, verdict), count)| Decided { code, verdict, count }).collect();
        decided.sort_by_key(|decided| {
            (std::cmp::Reverse(decided.count), decided.verdict, decided.code)
        });
        let mut countries: Vec<Count> =
            self.countries.into_iter().map(crate::contact::country).collect();
        sort(&mut countries);
        (countries, decided)
    }
}

/// The companies that are among the contacts: the most blocked first, then the most contacted.
pub(crate) fn companies(contacts: &[Contact]) -> Vec<Company> {
    let mut places: HashMap<(&str, bool), usize> = HashMap::new();
    let mut companies: Vec<Company> = Vec::new();
    for contact in contacts {
        let (name, is_known) = match &contact.about {
            Some(about) => (about.organisation.as_str(), true),
            None => (contact.who.as_str(), false),
        };
        let place = *places.entry((name, is_known)).or_insert_with(|| {
            companies.push(Company {
                name: name.to_owned(),
                is_known,
                sum: Sum::default(),
                before: Sum::default(),
                countries: Vec::new(),
            });
            companies.len() - 1
        });
        if let Some(company) = companies.get_mut(place) {
            company.take(contact);
        }
    }
    companies.iter_mut().for_each(|company| sort(&mut company.countries));
    let weight = |company: &Company| (company.sum.blocked, company.sum.connections);
    companies.sort_by(|a, b| weight(b).cmp(&weight(a)).then_with(|| a.name.cmp(&b.name)));
    companies
}

impl Company {
    fn take(&mut self, contact: &Contact) {
        self.sum.take(&contact.sum);
        self.before.take(&contact.before);
        for country in &contact.countries {
            match self.countries.iter_mut().find(|known| known.code == country.code) {
                Some(known) => known.count += country.count,
                None => self.countries.push(country.clone()),
            }
        }
    }
}

fn sort(counts: &mut [Count]) {
    counts.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
}

/// The days between these midnights. An hour counts in the day in which it ends, so that each has one where midnight is
/// not on the hour; what ends after the last midnight is of no day.
pub(crate) fn days(midnights: &[i64], totals: &[HourTotal]) -> Vec<Day> {
    let begins = midnights.split_last().map_or(&[][..], |(_, begins)| begins);
    let day = |since_ms: &i64| Day { since_ms: *since_ms, total: Total::default() };
    let mut days: Vec<Day> = begins.iter().map(day).collect();
    for hour in totals {
        let place = midnights.partition_point(|midnight| *midnight < hour.hour_ms + HOUR_MS);
        if let Some(day) = place.checked_sub(1).and_then(|place| days.get_mut(place)) {
            day.total.add(hour);
        }
    }
    days
}

/// The sum of a period: of the hours that end in it or go on at its end, up to, without, those that end after `end_ms`.
pub(crate) fn sum(period: Period, end_ms: i64, totals: &[HourTotal]) -> Total {
    let mut sum = Total::default();
    let within = |hour: &&HourTotal| {
        let ends_ms = hour.hour_ms.saturating_add(HOUR_MS);
        ends_ms > period.since_ms && hour.hour_ms < period.until_ms && ends_ms <= end_ms
    };
    totals.iter().filter(within).for_each(|hour| sum.add(hour));
    sum
}

impl Total {
    fn add(&mut self, hour: &HourTotal) {
        self.connections += hour.connections;
        self.blocked += hour.blocked;
    }

    /// Those that were let through.
    pub fn allowed(&self) -> u64 {
        self.connections.saturating_sub(self.blocked)
    }
}

/// The local days from the first to the last with anything in them.
pub(crate) fn days_with_totals(
    period: Period,
    utc_offset: UtcOffset,
    totals: &[HourTotal],
) -> Vec<Day> {
    let (Some(first), Some(last)) = (totals.first(), totals.last()) else { return Vec::new() };
    let known = Period {
        since_ms: period.since_ms.max(first.hour_ms),
        until_ms: period.until_ms.min(last.hour_ms.saturating_add(HOUR_MS)),
    };
    days(&midnights(known, utc_offset), totals)
}

/// Where the local days of a period begin, and where the last ends.
fn midnights(period: Period, utc_offset: UtcOffset) -> Vec<i64> {
    let offset_ms = |ms: i64| i64::from(utc_offset.at(crate::report::seconds(ms))) * 1000;
    let local = period.since_ms.saturating_add(offset_ms(period.since_ms));
    let mut midnight = local - local.rem_euclid(DAY_MS);
    let mut midnights = Vec::new();
    loop {
        // The offset half a day before is that of the evening before, which ends at this midnight.
        let begins = midnight - offset_ms(midnight - offset_ms(midnight));
        midnights.push(begins);
        if begins >= period.until_ms {
            return midnights;
        }
        midnight += DAY_MS;
    }
}

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

#[cfg(test)]
mod tests {
    use super::*;
    use wire::{AppId, Owner};

    fn hour(at: i64) -> HourTotal {
        let owner = Owner::App(AppId { uid: 1, name: "a".into() });
        HourTotal {
            hour_ms: at * HOUR_MS,
            owner,
            connections: 3,
            blocked: 1,
            bytes_up: 0,
            bytes_down: 0,
        }
    }

    #[test]
    fn an_hour_counts_in_one_day_also_where_midnight_is_at_half_past() {
        let half = HOUR_MS / 2;
        // 18:30 is midnight in India.
        let midnights = [18 * HOUR_MS + half, 42 * HOUR_MS + half, 66 * HOUR_MS + half];
        let hours = [17, 18, 41, 42, 65, 66].map(hour);
        let blocked: Vec<u64> =
            days(&midnights, &hours).iter().map(|day| day.total.blocked).collect();
        assert_eq!(blocked, [2, 2], "18 and 41, 42 and 65");
        assert!(days(&midnights[..1], &hours).is_empty() && days(&[], &hours).is_empty());
    }

    #[test]
    fn a_sum_has_the_hour_that_goes_on_and_none_of_the_period_after() {
        let period = Period { since_ms: 10 * HOUR_MS, until_ms: 12 * HOUR_MS + 1 };
        let hours = [9, 10, 11, 12, 13].map(hour);
        assert_eq!(sum(period, i64::MAX, &hours).allowed(), 6);
        assert_eq!(sum(period, 12 * HOUR_MS, &hours).allowed(), 4);
    }

    #[test]
    fn days_begin_at_local_midnights_also_when_clocks_change() {
        // Two hours ahead until hour 49, then one.
        let zone = UtcOffset::At(|seconds| if seconds < 49 * 3600 { 7200 } else { 3600 });
        let period = Period { since_ms: 30 * HOUR_MS, until_ms: 80 * HOUR_MS };
        assert_eq!(midnights(period, zone), [22, 46, 71, 95].map(|hour| hour * HOUR_MS));
        let period = Period { since_ms: 24 * HOUR_MS, until_ms: 48 * HOUR_MS };
        let exact = midnights(period, UtcOffset::Fixed(0));
        assert_eq!(exact, [24, 48].map(|hour| hour * HOUR_MS));
    }
}
