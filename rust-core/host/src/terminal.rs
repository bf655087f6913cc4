//! What reaches the user's terminal: colours where they are wanted, numbers people can read.

use std::fmt;
use std::io::IsTerminal;

pub(crate) use report::{harmless, harmless_json};

/// Colours on the standard error output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Paint {
    on: bool,
}

/// What a colour says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// It passes.
    Good,
    /// It was blocked.
    Bad,
    /// A heading.
    Strong,
    /// Less important than the rest.
    Faint,
}

impl Paint {
    /// Colours where this output is a terminal that knows them, unless the user set NO_COLOR (no-color.org).
    pub(crate) fn on(output: &impl IsTerminal) -> Self {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let dumb = set("TERM").is_some_and(|term| term == "dumb");
        Paint { on: output.is_terminal() && set("NO_COLOR").is_none() && !dumb }
    }

    /// No colours.
    #[cfg(test)]
    pub(crate) fn off() -> Self {
        Paint { on: false }
    }

    /// The text in this tone. The text has to be harmless already.
    pub(crate) fn paint(self, tone: Tone, text: impl fmt::Display) -> String {
        if !self.on {
            return text.to_string();
        }
        // ECMA-48 section 8.3.117, SGR.
        let code = match tone {
            Tone::Good => 32,
            Tone::Bad => 31,
            Tone::Strong => 1,
            Tone::Faint => 2,
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// A number of bytes with at most four digits and a unit.
pub(crate) fn bytes(number: u64) -> String {
    const UNITS: [&str; 6] = ["KB", "MB", "GB", "TB", "PB", "EB"];
    if number < 1000 {
        return format!("{number} B");
    }
    let mut value = number as f64 / 1000.0;
    let mut unit = 0;
    // Where rounding would make it 1000.
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// The text in a column of this many characters. What is too long loses its beginning: the ends of packages and hosts tell
/// most.
pub(crate) fn column(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return format!("{text:<width$}");
    }
    let end: String = text.chars().skip(length + 1 - width).collect();
    format!("…{end}")
}

/// A number with its digits in groups of three.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// So many of something.
pub(crate) fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_keep_their_width_and_the_end_of_what_is_too_long() {
        assert_eq!(column("short", 8), "short   ");
        assert_eq!(column("com.example.long (10160)", 12), "…ong (10160)");
        assert_eq!(column("ünïcödé.example", 8), "…example");
    }

    #[test]
    fn large_numbers_are_grouped() {
        for (number, shown) in
            [(0, "0"), (999, "999"), (1000, "1,000"), (12_345, "12,345"), (1_234_567, "1,234,567")]
        {
            assert_eq!(grouped(number), shown);
        }
        assert_eq!((counted(1, "rule"), counted(2, "rule")), ("1 rule".into(), "2 rules".into()));
    }

    #[test]
    fn bytes_are_short_and_never_four_digits_before_the_point() {
        for (number, shown) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 KB"),
            (999_949, "999.9 KB"),
            (999_950, "1.0 MB"),
            (1_073_741_824, "1.1 GB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(bytes(number), shown);
        }
    }
}
