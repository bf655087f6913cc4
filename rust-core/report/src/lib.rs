//! Reports: what apps told whom in a period, compared with the period before.
//!
//! [`Report::of`] reads the log and joins it with what the catalogue knows of hosts and what the places know of addresses.
//! [`json`], [`csv`] and [`html`] write it down. What comes from outside (names of hosts and apps) is made harmless for
//! where it goes: a terminal, a spreadsheet, a page; what is not to be shown to others is taken out
//! by [`Report::hide`]. Read-only; never on the packet thread. An [`audit`] tells the same of
//! what was recorded in a few minutes, with what could be read of it.

pub mod audit;
mod company;
mod contact;
mod escape;
mod gather;
mod hide;
mod overview;
mod page;
mod report;
mod table;

pub use company::CompanyReport;
pub use contact::{Contact, Count, Reason, Sum};
pub use escape::{csv_row, harmless, harmless_html, harmless_json};
pub use gather::remotes;
pub use hide::Hidden;
pub use overview::{Company, Day, Decided, Total};
pub use page::html;
pub use report::{Period, Question, Report, Sources, UtcOffset};
pub use table::csv;

/// The report as one JSON object on one line. Its fields are an interface: they are added to, never renamed.
pub fn json(report: &Report) -> String {
    harmless_json(report)
}
