//! What hosts are for: the built-in tracker data, read and asked.
//!
//! The data is `data/trackers/*.json` in the source tree, described by `schema.json` there; it is part of the program. A
//! [`Catalog`] gives the lists that the policy counts ([`Catalog::lists`]), says whose a host is and what is sent there
//! ([`Catalog::about_host`]), and what to switch on for a set of installed apps ([`Catalog::advice`]).

mod advice;
mod catalog;
mod files;
mod groups;
mod row;
mod words;

pub use advice::{Advice, Protection};
pub use catalog::{Catalog, CatalogError, Reach};
pub use groups::{KITS, MAKERS, NEVER, STRICT, TRACKERS, XIAOMI, XIAOMI_STRICT};
pub use row::{
    Breakage, Category, Certainty, Data, Evidence, Level, Organisation, Row, Severity, Source,
    SourceKind,
};
