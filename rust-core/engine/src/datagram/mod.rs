//! UDP and ICMP echo: every datagram of one local address and port leaves through one upstream socket (a *port*), whatever
//! its remote, and only remotes that were allowed may answer (RFC 4787: endpoint-independent mapping, address and port
//! dependent filtering).

mod buffer;
mod flows;
mod inbound;
mod quic;

pub(crate) use buffer::DatagramBuffer;

use std::net::SocketAddr;

use wire::{Owner, Protocol};

/// One upstream datagram socket.
#[derive(Debug)]
pub(crate) struct Port {
    /// In the list of ports to read.
    pub(crate) is_ready: bool,
    pub(crate) user: PortUser,
}

/// Whose datagrams a socket carries.
#[derive(Debug)]
pub(crate) enum PortUser {
    /// An app's, of one local address.
    App(AppPort),
    /// One question of the resolver's: the lookup of this index.
    Lookup(u32),
}

/// A socket of an app's datagram flows.
#[derive(Debug)]
pub(crate) struct AppPort {
    pub(crate) protocol: Protocol,
    pub(crate) local: SocketAddr,
    /// Whose port it is: another owner on the same local port gets a new one.
    pub(crate) owner: Owner,
    /// How many flows use it; it closes with the last.
    pub(crate) flows: usize,
}

impl Port {
    /// The app whose port it is.
    pub(crate) fn app(&self) -> Option<&AppPort> {
        match &self.user {
            PortUser::App(app) => Some(app),
            PortUser::Lookup(_) => None,
        }
    }

    fn app_mut(&mut self) -> Option<&mut AppPort> {
        match &mut self.user {
            PortUser::App(app) => Some(app),
            PortUser::Lookup(_) => None,
        }
    }
}
