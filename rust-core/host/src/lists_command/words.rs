//! What is told about the user's lists, in words.

use collection::{Schedule, Source, Trouble};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::terminal::{bytes, counted, grouped};

/// Why a text was not taken, as a sentence.
pub(super) fn trouble(trouble: &Trouble) -> String {
    match trouble {
        Trouble::NotFetched { message } => format!("The list was not fetched: {message}."),
        Trouble::WebPage => "What came is a web page and no list.".to_owned(),
        Trouble::NotText => {
            "What came is no plain text; is it compressed, or not UTF-8?".to_owned()
        }
        Trouble::TooLarge { limit } => {
            format!("The new list is larger than a list may be ({}).", bytes(*limit))
        }
        Trouble::TooManyRules { limit } => {
            format!("The new list has more than {} rules.", number(*limit))
        }
        Trouble::NoRules { lines: 0, .. } => "The new list is empty.".to_owned(),
        Trouble::NoRules { lines, format } => {
            let lines = counted(usize::try_from(*lines).unwrap_or(usize::MAX), "line");
            format!("Of its {lines} none is a rule (read as {format}).")
        }
        Trouble::Shrunken { rules, before } => {
            let (rules, before) = (number(*rules), number(*before));
            format!("The new list is much shorter ({rules} instead of {before}).")
        }
        Trouble::OtherChecksum { wanted, found } => {
            format!("The new list has the SHA-256 {found} and not {wanted}.")
        }
        Trouble::TakenBack => "The source still has the text that you took back.".to_owned(),
    }
}

/// Where a list is from.
pub(super) fn source(source: &Source) -> &str {
    match source {
        Source::Url(url) => url,
        Source::File(path) => path,
        Source::Stdin => "the standard input",
    }
}

/// When it is updated.
pub(super) fn schedule(schedule: Schedule) -> String {
    match schedule {
        Schedule::ByHand => "by hand".to_owned(),
        Schedule::EveryHours(24) => "every day".to_owned(),
        Schedule::EveryHours(hours) if hours.is_multiple_of(24) => {
            format!("every {}", counted(hours as usize / 24, "day"))
        }
        Schedule::EveryHours(1) => "every hour".to_owned(),
        Schedule::EveryHours(hours) => format!("every {}", counted(hours as usize, "hour")),
    }
}

/// A moment in Unix seconds, in the user's zone.
pub(super) fn time(seconds: u64) -> String {
    let moment = Timestamp::from_second(i64::try_from(seconds).unwrap_or(i64::MAX));
    let shown = moment.map(|moment| moment.to_zoned(TimeZone::system()));
    shown.map_or_else(|_| "?".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M").to_string())
}

fn number(number: u64) -> String {
    grouped(usize::try_from(number).unwrap_or(usize::MAX))
}
