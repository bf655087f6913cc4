//! Whether a text that came in may take the place of the one that is there.

use std::collections::HashSet;

use lists::{Format, Options, ReadError, Report};
use serde::{Deserialize, Serialize};

use crate::manifest::Version;
use crate::sha256::Sha256Hex;

/// A text as it came in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrived {
    /// The text, whole.
    pub text: Vec<u8>,
    /// What the server calls it.
    pub etag: Option<String>,
    /// When the server says it was changed.
    pub last_modified: Option<String>,
}

/// What the user asks of a text, or puts up with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demands {
    /// It must have this checksum.
    pub sha256: Option<Sha256Hex>,
    /// It may be much shorter than the one before.
    pub accept_shrunken: bool,
}

/// What was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The text that counts now.
    pub now: Version,
    /// The one before; none where the list is new.
    pub before: Option<Version>,
    /// How it was read, and what was left out.
    pub report: Report,
}

/// Why a text was not taken. The words for it are those of who shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Trouble {
    /// It did not come whole, or not at all.
    NotFetched {
        /// Why, in technical words.
        message: String,
    },
    /// It is a page for people, as servers send in place of what is no longer there.
    WebPage,
    /// It is compressed, UTF-16 or another kind of file.
    NotText,
    /// It is larger than a list may be.
    TooLarge {
        /// How large a list may be, in bytes.
        limit: u64,
    },
    /// It has more rules than a list may have.
    TooManyRules {
        /// How many a list may have.
        limit: u64,
    },
    /// There is no rule in it.
    NoRules {
        /// How many of its lines were looked at and left out.
        lines: u64,
        /// The format that it was read as.
        format: String,
    },
    /// It has less than half of the rules of the one that is there.
    Shrunken {
        /// How many it has.
        rules: u64,
        /// How many the one that is there has.
        before: u64,
    },
    /// It is another text than the one that was asked for.
    OtherChecksum {
        /// The checksum that was asked for.
        wanted: Sha256Hex,
        /// The one that it has.
        found: Sha256Hex,
    },
    /// The user has taken back this very text.
    TakenBack,
}

/// How many rules of a text would block a host that stays open whatever lists say: one of `open`, or below one. They have
/// no effect, and a user who looks at a list wants to know. A text that cannot be read has none.
pub fn kept_open(text: &[u8], options: &Options, open: &HashSet<String>) -> usize {
    let mut count = 0;
    let read = lists::read(text, options, |rule| {
        let is_open = rule.name.suffixes().any(|suffix| open.contains(suffix));
        count += usize::from(is_open && !rule.effect.allows() && !rule.cancels);
    });
    read.map_or(0, |_| count)
}

/// Reads a text and judges it against the one that is there.
pub(crate) fn judge(
    arrived: &Arrived,
    options: &Options,
    demands: &Demands,
    before: Option<&Version>,
) -> Result<(Sha256Hex, Report), Trouble> {
    let found = Sha256Hex::of(&arrived.text);
    if let Some(wanted) = demands.sha256.as_ref().filter(|wanted| **wanted != found) {
        return Err(Trouble::OtherChecksum { wanted: wanted.clone(), found });
    }
    if is_web_page(&arrived.text) {
        return Err(Trouble::WebPage);
    }
    let report = lists::read(&arrived.text, options, drop).map_err(Trouble::from)?;
    if report.rules == 0 {
        let (lines, format) = (report.skipped.total() as u64, word(report.format));
        return Err(Trouble::NoRules { lines, format });
    }
    match before {
        // Half of an odd number is not below half.
        Some(before) if report.rules < before.rules.div_ceil(2) && !demands.accept_shrunken => {
            Err(Trouble::Shrunken { rules: report.rules as u64, before: before.rules as u64 })
        }
        Some(_) | None => Ok((found, report)),
    }
}

/// No line of any format begins with `<`.
fn is_web_page(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    text.trim_ascii_start().starts_with(b"<")
}

fn word(format: Format) -> String {
    format.as_str().to_owned()
}

impl From<ReadError> for Trouble {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::TooLarge(_) => Trouble::TooLarge { limit: lists::MAX_BYTES as u64 },
            ReadError::TooManyRules(_) => Trouble::TooManyRules { limit: lists::MAX_RULES as u64 },
            ReadError::NotText => Trouble::NotText,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_about_hosts_that_stay_open_are_counted_with_those_below_them() {
        let open = HashSet::from(["account.example".to_owned()]);
        let text = b"||account.example^\n||a.account.example^\n||example^\n||shop.example^\n@@||account.example^\n";
        assert_eq!(kept_open(text, &Options::default(), &open), 2);
        assert_eq!(kept_open(b"\xff\xfe", &Options::default(), &open), 0);
    }
}
