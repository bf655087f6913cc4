//! The arguments of `hushwall lists` about the lists that the user keeps.

use std::path::PathBuf;

use clap::builder::{TypedValueParser, ValueParserFactory};
use clap::{Args, ValueEnum};
use collection::{Schedule, Sha256Hex};

use super::lists::{FormatName, Reading};

/// The longest time between updates, in hours.
const MAX_HOURS: u32 = 366 * 24;

/// Where the lists are kept.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ListsFolder {
    /// The folder of your lists [default: hushwall/lists in $XDG_DATA_HOME or ~/.local/share]
    #[arg(long, value_name = "DIR", env = "HUSHWALL_LISTS")]
    pub(crate) lists_dir: Option<PathBuf>,
    /// One JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Name the well-known lists: what they block, what they break, and their licence
#[derive(Args, Debug)]
pub(crate) struct Catalogue {
    /// One JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Add a list: a well-known one by its name, or from the web, a file or the standard input
///
/// It counts from then on in `hushwall run`, `engine` and `explain`; a hushwall that runs already takes it up on SIGHUP.
/// Only https:// is fetched from, and nothing but the list is asked for.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hushwall lists add oisd-small --every 7d
  hushwall lists add https://lists.example/ads.txt --name ads --sha256 9f86d0...
  hushwall lists add ./mine.txt --include-subdomains
  zcat hosts.gz | hushwall lists add - --name hosts")]
pub(crate) struct AddList {
    /// A name that `hushwall lists catalogue` tells, an https:// address, a file, or - for the standard input
    #[arg(value_name = "NAME|URL|FILE|-")]
    pub(crate) source: String,
    /// What rules, reasons and you call it [default: the well-known list's or file's name]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) reading: Reading,
    /// Update it so often, as in 12h, 7d or 2w, by `hushwall lists update --due`; by-hand is never
    #[arg(long, value_name = "TIME", default_value = "by-hand")]
    pub(crate) every: Every,
    /// Take it only if it has this checksum
    #[arg(long, value_name = "HEX")]
    pub(crate) sha256: Option<Sha256Hex>,
    /// Its licence, to keep with it
    #[arg(long, value_name = "TEXT")]
    pub(crate) licence: Option<String>,
    #[command(flatten)]
    pub(crate) folder: ListsFolder,
}

/// Show your lists: state, source, size, checksum, and how often each has stopped something
#[derive(Args, Debug)]
pub(crate) struct ShowLists {
    /// Only these
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<String>,
    /// Count the connections that each has stopped, by this log
    #[arg(long, value_name = "FILE", env = "HUSHWALL_LOG")]
    pub(crate) log: Option<PathBuf>,
    /// Count from this moment on: 2h (ago), 7d, 2026-03-01 [default: all]
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    #[command(flatten)]
    pub(crate) folder: ListsFolder,
}

/// Fetch lists again
///
/// A list that comes broken, or with less than half of its rules, is not taken: the old one stays and that is told. The
/// exit code is 1 then.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hushwall lists update
  hushwall lists update ads --from https://lists.example/moved.txt
  hushwall lists update --due     in a timer or cron job: those whose time has come")]
pub(crate) struct UpdateLists {
    /// These; without a name all that are on and can be fetched again
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<String>,
    /// Only those whose time has come, as said by --every
    #[arg(long)]
    pub(crate) due: bool,
    /// From here, now and later: an https:// address, a file, or - for the standard input
    #[arg(long, value_name = "URL|FILE|-", conflicts_with = "due")]
    pub(crate) from: Option<String>,
    /// Take it only if it has this checksum
    #[arg(long, value_name = "HEX", conflicts_with = "due")]
    pub(crate) sha256: Option<Sha256Hex>,
    /// Take it although it has less than half of its rules
    #[arg(long)]
    pub(crate) accept_shrunken: bool,
    #[command(flatten)]
    pub(crate) folder: ListsFolder,
}

/// Go back to the text that lists had before
///
/// Done twice, it goes forward again. What was taken back is not fetched again until its source has another text.
#[derive(Args, Debug)]
pub(crate) struct UndoLists {
    /// These; without a name all that the last update changed
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<String>,
    #[command(flatten)]
    pub(crate) folder: ListsFolder,
}

/// Lists to do something with.
#[derive(Args, Debug)]
pub(crate) struct Switch {
    /// The lists
    #[arg(required = true, value_name = "NAME")]
    pub(crate) names: Vec<String>,
    #[command(flatten)]
    pub(crate) folder: ListsFolder,
}

/// Choose how a list is read, and when it is updated
#[derive(Args, Debug)]
pub(crate) struct SetList {
    /// The list
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// Whether a plain name in it covers the names below it too
    #[arg(long, value_name = "yes|no")]
    pub(crate) include_subdomains: Option<Yes>,
    /// Whether entries for whole public suffixes are taken, such as com or co.uk
    #[arg(long, value_name = "yes|no")]
    pub(crate) allow_public_suffixes: Option<Yes>,
    /// Its format
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<FormatName>,
    /// Update it so often, as in 12h, 7d or 2w; by-hand is never
    #[arg(long, value_name = "TIME")]
    pub(crate) every: Option<Every>,
    #[command(flatten)]
    pub(crate) folder: ListsFolder,
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Yes {
    /// It is so
    Yes,
    /// It is not
    No,
}

/// When a list is updated, as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Every(pub(crate) Schedule);

impl Every {
    fn parse(text: &str) -> Result<Self, String> {
        if text == "by-hand" {
            return Ok(Every(Schedule::ByHand));
        }
        let unit = match text.chars().next_back() {
            Some('h') => 1,
            Some('d') => 24,
            Some('w') => 7 * 24,
            Some(_) | None => 0,
        };
        let number = text.get(..text.len().saturating_sub(1)).filter(|number| {
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
        });
        let hours = number.and_then(|number| number.parse::<u32>().ok()?.checked_mul(unit));
        match hours {
            Some(hours @ 1..=MAX_HOURS) => Ok(Every(Schedule::EveryHours(hours))),
            Some(_) | None => Err("write it as 12h, 7d, 2w (a year at most) or by-hand".to_owned()),
        }
    }
}

impl ValueParserFactory for Every {
    type Parser = clap::builder::ValueParser;

    fn value_parser() -> Self::Parser {
        clap::builder::StringValueParser::new().try_map(|text: String| Every::parse(&text)).into()
    }
}

impl Yes {
    /// As a truth value.
    pub(crate) fn is_yes(self) -> bool {
        self == Yes::Yes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_typed_as_a_number_and_a_unit() {
        for (text, hours) in [("1h", 1), ("12h", 12), ("7d", 168), ("2w", 336), ("366d", 8784)] {
            assert_eq!(Every::parse(text), Ok(Every(Schedule::EveryHours(hours))), "{text}");
        }
        assert_eq!(Every::parse("by-hand"), Ok(Every(Schedule::ByHand)));
        for text in ["", "d", "0d", "7", "7m", "-1d", "1.5d", "367d", "99999999999d", "é"] {
            assert!(Every::parse(text).is_err(), "{text}");
        }
    }
}
