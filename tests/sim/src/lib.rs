//! A simulated world around the engine: a virtual clock, apps with a TCP stack of their own, remotes as plain byte streams,
//! and a TUN between them that can lose, repeat, swap and damage packets.
//!
//! Nothing here sleeps: [`World::run`] moves the clock to the next moment at which anybody has something to do.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a library for tests: what does not work out has to fail the test"
)]

mod app;
mod datagrams;
pub mod messages;
mod name_servers;
mod outside;
pub mod packets;
mod remote;
mod tun;
mod world;

pub use app::AppSocket;
pub use datagrams::Arrived;
pub use name_servers::{NameServer, NameServers};
pub use outside::{Behaviour, Remote, SentDatagram};
pub use tun::Faults;
pub use world::{
    ALLOW_ALL, APP_V4, APP_V6, BLOCK_TRACKER, DNS, RESOLVER, World, app_named, policy,
};

/// How many cases a property is tried with: as many as `PROPTEST_CASES` says, or so few that it does not hold anybody up.
pub fn cases(few: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(few)
}
