//! Bytes to host names, each with its source: DNS messages, TLS hellos over TCP and in QUIC, HTTP requests, and what
//! was learned from them.
//!
//! Pure parsers over borrowed bytes and one bounded cache. Any input is met without a panic; nothing here reads a
//! clock, so times are arguments in milliseconds of the caller's monotonic clock. The engine calls [`dns`] for what
//! passes on port 53, [`sniff`] for the first bytes of a TCP connection, a [`quic::Sniffer`] for the first datagrams of a
//! UDP flow, and keeps answers in the [`NameCache`].

mod cache;
pub mod dns;
pub mod http;
mod public_names;
pub mod quic;
mod sniff;
pub mod tls;

pub use cache::NameCache;
pub use public_names::PublicNames;
pub use sniff::{LARGEST_OPENING, Sniff, sniff};
