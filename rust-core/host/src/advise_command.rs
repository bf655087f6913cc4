//! `hushwall advise`: the protections that matter for a set of installed apps.

use std::fmt::Write;
use std::io::{self, Read};

use catalog::{Advice, Catalog};
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

/// A protection.
#[derive(Serialize)]
struct Protection {
    /// The row of the data, such as `xiaomi.push`.
    id: String,
    title: String,
    /// What it stops, in sentences.
    stops: String,
    /// What may break, in sentences, and how sure that is.
    may_break: String,
    /// The installed packages that it is about.
    apps: Vec<String>,
    /// It is on from the start.
    is_on: bool,
    /// Nothing stops working with it.
    recommended: bool,
    /// What to add to the rules' lists to switch it on; none where it is on.
    list: Option<policy::List>,
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
    let protections: Vec<Protection> =
        catalog.advice(packages).iter().map(|advice| Protection::of(&catalog, advice)).collect();
    let advised = Advised { protections };
    let text = if arguments.json {
        format!("{}\n", harmless_json(&advised))
    } else {
        advised.text(Paint::on(&io::stdout()))
    };
    crate::print_whole(text.as_bytes())
}

impl Protection {
    fn of(catalog: &Catalog, advice: &Advice<'_>) -> Self {
        Protection {
            id: advice.row.id.clone(),
            title: advice.title.clone(),
            stops: advice.stops(),
            may_break: advice.may_break(),
            apps: advice.apps.iter().map(|app| (*app).to_owned()).collect(),
            is_on: advice.is_on,
            recommended: advice.recommended,
            list: (!advice.is_on).then(|| catalog.list_of_row(advice.row)),
        }
    }
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
