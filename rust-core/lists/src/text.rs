//! The text that lists come in: a host name a line, or the lines of a hosts file.

use std::fmt;
use std::net::IpAddr;

use wire::HostName;

use crate::Suffixes;

/// Reads a list, whose lines may be mixed of both kinds: `a.example`, or `0.0.0.0 a.example b.example`.
///
/// What follows a `#` is a comment. Each name also covers the names below it. Never fails: what cannot be used is
/// counted in [`Skipped`].
pub fn read(text: &[u8]) -> (Suffixes, Skipped) {
    let mut skipped = Skipped::default();
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut names = Vec::new();
    for (line, number) in text.split(|&byte| byte == b'\n').zip(1..) {
        let content = line.split(|&byte| byte == b'#').next().unwrap_or_default();
        let mut words =
            content.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).peekable();
        if let Some(address) = words.peek().and_then(|word| address(word)) {
            words.next();
            if !address.is_unspecified() && !address.is_loopback() {
                // A multicast or broadcast line of the system's own hosts file, or a redirection.
                skipped.count(SkipReason::Redirection, number);
                continue;
            }
        } else if content.trim_ascii().contains(&b' ') || content.trim_ascii().contains(&b'\t') {
            skipped.count(SkipReason::NotAHostName, number);
            continue;
        }
        for word in words {
            match usable(word) {
                Ok(name) => names.push(name),
                Err(reason) => skipped.count(reason, number),
            }
        }
    }
    (names.into_iter().collect(), skipped)
}

/// Why a name or a line of a list was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkipReason {
    /// It is no host name: a rule of another format, or damage.
    NotAHostName,
    /// A single label: a whole top-level domain, or a name of the own machine such as `localhost`.
    SingleLabel,
    /// The line sends its names to an address, where a block list has `0.0.0.0` or a loopback address.
    Redirection,
}

/// How much of a list was left out, by reason, each with the first line it happened in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    by_reason: [Option<(usize, usize)>; SkipReason::ALL.len()],
}

impl SkipReason {
    /// All of them.
    pub const ALL: [SkipReason; 3] =
        [SkipReason::NotAHostName, SkipReason::SingleLabel, SkipReason::Redirection];
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SkipReason::NotAHostName => "no host name",
            SkipReason::SingleLabel => "a single label",
            SkipReason::Redirection => "a redirection to another address",
        })
    }
}

impl Skipped {
    /// Each reason that occurred, how often, and in which line first (from 1).
    pub fn iter(&self) -> impl Iterator<Item = (SkipReason, usize, usize)> {
        let reasons = SkipReason::ALL.into_iter().zip(self.by_reason);
        reasons.filter_map(|(reason, seen)| seen.map(|(count, line)| (reason, count, line)))
    }

    /// How much was left out in all.
    pub fn total(&self) -> usize {
        self.iter().map(|(_, count, _)| count).sum()
    }

    fn count(&mut self, reason: SkipReason, line: usize) {
        self.by_reason[reason as usize].get_or_insert((0, line)).0 += 1;
    }
}

fn address(word: &[u8]) -> Option<IpAddr> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

fn usable(word: &[u8]) -> Result<HostName, SkipReason> {
    let name = HostName::parse(word).map_err(|_| SkipReason::NotAHostName)?;
    if name.as_str().contains('.') { Ok(name) } else { Err(SkipReason::SingleLabel) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(list: &Suffixes, name: &str) -> bool {
        list.lookup(&HostName::parse(name.as_bytes()).unwrap()).is_some()
    }

    #[test]
    fn both_formats_are_read_with_their_habits() {
        let text = b"\xef\xbb\xbf# a list\r\n\r\nTracking.MIUI.com.\r\n0.0.0.0 a.example b.example # two\r\n\
            :: c.example\r\n127.0.0.1\td.example\r\n  e.example  \r\nf.example# note";
        let (list, skipped) = read(text);
        for name in [
            "tracking.miui.com",
            "a.example",
            "b.example",
            "c.example",
            "d.example",
            "e.example",
            "x.f.example",
        ] {
            assert!(has(&list, name), "{name}");
        }
        assert_eq!((list.len(), skipped.total()), (7, 0));
    }

    #[test]
    fn what_is_left_out_is_counted_with_its_first_line() {
        let text =
            b"good.example\n||abp.example^\n127.0.0.1 localhost\n192.0.2.1 elsewhere.example\n\
            com\n\xff\xfe\ntwo names\n0.0.0.0 0.0.0.0\n";
        let (list, skipped) = read(text);
        assert_eq!(list.len(), 1);
        assert_eq!(
            skipped.iter().collect::<Vec<_>>(),
            [
                (SkipReason::NotAHostName, 4, 2),
                (SkipReason::SingleLabel, 2, 3),
                (SkipReason::Redirection, 1, 4),
            ]
        );
        assert!(!has(&list, "elsewhere.example"));
    }
}
