//! `hushwall lists show` and `catalogue`: which lists there are.

use std::collections::HashMap;
use std::fmt::Write;
use std::io;
use std::path::Path;

use collection::{KnownList, Trouble, UserList};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use store::Reader;

use super::{folder, shown_path, source, words};
use crate::args::{Catalogue, ShowLists};
use crate::failure::Failure;
use crate::terminal::{Paint, Tone, bytes, counted, harmless, harmless_json};
use crate::time_arguments;

/// The lists. As JSON its fields are an interface: add, never rename.
#[derive(Serialize)]
struct Shown {
    folder: String,
    lists: Vec<ListShown>,
}

#[derive(Serialize)]
struct ListShown {
    name: String,
    on: bool,
    /// url, file or stdin.
    source: collection::Source,
    /// The format it was read as.
    format: &'static str,
    include_subdomains: bool,
    allow_public_suffixes: bool,
    /// by_hand, or every_hours with their number.
    update: collection::Schedule,
    licence: String,
    rules: usize,
    bytes: u64,
    sha256: String,
    /// Moments in Unix seconds.
    fetched_at: u64,
    checked_at: u64,
    due: bool,
    /// How many connections it has stopped; null without a log.
    hits: Option<u64>,
    /// Whether undo leads somewhere.
    has_before: bool,
    failed_at: Option<u64>,
    trouble: Option<Trouble>,
    /// The same as a sentence.
    message: Option<String>,
}

pub(super) fn run(arguments: &ShowLists) -> Result<u8, Failure> {
    let place = folder::of(&arguments.folder)?;
    let collection = folder::read(&place)?;
    for name in &arguments.names {
        collection.list(name).map_err(|error| folder::failure(&error))?;
    }
    let hits = arguments.log.as_deref().map(|log| hits(log, arguments.since.as_deref()));
    let hits = hits.transpose()?;
    let now = folder::now();
    let asked =
        |list: &&UserList| arguments.names.is_empty() || arguments.names.contains(&list.name);
    let lists = collection.lists().iter().filter(asked);
    let lists = lists.map(|list| ListShown::of(list, hits.as_ref(), now)).collect();
    let shown = Shown { folder: shown_path(&place), lists };
    let text = if arguments.folder.json {
        format!("{}\n", harmless_json(&shown))
    } else {
        shown.text(Paint::on(&io::stdout()))
    };
    crate::print_whole(text.as_bytes())
}

/// How many connections each list has stopped, by the log.
fn hits(log: &Path, since: Option<&str>) -> Result<HashMap<String, u64>, Failure> {
    let since = since.map(|text| {
        time_arguments::parse(text, Timestamp::now(), &TimeZone::system())
            .map(Timestamp::as_millisecond)
            .map_err(|error| Failure::new("reading --since", error))
    });
    let since = since.transpose()?;
    Reader::open(log)
        .and_then(|reader| reader.blocked_by_list(since))
        .map(|hits| hits.into_iter().collect())
        .map_err(|error| Failure::new(format!("reading the log {}", log.display()), error))
}

impl ListShown {
    fn of(list: &UserList, hits: Option<&HashMap<String, u64>>, now: u64) -> Self {
        let failure = list.failure.as_ref();
        ListShown {
            name: list.name.clone(),
            on: list.on,
            source: list.source.clone(),
            format: list.now.format.as_str(),
            include_subdomains: list.include_subdomains,
            allow_public_suffixes: list.allow_public_suffixes,
            update: list.update,
            licence: list.licence.clone(),
            rules: list.now.rules,
            bytes: list.now.bytes,
            sha256: list.now.sha256.to_string(),
            fetched_at: list.now.fetched_at,
            checked_at: list.checked_at,
            due: list.is_due(now),
            hits: hits.map(|hits| hits.get(&list.name).copied().unwrap_or_default()),
            has_before: list.before.is_some(),
            failed_at: failure.map(|failure| failure.at),
            trouble: failure.map(|failure| failure.trouble.clone()),
            message: failure.map(|failure| words::trouble(&failure.trouble)),
        }
    }

    fn text(&self, paint: Paint) -> String {
        let (tone, state) = if self.on { (Tone::Good, "on") } else { (Tone::Faint, "off") };
        let stopped = self.hits.map(|hits| {
            format!(
                ", stopped {}",
                counted(usize::try_from(hits).unwrap_or(usize::MAX), "connection")
            )
        });
        let mut text = format!(
            "{}  {}, {}, {}{}\n",
            paint.paint(Tone::Strong, harmless(&self.name)),
            paint.paint(tone, state),
            counted(self.rules, "rule"),
            bytes(self.bytes),
            stopped.unwrap_or_default(),
        );
        let subdomains = if self.include_subdomains { ", names below too" } else { "" };
        let due = if self.due { ", due now" } else { "" };
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "  from {} ({}{subdomains})",
            harmless(words::source(&self.source)),
            self.format
        );
        let _ = writeln!(
            text,
            "  of {}, looked for a newer one {}, updated {}{due}",
            words::time(self.fetched_at),
            words::time(self.checked_at),
            words::schedule(self.update),
        );
        if !self.licence.is_empty() {
            let _ = writeln!(text, "  licence: {}", harmless(&self.licence));
        }
        let _ =
            writeln!(text, "  {}", paint.paint(Tone::Faint, format!("SHA-256 {}", self.sha256)));
        if let (Some(message), Some(at)) = (&self.message, self.failed_at) {
            let told = format!("{}: {} The old one is kept.", words::time(at), harmless(message));
            let _ = writeln!(text, "  {}", paint.paint(Tone::Bad, told));
        }
        text
    }
}

impl Shown {
    fn text(&self, paint: Paint) -> String {
        let lists: String = self.lists.iter().map(|list| list.text(paint)).collect();
        let lists_on = self.lists.iter().filter(|list| list.on).count();
        let count = counted(self.lists.len(), "list");
        format!("{lists}{}: {count}, {lists_on} on\n", harmless(&self.folder))
    }
}

/// The well-known lists. As JSON its fields are an interface: add, never rename.
#[derive(Serialize)]
struct CatalogueTold<'a> {
    lists: Vec<KnownTold<'a>>,
}

#[derive(Serialize)]
struct KnownTold<'a> {
    name: &'a str,
    title: &'a str,
    url: &'a str,
    home: &'a str,
    licence: &'a str,
    include_subdomains: bool,
    blocks: &'a str,
    breaks: &'a str,
}

pub(super) fn catalogue(arguments: &Catalogue) -> Result<u8, Failure> {
    let known = source::known()?;
    let text = if arguments.json {
        let lists = known.iter().map(KnownTold::of).collect();
        format!("{}\n", harmless_json(&CatalogueTold { lists }))
    } else {
        let paint = Paint::on(&io::stdout());
        let lists = known.iter().map(|list| {
            let KnownList { name, title, url, licence, blocks, breaks, .. } = list;
            let name = paint.paint(Tone::Strong, name);
            let url = paint.paint(Tone::Faint, url);
            format!("{name}  {title}\n  Blocks: {blocks}\n  Breaks: {breaks}\n  Licence: {licence}\n  {url}\n")
        });
        lists.collect::<String>() + "To add one: hushwall lists add NAME\n"
    };
    crate::print_whole(text.as_bytes())
}

impl<'a> KnownTold<'a> {
    fn of(list: &'a KnownList) -> Self {
        KnownTold {
            name: &list.name,
            title: &list.title,
            url: &list.url,
            home: &list.home,
            licence: &list.licence,
            include_subdomains: list.include_subdomains,
            blocks: &list.blocks,
            breaks: &list.breaks,
        }
    }
}
