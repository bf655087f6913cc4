//! What can be asked of the log, and what comes back.

use std::net::IpAddr;

use wire::{HostName, Protocol};

use crate::connection::{Confidence, Connection, Verdict};

/// Which connections to read; the default is all. What is set must all hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The app: package name (one of several that share a uid is enough), path of the executable, or its file name.
    pub app: Option<String>,
    /// The kernel's user id.
    pub uid: Option<u32>,
    /// The host.
    pub host: Option<HostFilter>,
    /// The verdict.
    pub verdict: Option<Verdict>,
    /// The transport protocol.
    pub protocol: Option<Protocol>,
    /// Begun at or after this moment, Unix time in milliseconds.
    pub since_ms: Option<i64>,
    /// Begun before this moment, Unix time in milliseconds.
    pub until_ms: Option<i64>,
    /// Part of the host name or of the app's name, in any case.
    pub text: Option<String>,
    /// Hosts that the text means too, each with all below it: who knows whose hosts are finds a company's so.
    pub text_hosts: Vec<HostName>,
    /// What is reached is one of these; where there are none, nothing fits.
    pub remotes: Option<Remotes>,
    /// The remote's country as it was known then, ISO 3166-1 alpha-2.
    pub country: Option<[u8; 2]>,
    /// What the network was called.
    pub network: Option<String>,
    /// The screen was on when it began, or off. What began while nobody could tell fits neither.
    pub screen_on: Option<bool>,
    /// How sure its name is.
    pub confidence: Option<Confidence>,
}

/// Hosts and addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remotes {
    /// The hosts.
    pub hosts: Vec<Below>,
    /// The addresses, for connections without a name.
    pub addresses: Vec<Addresses>,
}

/// A name and all below it, without some of these and all below them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Below {
    /// The name.
    pub host: HostName,
    /// The names below it that are not meant.
    pub except: Vec<HostName>,
}

/// Addresses of one family from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// The first.
    pub first: IpAddr,
    /// The last.
    pub last: IpAddr,
    /// Only with a port from the first to the last of these.
    pub ports: Option<(u16, u16)>,
    /// Only over this.
    pub protocol: Option<Protocol>,
}

/// Which hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostFilter {
    /// This name.
    Exact(HostName),
    /// This name and all below it.
    Suffix(HostName),
}

/// Where a page ended: the next one goes on there. Stays valid while connections come and go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cursor(pub i64);

/// A moment in the life of the log: what changed after it can be asked for. `Mark::default()` is before everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mark(pub i64);

/// A connection as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The run of the program that wrote it; with [`Connection::id`] it tells connections apart.
    pub session: i64,
    /// The connection.
    pub connection: Connection,
}

/// Some connections, newest first.
#[derive(Clone, Debug)]
pub struct Page {
    /// The connections.
    pub rows: Vec<Row>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Cursor>,
    /// The moment of reading, for [`Reader::follow`](crate::Reader::follow).
    pub mark: Mark,
}

/// What changed, in the order in which it was written.
#[derive(Clone, Debug)]
pub struct Changes {
    /// The connections, each as it is now.
    pub rows: Vec<Row>,
    /// How far this goes: the next question starts here.
    pub mark: Mark,
    /// There is more already: ask again at once.
    pub more: bool,
}
