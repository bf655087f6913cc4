//! The answers to questions and orders.

use std::collections::HashMap;

use catalog::{Breakage, Catalog, Category, Data, Level, Protection, SourceKind};
use policy::{Document, Policy, Reason, Unused};
use report::Report;
use report::audit::Audit;
use serde::Serialize;
use store::HourTotal;

use crate::messages::events::FaultTold;
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
    /// To `explain`.
    Explain { verdict: &'static str, reason: ReasonTold, considered: Vec<Considered> },
    /// To `status`.
    Status(Box<Status>),
    /// To `policy-check`: the document can be used.
    Good { ok: bool },
    /// To `lists`.
    Lists { lists: Vec<ListTold>, unusable: Vec<Unusable> },
    /// To `about`.
    About {
        #[serde(skip_serializing_if = "Option::is_none")]
        about: Option<Box<AboutHost>>,
    },
    /// To `report`.
    Report(Box<Report>),
    /// To `advice`.
    Advice { protections: Vec<Protection> },
    /// To `rules`.
    Rules { rules: Vec<RuleTold> },
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

/// A list.
#[derive(Debug, Serialize)]
pub(crate) struct ListTold {
    pub(crate) name: String,
    pub(crate) entries: usize,
    /// The policy uses it.
    pub(crate) enabled: bool,
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
