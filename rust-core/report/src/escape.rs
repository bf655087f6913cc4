//! Text from outside, made harmless for where it is shown.
//!
//! A host name, the path of a program or a rule's text comes from whoever made it: control characters could repaint a
//! terminal, direction marks and invisible characters could make one name look like another, a first character could make
//! a spreadsheet compute, and marks of HTML could run as a page.

use std::borrow::Cow;

use serde::Serialize;

/// The text with everything that could command a terminal or disguise a name written as `\u{…}`.
pub fn harmless(text: &str) -> Cow<'_, str> {
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
pub fn harmless_json(value: &impl Serialize) -> String {
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

/// The text as a part of a page of HTML: between tags, or in an attribute with double quotes.
pub fn harmless_html(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in harmless(text).chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            character => safe.push(character),
        }
    }
    safe
}

/// Values as one row of CSV (RFC 4180), harmless to a terminal and to a spreadsheet: a value that a spreadsheet would take
/// for a formula gets an apostrophe in front.
pub fn csv_row(values: &[&str]) -> String {
    let cells: Vec<String> = values.iter().map(|value| csv_cell(value)).collect();
    cells.join(",")
}

fn csv_cell(value: &str) -> String {
    let formula = value.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let value = harmless(value);
    let value = if formula { format!("'{value}").into() } else { value };
    if value.contains(['"', ',', '\n', '\r', ';']) {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value.into_owned()
    }
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
    fn no_cell_is_a_formula() {
        assert_eq!(
            csv_row(&[
                "=1+1",
                "+1",
                "-1",
                "@a",
                "plain",
                "a,b",
                "say \"hi\"",
                "two\nlines",
                "\t=1"
            ]),
            "'=1+1,'+1,'-1,'@a,plain,\"a,b\",\"say \"\"hi\"\"\",two\\u{a}lines,'\\u{9}=1"
        );
    }

    #[test]
    fn no_name_is_a_mark_of_a_page() {
        let name = "<script>alert(1)</script> \"' & \u{202e}gpj";
        let shown = "&lt;script&gt;alert(1)&lt;/script&gt; &quot;&#39; &amp; \\u{202e}gpj";
        assert_eq!(harmless_html(name), shown);
    }
}
