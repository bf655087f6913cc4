//! Somebody whom apps talked to, and how much.

use std::collections::HashMap;

use catalog::{Catalog, Category, Data, Level, Row};
use geo::{Country, Place};
use serde::Serialize;
use store::{Connection, Verdict};

/// How many of each kind a contact names: the most frequent.
const NAMED: usize = 10;

/// Sums over connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sum {
    /// Tries to reach somebody: connections, and questions for a name that were blocked.
    pub connections: u64,
    /// Of these, those that were blocked or cut.
    pub blocked: u64,
    /// Payload bytes from the app.
    pub bytes_up: u64,
    /// Payload bytes to the app.
    pub bytes_down: u64,
    /// Begun at night, from 23 to 6 o'clock local time.
    pub at_night: u64,
    /// Begun while the screen was off, as far as that is known.
    pub screen_off: u64,
    /// Of these, those at night.
    pub screen_off_at_night: u64,
}

/// How often something was there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    /// What.
    pub name: String,
    /// Of a country: its two letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// In how many connections.
    pub count: u64,
}

/// Why connections were blocked or let through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Of which kind, as the log's word for it.
    pub code: &'static str,
    /// In words for the user.
    pub text: String,
    /// allow or block.
    pub verdict: &'static str,
    /// In how many connections.
    pub count: u64,
}

/// What the catalogue knows of a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct About {
    /// The row of the catalogue.
    pub id: String,
    /// Whose it is.
    pub organisation: String,
    /// The country of its seat, two letters.
    pub seat: String,
    /// What its maker or the trade calls it.
    pub product: String,
    /// Such as "usage statistics".
    pub category: &'static str,
    /// The data's word for it, such as "analytics".
    pub category_code: Category,
    /// What it does, in one sentence.
    pub purpose: String,
    /// What is sent, in words.
    pub data: Vec<&'static str>,
    /// The data's words for it.
    pub data_codes: Vec<Data>,
    /// Who wants it blocked.
    pub level: Level,
}

/// Somebody whom apps talked to: a product that the catalogue knows, else a host, else the network of an address.
#[derive(Clone, Debug, Serialize)]
pub struct Contact {
    /// Its name: "Xiaomi: OneTrack", "example.org", "Hetzner", "203.0.113.7".
    pub who: String,
    /// What the catalogue knows.
    pub about: Option<About>,
    /// How much in the period.
    pub sum: Sum,
    /// How much in the period before.
    pub before: Sum,
    /// It was not contacted in the period before.
    pub is_new: bool,
    /// The hosts, most contacted first, ten at most; so with all lists below.
    pub hosts: Vec<Count>,
    /// The addresses of what was reached without a name.
    pub addresses: Vec<Count>,
    /// The apps.
    pub apps: Vec<Count>,
    /// The countries of the servers, in English, as far as known.
    pub countries: Vec<Count>,
    /// The companies whose networks the servers are in, as far as known.
    pub networks: Vec<Count>,
    /// Why connections were blocked or let through.
    pub why: Vec<Reason>,
    /// Connections by the local hour in which they began.
    pub by_hour: [u64; 24],
    /// When the first began, Unix time in milliseconds.
    pub first_ms: i64,
    /// When the last began.
    pub last_ms: i64,
}

/// By what contacts are told apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// The row of the catalogue, by its place.
    Row(usize),
    /// A host that the catalogue does not know.
    Host(String),
    /// No name: the network's or the address's.
    Nameless(String),
}

/// A contact while connections are counted.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) sum: Sum,
    hosts: HashMap<String, u64>,
    addresses: HashMap<String, u64>,
    apps: HashMap<String, u64>,
    countries: HashMap<Country, u64>,
    networks: HashMap<String, u64>,
    why: HashMap<(String, &'static str, &'static str), u64>,
    by_hour: [u64; 24],
    first_ms: Option<i64>,
    last_ms: i64,
}

impl Sum {
    /// Adds a connection that began in this local hour.
    pub(crate) fn add(&mut self, connection: &Connection, hour: usize) {
        self.connections += 1;
        self.blocked += u64::from(connection.verdict == Verdict::Block);
        // A question for a blocked name was answered on the device: nothing of it left.
        if !connection.is_question() {
            self.bytes_up += connection.bytes_up;
            self.bytes_down += connection.bytes_down;
        }
        let at_night = !(6..23).contains(&hour);
        let screen_off = connection.screen_on == Some(false);
        self.at_night += u64::from(at_night);
        self.screen_off += u64::from(screen_off);
        self.screen_off_at_night += u64::from(at_night && screen_off);
    }

    /// Adds another sum.
    pub(crate) fn take(&mut self, other: &Sum) {
        self.connections += other.connections;
        self.blocked += other.blocked;
        self.bytes_up += other.bytes_up;
        self.bytes_down += other.bytes_down;
        self.at_night += other.at_night;
        self.screen_off += other.screen_off;
        self.screen_off_at_night += other.screen_off_at_night;
    }

    /// Connections that were let through.
    pub fn allowed(&self) -> u64 {
        self.connections - self.blocked
    }
}

impl Tally {
    /// Adds a connection that began in this local hour, to a server in this place.
    pub(crate) fn add(&mut self, connection: &Connection, hour: usize, place: &Place<'_>) {
        self.sum.add(connection, hour);
        let one_more = |counts: &mut HashMap<String, u64>, name: String| {
            *counts.entry(name).or_default() += 1;
        };
        match &connection.name {
            Some((host, _)) => one_more(&mut self.hosts, host.to_string()),
            None => one_more(&mut self.addresses, connection.key.remote.ip().to_string()),
        }
        one_more(&mut self.apps, connection.owner.to_string());
        // What was known at the time comes first.
        if let Some(country) = connection.country.map(Country).or(place.country) {
            *self.countries.entry(country).or_default() += 1;
        }
        if let Some(network) = place.network {
            one_more(&mut self.networks, network.name.to_owned());
        }
        let reason = &connection.reason;
        let why = (reason.to_string(), reason.code.as_str(), connection.verdict.as_str());
        *self.why.entry(why).or_default() += 1;
        if let Some(count) = self.by_hour.get_mut(hour) {
            *count += 1;
        }
        let first = self.first_ms.unwrap_or(i64::MAX);
        self.first_ms = Some(first.min(connection.started_ms));
        self.last_ms = self.last_ms.max(connection.started_ms);
    }

    /// The contact that was counted.
    pub(crate) fn into_contact(self, key: &Key, catalog: &Catalog, before: Sum) -> Contact {
        let row = match key {
            Key::Row(place) => catalog.rows().get(*place),
            Key::Host(_) | Key::Nameless(_) => None,
        };
        let mut why: Vec<Reason> = self
            .why
            .into_iter()
            .map(|((text, code, verdict), count)| Reason { code, text, verdict, count })
            .collect();
        why.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.text.cmp(&b.text)));
        why.truncate(NAMED);
        Contact {
            who: match (row, key) {
                (Some(row), _) => catalog.title(row),
                (None, Key::Host(name) | Key::Nameless(name)) => name.clone(),
                (None, Key::Row(_)) => String::new(),
            },
            about: row.map(|row| About::of(catalog, row)),
            sum: self.sum,
            is_new: before.connections == 0,
            before,
            hosts: counts(self.hosts.into_iter().map(named)),
            addresses: counts(self.addresses.into_iter().map(named)),
            apps: counts(self.apps.into_iter().map(named)),
            countries: counts(self.countries.into_iter().map(country)),
            networks: counts(self.networks.into_iter().map(named)),
            why,
            by_hour: self.by_hour,
            first_ms: self.first_ms.unwrap_or_default(),
            last_ms: self.last_ms,
        }
    }
}

impl About {
    fn of(catalog: &Catalog, row: &Row) -> Self {
        let organisation = catalog.organisation(row);
        About {
            id: row.id.clone(),
            organisation: organisation.map(|known| known.name.clone()).unwrap_or_default(),
            seat: organisation.map(|known| known.country.clone()).unwrap_or_default(),
            product: row.product.clone(),
            category: row.category.words(),
            category_code: row.category,
            purpose: row.purpose.clone(),
            data: row.data.iter().map(|data| data.words()).collect(),
            data_codes: row.data.clone(),
            level: row.level,
        }
    }
}

pub(crate) fn named((name, count): (String, u64)) -> Count {
    Count { name, code: None, count }
}

pub(crate) fn country((country, count): (Country, u64)) -> Count {
    let code = country.as_str().to_owned();
    let name = country.name().map_or_else(|| code.clone(), str::to_owned);
    Count { name, code: Some(code), count }
}

/// The most frequent first; of the same, by name.
pub(crate) fn counts(counts: impl Iterator<Item = Count>) -> Vec<Count> {
    let mut counts: Vec<Count> = counts.collect();
    counts.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    counts.truncate(NAMED);
    counts
}
