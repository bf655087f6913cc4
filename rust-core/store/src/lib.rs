//! The log: every connection, in one SQLite file.
//!
//! One [`Store`] writes, on a thread of its own, batch by batch; any number of [`Reader`]s page through what it
//! wrote, in other threads or processes. The file survives a kill at any moment (write-ahead log, one transaction a
//! batch), is bounded by age and size, and is moved aside, never deleted, where it is damaged. The crate knows
//! connections as plain data; where they come from is the caller's business.
//!
//! Reading order: `connection` and `reason` say what is kept, `schema` and `upgrade` how it lies in the file, `open` how a
//! log is told from a damaged, a newer or a foreign file, `writer`, `subject`, `retention` and `transfer` what goes in and out, `query`, `condition`, `page`,
//! `follow`, `totals` and `latest` how it is read.

mod condition;
mod connection;
mod error;
mod follow;
mod latest;
mod open;
mod page;
mod query;
mod reader;
mod reason;
mod retention;
mod row;
mod schema;
mod subject;
mod totals;
mod transfer;
mod upgrade;
mod writer;

pub use connection::{Confidence, Connection, State, Verdict, is_question};
pub use error::{StoreError, Trouble};
pub use open::Opened;
pub use query::{Addresses, Below, Changes, Cursor, Filter, HostFilter, Mark, Page, Remotes, Row};
pub use reader::Reader;
pub use reason::{Listed, Reason, ReasonCode};
pub use retention::{Maintained, Options};
pub use totals::{HourTotal, TotalsFilter};
pub use writer::Store;
