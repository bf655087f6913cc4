//! Block lists: from their text to an index, and lookups in it.
//!
//! [`Suffixes`] holds one list in memory and answers which of its entries a host name falls under. `policy` asks it for
//! every name that no rule of the user's own speaks about.

mod suffixes;
mod text;

pub use suffixes::Suffixes;
pub use text::{SkipReason, Skipped, read};
