//! Moments as people write them: so long ago, a time of this day, a day, a day and a time.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// How a moment is to be written.
const FORMS: &str =
    "write it as 90s, 15m, 2h, 7d, 2w, 18:30, 2026-03-01, 2026-03-01T18:30 or 2026-03-01T18:30:00Z";

/// Reads a moment: so long before `now`, or a time of the day that `now` is on, or a date (its beginning) and time, in
/// this zone.
///
/// # Errors
/// What is wrong, and the forms there are.
pub(crate) fn parse(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, String> {
    let text = text.trim();
    if let Some(age) = age(text) {
        return now.checked_sub(age?).map_err(|_| format!("{text} is too long ago"));
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    // A text with a zone that was not taken above must not lose it here.
    let local = text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(DateTime::from));
    let today = || now.to_zoned(zone.clone()).date();
    let local = local.or_else(|_| text.parse::<Time>().map(|time| today().to_datetime(time)));
    local
        .and_then(|local| zone.to_timestamp(local))
        .map_err(|_| format!("{text:?} is no moment; {FORMS}"))
}

/// A whole number and a unit; `None` where the text is no such thing.
fn age(text: &str) -> Option<Result<SignedDuration, String>> {
    let unit = text.chars().next_back()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        'w' => 7 * 86_400,
        _ => return None,
    };
    let number = text.strip_suffix(unit)?;
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let age = number.parse::<i64>().ok().and_then(|number| number.checked_mul(seconds));
    Some(age.map(SignedDuration::from_secs).ok_or_else(|| format!("{text} is too long ago")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        let now = "2026-03-10T12:00:00Z".parse().unwrap();
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        parse(text, now, &zone).map(|moment| moment.to_string())
    }

    #[test]
    fn ages_count_back_from_now() {
        for (text, moment) in [
            ("90s", "2026-03-10T11:58:30Z"),
            ("15m", "2026-03-10T11:45:00Z"),
            ("2h", "2026-03-10T10:00:00Z"),
            ("7d", "2026-03-03T12:00:00Z"),
            ("1w", "2026-03-03T12:00:00Z"),
            ("0s", "2026-03-10T12:00:00Z"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(moment), "{text}");
        }
    }

    #[test]
    fn dates_are_of_the_users_zone_unless_they_name_another() {
        for (text, moment) in [
            ("2026-03-01", "2026-02-28T22:00:00Z"),
            ("2026-03-01T18:30", "2026-03-01T16:30:00Z"),
            ("2026-03-01 18:30:05", "2026-03-01T16:30:05Z"),
            ("2026-03-01T18:30:00Z", "2026-03-01T18:30:00Z"),
            ("18:30", "2026-03-10T16:30:00Z"),
            ("00:05:30", "2026-03-09T22:05:30Z"),
            ("2026-03-01T18:30:00+05:00", "2026-03-01T13:30:00Z"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(moment), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_told_with_the_forms_there_are() {
        for text in ["", "yesterday", "2x", "-2h", "h", "2026-13-01", "1.5h", "25:00"] {
            assert!(read(text).unwrap_err().contains("write it as"), "{text}");
        }
        for text in ["99999999999999999999d", "9999999999999d", "999999999d"] {
            assert!(read(text).unwrap_err().contains("too long ago"), "{text}");
        }
    }
}
