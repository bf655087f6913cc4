//! Which format a source is in, judged by its first lines.

use super::{Format, abp, dnsmasq, lines, words};
use crate::name::address;

/// Lines that are looked at.
const SAMPLE: usize = 1000;

/// The format that most lines speak for. A filter list may consist of plain names but for a few lines, and filter rules
/// are found nowhere else, so one is enough; the other formats need a twentieth of the plain names.
pub(super) fn format(source: &[u8]) -> Format {
    let mut votes = [0usize; Format::ALL.len()];
    for vote in lines(source).take(SAMPLE).filter_map(vote) {
        votes[vote as usize] += 1;
    }
    let of = |format: Format| votes[format as usize];
    let plain = of(Format::Domains) + of(Format::Wildcard);
    let marked = [Format::Hosts, Format::Dnsmasq, Format::Rpz, Format::Abp];
    let strongest = marked.into_iter().max_by_key(|format| of(*format)).unwrap_or(Format::Domains);
    let is_filter = strongest == Format::Abp && of(Format::Abp) > 0;
    if is_filter || of(strongest) > plain / 20 {
        strongest
    } else if of(Format::Wildcard) > of(Format::Domains) / 20 {
        Format::Wildcard
    } else {
        Format::Domains
    }
}

/// What one line looks like; a `#` comment like nothing.
fn vote(line: &[u8]) -> Option<Format> {
    let line = line.trim_ascii();
    let mut words = words(line);
    let first = words.next()?;
    let is_record =
        |word: &[u8]| [&b"CNAME"[..], b"SOA"].iter().any(|kind| word.eq_ignore_ascii_case(kind));
    Some(match line {
        [b'!' | b'[' | b'|', ..] | [b'@', b'@', ..] => Format::Abp,
        [b';' | b'$', ..] => Format::Rpz,
        _ if abp::is_cosmetic(line) => Format::Abp,
        [b'#', ..] => return None,
        _ if dnsmasq::is_directive(line) => Format::Dnsmasq,
        [b'*', b'.', ..] if words.clone().next().is_none() => Format::Wildcard,
        // An address alone stands in lists of any format.
        _ if address(first).is_some() => words.next().map(|_| Format::Hosts)?,
        _ if words.clone().take(4).any(is_record) => Format::Rpz,
        [..] => Format::Domains,
    })
}
