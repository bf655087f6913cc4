//! Counts packets at the servers' end of the wire, independently of hushwall (packet(7)).

use std::net::IpAddr;
use std::os::fd::{AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::net::if_::if_nametoindex;
use nix::sys::socket::{
    AddressFamily, LinkAddr, SockFlag, SockProtocol, SockType, recvfrom, setsockopt, socket,
    sockopt,
};

use crate::lab::{Lab, Side};

/// Packets wait here until they are counted; a blocked host's test sends little.
const BUFFER: usize = 8 << 20;

/// Sees every packet on the servers' end of the wire from its making on.
#[derive(Debug)]
pub struct Wiretap {
    socket: OwnedFd,
    /// The number of the wire's interface: what the servers say to each other is not counted.
    wire: usize,
}

impl Wiretap {
    /// Begins to listen.
    pub fn new(lab: &Lab) -> Self {
        lab.inside(Side::Server, || {
            let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
            let socket =
                socket(AddressFamily::Packet, SockType::Datagram, flags, SockProtocol::EthAll)
                    .unwrap();
            setsockopt(&socket, sockopt::RcvBufForce, &BUFFER).unwrap();
            Wiretap { socket, wire: if_nametoindex("wire").unwrap() as usize }
        })
    }

    /// How many packets to or from these addresses there were since the last call.
    pub fn packets_of(&self, addresses: &[&str]) -> usize {
        let addresses: Vec<IpAddr> = addresses.iter().map(|text| text.parse().unwrap()).collect();
        let mut packet = [0; 65_536];
        let mut count = 0;
        loop {
            match recvfrom::<LinkAddr>(self.socket.as_raw_fd(), &mut packet) {
                Ok((length, from)) => {
                    let on_wire = from.unwrap().ifindex() == self.wire;
                    let is_meant =
                        ends(&packet[..length]).iter().any(|end| addresses.contains(end));
                    count += usize::from(on_wire && is_meant);
                }
                Err(Errno::EAGAIN) => return count,
                Err(error) => panic!("packet socket: {error}"),
            }
        }
    }
}

/// Source and destination of an IP packet.
fn ends(packet: &[u8]) -> Vec<IpAddr> {
    let address4 = |at: usize| IpAddr::from(<[u8; 4]>::try_from(&packet[at..at + 4]).unwrap());
    let address6 = |at: usize| IpAddr::from(<[u8; 16]>::try_from(&packet[at..at + 16]).unwrap());
    match packet.first().map(|first| first >> 4) {
        Some(4) if packet.len() >= 20 => vec![address4(12), address4(16)],
        Some(6) if packet.len() >= 40 => vec![address6(8), address6(24)],
        _ => Vec::new(),
    }
}
