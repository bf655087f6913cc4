//! The text of a table of ranges: `first,last,value,…` a line, as IP databases are published in.

use std::net::IpAddr;

/// A line that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct RangeError {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong there.
    pub what: String,
}

/// A range of one family, from its first key up to, but not with, its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Range<'t> {
    pub(crate) family: Family,
    pub(crate) first: u64,
    pub(crate) end: u64,
    /// The field behind the addresses, unquoted.
    pub(crate) value: &'t str,
}

/// The two kinds of address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    V4,
    V6,
}

/// Family and key of an address: the number itself, or the upper half of an IPv6 address. IPv4 within IPv6 is IPv4.
pub(crate) fn key(address: IpAddr) -> (Family, u64) {
    match address.to_canonical() {
        IpAddr::V4(address) => (Family::V4, u64::from(address.to_bits())),
        IpAddr::V6(address) => (Family::V6, (address.to_bits() >> 64) as u64),
    }
}

/// The ranges of a text, in its order. Empty lines and comments (`#`) are passed over, and so are IPv6 ranges within one /64.
pub(crate) fn ranges(text: &str) -> impl Iterator<Item = Result<Range<'_>, RangeError>> {
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|(number, line)| {
            range(line.trim_end()).map_err(|what| RangeError { line: number + 1, what })
        })
        .filter(|range| !matches!(range, Ok(range) if range.first == range.end))
}

fn range(line: &str) -> Result<Range<'_>, String> {
    let mut fields = line.splitn(4, ',');
    let mut field = |what: &str| fields.next().ok_or_else(|| format!("there is no {what}"));
    let (first, last) = (field("first address")?, field("last address")?);
    let value = unquoted(field("value")?);
    let address = |text: &str| {
        unquoted(text).parse::<IpAddr>().map_err(|_| format!("{text:?} is not an IP address"))
    };
    let (first, last) = (address(first)?, address(last)?);
    if first.is_ipv4() != last.is_ipv4() || last < first {
        return Err(format!("from {first} to {last} is not a range"));
    }
    let ((family, first), (_, last_key)) = (key(first), key(last));
    // A /64 counts for a range that has its last address.
    let reaches_end = match last {
        IpAddr::V4(_) => true,
        IpAddr::V6(last) => last.to_bits() as u64 == u64::MAX,
    };
    let end = last_key + u64::from(reaches_end && last_key < u64::MAX);
    Ok(Range { family, first, end: end.max(first), value })
}

fn unquoted(field: &str) -> &str {
    field.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_cannot_be_used_is_told_with_its_number() {
        for (text, words) in [
            ("1.0.0.0,1.0.0.255,AU\n1.0.0.0,x,AU\n", "line 2: \"x\" is not an IP address"),
            ("# head\n\n1.0.0.0,1.0.0.255\n", "line 3: there is no value"),
            ("1.0.0.9,1.0.0.1,AU", "line 1: from 1.0.0.9 to 1.0.0.1 is not a range"),
            ("1.0.0.9,2001::,AU", "line 1: from 1.0.0.9 to 2001:: is not a range"),
        ] {
            let error = ranges(text).find_map(Result::err).map(|error| error.to_string());
            assert_eq!(error.as_deref(), Some(words));
        }
    }

    #[test]
    fn what_follows_the_value_does_not_matter() {
        let text = "\"1.0.0.0\",\"1.0.0.255\",\"13335\",\"Cloud \"\"Flare\"\", Inc.\"";
        assert_eq!(ranges(text).next().unwrap().unwrap().value, "13335");
    }
}
