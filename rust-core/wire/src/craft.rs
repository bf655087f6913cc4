//! The packets that are ours: datagrams handed to the app, echo replies, ICMP errors and fragments.
//!
//! All are written into the caller's buffers. Received payload is not moved: the caller receives it behind
//! [`udp_headroom`] bytes of room, and the headers are written in front of it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use etherparse::{icmpv4, icmpv6, ip_number};

use crate::checksum;
use crate::packet::{IcmpMessage, Packet, Transport};

pub use crate::fragment::{fragments, join};

/// The largest IP packet in bytes: what the IPv4 total length can say.
pub const MAX_PACKET: usize = 65_535;

/// What an ICMP error says. The codes are those of RFC 792, RFC 1812 section 5.2.7.1 and RFC 4443 section 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IcmpError {
    /// Nobody listens on that port.
    PortUnreachable,
    /// The host does not answer.
    HostUnreachable,
    /// No route to the network.
    NetworkUnreachable,
    /// Communication administratively prohibited.
    Prohibited,
    /// The packet is larger than the path takes; the path's MTU in bytes.
    TooBig(u16),
}

/// The bytes of IP and UDP headers in front of the payload of a datagram to `local`: 28 or 48.
pub fn udp_headroom(local: IpAddr) -> usize {
    ip_header_len(local) + UDP_HEADER
}

/// The bytes of the IP header in front of the ICMP message to `local`: 20 or 40.
pub fn echo_headroom(local: IpAddr) -> usize {
    ip_header_len(local)
}

/// Writes IP and UDP headers in front of the payload that lies in `packet` behind [`udp_headroom`].
///
/// False, and nothing written, if the addresses are of two families or the packet is shorter than its headers or
/// longer than [`MAX_PACKET`].
#[must_use]
pub fn udp(packet: &mut [u8], source: SocketAddr, destination: SocketAddr) -> bool {
    let header_len = ip_header_len(source.ip());
    if packet.len() < header_len + UDP_HEADER
        || !ip_header(packet, source.ip(), destination.ip(), ip_number::UDP.0)
    {
        return false;
    }
    let datagram = &mut packet[header_len..];
    let length = datagram.len();
    datagram[0..2].copy_from_slice(&source.port().to_be_bytes());
    datagram[2..4].copy_from_slice(&destination.port().to_be_bytes());
    datagram[4..6].copy_from_slice(&(length as u16).to_be_bytes());
    let pseudo_header =
        checksum::pseudo_header(source.ip(), destination.ip(), ip_number::UDP.0, length);
    put_checksum(datagram, 6, pseudo_header);
    if datagram[6..8] == [0, 0] {
        // A computed 0 is sent as its other form, for 0 stands for "none" (RFC 768).
        datagram[6..8].fill(0xff);
    }
    true
}

/// Makes the ICMP or ICMPv6 echo message that lies in `packet` behind [`echo_headroom`] a reply with this identifier,
/// and writes the IP header in front of it. Sequence number and data stay.
///
/// False, and nothing written, in the cases of [`udp`].
#[must_use]
pub fn echo_reply(packet: &mut [u8], source: IpAddr, destination: IpAddr, identifier: u16) -> bool {
    let header_len = ip_header_len(source);
    let (protocol, reply) = match source {
        IpAddr::V4(_) => (ip_number::ICMP.0, icmpv4::TYPE_ECHO_REPLY),
        IpAddr::V6(_) => (ip_number::IPV6_ICMP.0, icmpv6::TYPE_ECHO_REPLY),
    };
    if packet.len() < header_len + ICMP_HEADER || !ip_header(packet, source, destination, protocol)
    {
        return false;
    }
    let message = &mut packet[header_len..];
    message[0] = reply;
    message[1] = 0;
    message[4..6].copy_from_slice(&identifier.to_be_bytes());
    put_icmp_checksum(message, source, destination);
    true
}

/// Writes to `out` the ICMP error that tells the sender of `offending` what became of it, as if from the host the
/// packet was for. It quotes as much of the packet as there is room for.
///
/// False, and `out` empty, where no error may be sent (RFC 1122 section 3.2.2, RFC 4443 section 2.4): in answer to
/// an ICMP error, to a fragment other than the first, to or from an address that is not one host's, and to what is
/// no packet.
#[must_use]
pub fn icmp_error(offending: &[u8], kind: IcmpError, out: &mut Vec<u8>) -> bool {
    out.clear();
    let Ok(packet) = Packet::parse(offending) else { return false };
    if !may_be_answered(&packet) {
        return false;
    }
    let (source, destination) = (packet.destination, packet.source);
    let (protocol, largest) = match source {
        IpAddr::V4(_) => (ip_number::ICMP.0, MAX_ERROR_IPV4),
        IpAddr::V6(_) => (ip_number::IPV6_ICMP.0, MAX_ERROR_IPV6),
    };
    let header_len = ip_header_len(source);
    let quoted = packet.bytes.len().min(largest - header_len - ICMP_HEADER);
    out.resize(header_len, 0);
    out.extend_from_slice(&icmp_error_header(kind, source));
    out.extend_from_slice(&packet.bytes[..quoted]);
    if !ip_header(out, source, destination, protocol) {
        out.clear();
        return false;
    }
    put_icmp_checksum(&mut out[header_len..], source, destination);
    true
}

/// Writes to `out` an empty datagram from `local` to `remote`: what an ICMP error quotes when the datagram it is
/// about is gone. False, and `out` empty, if the addresses are of two families.
#[must_use]
pub fn udp_quote(local: SocketAddr, remote: SocketAddr, out: &mut Vec<u8>) -> bool {
    out.clear();
    out.resize(udp_headroom(local.ip()), 0);
    let is_written = udp(out, local, remote);
    if !is_written {
        out.clear();
    }
    is_written
}

/// The hop limit of what we send: the recommended one (RFC 1700).
const HOP_LIMIT: u8 = 64;
const UDP_HEADER: usize = 8;
/// Type, code, checksum and four bytes that depend on the type.
const ICMP_HEADER: usize = 8;
/// An ICMP error is no longer than this, RFC 1812 section 4.3.2.3.
const MAX_ERROR_IPV4: usize = 576;
/// An ICMPv6 error is no longer than the least IPv6 MTU, RFC 4443 section 2.4 (c).
const MAX_ERROR_IPV6: usize = 1280;

fn ip_header_len(address: IpAddr) -> usize {
    match address {
        IpAddr::V4(_) => 20,
        IpAddr::V6(_) => 40,
    }
}

/// Writes an IP header without options for the packet's length; false if that cannot be.
fn ip_header(packet: &mut [u8], source: IpAddr, destination: IpAddr, protocol: u8) -> bool {
    if packet.len() > MAX_PACKET {
        return false;
    }
    match (source, destination) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            ipv4_header(packet, source, destination, protocol);
        }
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            ipv6_header(packet, source, destination, protocol);
        }
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return false,
    }
    true
}

fn ipv4_header(packet: &mut [u8], source: Ipv4Addr, destination: Ipv4Addr, protocol: u8) {
    let length = packet.len() as u16;
    let header = &mut packet[..20];
    header.fill(0);
    header[0] = 0x45;
    header[2..4].copy_from_slice(&length.to_be_bytes());
    // DF: with it the identification need not tell packets apart (RFC 6864 section 4.1).
    header[6] = 0x40;
    header[8] = HOP_LIMIT;
    header[9] = protocol;
    header[12..16].copy_from_slice(&source.octets());
    header[16..20].copy_from_slice(&destination.octets());
    put_checksum(header, 10, 0);
}

fn ipv6_header(packet: &mut [u8], source: Ipv6Addr, destination: Ipv6Addr, protocol: u8) {
    let length = (packet.len() - 40) as u16;
    let header = &mut packet[..40];
    header.fill(0);
    header[0] = 0x60;
    header[4..6].copy_from_slice(&length.to_be_bytes());
    header[6] = protocol;
    header[7] = HOP_LIMIT;
    header[8..24].copy_from_slice(&source.octets());
    header[24..40].copy_from_slice(&destination.octets());
}

/// Sets the checksum at `at` over all of `bytes` and what was summed before.
fn put_checksum(bytes: &mut [u8], at: usize, before: u64) {
    bytes[at..at + 2].fill(0);
    let value = checksum::complement(before + checksum::sum(bytes));
    bytes[at..at + 2].copy_from_slice(&value.to_ne_bytes());
}

fn put_icmp_checksum(message: &mut [u8], source: IpAddr, destination: IpAddr) {
    let pseudo_header = match source {
        IpAddr::V4(_) => 0,
        IpAddr::V6(_) => {
            checksum::pseudo_header(source, destination, ip_number::IPV6_ICMP.0, message.len())
        }
    };
    put_checksum(message, 2, pseudo_header);
}

fn icmp_error_header(kind: IcmpError, source: IpAddr) -> [u8; ICMP_HEADER] {
    let (icmp_type, code, mtu) = match (source, kind) {
        (IpAddr::V4(_), IcmpError::NetworkUnreachable) => (3, 0, 0),
        (IpAddr::V4(_), IcmpError::HostUnreachable) => (3, 1, 0),
        (IpAddr::V4(_), IcmpError::PortUnreachable) => (3, 3, 0),
        (IpAddr::V4(_), IcmpError::TooBig(mtu)) => (3, 4, mtu),
        (IpAddr::V4(_), IcmpError::Prohibited) => (3, 13, 0),
        (IpAddr::V6(_), IcmpError::NetworkUnreachable) => (1, 0, 0),
        (IpAddr::V6(_), IcmpError::Prohibited) => (1, 1, 0),
        (IpAddr::V6(_), IcmpError::HostUnreachable) => (1, 3, 0),
        (IpAddr::V6(_), IcmpError::PortUnreachable) => (1, 4, 0),
        (IpAddr::V6(_), IcmpError::TooBig(mtu)) => (2, 0, mtu),
    };
    // The MTU lies in the last two bytes for both: RFC 1191 section 4, RFC 4443 section 3.2.
    let [high, low] = mtu.to_be_bytes();
    [icmp_type, code, 0, 0, 0, 0, high, low]
}

fn may_be_answered(packet: &Packet<'_>) -> bool {
    let is_one_host = |address: IpAddr| !address.is_unspecified() && !address.is_multicast();
    let is_broadcast = matches!(packet.destination, IpAddr::V4(Ipv4Addr::BROADCAST))
        || matches!(packet.source, IpAddr::V4(Ipv4Addr::BROADCAST));
    let is_answerable = match packet.payload {
        Transport::Icmp(message) => !is_error(message, packet.source),
        Transport::Fragment(fragment) => fragment.offset == 0,
        Transport::Tcp(_) | Transport::Udp(_) | Transport::Echo(_) | Transport::Other(_) => true,
    };
    is_answerable && !is_broadcast && is_one_host(packet.source) && is_one_host(packet.destination)
}

/// Whether an ICMP message is an error or a redirect.
fn is_error(message: IcmpMessage, source: IpAddr) -> bool {
    match source {
        IpAddr::V4(_) => matches!(message.kind, 3 | 4 | 5 | 11 | 12),
        IpAddr::V6(_) => matches!(message.kind, 0..128 | 137),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::samples;

    const ALL_KINDS: [IcmpError; 5] = [
        IcmpError::PortUnreachable,
        IcmpError::HostUnreachable,
        IcmpError::NetworkUnreachable,
        IcmpError::Prohibited,
        IcmpError::TooBig(1400),
    ];

    /// The ICMP message and where it goes, if one is sent.
    fn error(offending: &[u8], kind: IcmpError) -> Option<Vec<u8>> {
        let mut out = vec![0xee; 3];
        let is_sent = icmp_error(offending, kind, &mut out);
        assert_eq!(is_sent, !out.is_empty());
        is_sent.then_some(out)
    }

    #[test]
    fn a_datagram_is_as_another_implementation_writes_it() {
        for (local, remote) in samples::endpoints() {
            let payload = b"an answer";
            let mut packet = vec![0xee; udp_headroom(local.ip())];
            packet.extend_from_slice(payload);
            assert!(udp(&mut packet, remote, local));
            let mut expected = samples::udp((remote, local), payload);
            if local.is_ipv4() {
                // Ours says DF, theirs does not.
                expected[6] = 0x40;
                put_checksum(&mut expected[..20], 10, 0);
            }
            assert_eq!(packet, expected);
        }
    }

    #[test]
    fn a_datagram_that_cannot_be_is_not_written() {
        let [(v4, v4_remote), (v6, _)] = samples::endpoints();
        let mut packet = vec![0xee; 100];
        assert!(!udp(&mut packet, v4, v6) && !udp(&mut packet, v6, v4));
        assert!(!udp(&mut packet[..27], v4, v4_remote));
        assert!(!echo_reply(&mut packet[..27], v4.ip(), v4_remote.ip(), 1));
        assert!(!udp(&mut vec![0; MAX_PACKET + 1], v4, v4_remote));
        assert_eq!(packet, [0xee; 100]);
        assert!(udp(&mut vec![0; MAX_PACKET], v4, v4_remote));
    }

    #[test]
    fn a_checksum_of_zero_is_sent_as_ones() {
        for (local, remote) in samples::endpoints() {
            let headroom = udp_headroom(local.ip());
            let mut packet = vec![0; headroom + 2];
            assert!(udp(&mut packet, remote, local));
            // A payload of what the checksum was makes the sum all ones.
            let checksum = [packet[headroom - 2], packet[headroom - 1]];
            packet[headroom..].copy_from_slice(&checksum);
            assert!(udp(&mut packet, remote, local));
            assert_eq!(packet[headroom - 2..headroom], [0xff, 0xff]);
            assert!(Packet::parse(&packet).unwrap().checksums_ok());
        }
    }

    #[test]
    fn an_echo_message_becomes_the_reply_to_the_apps_request() {
        for (local, remote) in samples::endpoints() {
            let (local, remote) = (local.ip(), remote.ip());
            // What the socket got: a reply under the identifier that the system gave it.
            let received = samples::echo_reply(remote, local, 999, b"ping data");
            let mut packet = vec![0xee; echo_headroom(local)];
            packet.extend_from_slice(&received[echo_headroom(local)..]);
            assert!(echo_reply(&mut packet, remote, local, 7));
            let expected = samples::echo_reply(remote, local, 7, b"ping data");
            assert_eq!(packet[echo_headroom(local)..], expected[echo_headroom(local)..]);
            let read = Packet::parse(&packet).unwrap();
            assert_eq!((read.source, read.destination), (remote, local));
            assert!(read.checksums_ok());
        }
    }

    #[test]
    fn an_error_goes_to_the_sender_and_quotes_its_packet() {
        let expected = [
            [(3, 3), (3, 1), (3, 0), (3, 13), (3, 4)], // RFC 792, RFC 1812 section 5.2.7.1
            [(1, 4), (1, 3), (1, 0), (1, 1), (2, 0)],  // RFC 4443 section 3
        ];
        for (ends, expected) in samples::endpoints().into_iter().zip(expected) {
            let offending = samples::udp(ends, b"lost");
            for (kind, (icmp_type, code)) in ALL_KINDS.into_iter().zip(expected) {
                let packet = error(&offending, kind).unwrap();
                let read = Packet::parse(&packet).unwrap();
                assert_eq!((read.source, read.destination), (ends.1.ip(), ends.0.ip()));
                assert!(read.checksums_ok());
                let Transport::Icmp(message) = read.payload else { panic!("{read:?}") };
                assert_eq!((message.kind, message.code), (icmp_type, code));
                let message = &packet[ip_header_len(ends.0.ip())..];
                assert_eq!(message[8..], offending);
                let mtu = if let IcmpError::TooBig(mtu) = kind { mtu } else { 0 };
                assert_eq!(message[4..8], u32::from(mtu).to_be_bytes());
            }
        }
    }

    #[test]
    fn an_error_is_no_longer_than_allowed() {
        for (ends, largest) in samples::endpoints().into_iter().zip([576, 1280]) {
            let packet =
                error(&samples::udp(ends, &[1; 9000]), IcmpError::PortUnreachable).unwrap();
            assert_eq!(packet.len(), largest);
            assert!(Packet::parse(&packet).unwrap().checksums_ok());
        }
    }

    #[test]
    fn nobody_is_told_of_an_error_about_what_must_not_be_answered() {
        for ends in samples::endpoints() {
            let offending = samples::udp(ends, &[7; 100]);
            let first_error = error(&offending, IcmpError::PortUnreachable).unwrap();
            assert_eq!(error(&first_error, IcmpError::HostUnreachable), None);
            let mut pieces = Vec::new();
            fragments(&offending, 80, 1, |piece| pieces.push(piece.to_vec()));
            assert!(error(&pieces[0], IcmpError::Prohibited).is_some());
            assert_eq!(error(&pieces[1], IcmpError::Prohibited), None);
            assert_eq!(error(&offending[..30], IcmpError::Prohibited), None);
        }
        let one_host: SocketAddr = "10.0.0.2:5".parse().unwrap();
        let one_host_v6: SocketAddr = "[fd00::2]:5".parse().unwrap();
        for (other, host) in [
            ("0.0.0.0:5", one_host),
            ("224.0.0.251:5353", one_host),
            ("255.255.255.255:67", one_host),
            ("[::]:5", one_host_v6),
            ("[ff02::fb]:5353", one_host_v6),
        ] {
            let other: SocketAddr = other.parse().unwrap();
            for ends in [(other, host), (host, other)] {
                assert_eq!(
                    error(&samples::udp(ends, b""), IcmpError::Prohibited),
                    None,
                    "{ends:?}"
                );
            }
        }
    }

    #[test]
    fn an_error_about_a_datagram_that_is_gone_names_its_ports() {
        for (local, remote) in samples::endpoints() {
            let mut quote = vec![1, 2, 3];
            assert!(udp_quote(local, remote, &mut quote));
            assert_eq!(
                Packet::parse(&quote).unwrap().flow_key().map(|key| (key.local, key.remote)),
                Some((local, remote))
            );
            let packet = error(&quote, IcmpError::PortUnreachable).unwrap();
            assert!(packet.ends_with(&quote));
        }
        let [(v4, _), (v6, _)] = samples::endpoints();
        let mut quote = vec![1, 2, 3];
        assert!(!udp_quote(v4, v6, &mut quote) && quote.is_empty());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(first: u8, bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for version in [first, 0x45, 0x60] {
                error(&[&[version], &bytes[..]].concat(), IcmpError::PortUnreachable);
            }
        }
    }
}
