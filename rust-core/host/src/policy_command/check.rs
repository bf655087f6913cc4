//! `hushwall policy check`: what is wrong with a file of rules, and where; what in it has no effect.

use std::fmt::Write;
use std::io;

use policy::{Policy, PolicyError};
use serde::Serialize;

use super::notes;
use crate::args::CheckPolicy;
use crate::failure::{FAULT_FOUND, Failure};
use crate::rules_files::{LoadError, Loaded};
use crate::situation;
use crate::terminal::{Paint, Tone, counted, harmless, harmless_json};

/// What was found. As JSON its fields are an interface: add, never rename.
#[derive(Serialize)]
struct Checked {
    file: String,
    /// Whether the rules can be used.
    ok: bool,
    rules: usize,
    lists: usize,
    /// What keeps them from being used: at most one, the first.
    errors: Vec<Finding>,
    /// What has no effect, or not the one that it seems to have.
    notes: Vec<Finding>,
}

#[derive(Serialize)]
struct Finding {
    line: Option<usize>,
    column: Option<usize>,
    /// The part of the document, such as `rules[3].host`.
    path: String,
    message: String,
}

pub(super) fn run(arguments: &CheckPolicy) -> Result<u8, Failure> {
    let mut checked = Checked {
        file: arguments.file.display().to_string(),
        ok: true,
        rules: 0,
        lists: 0,
        errors: Vec::new(),
        notes: Vec::new(),
    };
    match check(arguments) {
        Ok((loaded, _)) => {
            checked.rules = loaded.document.rules.len();
            checked.lists = loaded.document.lists.len();
            let now = runtime::moment().unix_seconds;
            let notes = notes::of(&loaded, now);
            checked.notes = notes
                .into_iter()
                .map(|(path, message)| finding(loaded.place(&path), path, message))
                .collect();
        }
        Err(LoadError::File(failure)) => return Err(failure),
        Err(LoadError::Document(PolicyError { path, position, message })) => {
            checked.ok = false;
            checked.errors.push(finding(position, path, message));
        }
    }
    let text = if arguments.json {
        format!("{}\n", harmless_json(&checked))
    } else {
        checked.text(Paint::on(&io::stdout()))
    };
    crate::print_whole(text.as_bytes())?;
    Ok(if checked.ok { 0 } else { FAULT_FOUND })
}

fn check(arguments: &CheckPolicy) -> Result<(Loaded, Policy), LoadError> {
    let loaded = Loaded::read(Some(&arguments.file), arguments.lists.as_deref())?;
    let policy = loaded.compile(&situation::present(), &runtime::moment())?;
    Ok((loaded, policy))
}

fn finding(place: Option<(usize, usize)>, path: String, message: String) -> Finding {
    Finding { line: place.map(|place| place.0), column: place.map(|place| place.1), path, message }
}

impl Checked {
    fn text(&self, paint: Paint) -> String {
        let mut text = String::new();
        for (tone, found) in self
            .errors
            .iter()
            .map(|found| (Tone::Bad, found))
            .chain(self.notes.iter().map(|found| (Tone::Strong, found)))
        {
            let Finding { line, column, path, message } = found;
            let place = match (line, column) {
                (Some(line), Some(column)) => format!(":{line}:{column}"),
                _ => String::new(),
            };
            let path = if path.is_empty() { String::new() } else { format!(" {path}:") };
            let place = format!("{}{place}:{}", harmless(&self.file), harmless(&path));
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{} {}", paint.paint(tone, place), harmless(message));
        }
        if self.ok {
            let _ = writeln!(
                text,
                "{}: good, with {} and {}",
                harmless(&self.file),
                counted(self.rules, "rule"),
                counted(self.lists, "list")
            );
        }
        text
    }
}
