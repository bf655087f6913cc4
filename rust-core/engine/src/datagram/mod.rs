//! UDP and ICMP echo: every datagram of one local address and port leaves through one upstream socket (a *port*), whatever
//! its remote, and only remotes that were allowed may answer (RFC 4787: endpoint-independent mapping, address and port
//! dependent filtering).

mod buffer;
mod dns;
mod flows;
mod inbound;
mod quic;

pub(crate) use buffer::DatagramBuffer;

use std::net::SocketAddr;

use wire::{Owner, Protocol};

/// One upstream datagram socket.
#[derive(Debug)]
pub(crate) struct Port {
    pub(crate) protocol: Protocol,
    pub(crate) local: SocketAddr,
    /// Whose port it is: another owner on the same local port gets a new one.
    pub(crate) owner: Owner,
    /// How many flows use it; it closes with the last.
    pub(crate) flows: usize,
    /// In the list of ports to read.
    pub(crate) is_ready: bool,
    /// The resolver that answers in the place of the tunnel's own resolver address, and that address.
    pub(crate) resolver: Option<(SocketAddr, SocketAddr)>,
}
