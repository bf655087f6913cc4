//! What tells one flow from another.

use std::fmt;
use std::net::SocketAddr;

/// The transport protocol of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// TCP, RFC 9293.
    Tcp,
    /// UDP, RFC 768.
    Udp,
    /// ICMP echo for IPv4 and ICMPv6 echo for IPv6; the identifier stands in the local port.
    Icmp,
}

impl Protocol {
    /// The word for it in logs and on screens.
    pub fn as_str(self) -> &'static str {
        match self {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
            Protocol::Icmp => "icmp",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The five-tuple of a flow, seen from the phone: *local* is the app's side, *remote* the server's.
///
/// For ICMP echo the local port is the echo identifier and the remote port is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FlowKey {
    /// The transport protocol.
    pub protocol: Protocol,
    /// The app's address and port, as they stand in its packets.
    pub local: SocketAddr,
    /// The server's address and port, as they stand in the app's packets.
    pub remote: SocketAddr,
}
