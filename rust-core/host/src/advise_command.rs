//! `hushwall advise`: the protections that matter for a set of installed apps.

use std::fmt::Write;
use std::io::{self, Read};

use catalog::{Catalog, Protection};
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

/// Prints the advice.
pub(crate) fn run(arguments: &AdviseArguments) -> Result<u8, Failure> {
    let catalog = Catalog::built_in()
        .map_err(|error| Failure::new("reading the built-in lists", error).hint(BROKEN))?;
    let mut input = String::new();
    if arguments.packages.is_empty() {
        let failed = |error| Failure::new("reading the packages", error);
        io::stdin().lock().take(MAX_INPUT).read_to_string(&mut input).map_err(failed)?;
    }
    let given = arguments.packages.iter().map(String::as_str).chain(input.lines());
    // As `pm list packages` prints them.
    let packages = given.map(|line| line.trim().trim_start_matches("package:"));
    let advised = Advised { protections: catalog.protections(packages) };
    let text = if arguments.json {
        format!("{}\n", harmless_json(&advised))
    } else {
        advised.text(Paint::on(&io::stdout()))
    };
    crate::print_whole(text.as_bytes())
}

impl Advised {
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
