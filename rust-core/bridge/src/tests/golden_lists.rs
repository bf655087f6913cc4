//! The examples in `tests/bridge` that are about lists, for [`super::golden`].

use collection::{Attempt, KnownList, Schedule, Source, Taken, UserList, Version};
use serde_json::{Map, Value, json};

use super::golden::{about, rule, value};
use crate::messages::answers::{Answer, Unusable};
use crate::messages::lists::{
    EntryTold, KeptTold, KnownLists, ListRead, ListTold, Looked, RowTold, SkippedTold,
};
use crate::messages::row::ReasonTold;
use crate::resources::Known;

/// The answers, by their names.
pub(super) fn answers(known: &Known) -> Map<String, Value> {
    let entry = |list: &str, entry: &str, effect, line: Option<usize>| EntryTold {
        list: list.to_owned(),
        entry: entry.to_owned(),
        effect,
        enabled: line.is_some(),
        line,
    };
    let told = json!({
        "lists": value(&Answer::Lists {
            lists: vec![
                ListTold { hits: Some(17), kept: Some(Box::new(KeptTold::new(&kept()))), ..list("mine", 2) },
                list("built-in trackers", 5),
            ],
            unusable: vec![Unusable {
                path: "/data/user/0/org.hushwall/files/builtin.lists".to_owned(),
                message: "damaged".to_owned(),
            }],
        }),
        "list-read": value(&Answer::ListRead(ListRead {
            skipped: 1,
            examples: vec![SkippedTold {
                line: 3,
                text: "no host".to_owned(),
                reason: "no host name".to_owned(),
                count: 1,
            }],
            kept_open: 1,
        })),
        "list-rows": value(&Answer::ListRows {
            rows: vec![RowTold { about: about(known), hosts: vec!["ads.example".to_owned()] }],
        }),
        "known-lists": value(&Answer::KnownLists(KnownLists { known: vec![known_list()] })),
        "lookup": value(&Answer::Looked(Box::new(Looked {
            verdict: "block",
            reason: ReasonTold::decided(&rule()),
            entries: vec![
                entry("mine", "tracker.example", "block", Some(2)),
                entry("built-in never", "example", "protect", None),
            ],
            about: Some(Box::new(about(known))),
        }))),
    });
    told.as_object().unwrap().clone()
}

fn list(name: &str, entries: usize) -> ListTold {
    ListTold { name: name.to_owned(), entries, enabled: true, hits: None, kept: None }
}

fn known_list() -> KnownList {
    KnownList {
        name: "mine".to_owned(),
        title: "Mine".to_owned(),
        url: "https://lists.example/mine.txt".to_owned(),
        home: "https://lists.example".to_owned(),
        licence: "MIT".to_owned(),
        include_subdomains: true,
        blocks: "Ads.".to_owned(),
        breaks: "Seldom anything.".to_owned(),
    }
}

fn text_of_a_list(rules: usize) -> Version {
    Version {
        sha256: "0".repeat(64).parse().unwrap(),
        bytes: 34,
        rules,
        format: lists::Format::Domains,
        fetched_at: 1_767_225_600,
        etag: Some("\"1\"".to_owned()),
        last_modified: Some("Thu, 01 Jan 2026 00:00:00 GMT".to_owned()),
    }
}

/// A list whose last update was not taken.
fn kept() -> UserList {
    UserList {
        name: "mine".to_owned(),
        source: Source::Url("https://lists.example/mine.txt".to_owned()),
        format: None,
        include_subdomains: true,
        allow_public_suffixes: false,
        on: true,
        update: Schedule::ByHand,
        licence: "MIT".to_owned(),
        checked_at: 1_767_312_000,
        now: text_of_a_list(2),
        before: Some(text_of_a_list(5)),
        taken_back: None,
        failure: Some(Attempt {
            at: 1_767_312_000,
            trouble: collection::Trouble::Shrunken { rules: 0, before: 2 },
        }),
    }
}

/// Of five rules two were left, one of them without effect.
pub(super) fn taken() -> Taken {
    let other = "1".repeat(64).parse().unwrap();
    let report = lists::read(b"a.example\nb.example\nno host\n", &lists::Options::default(), drop);
    Taken {
        now: text_of_a_list(2),
        before: Some(Version { sha256: other, ..text_of_a_list(5) }),
        report: report.unwrap(),
    }
}
