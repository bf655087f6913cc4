//! `hushwall lists`: the lists that the user keeps; and block lists to an index file, their faults, and what they say
//! about a host.

mod add;
mod change;
mod check;
mod compile;
pub(crate) mod folder;
mod lookup;
mod open_hosts;
mod outcome;
mod show;
mod source;
mod told;
mod update;
mod words;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use lists::Options;

use crate::args::{ListsAction, NamedFile, Reading};
use crate::failure::Failure;

/// Does what is asked for.
pub(crate) fn run(action: &ListsAction) -> Result<u8, Failure> {
    match action {
        ListsAction::Catalogue(arguments) => show::catalogue(arguments),
        ListsAction::Add(arguments) => add::run(arguments),
        ListsAction::Show(arguments) => show::run(arguments),
        ListsAction::Update(arguments) => update::run(arguments),
        ListsAction::Undo(arguments) => change::undo(arguments),
        ListsAction::On(arguments) => change::switch(arguments, true),
        ListsAction::Off(arguments) => change::switch(arguments, false),
        ListsAction::Set(arguments) => change::set(arguments),
        ListsAction::Remove(arguments) => change::remove(arguments),
        ListsAction::Compile(arguments) => compile::run(arguments),
        ListsAction::Check(arguments) => check::run(arguments),
        ListsAction::Lookup(arguments) => lookup::run(arguments),
    }
}

fn options(reading: &Reading) -> Options {
    Options {
        format: reading.format.map(Into::into),
        include_subdomains: reading.include_subdomains,
        public_suffixes_confirmed: reading.allow_public_suffixes,
    }
}

/// The text of a list. What is larger than a list may be is read no further than needed to say so.
fn text_of(list: &NamedFile) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    File::open(&list.path)
        .and_then(|file| file.take(lists::MAX_BYTES as u64 + 1).read_to_end(&mut text))
        .map_err(|error: io::Error| {
            Failure::new(reading_list(list), error)
                .hint("give files that you may read, as FILE or NAME=FILE")
        })?;
    Ok(text)
}

fn reading_list(list: &NamedFile) -> String {
    format!("reading the list {} in {}", list.name, list.path.display())
}

/// The file's place for JSON; a path that is no text is told as well as text can.
fn shown_path(path: &Path) -> String {
    path.display().to_string()
}
