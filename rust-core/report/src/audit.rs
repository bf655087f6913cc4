//! An audit: what one app told whom in a few minutes, and what of it everybody on the way could read.

use std::collections::{HashMap, HashSet};
use std::ops::AddAssign;

use catalog::{Catalog, Level};
use geo::Places;
use lists::registered_domain;
use names::http::{Conversation, Speech};
use serde::Serialize;
use store::{Connection, ReasonCode, Verdict};
use wire::{NameSource, Protocol};

use crate::contact::{About, Contact, Count, Key, Reason, Sum, Tally, counts, named};
use crate::harmless_json;
use crate::report::{RowsByHost, place};

mod page;
mod said;
mod text;

pub use page::html;
pub use said::{Outcome, Said, SaidParameter};
pub use text::text;

/// The audit as one JSON object on one line. Its fields are an interface: they are added to, never renamed.
pub fn json(audit: &Audit) -> String {
    harmless_json(audit)
}

/// What was recorded.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'r> {
    /// From then on, Unix time in milliseconds.
    pub begun_ms: i64,
    /// Up to then.
    pub ended_ms: i64,
    /// The connections, and the questions for names that were blocked, each with what was heard of it.
    pub connections: &'r [(Connection, Conversation)],
    /// Connections and requests that there was no room for.
    pub left_out: u64,
}

/// What was told whom.
#[derive(Clone, Debug, Serialize)]
pub struct Audit {
    /// From then on, Unix time in milliseconds.
    pub begun_ms: i64,
    /// Up to then.
    pub ended_ms: i64,
    /// Seconds that local time was ahead of UTC.
    pub utc_offset: i32,
    /// Who was listened to, most connections first, ten at most.
    pub apps: Vec<Count>,
    /// How many companies were contacted, or tried.
    pub companies: usize,
    /// Of these, those that do not need to know the user.
    pub needless: usize,
    /// How much in all.
    pub sum: Sum,
    /// What could be read and what not.
    pub heard: Heard,
    /// Everybody who was contacted: first who need not know the user, then the most contacted.
    pub contacts: Vec<AuditContact>,
    /// Connections and requests that there was no room for.
    pub left_out: u64,
    /// The text that the licences of the data on places want shown.
    pub attribution: Option<String>,
}

/// Connections by what could be read of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Heard {
    /// Stopped before they said anything that is understood here.
    pub stopped_early: u64,
    /// Stopped with a request in plain HTTP, of which nothing was sent.
    pub stopped_with_request: u64,
    /// Let through in plain HTTP: anybody on the way could read them.
    pub readable: u64,
    /// Encrypted, and let through.
    pub encrypted: u64,
    /// Let through, in a way that is not understood here, or without a word.
    pub other: u64,
}

/// Somebody who was contacted.
#[derive(Clone, Debug, Serialize)]
pub struct AuditContact {
    /// Its name, as in a report; hosts that nobody knows go under the domain that they belong to.
    pub who: String,
    /// Whose it is, as far as that is known; else the same name.
    pub company: String,
    /// It does not need to know the user: it is a tracker, or on a list of them.
    pub is_needless: bool,
    /// What the catalogue knows.
    pub about: Option<About>,
    /// How much.
    pub sum: Sum,
    /// What could be read and what not.
    pub heard: Heard,
    /// The hosts, most contacted first, ten at most; so with all lists below.
    pub hosts: Vec<Count>,
    /// The countries of the servers, in English, as far as known.
    pub countries: Vec<Count>,
    /// The companies whose networks the servers are in, as far as known.
    pub networks: Vec<Count>,
    /// Why connections were blocked or let through.
    pub why: Vec<Reason>,
    /// When the first connection began, Unix time in milliseconds.
    pub first_ms: i64,
    /// When the last began.
    pub last_ms: i64,
    /// What was said in plain HTTP, equal requests together.
    pub said: Vec<Said>,
    /// Kinds of requests beyond those.
    pub said_left_out: u64,
}

/// A contact while connections are counted.
#[derive(Default)]
struct Counted {
    tally: Tally,
    heard: Heard,
    is_listed: bool,
    said: said::Tally,
}

impl Audit {
    /// What was recorded, joined with what the catalogue knows of hosts and the places of addresses.
    pub fn of<B: AsRef<[u8]>>(
        recorded: &Recorded<'_>,
        catalog: &Catalog,
        places: Option<&Places<B>>,
        utc_offset: i32,
    ) -> Self {
        let rows = RowsByHost::of(catalog);
        let mut counted: HashMap<Key, Counted> = HashMap::new();
        let mut apps: HashMap<String, u64> = HashMap::new();
        let (mut sum, mut heard) = (Sum::default(), Heard::default());
        let told = recorded
            .connections
            .iter()
            .filter(|(connection, _)| !connection.is_answered_question());
        for (connection, conversation) in told {
            let hour = hour(connection.started_ms, utc_offset);
            let place = place(places, connection.key.remote.ip());
            let key = match (rows.key(connection, &place), &connection.name) {
                (Key::Host(_), Some((name, _))) => Key::Host(registered_domain(name).to_string()),
                (key, _) => key,
            };
            let one = Heard::of(connection, conversation);
            let contact = counted.entry(key).or_default();
            contact.tally.add(connection, hour, &place);
            contact.heard += one;
            contact.is_listed |= connection.reason.code == ReasonCode::Listed;
            contact.said.add(connection, conversation);
            *apps.entry(connection.owner.to_string()).or_default() += 1;
            sum.add(connection, hour);
            heard += one;
        }
        let contacts = counted.into_iter();
        let mut contacts: Vec<AuditContact> =
            contacts.map(|(key, counted)| counted.into_contact(&key, catalog)).collect();
        contacts.sort_by(|a, b| {
            let order = (b.is_needless, b.sum.connections).cmp(&(a.is_needless, a.sum.connections));
            order.then_with(|| a.who.cmp(&b.who))
        });
        let companies = |is_meant: fn(&AuditContact) -> bool| {
            let meant = contacts.iter().filter(|contact| is_meant(contact));
            meant.map(|contact| &contact.company).collect::<HashSet<_>>().len()
        };
        Audit {
            begun_ms: recorded.begun_ms,
            ended_ms: recorded.ended_ms,
            utc_offset,
            apps: counts(apps.into_iter().map(named)),
            companies: companies(|_| true),
            needless: companies(|contact| contact.is_needless),
            sum,
            heard,
            contacts,
            left_out: recorded.left_out,
            attribution: places.map(|places| places.attribution().to_owned()),
        }
    }

    /// The same without the values of what was said, for whoever may not see them.
    pub fn without_values(mut self) -> Self {
        let said = self.contacts.iter_mut().flat_map(|contact| &mut contact.said);
        for parameter in said.flat_map(|said| &mut said.parameters) {
            parameter.values.clear();
        }
        self
    }

    /// What it comes to, in a sentence; the names in it are as they came.
    fn headline(&self) -> String {
        let seconds = (self.ended_ms.saturating_sub(self.begun_ms) / 1000).max(1);
        let time = match seconds {
            ..90 => counted(seconds.unsigned_abs(), "second", "seconds"),
            _ => counted((seconds.unsigned_abs() + 30) / 60, "minute", "minutes"),
        };
        let who = match self.apps.as_slice() {
            [] => return format!("In {time} nobody was contacted."),
            [app] => app.name.clone(),
            apps => format!("{} programs", apps.len()),
        };
        let companies = counted(self.companies as u64, "company", "companies");
        let needless = match (self.needless, self.companies) {
            (0, 1) => "it is not known as a tracker".to_owned(),
            (0, _) => "none of them is known as a tracker".to_owned(),
            (1, 1) => "it does not need to know you".to_owned(),
            (1, _) => "1 of them does not need to know you".to_owned(),
            (some, _) => format!("{some} of them do not need to know you"),
        };
        format!("In {time} {who} contacted {companies}; {needless}.")
    }
}

impl Counted {
    fn into_contact(self, key: &Key, catalog: &Catalog) -> AuditContact {
        let Contact { who, about, sum, hosts, countries, networks, why, first_ms, last_ms, .. } =
            self.tally.into_contact(key, catalog, Sum::default());
        let is_tracker = about.as_ref().is_some_and(|about| about.level == Level::Block);
        let organisation = about.as_ref().map(|about| &about.organisation);
        let organisation = organisation.filter(|name| !name.is_empty()).cloned();
        let (said, said_left_out) = self.said.finish();
        AuditContact {
            company: organisation.unwrap_or_else(|| who.clone()),
            who,
            is_needless: is_tracker || self.is_listed,
            about,
            sum,
            heard: self.heard,
            hosts,
            countries,
            networks,
            why,
            first_ms,
            last_ms,
            said,
            said_left_out,
        }
    }
}

impl Heard {
    fn of(connection: &Connection, conversation: &Conversation) -> Self {
        let is_quic = connection.key.protocol == Protocol::Udp
            && (connection.key.remote.port() == 443
                || connection
                    .name
                    .as_ref()
                    .is_some_and(|(_, source)| *source == NameSource::QuicSni));
        let is_blocked = connection.verdict == Verdict::Block;
        let requests = &conversation.requests;
        let mut heard = Heard::default();
        match conversation.speech {
            _ if is_blocked && requests.is_empty() => heard.stopped_early = 1,
            _ if is_blocked && !requests.iter().any(|(_, was_sent)| *was_sent) => {
                heard.stopped_with_request = 1;
            }
            Speech::Http => heard.readable = 1,
            Speech::Tls => heard.encrypted = 1,
            Speech::Unknown | Speech::Other if is_quic => heard.encrypted = 1,
            Speech::Unknown | Speech::Other => heard.other = 1,
        }
        heard
    }

    /// In words, without what there was none of.
    fn words(&self) -> String {
        let words = [
            (self.stopped_early, "stopped before it could send"),
            (self.stopped_with_request, "stopped with what it wanted to tell"),
            (self.readable, "readable by anybody on the way"),
            (self.encrypted, "encrypted"),
            (self.other, "not understood"),
        ];
        let words = words.iter().filter(|(count, _)| *count > 0);
        words.map(|(count, what)| format!("{count} {what}")).collect::<Vec<_>>().join(", ")
    }
}

impl AddAssign for Heard {
    fn add_assign(&mut self, other: Heard) {
        self.stopped_early += other.stopped_early;
        self.stopped_with_request += other.stopped_with_request;
        self.readable += other.readable;
        self.encrypted += other.encrypted;
        self.other += other.other;
    }
}

/// The local hour, 0 to 23.
fn hour(ms: i64, utc_offset: i32) -> usize {
    let local = ms.div_euclid(1000) + i64::from(utc_offset);
    usize::try_from(local.rem_euclid(86_400) / 3600).unwrap_or_default()
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
