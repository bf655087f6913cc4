//! The index file, byte for byte: what [`crate::Compiler`] writes and [`crate::Index`] reads. All numbers are little endian.
//!
//! | section | size | content |
//! | --- | --- | --- |
//! | header | 56 | see [`Header`] |
//! | lists | as the header says | for each list: flags u8, length of its name u8, rules u32, name in UTF-8 |
//! | buckets | 4 × (2^bits + 1) | the number of the first record of each bucket, and the number of records |
//! | records | 10 × names | the low 56 bits of the name's hash, the number of its meaning in 24 bits; sorted by hash |
//! | meanings | 4 × (meanings + 1) | the number of the first entry of each meaning, and the number of entries |
//! | entries | 2 × entries | list, scope and effect, see [`Entry`] |
//!
//! Names are not kept, their hashes are: SipHash-1-3 of the lower-case name, 64 bits. The bucket is the highest `bits` of
//! them (8 or more), so each name is told apart by all 64. A name that no list has is taken for a listed one with odds
//! of (names in the file) / 2^64 for each of its suffixes: in a file of a million names and for a name of five labels,
//! once in 3.7 million million different names. That two of a million listed names share a hash: once in 37 million files.
//!
//! Most names have one of few meanings (such as "list 3 blocks it and all below"), so a name costs 10 bytes and its part
//! of the buckets, at most 1 byte more.

use std::hash::Hasher;
use std::ops::Range;

use siphasher::sip::SipHasher13;

use crate::{Effect, ListId, Scope};

/// The most lists in a file: a set of them fits in 64 bits.
pub(crate) const MAX_LISTS: usize = 64;
/// The most names in a file, and so meanings: their numbers have 24 bits.
pub(crate) const MAX_NAMES: usize = 1 << 24;
/// Bytes of a record.
pub(crate) const RECORD: usize = 10;
/// Bytes of the header.
pub(crate) const HEADER: usize = 56;
/// The flag of a list whose entry closest to a name speaks alone.
pub(crate) const CLOSEST_ENTRY_WINS: u8 = 1;

const MAGIC: [u8; 8] = *b"hushlist";
const VERSION: u32 = 1;
/// The bits of a hash that a record keeps.
const KEPT_BITS: u32 = 56;

/// The file's first bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) lists: u32,
    /// Bytes of the section of lists.
    pub(crate) lists_bytes: u32,
    pub(crate) bucket_bits: u32,
    pub(crate) names: u32,
    pub(crate) meanings: u32,
    pub(crate) entries: u32,
    /// Of all sections behind the lists.
    pub(crate) body_checksum: u64,
}

/// Why bytes are no header of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeaderError {
    Magic,
    Version(u32),
    Damaged,
}

/// Where the sections lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sections {
    pub(crate) lists: Range<usize>,
    pub(crate) buckets: Range<usize>,
    pub(crate) records: Range<usize>,
    pub(crate) meanings: Range<usize>,
    pub(crate) entries: Range<usize>,
}

/// What one list says about one name: effect and scope in 2 bits each, above them the list's number. So their order is
/// that of the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Entry(pub(crate) u16);

impl Header {
    /// The header with the checksum of itself and of the section of lists.
    pub(crate) fn to_bytes(self, lists: &[u8]) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[..8].copy_from_slice(&MAGIC);
        let numbers = [
            VERSION,
            self.lists,
            self.lists_bytes,
            self.bucket_bits,
            self.names,
            self.meanings,
            self.entries,
            // So that the checksums lie at multiples of 8.
            0,
        ];
        for (to, number) in bytes[8..40].chunks_exact_mut(4).zip(numbers) {
            to.copy_from_slice(&number.to_le_bytes());
        }
        bytes[40..48].copy_from_slice(&self.body_checksum.to_le_bytes());
        let checksum = checksum(&[&bytes[..48], lists]);
        bytes[48..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    /// Reads the header at the start of a file and checks it, together with the section of lists.
    pub(crate) fn parse(file: &[u8]) -> Result<Self, HeaderError> {
        if !file.starts_with(&MAGIC) {
            return Err(HeaderError::Magic);
        }
        let version = u32_at(file, 8).ok_or(HeaderError::Damaged)?;
        if version != VERSION {
            return Err(HeaderError::Version(version));
        }
        Self::parse_known(file).ok_or(HeaderError::Damaged)
    }

    fn parse_known(file: &[u8]) -> Option<Self> {
        let header = Header {
            lists: u32_at(file, 12)?,
            lists_bytes: u32_at(file, 16)?,
            bucket_bits: u32_at(file, 20)?,
            names: u32_at(file, 24)?,
            meanings: u32_at(file, 28)?,
            entries: u32_at(file, 32)?,
            body_checksum: u64_at(file, 40)?,
        };
        let lists = file.get(HEADER..)?.get(..header.lists_bytes as usize)?;
        let is_whole = checksum(&[&file[..48], lists]) == u64_at(file, 48)?;
        let fits = header.lists as usize <= MAX_LISTS
            && (8..32).contains(&header.bucket_bits)
            && header.names as usize <= MAX_NAMES
            && header.meanings <= header.names;
        (is_whole && fits).then_some(header)
    }

    /// Where the sections lie that the header speaks of; none if no file can be so large here.
    pub(crate) fn sections(&self) -> Option<Sections> {
        let mut at = HEADER;
        let mut section = |count: usize, size: usize| {
            let start = at;
            at = at.checked_add(count.checked_mul(size)?)?;
            Some(start..at)
        };
        Some(Sections {
            lists: section(self.lists_bytes as usize, 1)?,
            buckets: section(1usize.checked_shl(self.bucket_bits)?.checked_add(1)?, 4)?,
            records: section(self.names as usize, RECORD)?,
            meanings: section(self.meanings as usize + 1, 4)?,
            entries: section(self.entries as usize, 2)?,
        })
    }
}

impl Entry {
    pub(crate) fn new(list: ListId, scope: Scope, effect: Effect) -> Self {
        Entry(u16::from(list.0) << 4 | (scope as u16) << 2 | effect as u16)
    }

    pub(crate) fn list(self) -> ListId {
        ListId((self.0 >> 4 & 0x3f) as u8)
    }

    /// The same whatever list it is in.
    pub(crate) fn without_list(self) -> Self {
        Entry(self.0 & 0xf)
    }

    /// None in a damaged file.
    pub(crate) fn scope(self) -> Option<Scope> {
        [Scope::Exact, Scope::Suffix, Scope::Subdomains].get(usize::from(self.0 >> 2 & 3)).copied()
    }

    pub(crate) fn effect(self) -> Effect {
        match self.0 & 3 {
            0 => Effect::Block,
            1 => Effect::Allow,
            2 => Effect::ImportantBlock,
            _ => Effect::ImportantAllow,
        }
    }
}

/// The hash that stands for a name (or a suffix of one), which must be in lower case.
pub(crate) fn hash(name: &str) -> u64 {
    checksum(&[name.as_bytes()])
}

/// The checksum of several parts as if they were one.
pub(crate) fn checksum(parts: &[&[u8]]) -> u64 {
    let mut hasher = SipHasher13::new();
    parts.iter().for_each(|part| hasher.write(part));
    hasher.finish()
}

/// So many bits of the hash choose the bucket: 4 to 8 names share one, and all bits that a record leaves out are used.
pub(crate) fn bucket_bits(names: usize) -> u32 {
    (64 - KEPT_BITS).max(names.div_ceil(8).next_power_of_two().trailing_zeros())
}

pub(crate) fn bucket(hash: u64, bucket_bits: u32) -> usize {
    (hash >> (64 - bucket_bits)) as usize
}

/// The part of a hash that its record has.
pub(crate) fn kept(hash: u64) -> u64 {
    hash & ((1 << KEPT_BITS) - 1)
}

/// A record of a name's hash and the number of its meaning, below 2^24.
pub(crate) fn record(hash: u64, meaning: u32) -> [u8; RECORD] {
    let both = u128::from(kept(hash)) | u128::from(meaning) << KEPT_BITS;
    let mut record = [0; RECORD];
    record.copy_from_slice(&both.to_le_bytes()[..RECORD]);
    record
}

/// The kept part of the hash in a record.
pub(crate) fn record_hash(record: &[u8; RECORD]) -> u64 {
    let [a, b, c, d, e, f, g, ..] = *record;
    u64::from_le_bytes([a, b, c, d, e, f, g, 0])
}

/// The number of the meaning in a record.
pub(crate) fn record_meaning(record: &[u8; RECORD]) -> usize {
    let [.., a, b, c] = *record;
    u32::from_le_bytes([a, b, c, 0]) as usize
}

/// The number at a place, if there is one.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().copied().map(u64::from_le_bytes)
}
