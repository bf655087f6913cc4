//! `hushwall advise`: the protections that matter for a set of installed apps; switched on in a file of rules, and off again.

use std::fmt::Write;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use catalog::{Catalog, Protection};
use policy::Document;
use serde::Serialize;

use crate::args::AdviseArguments;
use crate::failure::Failure;
use crate::rules_files::BROKEN;
use crate::terminal::{Paint, Tone, harmless, harmless_json};

/// The most that is read from the standard input, in bytes: a phone has some hundred packages.
const MAX_INPUT: u64 = 1 << 20;

/// The answer. As JSON its fields are an interface: add, never rename.
#[derive(Serialize)]
struct Advised {
    protections: Vec<Protection>,
}

/// What was taken out of the rules. As JSON its fields are an interface: add, never rename.
#[derive(Serialize)]
struct SwitchedOff {
    switched_off: Vec<String>,
}

/// Prints the advice.
pub(crate) fn run(arguments: &AdviseArguments) -> Result<u8, Failure> {
    let catalog = Catalog::built_in()
        .map_err(|error| Failure::new("reading the built-in lists", error).hint(BROKEN))?;
    if let Some(rules) = &arguments.undo {
        return undo(&catalog, rules, arguments.json);
    }
    let mut input = String::new();
    if arguments.packages.is_empty() {
        let failed = |error| Failure::new("reading the packages", error);
        io::stdin().lock().take(MAX_INPUT).read_to_string(&mut input).map_err(failed)?;
    }
    let given = arguments.packages.iter().map(String::as_str).chain(input.lines());
    // As `pm list packages` prints them.
    let packages = given.map(|line| line.trim().trim_start_matches("package:"));
    let protections = match &arguments.apply {
        Some(rules) => {
            let mut document = read(rules)?;
            let news = catalog.follow_advice(&mut document, packages);
            if !news.is_empty() {
                write(rules, &document)?;
            }
            news
        }
        None => catalog.protections(packages),
    };
    let advised = Advised { protections };
    let text = match (&arguments.apply, arguments.json) {
        (_, true) => format!("{}\n", harmless_json(&advised)),
        (Some(rules), false) => advised.switched_on(rules),
        (None, false) => advised.text(Paint::on(&io::stdout())),
    };
    crate::print_whole(text.as_bytes())
}

fn undo(catalog: &Catalog, rules: &Path, json: bool) -> Result<u8, Failure> {
    let mut document = read(rules)?;
    let switched_off = catalog.undo_advice(&mut document);
    if !switched_off.is_empty() {
        write(rules, &document)?;
    }
    let text = if json {
        format!("{}\n", harmless_json(&SwitchedOff { switched_off }))
    } else if switched_off.is_empty() {
        format!("{}: no such protection is in it.\n", harmless(&rules.display().to_string()))
    } else {
        switched_off.iter().map(|title| format!("{}  off\n", harmless(title))).collect()
    };
    crate::print_whole(text.as_bytes())
}

/// The rules in this file; those that say nothing where it is not there.
fn read(rules: &Path) -> Result<Document, Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new(format!("reading the rules in {}", rules.display()), error).hint(
            "the file stays as it is; `hushwall policy check FILE` tells what is wrong with it",
        )
    };
    match fs::read_to_string(rules) {
        Ok(text) => Document::parse(&text).map_err(|error| failed(&error)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Document::default()),
        Err(error) => Err(failed(&error)),
    }
}

fn write(rules: &Path, document: &Document) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new(format!("writing the rules to {}", rules.display()), error)
            .hint("give a file in a folder that you may write to; the rules stay as they were")
    };
    let text = serde_json::to_string_pretty(document).map_err(|error| failed(&error))? + "\n";
    runtime::replace_file(rules, text.as_bytes(), |_| Ok(())).map_err(|error| failed(&error))
}

impl Advised {
    /// What came into the rules.
    fn switched_on(&self, rules: &Path) -> String {
        let file = rules.display().to_string();
        let file = harmless(&file);
        let titles = self.protections.iter().map(|protection| {
            let (title, may_break) = (harmless(&protection.title), harmless(&protection.may_break));
            format!("{title}  on: {may_break}\n")
        });
        let text: String = titles.collect();
        match self.protections.len() {
            0 => format!("{file}: all that is recommended is on already.\n"),
            _ => format!("{text}To take them out of {file} again: hushwall advise --undo {file}\n"),
        }
    }

    fn text(&self, paint: Paint) -> String {
        if self.protections.is_empty() {
            return "Nothing is known of these apps.\n".to_owned();
        }
        let mut text = String::new();
        for protection in &self.protections {
            let Protection { title, stops, may_break, apps, is_on, recommended, .. } = protection;
            let state = match (is_on, recommended) {
                (true, _) => paint.paint(Tone::Good, "on"),
                (false, true) => paint.paint(Tone::Good, "recommended"),
                (false, false) => paint.paint(Tone::Faint, "your choice"),
            };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{}  {state}", paint.paint(Tone::Strong, harmless(title)));
            let _ = writeln!(text, "  {}", harmless(stops));
            let _ = writeln!(text, "  Blocked: {}", harmless(may_break));
            let _ = writeln!(text, "  for {}\n", harmless(&apps.join(", ")));
        }
        text
    }
}
