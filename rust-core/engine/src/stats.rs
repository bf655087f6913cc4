//! Counters that say what the engine holds and what it refused, and why.

/// A snapshot of the engine's counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Flows held now.
    pub flows: usize,
    /// Upstream datagram sockets open now.
    pub ports: usize,
    /// Questions of the apps that name servers are being asked now.
    pub lookups: usize,
    /// Packets from the apps.
    pub packets_in: u64,
    /// Packets that could not be read, or whose first packet had a wrong checksum.
    pub malformed: u64,
    /// Packets of protocols that are not carried.
    pub unsupported: u64,
    /// Packets to groups and broadcast addresses, which the tunnel does not carry.
    pub multicast: u64,
    /// Messages of apps to name servers that were answered, blocked or not.
    pub questions: u64,
    /// Of these, repeats of a blocked question by the same owner: answered here, told in the record of the first, and to
    /// be kept longer each time. Each is a retry that reached no server.
    pub blocked_repeats: u64,
    /// First packets dropped because too many flows were undecided or open, and questions that failed because too many were
    /// being asked.
    pub over_limit: u64,
    /// Idle datagram flows that made room for others.
    pub evicted: u64,
    /// Datagrams from remotes that nobody asked.
    pub unsolicited: u64,
    /// Datagrams to apps that went in fragments.
    pub fragmented: u64,
    /// Datagrams lost because a socket or the TUN was full.
    pub lost: u64,
    /// Connections that failed because the system had no descriptor, port or memory left.
    pub exhausted: u64,
}
