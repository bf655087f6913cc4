//! What crosses the border about lists: the questions and orders, and their answers.

use std::path::PathBuf;

use catalog::Row;
use collection::{KnownList, Taken, Trouble, UserList};
use lists::Report;
use serde::{Deserialize, Serialize};

use crate::messages::answers::AboutHost;
use crate::messages::row::ReasonTold;

/// Which lists there are.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListsAsked {
    /// Tell also how much each has stopped since then.
    pub(crate) since: Option<i64>,
}

/// A list by its name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Named {
    pub(crate) name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lookup {
    pub(crate) host: String,
    /// The policy document by which to decide; absent: the one that holds.
    pub(crate) document: Option<serde_json::Value>,
}

/// A text as the app has it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Text {
    /// The file, which is read and left alone.
    pub(crate) path: PathBuf,
    /// What the server calls it, and when it says it was changed.
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddList {
    pub(crate) name: String,
    /// Where it is from; absent: the user handed it over, and it cannot be asked for again.
    pub(crate) url: Option<String>,
    pub(crate) text: Text,
    #[serde(default)]
    pub(crate) licence: String,
    #[serde(default)]
    pub(crate) include_subdomains: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateList {
    pub(crate) name: String,
    /// Absent: the source has nothing new, or there is a failure.
    pub(crate) text: Option<Text>,
    /// Why no text came, in technical words.
    pub(crate) failure: Option<String>,
    /// It may be much shorter than the one before.
    #[serde(default)]
    pub(crate) accept_shrunken: bool,
}

/// What is absent stays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetList {
    pub(crate) name: String,
    pub(crate) on: Option<bool>,
    pub(crate) include_subdomains: Option<bool>,
}

/// A list.
#[derive(Debug, Serialize)]
pub(crate) struct ListTold {
    pub(crate) name: String,
    pub(crate) entries: usize,
    /// The policy uses it.
    pub(crate) enabled: bool,
    /// How many connections it has stopped, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hits: Option<u64>,
    /// What there is to say of a list that the user keeps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kept: Option<Box<KeptTold>>,
}

/// A list that the user keeps.
#[derive(Debug, Serialize)]
pub(crate) struct KeptTold {
    /// Where it is fetched from; absent where it was handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    licence: String,
    include_subdomains: bool,
    bytes: u64,
    sha256: String,
    fetched: u64,
    /// When the source was last found to have nothing else.
    checked: u64,
    /// There is a text to go back to.
    can_undo: bool,
    /// To ask whether there is another text.
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_modified: Option<String>,
    /// Why the last update left the old text in place.
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<Trouble>,
}

/// How the text of a kept list is read.
#[derive(Debug, Default, Serialize)]
pub(crate) struct ListRead {
    /// Lines that were left out.
    pub(crate) skipped: usize,
    /// One of them for each reason.
    pub(crate) examples: Vec<SkippedTold>,
    /// Rules without effect, since what they would stop always stays open.
    pub(crate) kept_open: usize,
}

/// A line that was left out; the reason in English.
#[derive(Debug, Serialize)]
pub(crate) struct SkippedTold {
    pub(crate) line: usize,
    pub(crate) text: String,
    pub(crate) reason: String,
    pub(crate) count: usize,
}

/// What came of adding or updating a list.
#[derive(Debug, Serialize)]
pub(crate) struct ListOutcome {
    /// added, updated, unchanged, or refused where the text was not taken.
    pub(crate) outcome: &'static str,
    pub(crate) rules: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rules_before: Option<usize>,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
    pub(crate) skipped: usize,
    pub(crate) kept_open: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trouble: Option<Trouble>,
}

/// What lists have of a host, and what is decided about it for an app without a choice of its own.
#[derive(Debug, Serialize)]
pub(crate) struct Looked {
    pub(crate) verdict: &'static str,
    pub(crate) reason: ReasonTold,
    /// Every entry that the host falls under.
    pub(crate) entries: Vec<EntryTold>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) about: Option<Box<AboutHost>>,
}

/// An entry of a list.
#[derive(Debug, Serialize)]
pub(crate) struct EntryTold {
    pub(crate) list: String,
    pub(crate) entry: String,
    /// block, allow (the list makes an exception), or protect.
    pub(crate) effect: &'static str,
    /// The list counts.
    pub(crate) enabled: bool,
    /// The number of its line, where the list is one that the user keeps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<usize>,
}

/// A row of a built-in list.
#[derive(Debug, Serialize)]
pub(crate) struct RowTold {
    pub(crate) about: AboutHost,
    pub(crate) hosts: Vec<String>,
}

/// The well-known lists. Their sentences are data, in English.
#[derive(Debug, Serialize)]
pub(crate) struct KnownLists {
    pub(crate) known: Vec<KnownList>,
}

impl KeptTold {
    pub(crate) fn new(list: &UserList) -> Self {
        KeptTold {
            url: match &list.source {
                collection::Source::Url(url) => Some(url.clone()),
                collection::Source::File(_) | collection::Source::Stdin => None,
            },
            licence: list.licence.clone(),
            include_subdomains: list.include_subdomains,
            bytes: list.now.bytes,
            sha256: list.now.sha256.to_string(),
            fetched: milliseconds(list.now.fetched_at),
            checked: milliseconds(list.checked_at),
            can_undo: list.before.is_some(),
            etag: list.now.etag.clone(),
            last_modified: list.now.last_modified.clone(),
            trouble: list.failure.as_ref().map(|failure| failure.trouble.clone()),
        }
    }
}

impl ListRead {
    pub(crate) fn new(report: &Report, kept_open: usize) -> Self {
        let example = |(reason, count, examples): (lists::SkipReason, usize, &[lists::Example])| {
            let first = examples.first()?;
            let (line, text) = (first.line, first.text.clone());
            Some(SkippedTold { line, text, reason: reason.to_string(), count })
        };
        ListRead {
            skipped: report.skipped.total(),
            examples: report.skipped.iter().filter_map(example).collect(),
            kept_open,
        }
    }
}

impl ListOutcome {
    /// A text was taken.
    pub(crate) fn taken(taken: &Taken, kept_open: usize) -> Self {
        let Taken { now, before, report } = taken;
        let outcome = match before {
            None => "added",
            Some(before) if before.sha256 == now.sha256 => "unchanged",
            Some(_) => "updated",
        };
        ListOutcome {
            skipped: report.skipped.total(),
            rules_before: before.as_ref().map(|before| before.rules),
            kept_open,
            ..Self::of(outcome, now.rules, now.bytes, now.sha256.to_string())
        }
    }

    /// The source has nothing new.
    pub(crate) fn unchanged(list: &UserList) -> Self {
        Self::of("unchanged", list.now.rules, list.now.bytes, list.now.sha256.to_string())
    }

    /// A text was not taken.
    pub(crate) fn refused(trouble: Trouble) -> Self {
        ListOutcome { trouble: Some(trouble), ..Self::of("refused", 0, 0, String::new()) }
    }

    fn of(outcome: &'static str, rules: usize, bytes: u64, sha256: String) -> Self {
        ListOutcome {
            outcome,
            rules,
            rules_before: None,
            bytes,
            sha256,
            skipped: 0,
            kept_open: 0,
            trouble: None,
        }
    }
}

impl RowTold {
    pub(crate) fn new(catalog: &catalog::Catalog, row: &Row) -> Self {
        let hosts = row.hosts.iter().map(|host| host.as_str().to_owned());
        RowTold { about: AboutHost::new(catalog, row), hosts: hosts.collect() }
    }
}

fn milliseconds(seconds: u64) -> u64 {
    seconds.saturating_mul(1000)
}
