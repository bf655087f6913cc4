//! Packets as an app's kernel would write them, for tests that speak without the app's stack.

use std::net::{IpAddr, SocketAddr};

pub use etherparse::TcpHeader;
use etherparse::{IpHeaders, IpNumber, Ipv4Header, Ipv6Header, PacketBuilder, PacketBuilderStep};

/// A UDP datagram that may not be fragmented on its way.
pub fn udp(from: SocketAddr, to: SocketAddr, payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    ip(from.ip(), to.ip()).udp(from.port(), to.port()).write(&mut packet, payload).unwrap();
    packet
}

/// A TCP segment with what `set` adds to its header.
pub fn tcp(
    from: SocketAddr,
    to: SocketAddr,
    sequence: u32,
    set: impl FnOnce(&mut TcpHeader),
    payload: &[u8],
) -> Vec<u8> {
    let mut header = TcpHeader::new(from.port(), to.port(), sequence, 64_000);
    set(&mut header);
    let mut packet = Vec::new();
    ip(from.ip(), to.ip()).tcp_header(header).write(&mut packet, payload).unwrap();
    packet
}

/// A SYN.
pub fn syn(from: SocketAddr, to: SocketAddr, sequence: u32) -> Vec<u8> {
    tcp(from, to, sequence, |header| header.syn = true, b"")
}

/// A segment of an open connection.
pub fn segment(
    from: SocketAddr,
    to: SocketAddr,
    sequence: u32,
    acknowledgment: u32,
    payload: &[u8],
) -> Vec<u8> {
    let set = |header: &mut TcpHeader| {
        header.ack = true;
        header.acknowledgment_number = acknowledgment;
    };
    tcp(from, to, sequence, set, payload)
}

/// An echo request.
pub fn echo_request(
    from: IpAddr,
    to: IpAddr,
    identifier: u16,
    sequence: u16,
    data: &[u8],
) -> Vec<u8> {
    let mut packet = Vec::new();
    let builder = ip(from, to);
    match from {
        IpAddr::V4(_) => {
            builder.icmpv4_echo_request(identifier, sequence).write(&mut packet, data).unwrap()
        }
        IpAddr::V6(_) => {
            builder.icmpv6_echo_request(identifier, sequence).write(&mut packet, data).unwrap()
        }
    }
    packet
}

/// An empty packet of another protocol.
pub fn other(from: IpAddr, to: IpAddr, protocol: u8) -> Vec<u8> {
    let mut packet = udp(SocketAddr::new(from, 1), SocketAddr::new(to, 1), &[0; 8]);
    match from {
        IpAddr::V4(_) => {
            packet[9] = protocol;
            let mut header = Ipv4Header::from_slice(&packet).unwrap().0;
            header.header_checksum = header.calc_header_checksum();
            packet[10..12].copy_from_slice(&header.header_checksum.to_be_bytes());
        }
        IpAddr::V6(_) => packet[6] = protocol,
    }
    packet
}

fn ip(from: IpAddr, to: IpAddr) -> PacketBuilderStep<IpHeaders> {
    match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            let header = Ipv4Header::new(0, 64, IpNumber(0), from.octets(), to.octets()).unwrap();
            PacketBuilder::ip(IpHeaders::Ipv4(header, Default::default()))
        }
        (IpAddr::V6(from), IpAddr::V6(to)) => {
            let header = Ipv6Header {
                hop_limit: 64,
                source: from.octets(),
                destination: to.octets(),
                ..Default::default()
            };
            PacketBuilder::ip(IpHeaders::Ipv6(header, Default::default()))
        }
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => {
            panic!("addresses of two families")
        }
    }
}
