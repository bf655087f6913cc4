//! `hushwall policy show`: a file of rules in words, and what of it holds.

use std::fmt::Write;
use std::io;

use policy::{Considered, Document, List, Mode, Policy, Reason, Role};
use serde::Serialize;

use crate::args::{RulesArguments, ShowPolicy};
use crate::failure::Failure;
use crate::rules_files::Loaded;
use crate::situation::{self, time_words};
use crate::terminal::{Paint, Tone, counted, harmless, harmless_json};

/// What the rules say. As JSON its fields are an interface: add, never rename.
#[derive(Serialize)]
struct Told {
    file: String,
    /// The circumstances, in words.
    situation: String,
    /// The moment, in Unix seconds.
    at: u64,
    /// lockdown, paused or filtering.
    state: &'static str,
    default_mode: Mode,
    unknown_mode: Mode,
    /// When something changes by itself, in Unix seconds.
    changes_at: Option<u64>,
    apps: Vec<AppTold>,
    /// The weightiest first.
    rules: Vec<RuleTold>,
    lists: Vec<ListTold>,
}

#[derive(Serialize)]
struct AppTold {
    app: String,
    uid: Option<u32>,
    mode: Mode,
}

#[derive(Serialize)]
struct RuleTold {
    /// Its place in the document.
    path: String,
    verdict: &'static str,
    text: String,
    /// It is turned on.
    enabled: bool,
    /// It is turned on, its conditions hold, and its end has not come.
    holds: bool,
    until: Option<u64>,
    note: Option<String>,
}

#[derive(Serialize)]
struct ListTold {
    name: String,
    role: Role,
    enabled: bool,
    /// How many entries it has.
    entries: usize,
}

pub(super) fn run(arguments: &ShowPolicy) -> Result<u8, Failure> {
    let files =
        RulesArguments { policy: Some(arguments.file.clone()), lists: arguments.lists.clone() };
    let (situation, moment) = situation::asked(&arguments.situation)?;
    let (loaded, policy) = Loaded::read(files.policy.as_deref(), files.lists.as_deref())
        .and_then(|loaded| loaded.compile(&situation, &moment).map(|policy| (loaded, policy)))
        .map_err(|error| error.into_failure(&files))?;
    let document = &loaded.document;
    let told = Told {
        file: arguments.file.display().to_string(),
        situation: situation::words(&situation),
        at: moment.unix_seconds,
        state: state(document, moment.unix_seconds),
        default_mode: document.default_mode,
        unknown_mode: document.unknown_mode,
        changes_at: policy.valid_until(),
        apps: document
            .apps
            .iter()
            .map(|entry| AppTold { app: entry.app.clone(), uid: entry.uid, mode: entry.mode })
            .collect(),
        rules: rules(document, &policy),
        lists: lists(&loaded),
    };
    let text = if arguments.json {
        format!("{}\n", harmless_json(&told))
    } else {
        told.text(Paint::on(&io::stdout()))
    };
    crate::print_whole(text.as_bytes())
}

fn state(document: &Document, now: u64) -> &'static str {
    let pauses = document.pause.is_some_and(|pause| pause.until.is_none_or(|until| until > now));
    match (document.lockdown, pauses) {
        (true, _) => "lockdown",
        (false, true) => "paused",
        (false, false) => "filtering",
    }
}

fn rules(document: &Document, policy: &Policy) -> Vec<RuleTold> {
    let told = |considered: Considered| {
        let Reason::Rule { number, text, .. } = &considered.reason else { return None };
        let rule = document.rules.get(*number as usize)?;
        Some(RuleTold {
            path: format!("rules[{number}]"),
            verdict: if considered.reason.allows() { "allow" } else { "block" },
            text: text.to_string(),
            enabled: rule.enabled,
            holds: considered.holds,
            until: rule.until,
            note: rule.note.clone(),
        })
    };
    policy.rules_by_weight().into_iter().filter_map(told).collect()
}

/// The document's lists, then the built-in ones that it does not name.
fn lists(loaded: &Loaded) -> Vec<ListTold> {
    let named = &loaded.document.lists;
    let built_in = || loaded.resources.built_in.iter().flat_map(|lists| lists.iter());
    let own_entries = |list: &List| match (&list.hosts, &list.addresses) {
        (None, None) => None,
        (hosts, addresses) => {
            Some(hosts.iter().flatten().count() + addresses.iter().flatten().count())
        }
    };
    let in_an_index = |name: &str| {
        let known = loaded.resources.lists.iter().flat_map(|index| index.lists());
        known.into_iter().find(|list| list.name == name).map(|list| list.rules as usize)
    };
    let told = |list: &List| {
        let ours = built_in().find(|known| known.name == list.name);
        let entries = own_entries(list)
            .or_else(|| ours.and_then(own_entries))
            .or_else(|| in_an_index(&list.name));
        // A built-in list keeps its role, unless another one takes its place.
        let role = ours.filter(|_| own_entries(list).is_none()).map_or(list.role, |ours| ours.role);
        let (name, enabled) = (list.name.clone(), list.enabled);
        ListTold { name, role, enabled, entries: entries.unwrap_or(0) }
    };
    let unnamed = built_in().filter(|list| named.iter().all(|known| known.name != list.name));
    named.iter().chain(unnamed).map(told).collect()
}

impl Told {
    fn text(&self, paint: Paint) -> String {
        let heading = format!(
            "{}: {}, {}, {}",
            harmless(&self.file),
            match self.state {
                "lockdown" => "lockdown: nothing passes",
                "paused" => "filtering is paused: everything passes",
                _ => "filtering",
            },
            self.situation,
            time_words(self.at),
        );
        let mut text = format!("{}\n", paint.paint(Tone::Strong, heading));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "Apps without a mode of their own {}.", mode(self.default_mode));
        let _ = writeln!(text, "Connections of unknown apps {}.", mode(self.unknown_mode));
        if !self.apps.is_empty() {
            let _ = writeln!(text, "{}", paint.paint(Tone::Strong, "Apps"));
        }
        for AppTold { app, uid, mode: of_app } in &self.apps {
            let uid = uid.map(|uid| format!(" (user id {uid})")).unwrap_or_default();
            let _ = writeln!(text, "  {}{uid} {}", harmless(app), mode(*of_app));
        }
        if !self.rules.is_empty() {
            let heading = paint.paint(Tone::Strong, "Rules, the weightiest first");
            let _ = writeln!(text, "{heading}");
        }
        for rule in &self.rules {
            let _ = writeln!(text, "  {}", rule.text(paint, self.at));
        }
        if !self.lists.is_empty() {
            let _ = writeln!(text, "{}", paint.paint(Tone::Strong, "Lists"));
        }
        for ListTold { name, role, enabled, entries } in &self.lists {
            let what = match (enabled, role) {
                (false, _) => "turned off",
                (true, Role::Block) => "blocked",
                (true, Role::Protect) => "protected from the other lists",
            };
            let entries = counted(*entries, "entry").replace("entrys", "entries");
            let _ = writeln!(text, "  {}: {entries}, {what}", harmless(name));
        }
        if let Some(at) = self.changes_at {
            let _ = writeln!(text, "This changes by itself on {}.", time_words(at));
        }
        text
    }
}

impl RuleTold {
    fn text(&self, paint: Paint, now: u64) -> String {
        let tone = if self.verdict == "block" { Tone::Bad } else { Tone::Good };
        let verdict = paint.paint(tone, self.verdict);
        let until = match self.until {
            Some(until) if until <= now => format!(", until {} (ended)", time_words(until)),
            Some(until) => format!(", until {}", time_words(until)),
            None => String::new(),
        };
        let ended = self.until.is_some_and(|until| until <= now);
        let now = match self.enabled {
            false => " (turned off)",
            true if self.holds || ended => "",
            true => " (not now)",
        };
        let note = self.note.as_ref().map(|note| format!(" - {}", harmless(note)));
        let rest = format!("{}  {}", note.unwrap_or_default(), self.path);
        format!("{verdict}  {}{until}{now}{}", harmless(&self.text), paint.paint(Tone::Faint, rest))
    }
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Allow => "may reach everything",
        Mode::Filtered => "may reach what neither rules nor lists block",
        Mode::Listed => "may reach only what rules allow",
        Mode::Block => "may reach nothing",
    }
}
