//! The user's rules, and decisions by them. Pure: knows no packet, socket or file.

mod decision;

pub use decision::{Decision, Evidence, Reason, Refusal, Subject, Verdict};
