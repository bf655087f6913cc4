//! Packets for the tests, built by etherparse: another hand than ours sets their lengths and checksums.

use std::net::{IpAddr, SocketAddr};

use etherparse::{IpHeaders, IpNumber, Ipv4Header, Ipv6Header, PacketBuilder, PacketBuilderStep};

/// The app's side of the samples and its server, for IPv4 and IPv6.
pub(crate) fn endpoints() -> [(SocketAddr, SocketAddr); 2] {
    [
        ("10.0.0.2:40001".parse().unwrap(), "192.0.2.7:443".parse().unwrap()),
        ("[fd00::2]:40001".parse().unwrap(), "[2001:db8::7]:443".parse().unwrap()),
    ]
}

pub(crate) fn udp((source, destination): (SocketAddr, SocketAddr), payload: &[u8]) -> Vec<u8> {
    let builder = ip(source.ip(), destination.ip()).udp(source.port(), destination.port());
    let mut packet = Vec::new();
    builder.write(&mut packet, payload).unwrap();
    packet
}

pub(crate) fn tcp(
    (source, destination): (SocketAddr, SocketAddr),
    sequence: u32,
    set: impl FnOnce(&mut etherparse::TcpHeader),
    payload: &[u8],
) -> Vec<u8> {
    let mut header = etherparse::TcpHeader::new(source.port(), destination.port(), sequence, 8_192);
    set(&mut header);
    let mut packet = Vec::new();
    ip(source.ip(), destination.ip()).tcp_header(header).write(&mut packet, payload).unwrap();
    packet
}

pub(crate) fn echo_request(
    source: IpAddr,
    destination: IpAddr,
    identifier: u16,
    data: &[u8],
) -> Vec<u8> {
    let mut packet = Vec::new();
    let builder = ip(source, destination);
    match source {
        IpAddr::V4(_) => {
            builder.icmpv4_echo_request(identifier, 5).write(&mut packet, data).unwrap();
        }
        IpAddr::V6(_) => {
            builder.icmpv6_echo_request(identifier, 5).write(&mut packet, data).unwrap();
        }
    }
    packet
}

pub(crate) fn echo_reply(
    source: IpAddr,
    destination: IpAddr,
    identifier: u16,
    data: &[u8],
) -> Vec<u8> {
    let mut packet = Vec::new();
    let builder = ip(source, destination);
    match source {
        IpAddr::V4(_) => builder.icmpv4_echo_reply(identifier, 5).write(&mut packet, data).unwrap(),
        IpAddr::V6(_) => builder.icmpv6_echo_reply(identifier, 5).write(&mut packet, data).unwrap(),
    }
    packet
}

/// An IPv6 packet that begins with these extension headers, whose bytes are given from `first` on.
pub(crate) fn extended(packet: &[u8], first: IpNumber, extensions: &[u8]) -> Vec<u8> {
    let mut packet = [&packet[..40], extensions, &packet[40..]].concat();
    packet[6] = first.0;
    let length = (packet.len() - 40) as u16;
    packet[4..6].copy_from_slice(&length.to_be_bytes());
    packet
}

fn ip(source: IpAddr, destination: IpAddr) -> PacketBuilderStep<IpHeaders> {
    match (source, destination) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            let mut header =
                Ipv4Header::new(0, 64, IpNumber(0), source.octets(), destination.octets()).unwrap();
            header.dont_fragment = false;
            PacketBuilder::ip(IpHeaders::Ipv4(header, Default::default()))
        }
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            let header = Ipv6Header {
                hop_limit: 64,
                source: source.octets(),
                destination: destination.octets(),
                ..Default::default()
            };
            PacketBuilder::ip(IpHeaders::Ipv6(header, Default::default()))
        }
        _ => panic!("addresses of two families"),
    }
}
