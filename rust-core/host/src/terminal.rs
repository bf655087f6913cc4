//! What reaches the user's terminal: names made harmless, colours where they are wanted, numbers people can read.

use std::borrow::Cow;
use std::fmt;
use std::io::IsTerminal;

use serde::Serialize;

/// The text with everything that could command a terminal or disguise a name written as `\u{…}`.
///
/// A path, a host name or a rule's text comes from whoever made it: control characters could repaint the screen,
/// direction marks and invisible characters could make one name look like another.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_dangerous) {
        return Cow::Borrowed(text);
    }
    let escape = |character: char| {
        if is_dangerous(character) {
            character.escape_unicode().to_string()
        } else {
            character.to_string()
        }
    };
    Cow::Owned(text.chars().map(escape).collect())
}

/// The value as JSON on one line, with the same characters written as JSON's own `\uXXXX`, so that it stays the same
/// value.
pub(crate) fn harmless_json(value: &impl Serialize) -> String {
    // What is shown has text keys and no values that JSON cannot say.
    let text = serde_json::to_string(value).unwrap_or_default();
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if is_dangerous(character) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            safe.push(character);
        }
    }
    safe
}

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

fn is_dangerous(character: char) -> bool {
    character.is_control()
        || matches!(character,
            // Direction marks and overrides, isolates, line and paragraph separators (Unicode TR 9).
            '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
            // Characters that have no look of their own.
            | '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_commands_the_terminal() {
        for (text, shown) in [
            ("/usr/bin/curl", "/usr/bin/curl"),
            ("/opt/Käse ☕", "/opt/Käse ☕"),
            ("a\u{1b}[2J", "a\\u{1b}[2J"),
            ("a\nb\tc\r", "a\\u{a}b\\u{9}c\\u{d}"),
            ("csi\u{9b}31m", "csi\\u{9b}31m"),
            ("exe\u{202e}gpj", "exe\\u{202e}gpj"),
            ("pay\u{200b}pal", "pay\\u{200b}pal"),
            ("\u{7f}\0", "\\u{7f}\\u{0}"),
        ] {
            assert_eq!(harmless(text), shown);
        }
    }

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
