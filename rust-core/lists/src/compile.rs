//! Lists to one index file.

use std::collections::{HashMap, HashSet};

use crate::layout::{self, Entry, Header, MAX_LISTS, MAX_NAMES};
use crate::{ListId, Options, ReadError, Report, read};

/// The most rules of all lists together; with it, a compiler needs at most 512 MB. A rule takes 16 bytes here, twice
/// that while there are more and more of them.
const MAX_RULES_IN_ALL: usize = MAX_NAMES;
/// The longest name of a list, in bytes.
const MAX_LIST_NAME: usize = 255;

/// Takes lists one by one and makes one index file of them. The same lists in the same order give the same bytes.
///
/// A `$badfilter` rule takes the rule that it names out of all lists of the file.
#[derive(Debug, Default)]
pub struct Compiler {
    lists: Vec<List>,
    /// Of each rule, the hash of its name and what is said about it.
    rules: Vec<(u64, Entry)>,
    cancelled: HashSet<(u64, Entry)>,
}

/// Why lists cannot be made an index.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// The list was not read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A file holds 64 lists.
    #[error("an index holds {MAX_LISTS} lists at most: turn one off")]
    TooManyLists,
    /// 16,777,216 rules in all lists together.
    #[error("the lists have more than {MAX_RULES_IN_ALL} rules together: turn one off")]
    TooManyRules,
    /// The list's name has more than 255 bytes.
    #[error("the name of a list has {MAX_LIST_NAME} bytes at most")]
    LongName,
}

#[derive(Debug)]
struct List {
    name: String,
    rules: u32,
    flags: u8,
}

impl Compiler {
    /// A compiler without lists.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a list: the name it is shown by, its text, and how to read it. Its [`ListId`] is how many were added before.
    ///
    /// # Errors
    /// [`CompileError`]; the compiler is then as it was before.
    pub fn add(
        &mut self,
        name: &str,
        source: &[u8],
        options: &Options,
    ) -> Result<Report, CompileError> {
        if self.lists.len() == MAX_LISTS {
            return Err(CompileError::TooManyLists);
        }
        if name.len() > MAX_LIST_NAME {
            return Err(CompileError::LongName);
        }
        let list = ListId(self.lists.len() as u8);
        let rules_before = self.rules.len();
        let mut cancelled = Vec::new();
        let report = read(source, options, |rule| {
            let entry = Entry::new(list, rule.scope, rule.effect);
            let hash = layout::hash(rule.name.as_str());
            if rule.cancels {
                cancelled.push((hash, entry.without_list()));
            } else {
                self.rules.push((hash, entry));
            }
        });
        let report = report.map_err(CompileError::from).and_then(|report| {
            let fits = self.rules.len() <= MAX_RULES_IN_ALL;
            fits.then_some(report).ok_or(CompileError::TooManyRules)
        });
        let report = report.inspect_err(|_| self.rules.truncate(rules_before))?;
        self.cancelled.extend(cancelled);
        let flags = if report.format.closest_entry_wins() { layout::CLOSEST_ENTRY_WINS } else { 0 };
        let rules = (self.rules.len() - rules_before) as u32;
        self.lists.push(List { name: name.to_owned(), rules, flags });
        Ok(report)
    }

    /// The index file of the lists so far.
    pub fn finish(mut self) -> Vec<u8> {
        let cancelled = &self.cancelled;
        if !cancelled.is_empty() {
            self.rules.retain(|&(hash, entry)| !cancelled.contains(&(hash, entry.without_list())));
        }
        self.rules.sort_unstable();
        self.rules.dedup();
        let names = self.rules.chunk_by(|a, b| a.0 == b.0);
        let bucket_bits = layout::bucket_bits(names.clone().count());
        let mut tables = Tables::new(bucket_bits);
        for rules in names {
            tables.add(rules);
        }
        let lists = list_section(&self.lists);
        tables.into_file(self.lists.len(), &lists)
    }
}

/// The sections behind the lists, while they grow. The records' numbers and the meanings' are below 2^24.
struct Tables {
    bucket_bits: u32,
    /// How many names each bucket has; at last, where each begins.
    buckets: Vec<u32>,
    records: Vec<u8>,
    meanings: Vec<u32>,
    entries: Vec<Entry>,
    known: HashMap<Box<[Entry]>, u32>,
}

impl Tables {
    fn new(bucket_bits: u32) -> Self {
        Tables {
            bucket_bits,
            buckets: vec![0; (1 << bucket_bits) + 1],
            records: Vec::new(),
            meanings: vec![0],
            entries: Vec::new(),
            known: HashMap::new(),
        }
    }

    /// Adds a name by all rules about it; names come in the order of their hashes.
    fn add(&mut self, rules: &[(u64, Entry)]) {
        let Some(&(hash, _)) = rules.first() else { return };
        let entries: Vec<Entry> = rules.iter().map(|rule| rule.1).collect();
        let meaning = match self.known.get(entries.as_slice()) {
            Some(&meaning) => meaning,
            None => self.add_meaning(entries),
        };
        self.records.extend_from_slice(&layout::record(hash, meaning));
        self.buckets[layout::bucket(hash, self.bucket_bits) + 1] += 1;
    }

    fn add_meaning(&mut self, entries: Vec<Entry>) -> u32 {
        let meaning = self.known.len() as u32;
        self.entries.extend_from_slice(&entries);
        self.meanings.push(self.entries.len() as u32);
        self.known.insert(entries.into(), meaning);
        meaning
    }

    fn into_file(mut self, list_count: usize, lists: &[u8]) -> Vec<u8> {
        let mut names = 0;
        for bucket in &mut self.buckets {
            names += *bucket;
            *bucket = names;
        }
        let mut header = Header {
            lists: list_count as u32,
            lists_bytes: lists.len() as u32,
            bucket_bits: self.bucket_bits,
            names,
            meanings: self.known.len() as u32,
            entries: self.entries.len() as u32,
            body_checksum: 0,
        };
        let mut file = Vec::with_capacity(header.sections().map_or(0, |all| all.entries.end));
        file.resize(layout::HEADER, 0);
        file.extend_from_slice(lists);
        file.extend(self.buckets.iter().flat_map(|number| number.to_le_bytes()));
        file.extend_from_slice(&self.records);
        file.extend(self.meanings.iter().flat_map(|number| number.to_le_bytes()));
        file.extend(self.entries.iter().flat_map(|entry| entry.0.to_le_bytes()));
        header.body_checksum = layout::checksum(&[&file[layout::HEADER + lists.len()..]]);
        file[..layout::HEADER].copy_from_slice(&header.to_bytes(lists));
        file
    }
}

fn list_section(lists: &[List]) -> Vec<u8> {
    let mut section = Vec::new();
    for list in lists {
        section.extend([list.flags, list.name.len() as u8]);
        section.extend(list.rules.to_le_bytes());
        section.extend_from_slice(list.name.as_bytes());
    }
    section
}
