//! `hushwall lists lookup`: what the lists of an index say about a host, and in which lines.

use std::fmt::Write;
use std::io;

use lists::{Bytes, Effect, Index, Match, Scope};
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
struct Source<'a> {
    list: &'a NamedFile,
    text: Vec<u8>,
}

pub(super) fn run(arguments: &LookupLists) -> Result<u8, Failure> {
    let index = lists_file::index(&arguments.index)?;
    let host = host_argument::name(&arguments.host)?;
    let sources = sources(arguments, &index)?;
    let decisive = index.decide(&host, index.all());
    let entries = index.lookup(&host).map(|found| EntryTold {
        list: list_name(&index, &found).to_owned(),
        entry: found.entry.to_owned(),
        scope: scope(found.scope),
        effect: effect(found.effect),
        decisive: decisive == Some(found),
        line: line(arguments, &sources, list_name(&index, &found), &found),
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

/// The sources, each of a list of the index.
fn sources<'a>(
    arguments: &'a LookupLists,
    index: &Index<Bytes>,
) -> Result<Vec<Source<'a>>, Failure> {
    let read = |list: &'a NamedFile| {
        if index.lists().all(|known| known.name != list.name) {
            let names: Vec<&str> = index.lists().map(|list| list.name).collect();
            return Err(Failure::new(reading_list(list), "the index has no list of this name")
                .hint(format!("write --source NAME=FILE; its lists are: {}", names.join(", "))));
        }
        Ok(Source { list, text: text_of(list)? })
    };
    arguments.source.iter().map(read).collect()
}

/// The line that says what the entry says, searched in the source of its list.
fn line(
    arguments: &LookupLists,
    sources: &[Source<'_>],
    list: &str,
    found: &Match<'_>,
) -> Option<LineTold> {
    let source = sources.iter().find(|source| source.list.name == list)?;
    let line = lists::find(&source.text, &options(&arguments.reading), found)?;
    Some(LineTold {
        file: shown_path(&source.list.path),
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
