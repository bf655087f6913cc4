//! Lookups in an index file, in place: opening reads the header only, and nothing is copied to the heap.
//!
//! The file may be mapped memory that is damaged, even while it is in use: every access is checked, and damage gives
//! wrong answers at worst. Whoever brings a file in calls [`verify`] once, which reads all of it.

use std::fmt;
use std::ops::Range;

use wire::HostName;

use crate::layout::{self, Entry, Header, HeaderError, RECORD, Sections};
use crate::{Effect, Rule, Scope};

/// An index over the bytes of its file: a slice, a vector or mapped memory.
#[derive(Clone)]
pub struct Index<B> {
    bytes: B,
    bucket_bits: u32,
    names: usize,
    sections: Sections,
    /// The lists whose entry closest to a name speaks alone.
    closest_entry_wins: ListSet,
    lists: u8,
}

/// Why bytes are no index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// Something else altogether.
    #[error("this is no index of lists: compile the lists")]
    NotAnIndex,
    /// Made by another version of the program.
    #[error("the index has format {0}, which this program does not read: compile the lists again")]
    Version(u32),
    /// It has another length than its header says, or the header is damaged.
    #[error("the index is cut short or damaged: compile the lists again")]
    Damaged,
}

/// The number of a list in its index, from 0 in the order in which they were compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ListId(pub(crate) u8);

/// A set of the lists of an index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ListSet(u64);

/// A list of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct List<'i> {
    /// Its number.
    pub id: ListId,
    /// The name that it was compiled under.
    pub name: &'i str,
    /// How many rules were compiled; a rule twice counts twice.
    pub rules: u32,
}

/// An entry of a list that a name falls under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match<'n> {
    /// The list.
    pub list: ListId,
    /// The entry's name: a suffix of the name that was looked up. With scope and effect, [`crate::find`] finds its line.
    pub entry: &'n str,
    /// Which names the entry speaks for.
    pub scope: Scope,
    /// What it does.
    pub effect: Effect,
}

impl<B: AsRef<[u8]>> Index<B> {
    /// Opens an index by its header: magic, version, checksum of header and list names, and the length. The rest of
    /// the file is not read; see [`verify`].
    ///
    /// # Errors
    /// [`IndexError`] says what is wrong and what to do.
    pub fn open(bytes: B) -> Result<Self, IndexError> {
        let file = bytes.as_ref();
        let header = Header::parse(file)?;
        let sections = header.sections().ok_or(IndexError::Damaged)?;
        if sections.entries.end != file.len() {
            return Err(IndexError::Damaged);
        }
        let mut closest_entry_wins = ListSet::default();
        let mut lists = 0;
        for (list, flags) in list_section(file.get(sections.lists.clone()).unwrap_or_default()) {
            lists += 1;
            if flags & layout::CLOSEST_ENTRY_WINS != 0 {
                closest_entry_wins.insert(list.id);
            }
        }
        if u32::from(lists) != header.lists {
            return Err(IndexError::Damaged);
        }
        let (bucket_bits, names) = (header.bucket_bits, header.names as usize);
        Ok(Index { bytes, bucket_bits, names, sections, closest_entry_wins, lists })
    }

    /// The lists in it.
    pub fn lists(&self) -> impl Iterator<Item = List<'_>> {
        list_section(self.section(&self.sections.lists)).map(|(list, _)| list)
    }

    /// All of its lists.
    pub fn all(&self) -> ListSet {
        (0..self.lists).map(ListId).collect()
    }

    /// How many names its entries have.
    pub fn names(&self) -> usize {
        self.names
    }

    /// Every entry that `name` falls under, the closest to it first, then in the order of the lists. Uses no heap.
    pub fn lookup<'i, 'n>(&'i self, name: &'n HostName) -> Matches<'i, 'n> {
        Matches { tables: self.tables(), name: name.as_str(), suffix: None, entries: &[] }
    }

    /// What the lists in `lists` say about `name` together: the entry with the greatest effect, and of several the
    /// closest to the name. Of a dnsmasq list or a response policy zone only the closest entries speak.
    pub fn decide<'n>(&self, name: &'n HostName, lists: ListSet) -> Option<Match<'n>> {
        let mut decisive: Option<Match<'n>> = None;
        // The length of each such list's closest entry; no name is longer than 253.
        let mut closest = [0u8; layout::MAX_LISTS];
        for found in self.lookup(name).filter(|found| lists.contains(found.list)) {
            if self.closest_entry_wins.contains(found.list) {
                let length = found.entry.len() as u8;
                let closest = &mut closest[found.list.number()];
                match *closest {
                    0 => *closest = length,
                    closest if closest != length => continue,
                    _ => {}
                }
            }
            if decisive.is_none_or(|before| found.effect > before.effect) {
                decisive = Some(found);
            }
        }
        decisive
    }

    fn tables(&self) -> Tables<'_> {
        Tables {
            bucket_bits: self.bucket_bits,
            buckets: self.section(&self.sections.buckets),
            records: self.section(&self.sections.records).as_chunks().0,
            meanings: self.section(&self.sections.meanings),
            entries: self.section(&self.sections.entries).as_chunks().0,
        }
    }

    fn section(&self, section: &Range<usize>) -> &[u8] {
        self.bytes.as_ref().get(section.clone()).unwrap_or_default()
    }
}

impl<B> fmt::Debug for Index<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Index { names, lists, .. } = self;
        f.debug_struct("Index").field("names", names).field("lists", lists).finish_non_exhaustive()
    }
}

/// Reads a whole file and compares it with its checksum: once when it was written or brought in, not at each start.
///
/// # Errors
/// [`IndexError`], as of [`Index::open`].
pub fn verify(file: &[u8]) -> Result<(), IndexError> {
    let index = Index::open(file)?;
    let header = Header::parse(file)?;
    let body = file.get(index.sections.lists.end..).unwrap_or_default();
    let is_whole = layout::checksum(&[body]) == header.body_checksum;
    if is_whole { Ok(()) } else { Err(IndexError::Damaged) }
}

/// The entries that a name falls under; see [`Index::lookup`].
#[derive(Clone, Debug)]
pub struct Matches<'i, 'n> {
    tables: Tables<'i>,
    name: &'n str,
    /// The suffix that `entries` belong to; before the first step there is none.
    suffix: Option<&'n str>,
    /// What is left of the suffix's entries.
    entries: &'i [[u8; 2]],
}

impl<'n> Iterator for Matches<'_, 'n> {
    type Item = Match<'n>;

    fn next(&mut self) -> Option<Match<'n>> {
        loop {
            if let (Some(suffix), Some((&entry, rest))) = (self.suffix, self.entries.split_first())
            {
                self.entries = rest;
                let entry = Entry(u16::from_le_bytes(entry));
                let covers = |scope: &Scope| scope.covers(suffix.len() == self.name.len());
                let Some(scope) = entry.scope().filter(covers) else { continue };
                let (list, effect) = (entry.list(), entry.effect());
                return Some(Match { list, entry: suffix, scope, effect });
            }
            let suffix = match self.suffix {
                None => self.name,
                Some(suffix) => suffix.split_once('.')?.1,
            };
            self.suffix = Some(suffix);
            self.entries = self.tables.entries_of(suffix).unwrap_or_default();
        }
    }
}

impl Match<'_> {
    /// Whether this is what `rule` became.
    pub(crate) fn is_of(&self, rule: &Rule) -> bool {
        !rule.cancels
            && (rule.name.as_str(), rule.scope, rule.effect)
                == (self.entry, self.scope, self.effect)
    }
}

impl ListId {
    /// The list of this number; none from 64 on.
    pub fn new(number: usize) -> Option<Self> {
        (number < layout::MAX_LISTS).then_some(ListId(number as u8))
    }

    /// Its number, from 0.
    pub fn number(self) -> usize {
        usize::from(self.0)
    }
}

impl ListSet {
    /// Adds a list.
    pub fn insert(&mut self, list: ListId) {
        self.0 |= 1 << list.0;
    }

    /// Takes a list out.
    pub fn remove(&mut self, list: ListId) {
        self.0 &= !(1 << list.0);
    }

    /// Whether the list is in it.
    pub fn contains(self, list: ListId) -> bool {
        self.0 >> list.0 & 1 != 0
    }

    /// The lists in it, in their order.
    pub fn iter(self) -> impl Iterator<Item = ListId> {
        (0..layout::MAX_LISTS as u8).map(ListId).filter(move |list| self.contains(*list))
    }
}

impl FromIterator<ListId> for ListSet {
    fn from_iter<T: IntoIterator<Item = ListId>>(lists: T) -> Self {
        let mut set = ListSet::default();
        lists.into_iter().for_each(|list| set.insert(list));
        set
    }
}

impl From<HeaderError> for IndexError {
    fn from(error: HeaderError) -> Self {
        match error {
            HeaderError::Magic => IndexError::NotAnIndex,
            HeaderError::Version(version) => IndexError::Version(version),
            HeaderError::Damaged => IndexError::Damaged,
        }
    }
}

/// The sections that a lookup needs.
#[derive(Clone, Copy, Debug)]
struct Tables<'i> {
    bucket_bits: u32,
    buckets: &'i [u8],
    records: &'i [[u8; RECORD]],
    meanings: &'i [u8],
    entries: &'i [[u8; 2]],
}

impl<'i> Tables<'i> {
    /// All entries of a name, whatever their scope.
    fn entries_of(&self, name: &str) -> Option<&'i [[u8; 2]]> {
        let hash = layout::hash(name);
        let bucket = 4 * layout::bucket(hash, self.bucket_bits);
        let records = self.records.get(between(self.buckets, bucket)?)?;
        let kept = layout::kept(hash);
        let at = records.binary_search_by_key(&kept, layout::record_hash).ok()?;
        let meaning = 4 * layout::record_meaning(&records[at]);
        self.entries.get(between(self.meanings, meaning)?)
    }
}

/// The range between the number at a place of a table and the next.
fn between(table: &[u8], at: usize) -> Option<Range<usize>> {
    Some(layout::u32_at(table, at)? as usize..layout::u32_at(table, at + 4)? as usize)
}

/// The lists of a file and their flags, as far as they can be read.
fn list_section(section: &[u8]) -> impl Iterator<Item = (List<'_>, u8)> {
    let mut rest = section;
    (0..layout::MAX_LISTS as u8).map_while(move |number| {
        let &[flags, length, a, b, c, d, ref after @ ..] = rest else { return None };
        let (name, after) = after.split_at_checked(usize::from(length))?;
        rest = after;
        let (name, rules) = (str::from_utf8(name).ok()?, u32::from_le_bytes([a, b, c, d]));
        Some((List { id: ListId(number), name, rules }, flags))
    })
}
