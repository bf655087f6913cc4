//! The user's rules, and decisions by them. Pure: knows no packet, socket or file.
//!
//! A [`Document`] is what the user wrote, as versioned JSON. [`Policy`] is its compiled snapshot, immutable and shared
//! between threads; a change of rules is a new one. [`Policy::decide`] answers for one connection.

mod decision;
mod document;
mod error;
mod policy;

pub use decision::{Decision, Evidence, Reason, Refusal, Subject, Verdict};
pub use document::{AppEntry, Document, HostList, HostRule, HostVerdict, Mode, VERSION};
pub use error::PolicyError;
pub use policy::{Policy, strongest};
