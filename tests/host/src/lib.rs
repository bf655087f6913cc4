//! The harness of the black-box tests: a [`Lab`] of network namespaces, servers in it, and the real `hushwall` between.
//!
//! Nothing of hushwall is linked in: the tests know its command line, its JSON lines and its log only. Each lab has
//! namespaces of its own, so tests run side by side; all that they start ends with them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "all of this crate is tests"
)]

mod bytes;
mod event;
mod firewall;
mod lab;
mod list_server;
mod process;
pub mod quic;
mod server;
mod wait;
mod web;
mod wiretap;

pub use bytes::{Digest, Pattern};
pub use event::{Event, events};
pub use firewall::{Finished, Firewall, Running, hushwall};
pub use lab::{Lab, Side};
pub use list_server::{Answer, ListServer};
pub use process::Process;
pub use server::{Connections, echo, echo_datagrams, serve};
pub use wait::{DEADLINE, until};
pub use web::WebServer;
pub use wiretap::Wiretap;
