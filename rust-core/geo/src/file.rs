//! The file, octet for octet: what [`crate::Compiler`] writes and [`crate::Places`] reads. All numbers are little endian.
//!
//! | section | size | content |
//! | --- | --- | --- |
//! | header | 72 | magic, version, the sizes of the sections, checksums of the whole and of the header |
//! | countries | 2 × countries | the two letters of each; value 1 is the first |
//! | networks | as the header says | for each: number u32, length of its name u8, name in UTF-8 |
//! | attribution | as the header says | the text to be shown with what comes from this file |
//! | four times: blocks, stream | 12 × blocks; as the header says | countries of IPv4 and IPv6, networks of IPv4 and IPv6; see `table` |

use std::hash::Hasher;
use std::ops::Range;

use siphasher::sip::SipHasher13;

pub(crate) const HEADER: usize = 72;
const MAGIC: [u8; 8] = *b"hushplac";
const VERSION: u32 = 1;
/// Numbers behind the version: the sizes of [`Sections`] in order.
const SIZES: usize = 11;

/// Where the sections lie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sections {
    pub(crate) countries: Range<usize>,
    pub(crate) networks: Range<usize>,
    pub(crate) attribution: Range<usize>,
    /// Countries of IPv4 and IPv6, networks of IPv4 and IPv6: block index and stream of each.
    pub(crate) tables: [(Range<usize>, Range<usize>); 4],
}

/// Why octets are no such file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeaderError {
    Magic,
    Version(u32),
    Damaged,
}

/// The whole file of these sections, in the order of [`Sections`].
pub(crate) fn write(sections: [&[u8]; SIZES]) -> Vec<u8> {
    let mut file = Vec::with_capacity(HEADER + sections.iter().map(|s| s.len()).sum::<usize>());
    file.extend_from_slice(&MAGIC);
    file.extend_from_slice(&VERSION.to_le_bytes());
    for section in sections {
        file.extend_from_slice(&(section.len() as u32).to_le_bytes());
    }
    file.extend_from_slice(&checksum(&sections).to_le_bytes());
    let own = checksum(&[&file]);
    file.extend_from_slice(&own.to_le_bytes());
    sections.iter().for_each(|section| file.extend_from_slice(section));
    file
}

/// Reads the header at the start of a file and checks it against itself and the file's length.
pub(crate) fn sections(file: &[u8]) -> Result<Sections, HeaderError> {
    if !file.starts_with(&MAGIC) {
        return Err(HeaderError::Magic);
    }
    let version = u32_at(file, 8).ok_or(HeaderError::Damaged)?;
    if version != VERSION {
        return Err(HeaderError::Version(version));
    }
    known_sections(file).ok_or(HeaderError::Damaged)
}

fn known_sections(file: &[u8]) -> Option<Sections> {
    let own = file.get(..HEADER - 8)?;
    if checksum(&[own]) != u64_at(file, HEADER - 8)? {
        return None;
    }
    let mut at = HEADER;
    let mut ranges = [const { 0..0 }; SIZES];
    for (number, range) in ranges.iter_mut().enumerate() {
        let size = u32_at(file, 12 + 4 * number)? as usize;
        *range = at..at.checked_add(size)?;
        at = range.end;
    }
    if at != file.len() {
        return None;
    }
    let [countries, networks, attribution, a, b, c, d, e, f, g, h] = ranges;
    let tables = [(a, b), (c, d), (e, f), (g, h)];
    Some(Sections { countries, networks, attribution, tables })
}

/// Whether all behind the header is as it was written.
pub(crate) fn is_whole(file: &[u8]) -> bool {
    let body = file.get(HEADER..).unwrap_or_default();
    u64_at(file, HEADER - 16) == Some(checksum(&[body]))
}

/// The checksum of several parts as if they were one.
fn checksum(parts: &[&[u8]]) -> u64 {
    let mut hasher = SipHasher13::new();
    parts.iter().for_each(|part| hasher.write(part));
    hasher.finish()
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().copied().map(u64::from_le_bytes)
}
