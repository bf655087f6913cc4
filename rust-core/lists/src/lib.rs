//! Block lists: from their text to one index file, and lookups in it.
//!
//! [`read`] understands the text formats that lists are published in. A [`Compiler`] takes up to 64 lists and makes one
//! file of them; [`Index`] answers from that file's bytes, borrowed or mapped, without loading it: which entries of
//! which lists a host name falls under, and what they say together. [`find`] leads from an answer back to the line of
//! the list. No file is opened here.

mod bytes;
mod compile;
mod index;
mod layout;
mod name;
mod public_suffixes;
mod rule;
mod skipped;

mod text;

pub use bytes::Bytes;
pub use compile::{CompileError, Compiler};
pub use index::{Index, IndexError, List, ListId, ListSet, Match, Matches, verify};
pub use public_suffixes::registered_domain;
pub use rule::{Effect, Rule, Scope};
pub use skipped::{Example, SkipReason, Skipped};

pub use text::{Format, MAX_BYTES, MAX_RULES, Options, ReadError, Report, SourceLine, find, read};
