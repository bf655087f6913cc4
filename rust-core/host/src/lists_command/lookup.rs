//! `hushwall lists lookup`: what the lists of an index say about a host, and in which lines.

use std::fmt::Write;
use std::io;

use collection::{Collection, UserList};
use lists::{Bytes, Effect, Index, Match, Options, Scope};
use serde::Serialize;
use wire::HostName;

use super::{options, reading_list, shown_path, text_of};
use crate::args::{LookupLists, NamedFile};
use crate::failure::Failure;
use crate::terminal::{Paint, Tone, counted, harmless, harmless_json};
use crate::{host_argument, lists_file};

/// What the lists say. As JSON its fields are an interface: add, never rename.
#[derive(Serialize)]
struct Looked {
    host: String,
    /// What they say together: block, allow, or null where none has the host.
    verdict: Option<&'static str>,
    /// Every entry that the host falls under, the closest first.
    entries: Vec<EntryTold>,
}

#[derive(Serialize)]
struct EntryTold {
    list: String,
    /// The entry's name.
    entry: String,
    /// name, suffix or subdomains.
    scope: &'static str,
    /// block, allow, important-block or important-allow.
    effect: &'static str,
    /// Whether this entry decides what they say together.
    decisive: bool,
    /// Its line, where the source is at hand and has it.
    line: Option<LineTold>,
}

#[derive(Serialize)]
struct LineTold {
    file: String,
    number: usize,
    text: String,
}

/// The text that a list was compiled from.
struct Source {
    list: String,
    file: String,
    text: Vec<u8>,
    options: Options,
}

pub(super) fn run(arguments: &LookupLists) -> Result<u8, Failure> {
    let (index, kept) = lists_file::index(&arguments.index)?;
    let host = host_argument::name(&arguments.host)?;
    let mut sources = sources(arguments, &index)?;
    sources.extend(kept.iter().flat_map(|kept| kept_sources(kept, &index, &host)));
    let decisive = index.decide(&host, index.all());
    let entries = index.lookup(&host).map(|found| EntryTold {
        list: list_name(&index, &found).to_owned(),
        entry: found.entry.to_owned(),
        scope: scope(found.scope),
        effect: effect(found.effect),
        decisive: decisive == Some(found),
        line: line(&sources, list_name(&index, &found), &found),
    });
    let looked = Looked {
        host: host.to_string(),
        verdict: decisive.map(|found| if found.effect.allows() { "allow" } else { "block" }),
        entries: entries.collect(),
    };
    let text = if arguments.json {
        format!("{}\n", harmless_json(&looked))
    } else {
        looked.text(&host, index.lists().count(), Paint::on(&io::stdout()))
    };
    crate::print_whole(text.as_bytes())
}

/// The sources that the user has named, each of a list of the index.
fn sources(arguments: &LookupLists, index: &Index<Bytes>) -> Result<Vec<Source>, Failure> {
    let read = |list: &NamedFile| {
        if index.lists().all(|known| known.name != list.name) {
            let names: Vec<&str> = index.lists().map(|list| list.name).collect();
            return Err(Failure::new(reading_list(list), "the index has no list of this name")
                .hint(format!("write --source NAME=FILE; its lists are: {}", names.join(", "))));
        }
        Ok(Source {
            list: list.name.clone(),
            file: shown_path(&list.path),
            text: text_of(list)?,
            options: options(&arguments.reading),
        })
    };
    arguments.source.iter().map(read).collect()
}

/// The texts of those of the user's lists that have the host.
fn kept_sources(kept: &Collection, index: &Index<Bytes>, host: &HostName) -> Vec<Source> {
    let has_it =
        |list: &&UserList| index.lookup(host).any(|found| list_name(index, &found) == list.name);
    let source = |list: &UserList| {
        let (text, options) = (kept.text(list).ok()?, list.options());
        let file = shown_path(&kept.text_path(list));
        Some(Source { list: list.name.clone(), file, text, options })
    };
    kept.lists().iter().filter(has_it).filter_map(source).collect()
}

/// The line that says what the entry says, searched in the source of its list.
fn line(sources: &[Source], list: &str, found: &Match<'_>) -> Option<LineTold> {
    let source = sources.iter().find(|source| source.list == list)?;
    let line = lists::find(&source.text, &source.options, found)?;
    Some(LineTold {
        file: source.file.clone(),
        number: line.number,
        text: String::from_utf8_lossy(line.text).into_owned(),
    })
}

fn list_name<'i>(index: &'i Index<Bytes>, found: &Match<'_>) -> &'i str {
    index.lists().find(|list| list.id == found.list).map_or("", |list| list.name)
}

impl Looked {
    fn text(&self, host: &HostName, lists: usize, paint: Paint) -> String {
        let Some(verdict) = self.verdict else {
            return format!("{host}: on none of {}\n", counted(lists, "list"));
        };
        let tone = if verdict == "block" { Tone::Bad } else { Tone::Good };
        let mut text = format!("{host}: {}\n", paint.paint(tone, verdict));
        for told in &self.entries {
            let EntryTold { list, entry, scope, effect, decisive, line } = told;
            let mark = if *decisive { "*" } else { " " };
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "{mark} {}: {effect} {}",
                harmless(list),
                match *scope {
                    "suffix" => format!("{entry} and all names below it"),
                    "subdomains" => format!("all names below {entry}"),
                    _ => format!("{entry} only"),
                }
            );
            if let Some(LineTold { file, number, text: source }) = line {
                let place = format!("{}:{number}: {}", harmless(file), harmless(source));
                let _ = writeln!(text, "    {}", paint.paint(Tone::Faint, place));
            }
        }
        text
    }
}

fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Exact => "name",
        Scope::Suffix => "suffix",
        Scope::Subdomains => "subdomains",
    }
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Block => "block",
        Effect::Allow => "allow",
        Effect::ImportantBlock => "important-block",
        Effect::ImportantAllow => "important-allow",
    }
}
