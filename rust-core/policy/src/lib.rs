//! The user's rules, and decisions by them. Pure: knows no packet, socket or file.
//!
//! A [`Document`] is what the user wrote, as versioned JSON. [`Policy`] is its compiled snapshot for one [`Situation`],
//! immutable and shared between threads; a change of rules, network or hour is a new one. [`Policy::decide`] answers for
//! one connection, [`Policy::explain`] says all that speaks about it.

mod decision;
mod document;
mod error;
mod explain;
mod listed;
mod policy;
mod ranges;
mod rule;
mod rules;
mod situation;
mod unused;
mod weight;
mod when;

pub use decision::{Decision, Entry, Evidence, Reason, Refusal, Subject, Verdict};
pub use document::{
    AppEntry, BlockedDns, Document, Group, List, ListException, ListedAddresses, Mode, Pause, Role,
    VERSION,
};
pub use error::PolicyError;
pub use explain::{Considered, Explanation};
pub use policy::{Places, Policy, Resources, strongest};
pub use ranges::{AddressRange, PortRange};
pub use rule::{CountryCode, Rule, RuleVerdict, Transport};
pub use situation::{Moment, NetworkKind, Situation};
pub use unused::Unused;
pub use when::{Day, Screen, TimeSpan, When};
