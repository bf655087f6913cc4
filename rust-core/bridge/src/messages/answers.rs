//! The answers to questions and orders.

use std::collections::HashMap;

use catalog::{Breakage, Catalog, Category, Data, Level, Protection, SourceKind};
use policy::{Document, List, Policy, Reason, Unused};
use report::audit::Audit;
use report::{CompanyReport, Day, Report, Total};
use serde::Serialize;
use store::HourTotal;
use wire::Owner;

use crate::messages::events::FaultTold;
use crate::messages::lists::{KnownLists, ListOutcome, ListRead, ListTold, Looked, RowTold};
use crate::messages::row::{OwnerTold, ReasonTold, Row};

/// An answer to a question.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    /// To `connections`.
    Connections {
        rows: Vec<Row>,
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<i64>,
        mark: i64,
    },
    /// To `changes`.
    Changes { rows: Vec<Row>, mark: i64, more: bool },
    /// To `totals`.
    Totals { hours: Vec<Hour> },
    /// To `last-active`.
    LastActive { apps: Vec<LastSeen> },
    /// To `explain`.
    Explain { verdict: &'static str, reason: ReasonTold, considered: Vec<Considered> },
    /// To `status`.
    Status(Box<Status>),
    /// To `policy-check`: the document can be used.
    Good { ok: bool },
    /// To `lists`.
    Lists { lists: Vec<ListTold>, unusable: Vec<Unusable> },
    /// To `list-read`.
    ListRead(ListRead),
    /// To `list-rows`.
    ListRows { rows: Vec<RowTold> },
    /// To `known-lists`.
    KnownLists(KnownLists),
    /// To `lookup`.
    Looked(Box<Looked>),
    /// To `about`.
    About {
        #[serde(skip_serializing_if = "Option::is_none")]
        about: Option<Box<AboutHost>>,
    },
    /// To `report`.
    Report(Box<Report>),
    /// To `company`.
    Company {
        #[serde(skip_serializing_if = "Option::is_none")]
        company: Option<Box<CompanyTold>>,
    },
    /// To `advice`.
    Advice { protections: Vec<ProtectionTold> },
    /// To `rules`.
    Rules { rules: Vec<RuleTold> },
    /// To `follow-advice`: the lists that the document has not yet.
    Followed { added: Vec<List> },
    /// To `undo-advice`: the names of the document's lists that go.
    Undone { removed: Vec<String> },
    /// To `audit`; without one where none goes on.
    Audit {
        #[serde(skip_serializing_if = "Option::is_none")]
        audit: Option<Box<Audit>>,
    },
}

/// A protection, with all that the catalogue knows of what it is against.
#[derive(Debug, Serialize)]
pub(crate) struct ProtectionTold {
    #[serde(flatten)]
    protection: Protection,
    /// The document has it on.
    is_on_now: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<AboutHost>,
}

/// What the catalogue knows of a host. Words for a person, in the data's English, are purpose, breakage's text and notes.
#[derive(Debug, Serialize)]
pub(crate) struct AboutHost {
    id: String,
    organisation: String,
    /// The country of its seat, two letters.
    seat: String,
    product: String,
    category: Category,
    level: Level,
    purpose: String,
    /// What is sent.
    data: Vec<Data>,
    breakage: Breakage,
    evidence: Vec<EvidenceTold>,
}

/// Why we say so.
#[derive(Debug, Serialize)]
struct EvidenceTold {
    source: String,
    kind: SourceKind,
    /// Year, month and day as far as known.
    date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// A company, and what apps told it.
#[derive(Debug, Serialize)]
pub(crate) struct CompanyTold {
    /// The country of its seat, two letters.
    seat: String,
    /// How many of its products the catalogue knows.
    products: usize,
    /// Some of them must never be blocked.
    has_never: bool,
    /// What a rule against all of it names, each with all names below it.
    hosts: Vec<String>,
    connections: u64,
    blocked: u64,
    days: Vec<Day>,
    apps: Vec<AppToldIt>,
    categories: Vec<CategoryTold>,
    /// Two letters each.
    countries: Vec<String>,
}

#[derive(Debug, Serialize)]
struct AppToldIt {
    owner: OwnerTold,
    #[serde(flatten)]
    total: Total,
}

#[derive(Debug, Serialize)]
struct CategoryTold {
    category: Category,
    #[serde(flatten)]
    total: Total,
}

/// What one app did in one hour.
#[derive(Debug, Serialize)]
pub(crate) struct Hour {
    hour: i64,
    owner: OwnerTold,
    connections: u64,
    blocked: u64,
    bytes_up: u64,
    bytes_down: u64,
}

/// When an app's newest connection began.
#[derive(Debug, Serialize)]
pub(crate) struct LastSeen {
    owner: OwnerTold,
    last: i64,
}

/// One part of the policy that speaks about a connection.
#[derive(Debug, Serialize)]
pub(crate) struct Considered {
    #[serde(flatten)]
    pub(crate) reason: ReasonTold,
    /// What it says.
    pub(crate) verdict: &'static str,
    /// Its conditions hold now; if not, it only would speak.
    pub(crate) holds: bool,
    /// It is what decides.
    pub(crate) decides: bool,
}

/// A rule of a document.
#[derive(Debug, Serialize)]
pub(crate) struct RuleTold {
    /// Its place in the document.
    rule: u32,
    /// It is turned on, its conditions hold now, and its end has not come.
    holds: bool,
    /// How many connections it has decided; absent where nobody asked, or the log cannot tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    hits: Option<u64>,
    /// Why it never speaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    unused: Option<UnusedTold>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
enum UnusedTold {
    Off,
    Ended,
    EmptyGroup,
    AppBlocked,
    Covered {
        /// The place of the rule that is stronger.
        by: usize,
    },
}

/// How the core is.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Status {
    /// It is on a TUN.
    pub(crate) running: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fault: Option<FaultTold>,
    /// When the engine answered; absent where it did not, or is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) beat: Option<i64>,
    /// Packets from the apps, and to them.
    pub(crate) packets_in: u64,
    pub(crate) packets_out: u64,
    /// Connections held now.
    pub(crate) flows: usize,
    /// Questions for names, and those that were blocked.
    pub(crate) questions: u64,
    pub(crate) blocked_questions: u64,
    /// Records that did not reach the log.
    pub(crate) records_lost: u64,
}

/// A file of lists or places that cannot be used.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Unusable {
    pub(crate) path: String,
    pub(crate) message: String,
}

/// What came of an order.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Done {
    /// False for an audit where nothing runs, or none goes on.
    pub(crate) ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) moved: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rows: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) entries: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) skipped: Option<usize>,
    /// Lines that were left out, one for each reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) examples: Option<Vec<Example>>,
    /// What came of adding or updating a list; ok is false where its text was not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) list: Option<Box<ListOutcome>>,
    /// What an audit has heard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) audit: Option<Box<Audit>>,
}

/// A line of a list that was left out.
#[derive(Debug, Serialize)]
pub(crate) struct Example {
    pub(crate) list: String,
    pub(crate) line: usize,
    pub(crate) text: String,
    pub(crate) reason: String,
}

impl ProtectionTold {
    pub(crate) fn new(catalog: &Catalog, protection: Protection, document: &Document) -> Self {
        let row = catalog.rows().iter().find(|row| row.id == protection.id);
        ProtectionTold {
            is_on_now: row.is_some_and(|row| catalog.is_switched_on(row, document)),
            about: row.map(|row| AboutHost::new(catalog, row)),
            protection,
        }
    }
}

impl AboutHost {
    pub(crate) fn new(catalog: &Catalog, row: &catalog::Row) -> Self {
        let organisation = catalog.organisation(row);
        let evidence = row.evidence.iter().filter_map(|evidence| {
            let source = catalog.source(&evidence.source)?;
            Some(EvidenceTold {
                source: source.name.clone(),
                kind: source.kind,
                date: source.date.clone(),
                url: source.url.clone(),
                note: evidence.note.clone(),
            })
        });
        AboutHost {
            id: row.id.clone(),
            organisation: organisation.map(|known| known.name.clone()).unwrap_or_default(),
            seat: organisation.map(|known| known.country.clone()).unwrap_or_default(),
            product: row.product.clone(),
            category: row.category,
            level: row.level,
            purpose: row.purpose.clone(),
            data: row.data.clone(),
            breakage: row.breakage.clone(),
            evidence: evidence.collect(),
        }
    }
}

impl CompanyTold {
    pub(crate) fn new(company: &CompanyReport<'_>) -> Self {
        let apps = company.apps.iter();
        let categories = company.categories.iter();
        CompanyTold {
            seat: company.seat.clone(),
            products: company.products.len(),
            has_never: company.products.iter().any(|row| row.level == Level::Never),
            hosts: company.hosts.iter().map(ToString::to_string).collect(),
            connections: company.total.connections,
            blocked: company.total.blocked,
            days: company.by_day.clone(),
            apps: apps
                .map(|(owner, total)| AppToldIt { owner: OwnerTold::new(owner), total: *total })
                .collect(),
            categories: categories
                .map(|(category, total)| CategoryTold { category: *category, total: *total })
                .collect(),
            countries: company
                .countries
                .iter()
                .filter_map(|country| country.code.clone())
                .collect(),
        }
    }
}

impl RuleTold {
    /// The rules of a document, the weightiest first. `hits` counts by the words of reasons.
    pub(crate) fn all(
        document: &Document,
        policy: &Policy,
        now: u64,
        hits: Option<&HashMap<String, u64>>,
    ) -> Vec<Self> {
        let told = |considered: policy::Considered| {
            let Reason::Rule { number, .. } = considered.reason else { return None };
            let words = considered.reason.to_string();
            Some(RuleTold {
                rule: number,
                holds: considered.holds,
                hits: hits.map(|hits| hits.get(&words).copied().unwrap_or_default()),
                unused: document.unused(number as usize, now).map(UnusedTold::from),
            })
        };
        policy.rules_by_weight().into_iter().filter_map(told).collect()
    }
}

impl From<Unused> for UnusedTold {
    fn from(unused: Unused) -> Self {
        match unused {
            Unused::Off => UnusedTold::Off,
            Unused::Ended(_) => UnusedTold::Ended,
            Unused::EmptyGroup => UnusedTold::EmptyGroup,
            Unused::AppBlocked(_) => UnusedTold::AppBlocked,
            Unused::Covered(by) => UnusedTold::Covered { by },
        }
    }
}

impl From<&(Owner, i64)> for LastSeen {
    fn from((owner, last): &(Owner, i64)) -> Self {
        LastSeen { owner: OwnerTold::new(owner), last: *last }
    }
}

impl From<&HourTotal> for Hour {
    fn from(total: &HourTotal) -> Self {
        Hour {
            hour: total.hour_ms,
            owner: OwnerTold::new(&total.owner),
            connections: total.connections,
            blocked: total.blocked,
            bytes_up: total.bytes_up,
            bytes_down: total.bytes_down,
        }
    }
}
