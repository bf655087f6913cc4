//! Where the load goes: a run of server addresses and ports, used in turn, so that tens of thousands
//! of connections in TIME-WAIT never exhaust the client's ports.

use std::net::{Ipv4Addr, SocketAddrV4};

/// The echo server's TCP ports are this one and the next seven.
pub(crate) const FIRST_TCP_PORT: u16 = 7000;
/// How many TCP ports the echo server listens on.
pub(crate) const TCP_PORTS: u16 = 8;
/// The echo server's UDP port.
pub(crate) const UDP_PORT: u16 = 7100;

/// `count` addresses from `first` on.
#[derive(Clone, Copy)]
pub(crate) struct Targets {
    pub(crate) first: Ipv4Addr,
    pub(crate) count: u32,
}

impl Targets {
    /// Where connection number `index` goes: addresses in turn, then the next port.
    pub(crate) fn tcp(self, index: usize) -> SocketAddrV4 {
        let port = (index / self.count.max(1) as usize) % usize::from(TCP_PORTS);
        SocketAddrV4::new(self.address(index), FIRST_TCP_PORT + port as u16)
    }

    /// Where UDP flow number `index` goes.
    pub(crate) fn udp(self, index: usize) -> SocketAddrV4 {
        SocketAddrV4::new(self.address(index), UDP_PORT)
    }

    /// Every address once.
    pub(crate) fn addresses(self) -> impl Iterator<Item = Ipv4Addr> {
        (0..self.count as usize).map(move |index| self.address(index))
    }

    fn address(self, index: usize) -> Ipv4Addr {
        let offset = index as u32 % self.count.max(1);
        Ipv4Addr::from_bits(self.first.to_bits().wrapping_add(offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_used_in_turn_before_the_next_port() {
        let targets = Targets { first: Ipv4Addr::new(10, 0, 0, 255), count: 2 };
        let used: Vec<_> = (0..4).map(|index| targets.tcp(index).to_string()).collect();
        assert_eq!(used, ["10.0.0.255:7000", "10.0.1.0:7000", "10.0.0.255:7001", "10.0.1.0:7001"]);
    }
}
