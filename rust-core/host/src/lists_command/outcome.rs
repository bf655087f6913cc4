//! What an addition or update came to, list by list, as text and as JSON.

use collection::{Taken, Trouble};
use serde::Serialize;

use super::words;
use crate::terminal::{Paint, Tone, bytes, counted, grouped, harmless, harmless_json};

/// The outcome for all lists. As JSON its fields are an interface: add, never rename.
#[derive(Serialize)]
pub(super) struct Told {
    /// The folder.
    pub(super) folder: String,
    /// How many names all lists that are on have together.
    pub(super) names: usize,
    /// Each list that was asked for.
    pub(super) lists: Vec<OutcomeTold>,
}

/// The outcome for a list.
#[derive(Serialize)]
pub(super) struct OutcomeTold {
    pub(super) name: String,
    /// added, updated, unchanged, or kept where the new text was not taken.
    pub(super) outcome: &'static str,
    rules: Option<usize>,
    rules_before: Option<usize>,
    bytes: Option<u64>,
    /// Of the text that counts now.
    sha256: Option<String>,
    sha256_before: Option<String>,
    /// How many lines were left out.
    skipped: Option<usize>,
    /// How many rules are about hosts that stay open whatever lists say.
    kept_open: Option<usize>,
    /// Why the old text was kept: its kind, and what belongs to it.
    trouble: Option<Trouble>,
    /// The same as a sentence.
    message: Option<String>,
}

impl OutcomeTold {
    /// A text was taken; so many of its rules are about hosts that stay open.
    pub(super) fn taken(name: &str, taken: &Taken, kept_open: usize) -> Self {
        let Taken { now, before, report } = taken;
        let outcome = match before {
            None => "added",
            Some(before) if before.sha256 == now.sha256 => "unchanged",
            Some(_) => "updated",
        };
        OutcomeTold {
            rules: Some(now.rules),
            rules_before: before.as_ref().map(|before| before.rules),
            bytes: Some(now.bytes),
            sha256: Some(now.sha256.to_string()),
            sha256_before: before.as_ref().map(|before| before.sha256.to_string()),
            skipped: Some(report.skipped.total()),
            kept_open: Some(kept_open),
            ..Self::plain(name, outcome)
        }
    }

    /// The source has nothing new.
    pub(super) fn unchanged(name: &str, now: &collection::Version) -> Self {
        OutcomeTold {
            rules: Some(now.rules),
            bytes: Some(now.bytes),
            sha256: Some(now.sha256.to_string()),
            ..Self::plain(name, "unchanged")
        }
    }

    /// The old text was kept.
    pub(super) fn kept(name: &str, trouble: &Trouble) -> Self {
        OutcomeTold {
            message: Some(format!("{} We kept the old one.", words::trouble(trouble))),
            trouble: Some(trouble.clone()),
            ..Self::plain(name, "kept")
        }
    }

    /// Whether something is wrong.
    pub(super) fn is_fault(&self) -> bool {
        self.trouble.as_ref().is_some_and(|trouble| *trouble != Trouble::TakenBack)
    }

    fn plain(name: &str, outcome: &'static str) -> Self {
        OutcomeTold {
            name: name.to_owned(),
            outcome,
            rules: None,
            rules_before: None,
            bytes: None,
            sha256: None,
            sha256_before: None,
            skipped: None,
            kept_open: None,
            trouble: None,
            message: None,
        }
    }

    /// Some lines, each with its end.
    fn text(&self, paint: Paint) -> String {
        let name = paint.paint(Tone::Strong, harmless(&self.name));
        if let Some(message) = &self.message {
            let hint = match self.trouble {
                Some(Trouble::Shrunken { .. }) => {
                    format!(
                        "  to take it: hushwall lists update {} --accept-shrunken\n",
                        harmless(&self.name)
                    )
                }
                Some(_) | None => String::new(),
            };
            return format!("{name}: {}\n{hint}", paint.paint(Tone::Bad, harmless(message)));
        }
        let rules = counted(self.rules.unwrap_or_default(), "rule");
        let before = self.rules_before.filter(|_| self.outcome == "updated");
        let before = before.map(|before| format!(" (before: {})", grouped(before)));
        let size = bytes(self.bytes.unwrap_or_default());
        let skipped = self.skipped.filter(|skipped| *skipped > 0);
        let skipped = skipped.map(|skipped| format!(", {} left out", grouped(skipped)));
        let mut text = format!(
            "{name}: {}, {rules}{}{}, {size}\n",
            self.outcome,
            before.unwrap_or_default(),
            skipped.unwrap_or_default(),
        );
        if let Some(open) = self.kept_open.filter(|open| *open > 0) {
            let rules = counted(open, "rule");
            text.push_str(&format!(
                "  {rules} without effect: about hosts that always stay open\n"
            ));
        }
        let sums = [("SHA-256", &self.sha256), ("before ", &self.sha256_before)];
        let shown = if self.outcome == "unchanged" { 0 } else { sums.len() };
        for (what, sum) in sums.into_iter().take(shown) {
            let sum = sum
                .as_ref()
                .map(|sum| format!("  {}\n", paint.paint(Tone::Faint, format!("{what} {sum}"))));
            text.push_str(&sum.unwrap_or_default());
        }
        text
    }
}

impl Told {
    /// Prints it.
    pub(super) fn print(&self, json: bool) -> Result<u8, crate::failure::Failure> {
        let text = if json {
            format!("{}\n", harmless_json(self))
        } else {
            let paint = Paint::on(&std::io::stdout());
            self.lists.iter().map(|list| list.text(paint)).collect()
        };
        crate::print_whole(text.as_bytes())
    }
}
