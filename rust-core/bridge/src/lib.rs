//! The core as the Android app calls it.
//!
//! Ten functions down, one question up: [`natives`] is the JNI surface, in which each entry goes through one border
//! ([`border`]) that turns errors and panics into an exception of the app's. Behind it a [`core::Core`] is one firewall: its
//! rules, its log, and while the VPN is up its session. What crosses is JSON ([`messages`]; the examples in `tests/bridge`
//! are read by the tests of both sides); packets never do. A handle is a place in a table with a generation ([`handles`]),
//! never a pointer. Nothing is decided here.

mod attributor;
mod border;
mod classes;
mod core;
mod error;
mod explain;
mod export;
mod handles;
mod java_attributor;
mod journal;
mod lists_command;
mod messages;
mod natives;
mod owners;
mod resources;
#[cfg(test)]
mod tests;
