//! Captures to flows: what `hushwall inspect` tells of a pcap or pcapng file.
//!
//! A file is read from its beginning to its end, once, through one buffer ([`Packets`]); each frame loses its link layer,
//! fragments become packets again, and packets become flows ([`Inspector`]), whose first bytes are read by the same
//! parsers as the engine's. So a name is told here exactly where the firewall would have seen it.
//!
//! No input is an error but one that is no capture: damage is told with its place, and reading goes on at the next packet
//! behind it. What is held grows with the number of flows, by some 200 bytes each; all else is bounded.

mod file;
mod flow;
mod flow_table;
mod fragments;
mod inspector;
mod link;
mod mend;
mod opening;
mod reader;

pub use file::{Damage, Fault, Frame, NoCapture, Packets};
pub use flow::{Flow, Name, Source};
pub use inspector::{Inspector, Unread};
