//! Datagrams, from the apps' side and from the remotes'. They meet no faults of the link: whoever sends one has to live
//! with its loss, so there is nothing to show.

use std::net::{IpAddr, SocketAddr};

use engine::{PortId, RemoteError};
use wire::{Packet, Transport};

use crate::outside::SentDatagram;
use crate::packets;
use crate::world::World;

/// What an app received that is no TCP segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrived {
    /// A datagram.
    Udp {
        /// Its sender.
        from: SocketAddr,
        /// The app's address and port.
        to: SocketAddr,
        /// What it carries.
        payload: Vec<u8>,
    },
    /// An ICMP or ICMPv6 message.
    Icmp {
        /// Its sender.
        from: IpAddr,
        /// Type and code.
        kind: (u8, u8),
        /// What lies behind its eight bytes of header: for errors, the packet they are about.
        quoted: Vec<u8>,
        /// The second half of its header: an error's MTU, an echo's identifier and sequence number.
        word: u32,
    },
    /// A piece of a larger packet.
    Fragment(usize),
    /// A TCP segment to a port that the app's stack does not know.
    Tcp {
        /// It is a reset.
        reset: bool,
        /// Its sequence number.
        sequence: u32,
        /// It answers a SYN.
        syn: bool,
        /// The remote sends no more.
        fin: bool,
        /// What it acknowledges.
        acknowledgment: u32,
        /// What it carries.
        payload: Vec<u8>,
    },
}

impl World {
    /// The app sends a datagram from this local port, and everybody does what follows from it.
    pub fn app_datagram(&mut self, port: u16, remote: SocketAddr, payload: &[u8]) {
        let packet = packets::udp(self.local(port, remote), remote, payload);
        self.inject(&packet);
    }

    /// The app's address towards this remote, with this port.
    pub fn local(&self, port: u16, remote: SocketAddr) -> SocketAddr {
        SocketAddr::new(crate::world::local_address(remote), port)
    }

    /// The datagrams that have left since the last call.
    pub fn take_sent(&mut self) -> Vec<SentDatagram> {
        std::mem::take(&mut self.outside.datagrams)
    }

    /// A datagram reaches an upstream socket.
    pub fn remote_datagram(&mut self, port: PortId, from: SocketAddr, payload: &[u8]) {
        if let Some(queue) = self.outside.ports.get_mut(&port) {
            queue.push_back((from, payload.to_vec()));
            self.engine.handle_port_ready(port);
            self.settle();
        }
    }

    /// The network reports an error for a datagram of this upstream socket.
    pub fn remote_error(&mut self, port: PortId, remote: SocketAddr, error: RemoteError) {
        self.outside.errors.push((port, remote, error));
        self.engine.handle_port_ready(port);
        self.settle();
    }

    /// The path takes IP packets of this size at most.
    pub fn set_path_mtu(&mut self, mtu: u16) {
        self.outside.path_mtu = Some(mtu);
    }

    /// The system has descriptors for this many upstream datagram sockets.
    pub fn set_most_ports(&mut self, most: usize) {
        self.outside.most_ports = Some(most);
    }

    /// The upstream datagram sockets open now.
    pub fn open_ports(&self) -> Vec<PortId> {
        self.outside.ports.keys().copied().collect()
    }

    /// How many upstream datagram sockets were ever opened.
    pub fn ports_opened(&self) -> usize {
        self.outside.ports_opened
    }

    /// What came to the apps outside their TCP stack since the last call.
    ///
    /// # Panics
    /// A packet is malformed or has a wrong checksum.
    pub fn take_arrived(&mut self) -> Vec<Arrived> {
        self.take_packets().iter().map(|packet| arrived(packet)).collect()
    }
}

fn arrived(bytes: &[u8]) -> Arrived {
    let packet = Packet::parse(bytes).unwrap();
    assert!(packet.checksums_ok(), "the engine's packets have right checksums: {packet:?}");
    match packet.payload {
        Transport::Udp(datagram) => Arrived::Udp {
            from: SocketAddr::new(packet.source, datagram.source_port),
            to: SocketAddr::new(packet.destination, datagram.destination_port),
            payload: datagram.payload.to_vec(),
        },
        Transport::Icmp(message) => {
            let header = if packet.source.is_ipv4() { 20 } else { 40 };
            let word = [4, 5, 6, 7].map(|at| packet.bytes[header + at]);
            Arrived::Icmp {
                from: packet.source,
                kind: (message.kind, message.code),
                quoted: packet.bytes[header + 8..].to_vec(),
                word: u32::from_be_bytes(word),
            }
        }
        Transport::Fragment(fragment) => Arrived::Fragment(fragment.offset),
        Transport::Tcp(segment) => Arrived::Tcp {
            reset: segment.flags.rst(),
            sequence: segment.sequence,
            syn: segment.flags.syn(),
            fin: segment.flags.fin(),
            acknowledgment: segment.acknowledgment,
            payload: segment.payload.to_vec(),
        },
        Transport::Echo(_) | Transport::Other(_) => panic!("nothing sends an app {packet:?}"),
    }
}
