//! What was left out of a list, and why: the user sees that a list of 60,000 lines gave 45,000 rules, and what the
//! others were.

use std::fmt;

/// Examples kept of each reason.
const EXAMPLES: usize = 3;
/// Characters kept of an example's text.
const EXAMPLE_LENGTH: usize = 80;

/// Why a line of a list, or a name in it, was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SkipReason {
    /// Nothing that the format knows, or a directive that blocks nothing.
    NotARule,
    /// A name is expected and this is none.
    NotAHostName,
    /// An address where a name is expected.
    Address,
    /// A name of the own machine (`localhost`), or of the list's test of itself (`watchdog.…`).
    LocalName,
    /// A single label or a public suffix, such as `com` or `co.uk`: thousands of owners, so the user must confirm.
    PublicSuffix,
    /// The line gives another answer than a block: a redirection to an address, name or server.
    Redirection,
    /// A pattern that is no host name with a wildcard in front: a regular expression, a part of a name.
    Pattern,
    /// It hides parts of pages.
    Cosmetic,
    /// It is about part of a host: a path, a scheme or a port.
    Path,
    /// It holds only under a condition (`$third-party`, `$client`, …) or changes answers: followed in part, it would
    /// block too much.
    Modifier,
    /// A response policy that looks at addresses or name servers.
    Trigger,
}

/// How much of a list was left out, by reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    by_reason: [Reason; SkipReason::ALL.len()],
}

/// A line that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// Its number, from 1.
    pub line: usize,
    /// Its text, without control characters and at most 80 characters of it.
    pub text: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Reason {
    count: usize,
    examples: Vec<Example>,
}

impl SkipReason {
    /// All of them.
    pub const ALL: [SkipReason; 11] = [
        SkipReason::NotARule,
        SkipReason::NotAHostName,
        SkipReason::Address,
        SkipReason::LocalName,
        SkipReason::PublicSuffix,
        SkipReason::Redirection,
        SkipReason::Pattern,
        SkipReason::Cosmetic,
        SkipReason::Path,
        SkipReason::Modifier,
        SkipReason::Trigger,
    ];
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SkipReason::NotARule => "no rule of this format",
            SkipReason::NotAHostName => "no host name",
            SkipReason::Address => "an address instead of a name",
            SkipReason::LocalName => "a name of the own machine or a test of the list itself",
            SkipReason::PublicSuffix => "a public suffix, refused unless confirmed",
            SkipReason::Redirection => "another answer than a block",
            SkipReason::Pattern => "a pattern that is no host name",
            SkipReason::Cosmetic => "hides parts of pages",
            SkipReason::Path => "about part of a host: a path, scheme or port",
            SkipReason::Modifier => "a condition that a name alone cannot meet",
            SkipReason::Trigger => "about addresses or name servers",
        })
    }
}

impl Skipped {
    /// Each reason that occurred, how often, and its first lines (up to 3). A line that holds several names counts once
    /// for each that was left out.
    pub fn iter(&self) -> impl Iterator<Item = (SkipReason, usize, &[Example])> {
        SkipReason::ALL
            .into_iter()
            .zip(&self.by_reason)
            .filter(|(_, seen)| seen.count > 0)
            .map(|(reason, seen)| (reason, seen.count, seen.examples.as_slice()))
    }

    /// How much was left out for this reason.
    pub fn count(&self, reason: SkipReason) -> usize {
        self.iter().find(|&(this, ..)| this == reason).map_or(0, |(_, count, _)| count)
    }

    /// How much was left out in all.
    pub fn total(&self) -> usize {
        self.iter().map(|(_, count, _)| count).sum()
    }

    pub(crate) fn add(&mut self, reason: SkipReason, line: usize, text: &[u8]) {
        let Reason { count, examples } = &mut self.by_reason[reason as usize];
        *count += 1;
        if examples.len() < EXAMPLES && examples.last().is_none_or(|last| last.line != line) {
            examples.push(Example { line, text: shown(text) });
        }
    }
}

fn shown(text: &[u8]) -> String {
    // A character has at most four bytes.
    let start = &text[..text.len().min(4 * EXAMPLE_LENGTH)];
    let printable = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    String::from_utf8_lossy(start).trim().chars().take(EXAMPLE_LENGTH).map(printable).collect()
}
