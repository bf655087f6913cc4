//! What in a good document has no effect, or another than it seems to have.

use policy::{AppEntry, Document, List, Rule, RuleVerdict, Unused};

use crate::rules_files::Loaded;
use crate::situation::time_words;

/// Each note with the part of the document that it is about.
pub(super) fn of(loaded: &Loaded, now: u64) -> Vec<(String, String)> {
    let Loaded { document, index, .. } = loaded;
    let mut notes = Vec::new();
    overall(document, now, &mut notes);
    for (number, group) in document.groups.iter().enumerate() {
        let used = document.rules.iter().any(|rule| rule.group.as_ref() == Some(&group.name));
        let what = match (group.apps.is_empty(), used) {
            (true, _) => "the group has no apps",
            (false, false) => "no rule is about this group",
            (false, true) => continue,
        };
        notes.push((format!("groups[{number}]"), what.to_owned()));
    }
    for (number, rule) in document.rules.iter().enumerate() {
        let unused = document.unused(number, now).map(words);
        let about = unused.or_else(|| silences(document, rule));
        notes.extend(about.map(|what| (format!("rules[{number}]"), what)));
    }
    // To turn off a list that is built in is an effect.
    let is_built_in = |list: &List| {
        let built_in = loaded.resources.built_in.iter().flat_map(|lists| lists.iter());
        built_in.into_iter().any(|known| known.name == list.name)
    };
    for (number, list) in document.lists.iter().enumerate() {
        let what = without_effect(list).filter(|_| !is_built_in(list));
        notes.extend(what.map(|what| (format!("lists[{number}]"), what.to_owned())));
    }
    for known in index.iter().flat_map(|index| index.lists()) {
        if document.lists.iter().all(|list| list.name != known.name) {
            let what = format!("the index has the list {:?}, which is not named here", known.name);
            notes.push(("lists".to_owned(), what));
        }
    }
    notes
}

fn overall(document: &Document, now: u64, notes: &mut Vec<(String, String)>) {
    if document.lockdown {
        let what = "nothing passes, whatever the rules say; take lockdown away to let them speak";
        notes.push(("lockdown".to_owned(), what.to_owned()));
    }
    if let Some(pause) = document.pause {
        let what = match pause.until {
            Some(until) if until <= now => {
                format!("the pause has ended, {}; take it away", time_words(until))
            }
            Some(until) => format!("everything passes until {}", time_words(until)),
            None => "everything passes until the pause is taken away".to_owned(),
        };
        notes.push(("pause".to_owned(), what));
    }
}

fn words(unused: Unused) -> String {
    match unused {
        Unused::Off => "the rule is turned off".to_owned(),
        Unused::Ended(until) => {
            format!("the rule has ended, {}; take it away", time_words(until))
        }
        Unused::EmptyGroup => "the rule never speaks: its group has no apps".to_owned(),
        Unused::AppBlocked(app) => {
            format!("the rule never speaks: apps[{app}] blocks the app, and wins")
        }
        Unused::Covered(by) => {
            format!("the rule never speaks: rules[{by}] is stronger, and about all of it")
        }
    }
}

/// Which other part of the document never speaks because of a rule, where that is plain to see.
fn silences(document: &Document, rule: &Rule) -> Option<String> {
    let Rule { app, uid, verdict, note, .. } = rule.clone();
    let asks_for_the_app_only = *rule == Rule { app, uid, note, ..nothing(verdict) };
    let is_of_this =
        |entry: &AppEntry| Some(&entry.app) == rule.app.as_ref() && entry.uid == rule.uid;
    let number = document.apps.iter().position(is_of_this).filter(|_| asks_for_the_app_only)?;
    Some(format!("the rule decides for the whole app, so apps[{number}] never does"))
}

/// A rule that asks for nothing.
fn nothing(verdict: RuleVerdict) -> Rule {
    Rule {
        verdict,
        enabled: true,
        app: None,
        uid: None,
        group: None,
        host: None,
        exact_host: None,
        addresses: None,
        ports: None,
        protocol: None,
        country: None,
        asn: None,
        when: None,
        until: None,
        note: None,
    }
}

fn without_effect(list: &List) -> Option<&'static str> {
    let own = list.hosts.is_some() || list.addresses.is_some();
    let is_empty = list.hosts.as_ref().is_none_or(Vec::is_empty)
        && list.addresses.as_ref().is_none_or(Vec::is_empty);
    if !list.enabled {
        Some("the list is turned off")
    } else if own && is_empty {
        Some("the list is empty")
    } else {
        None
    }
}
