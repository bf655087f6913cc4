//! What came of reading a list, as text and as JSON.

use std::fmt::Write;

use lists::{Example, Report};
use serde::Serialize;

use super::shown_path;
use crate::args::NamedFile;
use crate::terminal::{Paint, Tone, counted, grouped, harmless};

/// A list that was read. As JSON its fields are an interface: add, never rename.
#[derive(Debug, Serialize)]
pub(super) struct ListTold {
    /// The name it goes by.
    pub(super) name: String,
    /// Where its text is.
    pub(super) file: String,
    /// The format it was read as.
    pub(super) format: &'static str,
    /// How many rules were taken.
    pub(super) rules: usize,
    /// How many it had in the index before; null where it was not in there.
    pub(super) rules_before: Option<usize>,
    /// How much was left out.
    pub(super) skipped: usize,
    /// The same by reason.
    pub(super) reasons: Vec<ReasonTold>,
    /// What the user should look at.
    pub(super) warnings: Vec<String>,
}

/// What was left out for one reason.
#[derive(Debug, Serialize)]
pub(super) struct ReasonTold {
    reason: String,
    count: usize,
    examples: Vec<ExampleTold>,
}

#[derive(Debug, Serialize)]
struct ExampleTold {
    line: usize,
    text: String,
}

impl ListTold {
    /// From the report; `before` is how many rules the list had.
    pub(super) fn new(list: &NamedFile, report: &Report, before: Option<usize>) -> Self {
        let reasons = report.skipped.iter().map(|(reason, count, examples)| ReasonTold {
            reason: reason.to_string(),
            count,
            examples: examples.iter().map(ExampleTold::new).collect(),
        });
        ListTold {
            name: list.name.clone(),
            file: shown_path(&list.path),
            format: report.format.as_str(),
            rules: report.rules,
            rules_before: before,
            skipped: report.skipped.total(),
            reasons: reasons.collect(),
            warnings: warnings(&list.name, report.rules, before),
        }
    }

    /// Several lines of text, each with its end.
    pub(super) fn text(&self, paint: Paint) -> String {
        let name = paint.paint(Tone::Strong, harmless(&self.name));
        let change = match self.rules_before {
            Some(before) if before != self.rules => format!(" (before: {})", grouped(before)),
            Some(_) | None => String::new(),
        };
        let rules = counted(self.rules, "rule");
        format!("{name} ({}): {rules}{change}\n{}", self.format, self.left_out(paint))
    }

    /// What was left out: a line for each reason, and its examples.
    pub(super) fn left_out(&self, paint: Paint) -> String {
        let mut text = String::new();
        for ReasonTold { reason, count, examples } in &self.reasons {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  {} left out: {reason}", grouped(*count));
            for ExampleTold { line, text: example } in examples {
                let line = paint.paint(Tone::Faint, format!("line {line}: {}", harmless(example)));
                let _ = writeln!(text, "    {line}");
            }
        }
        text
    }
}

impl ExampleTold {
    fn new(example: &Example) -> Self {
        ExampleTold { line: example.line, text: example.text.clone() }
    }
}

/// Why a list that was read is none; `None` where it has rules, or no lines at all.
pub(super) fn nothing_of_it(report: &Report) -> Option<String> {
    if report.rules > 0 {
        return None;
    }
    let (reason, _, examples) = report.skipped.iter().next()?;
    let first = examples.first()?;
    let (lines, format) = (counted(report.skipped.total(), "line"), report.format);
    Some(format!(
        "of its {lines} none is a rule (read as {format}); line {}, {reason}: {}",
        first.line, first.text
    ))
}

fn warnings(name: &str, rules: usize, before: Option<usize>) -> Vec<String> {
    let rules_now = grouped(rules);
    let warning = match before {
        _ if rules == 0 => Some(format!("the list {name} is empty")),
        Some(before) if rules < before / 2 => Some(format!(
            "the list {name} shrank from {} rules to {rules_now}; is its file whole?",
            grouped(before)
        )),
        Some(_) | None => None,
    };
    warning.into_iter().collect()
}
