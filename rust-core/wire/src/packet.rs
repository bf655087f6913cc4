//! One IP packet of the TUN, read: who sends what to whom.
//!
//! [`Packet::parse`] checks every length on the way, so all that comes after works on slices that are known to be
//! whole. It allocates nothing and does not look at checksums; [`Packet::checksums_ok`] does, once for each new flow.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use etherparse::{
    IpAuthHeaderSlice, IpNumber, Ipv4HeaderSlice, Ipv6FragmentHeaderSlice, Ipv6HeaderSlice,
    Ipv6RawExtHeaderSlice, UdpHeaderSlice, err, ip_number,
};

use crate::checksum;
use crate::key::{FlowKey, Protocol};
use crate::tcp::TcpSegment;

/// IPv6 extension headers that are walked before a packet is given up; a real one has one or two.
const MAX_EXTENSIONS: usize = 8;

/// One IP packet, cut to the length its header states.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// The whole packet from the IP header on; what came after its stated length is left out.
    pub bytes: &'a [u8],
    /// The sender's address.
    pub source: IpAddr,
    /// The receiver's address.
    pub destination: IpAddr,
    /// TTL or hop limit.
    pub hop_limit: u8,
    /// Whether nobody may fragment it on the way: the IPv4 DF bit; an IPv6 packet without a fragment header.
    pub dont_fragment: bool,
    /// What it carries.
    pub payload: Transport<'a>,
    /// The protocol number of what it carries.
    protocol: u8,
    /// The transport header and its payload.
    transport: &'a [u8],
}

/// What a packet carries.
#[derive(Clone, Copy, Debug)]
pub enum Transport<'a> {
    /// A TCP segment.
    Tcp(TcpSegment<'a>),
    /// A UDP datagram.
    Udp(UdpDatagram<'a>),
    /// An ICMP or ICMPv6 echo request.
    Echo(EchoRequest<'a>),
    /// A piece of a packet. An IPv6 packet with a fragment header that is the whole (RFC 6946) is none.
    Fragment(Fragment<'a>),
    /// Any other ICMP or ICMPv6 message: echo replies, errors, neighbour discovery.
    Icmp(IcmpMessage),
    /// Another protocol, by its number.
    Other(u8),
}

/// A UDP datagram, RFC 768.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UdpDatagram<'a> {
    /// The sender's port.
    pub source_port: u16,
    /// The receiver's port.
    pub destination_port: u16,
    /// What it carries, cut to the length the UDP header states.
    pub payload: &'a [u8],
}

/// An echo request, RFC 792 and RFC 4443 section 4.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EchoRequest<'a> {
    /// Tells the sender's pings from those of other programs.
    pub identifier: u16,
    /// Counts the sender's pings.
    pub sequence: u16,
    /// The whole ICMP message from its type byte on.
    pub message: &'a [u8],
}

/// An ICMP or ICMPv6 message that is no echo request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IcmpMessage {
    /// Its type.
    pub kind: u8,
    /// Its code.
    pub code: u8,
}

/// A piece of a packet, RFC 791 section 3.2 and RFC 8200 section 4.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment<'a> {
    /// The same in all pieces of a packet; 16 bits in IPv4.
    pub identification: u32,
    /// Where in the packet's payload the piece lies, in bytes.
    pub offset: usize,
    /// Whether pieces follow.
    pub more: bool,
    /// The protocol number of the whole packet's payload.
    pub protocol: u8,
    /// The piece. Its length is a multiple of 8 unless it is the last.
    pub payload: &'a [u8],
    /// How many bytes of the packet are repeated in every piece: its headers up to the IPv6 fragment header.
    pub header_len: usize,
    /// Where in those bytes the number of the following protocol lies.
    pub protocol_at: usize,
}

/// Why bytes are no packet that can be handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Malformed {
    /// Fewer bytes than a header needs or states.
    Truncated,
    /// Neither IPv4 nor IPv6.
    Version,
    /// A header length below that header's least.
    HeaderLength,
    /// The IPv4 total length is less than the IPv4 header.
    TotalLength,
    /// The UDP length is less than the UDP header or more than the packet.
    UdpLength,
    /// More IPv6 extension headers than anybody has use for.
    Extensions,
    /// An IPv6 routing header that still wants to send the packet elsewhere (RFC 5095).
    Routing,
    /// A piece of a packet that has no bytes, or another follows it and its length is no multiple of 8.
    FragmentLength,
}

impl<'a> Packet<'a> {
    /// Reads one IP packet of at most 65,535 bytes (IPv6: 65,575).
    ///
    /// # Errors
    /// [`Malformed`] says what is wrong; such a packet gets no answer.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        match bytes.first().map(|first| first >> 4) {
            Some(4) => parse_ipv4(bytes),
            Some(6) => parse_ipv6(bytes),
            Some(_) => Err(Malformed::Version),
            None => Err(Malformed::Truncated),
        }
    }

    /// The flow the packet belongs to, seen from its sender; none for fragments, ICMP other than echo requests and
    /// protocols without ports.
    pub fn flow_key(&self) -> Option<FlowKey> {
        let (protocol, local, remote) = match self.payload {
            Transport::Tcp(segment) => {
                (Protocol::Tcp, segment.source_port, segment.destination_port)
            }
            Transport::Udp(datagram) => {
                (Protocol::Udp, datagram.source_port, datagram.destination_port)
            }
            Transport::Echo(echo) => (Protocol::Icmp, echo.identifier, 0),
            Transport::Fragment(_) | Transport::Icmp(_) | Transport::Other(_) => return None,
        };
        Some(FlowKey {
            protocol,
            local: SocketAddr::new(self.source, local),
            remote: SocketAddr::new(self.destination, remote),
        })
    }

    /// Whether the checksums of the IPv4 header and of TCP, UDP, ICMP or ICMPv6 are right.
    ///
    /// A UDP checksum of 0 stands for "none" in IPv4 and is wrong in IPv6 (RFC 8200 section 8.1). Of fragments and
    /// other protocols only the IPv4 header is looked at.
    pub fn checksums_ok(&self) -> bool {
        let header_ok = match self.source {
            IpAddr::V4(_) => {
                let header_len = usize::from(self.bytes[0] & 0x0f) * 4;
                checksum::complement(checksum::sum(&self.bytes[..header_len])) == 0
            }
            IpAddr::V6(_) => true,
        };
        header_ok && self.transport_checksum_ok()
    }

    fn transport_checksum_ok(&self) -> bool {
        let pseudo_header = match (self.payload, self.source) {
            (Transport::Fragment(_) | Transport::Other(_), _) => return true,
            (Transport::Udp(_), IpAddr::V4(_)) if self.transport[6..8] == [0, 0] => return true,
            (Transport::Udp(_), IpAddr::V6(_)) if self.transport[6..8] == [0, 0] => return false,
            (Transport::Echo(_) | Transport::Icmp(_), IpAddr::V4(_)) => 0,
            (
                Transport::Tcp(_) | Transport::Udp(_) | Transport::Echo(_) | Transport::Icmp(_),
                _,
            ) => checksum::pseudo_header(
                self.source,
                self.destination,
                self.protocol,
                self.transport.len(),
            ),
        };
        checksum::complement(pseudo_header + checksum::sum(self.transport)) == 0
    }
}

impl Malformed {
    /// The word for it in counters.
    pub fn as_str(self) -> &'static str {
        match self {
            Malformed::Truncated => "truncated",
            Malformed::Version => "ip-version",
            Malformed::HeaderLength => "header-length",
            Malformed::TotalLength => "total-length",
            Malformed::UdpLength => "udp-length",
            Malformed::Extensions => "ipv6-extensions",
            Malformed::Routing => "ipv6-routing",
            Malformed::FragmentLength => "fragment-length",
        }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::error::Error for Malformed {}

fn parse_ipv4(bytes: &[u8]) -> Result<Packet<'_>, Malformed> {
    let header = Ipv4HeaderSlice::from_slice(bytes).map_err(|error| match error {
        err::ipv4::HeaderSliceError::Len(_) => Malformed::Truncated,
        err::ipv4::HeaderSliceError::Content(_) => Malformed::HeaderLength,
    })?;
    let header_len = header.slice().len();
    let total_len = usize::from(header.total_len());
    if total_len < header_len {
        return Err(Malformed::TotalLength);
    }
    let bytes = bytes.get(..total_len).ok_or(Malformed::Truncated)?;
    let rest = &bytes[header_len..];
    let protocol = header.protocol().0;
    let (payload, transport) = if header.is_fragmenting_payload() {
        let fragment = check_fragment(Fragment {
            identification: u32::from(header.identification()),
            offset: usize::from(header.fragments_offset().value()) * 8,
            more: header.more_fragments(),
            protocol,
            payload: rest,
            header_len,
            protocol_at: 9,
        })?;
        (Transport::Fragment(fragment), rest)
    } else {
        parse_transport(protocol, header_len, rest, ip_number::ICMP)?
    };
    Ok(Packet {
        bytes,
        source: header.source_addr().into(),
        destination: header.destination_addr().into(),
        hop_limit: header.ttl(),
        dont_fragment: header.dont_fragment(),
        payload,
        protocol,
        transport,
    })
}

fn parse_ipv6(bytes: &[u8]) -> Result<Packet<'_>, Malformed> {
    let header = Ipv6HeaderSlice::from_slice(bytes).map_err(|_| Malformed::Truncated)?;
    let total_len = header.slice().len() + usize::from(header.payload_length());
    let bytes = bytes.get(..total_len).ok_or(Malformed::Truncated)?;
    let chain = walk_extensions(bytes, header.next_header().0)?;
    let rest = &bytes[chain.transport_at..];
    let (payload, transport) = match chain.fragment {
        Some(fragment) => (Transport::Fragment(fragment), rest),
        None => parse_transport(chain.protocol, chain.transport_at, rest, ip_number::IPV6_ICMP)?,
    };
    Ok(Packet {
        bytes,
        source: header.source_addr().into(),
        destination: header.destination_addr().into(),
        hop_limit: header.hop_limit(),
        dont_fragment: !chain.has_fragment_header,
        payload,
        protocol: chain.protocol,
        transport,
    })
}

/// Where the extension headers of an IPv6 packet lead.
struct Chain<'a> {
    protocol: u8,
    transport_at: usize,
    has_fragment_header: bool,
    fragment: Option<Fragment<'a>>,
}

fn walk_extensions(bytes: &[u8], first: u8) -> Result<Chain<'_>, Malformed> {
    let mut chain =
        Chain { protocol: first, transport_at: 40, has_fragment_header: false, fragment: None };
    let mut protocol_at = 6;
    for _ in 0..MAX_EXTENSIONS {
        let rest = &bytes[chain.transport_at..];
        let header_len = match IpNumber(chain.protocol) {
            ip_number::IPV6_HEADER_HOP_BY_HOP | ip_number::IPV6_DESTINATION_OPTIONS => {
                raw_extension(rest)?.len()
            }
            ip_number::IPV6_ROUTE_HEADER => match raw_extension(rest)? {
                extension @ [_, _, _, 0, ..] => extension.len(),
                _ => return Err(Malformed::Routing),
            },
            ip_number::AUTHENTICATION_HEADER => IpAuthHeaderSlice::from_slice(rest)
                .map_err(|error| match error {
                    err::ip_auth::HeaderSliceError::Len(_) => Malformed::Truncated,
                    err::ip_auth::HeaderSliceError::Content(_) => Malformed::HeaderLength,
                })?
                .slice()
                .len(),
            ip_number::IPV6_FRAGMENTATION_HEADER => {
                let header =
                    Ipv6FragmentHeaderSlice::from_slice(rest).map_err(|_| Malformed::Truncated)?;
                chain.has_fragment_header = true;
                if header.is_fragmenting_payload() {
                    chain.fragment = Some(check_fragment(Fragment {
                        identification: header.identification(),
                        offset: usize::from(header.fragment_offset().value()) * 8,
                        more: header.more_fragments(),
                        protocol: header.next_header().0,
                        payload: &rest[header.slice().len()..],
                        header_len: chain.transport_at,
                        protocol_at,
                    })?);
                    return Ok(chain);
                }
                header.slice().len()
            }
            _ => return Ok(chain),
        };
        protocol_at = chain.transport_at;
        chain.protocol = rest[0];
        chain.transport_at += header_len;
    }
    Err(Malformed::Extensions)
}

fn raw_extension(rest: &[u8]) -> Result<&[u8], Malformed> {
    let len =
        Ipv6RawExtHeaderSlice::from_slice(rest).map_err(|_| Malformed::Truncated)?.slice().len();
    Ok(&rest[..len])
}

fn check_fragment(fragment: Fragment<'_>) -> Result<Fragment<'_>, Malformed> {
    if fragment.payload.is_empty() || (fragment.more && !fragment.payload.len().is_multiple_of(8)) {
        return Err(Malformed::FragmentLength);
    }
    Ok(fragment)
}

/// What an unfragmented packet carries, and the bytes of it: a UDP datagram may be shorter than `rest`.
fn parse_transport(
    protocol: u8,
    offset: usize,
    rest: &[u8],
    icmp: IpNumber,
) -> Result<(Transport<'_>, &[u8]), Malformed> {
    let transport = match IpNumber(protocol) {
        ip_number::TCP => Transport::Tcp(TcpSegment::parse(rest, offset)?),
        ip_number::UDP => return parse_udp(rest),
        number if number == icmp => parse_icmp(rest, icmp == ip_number::ICMP)?,
        _ => Transport::Other(protocol),
    };
    Ok((transport, rest))
}

fn parse_udp(rest: &[u8]) -> Result<(Transport<'_>, &[u8]), Malformed> {
    let header = UdpHeaderSlice::from_slice(rest).map_err(|_| Malformed::Truncated)?;
    let datagram = rest.get(..usize::from(header.length())).ok_or(Malformed::UdpLength)?;
    let payload = datagram.get(header.slice().len()..).ok_or(Malformed::UdpLength)?;
    let (source_port, destination_port) = (header.source_port(), header.destination_port());
    Ok((Transport::Udp(UdpDatagram { source_port, destination_port, payload }), datagram))
}

fn parse_icmp(message: &[u8], is_ipv4: bool) -> Result<Transport<'_>, Malformed> {
    let &[kind, code, _, _, i, d, s, q] = message.first_chunk().ok_or(Malformed::Truncated)?;
    let echo_request = if is_ipv4 {
        etherparse::icmpv4::TYPE_ECHO_REQUEST
    } else {
        etherparse::icmpv6::TYPE_ECHO_REQUEST
    };
    if kind != echo_request || code != 0 {
        return Ok(Transport::Icmp(IcmpMessage { kind, code }));
    }
    Ok(Transport::Echo(EchoRequest {
        identifier: u16::from_be_bytes([i, d]),
        sequence: u16::from_be_bytes([s, q]),
        message,
    }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{craft, samples};

    /// One of each kind of packet, IPv4 and IPv6.
    fn every_kind() -> Vec<Vec<u8>> {
        let mut packets = Vec::new();
        for ends in samples::endpoints() {
            let (source, destination) = (ends.0.ip(), ends.1.ip());
            packets.push(samples::tcp(ends, 1, |tcp| tcp.syn = true, b""));
            packets.push(samples::tcp(ends, 1, |tcp| tcp.ack = true, b"hello"));
            packets.push(samples::udp(ends, b"datagram"));
            packets.push(samples::echo_request(source, destination, 7, b"ping!"));
            packets.push(samples::echo_reply(source, destination, 7, b"pong"));
            craft::fragments(&samples::udp(ends, &[7; 100]), 80, 1, |piece| {
                packets.push(piece.to_vec());
            });
        }
        let udp = samples::udp(samples::endpoints()[1], b"behind options");
        packets.push(samples::extended(
            &udp,
            ip_number::IPV6_HEADER_HOP_BY_HOP,
            &[17, 0, 1, 4, 0, 0, 0, 0],
        ));
        packets
    }

    #[test]
    fn a_tcp_segment_shows_all_its_fields() {
        for ends in samples::endpoints() {
            let set = |tcp: &mut etherparse::TcpHeader| {
                (tcp.ack, tcp.psh, tcp.fin) = (true, true, true);
                tcp.acknowledgment_number = 99;
                tcp.set_options_raw(&[2, 4, 5, 0xb4]).unwrap();
            };
            let bytes = samples::tcp(ends, u32::MAX - 2, set, b"hello");
            let packet = Packet::parse(&bytes).unwrap();
            let Transport::Tcp(tcp) = packet.payload else { panic!("{packet:?}") };
            assert_eq!((tcp.sequence, tcp.acknowledgment, tcp.window), (u32::MAX - 2, 99, 8_192));
            assert_eq!((tcp.payload, tcp.header_len), (&b"hello"[..], 24));
            assert_eq!(
                tcp.sequence_end(),
                3,
                "five bytes and a FIN, around the end of the numbers"
            );
            assert_eq!(&packet.bytes[tcp.offset + tcp.header_len..], b"hello");
            let flags = tcp.flags;
            assert!(
                flags.ack()
                    && flags.psh()
                    && flags.fin()
                    && !flags.syn()
                    && !flags.rst()
                    && !flags.urg()
            );
            assert_eq!(packet.hop_limit, 64);
            let key = FlowKey { protocol: Protocol::Tcp, local: ends.0, remote: ends.1 };
            assert_eq!(packet.flow_key(), Some(key));
        }
    }

    #[test]
    fn bytes_after_the_packet_are_left_out() {
        for mut bytes in every_kind() {
            let length = bytes.len();
            bytes.extend_from_slice(b"trailer");
            let packet = Packet::parse(&bytes).unwrap();
            assert_eq!(packet.bytes.len(), length);
            assert!(packet.checksums_ok());
        }
    }

    #[test]
    fn a_cut_packet_is_truncated_wherever_it_is_cut() {
        for bytes in every_kind() {
            for length in 0..bytes.len() {
                assert_eq!(Packet::parse(&bytes[..length]).unwrap_err(), Malformed::Truncated);
            }
        }
    }

    #[test]
    fn a_datagram_ends_where_its_own_header_says() {
        for ends in samples::endpoints() {
            let mut bytes = samples::udp(ends, b"datagram");
            let length_at = bytes.len() - 8 - 4;
            bytes[length_at..length_at + 2].copy_from_slice(&12u16.to_be_bytes());
            let Transport::Udp(datagram) = Packet::parse(&bytes).unwrap().payload else { panic!() };
            assert_eq!(datagram.payload, b"data");
            for wrong in [0, 7, 17, u16::MAX] {
                bytes[length_at..length_at + 2].copy_from_slice(&wrong.to_be_bytes());
                assert_eq!(Packet::parse(&bytes).unwrap_err(), Malformed::UdpLength);
            }
        }
    }

    #[test]
    fn an_echo_request_is_a_flow_and_its_reply_is_not() {
        for (source, destination) in samples::endpoints() {
            let bytes = samples::echo_request(source.ip(), destination.ip(), 0x0102, b"ping!");
            let packet = Packet::parse(&bytes).unwrap();
            let Transport::Echo(echo) = packet.payload else { panic!("{packet:?}") };
            assert_eq!((echo.identifier, echo.sequence, echo.message.len()), (0x0102, 5, 13));
            let key = packet.flow_key().unwrap();
            assert_eq!(
                (key.protocol, key.local.port(), key.remote.port()),
                (Protocol::Icmp, 0x0102, 0)
            );

            let bytes = samples::echo_reply(source.ip(), destination.ip(), 7, b"pong");
            let packet = Packet::parse(&bytes).unwrap();
            assert!(matches!(
                packet.payload,
                Transport::Icmp(IcmpMessage { kind: 0 | 129, code: 0 })
            ));
            assert_eq!(packet.flow_key(), None);
        }
    }

    #[test]
    fn the_icmp_of_the_other_ip_version_is_just_another_protocol() {
        let [(v4, v4_remote), (v6, v6_remote)] = samples::endpoints();
        let mut bytes = samples::echo_request(v4.ip(), v4_remote.ip(), 1, b"");
        bytes[9] = ip_number::IPV6_ICMP.0;
        assert!(matches!(Packet::parse(&bytes).unwrap().payload, Transport::Other(58)));
        let mut bytes = samples::echo_request(v6.ip(), v6_remote.ip(), 1, b"");
        bytes[6] = ip_number::ICMP.0;
        assert!(matches!(Packet::parse(&bytes).unwrap().payload, Transport::Other(1)));
    }

    #[test]
    fn pieces_of_a_packet_are_fragments_and_have_no_flow() {
        for ends in samples::endpoints() {
            let whole = samples::udp(ends, &[7; 100]);
            let mut offset = 0;
            craft::fragments(&whole, 80, 77, |piece| {
                let packet = Packet::parse(piece).unwrap();
                let Transport::Fragment(fragment) = packet.payload else { panic!("{packet:?}") };
                assert_eq!((fragment.identification, fragment.protocol), (77, ip_number::UDP.0));
                assert_eq!(fragment.offset, offset);
                assert_eq!((packet.flow_key(), packet.dont_fragment), (None, false));
                offset += fragment.payload.len();
                assert_eq!(fragment.more, offset < 108);
            });
            assert_eq!(offset, 108);
        }
    }

    #[test]
    fn a_piece_of_odd_length_that_is_not_the_last_is_malformed() {
        for ends in samples::endpoints() {
            let mut first = Vec::new();
            craft::fragments(&samples::udp(ends, &[7; 100]), 80, 1, |piece| {
                if first.is_empty() {
                    first = piece[..piece.len() - 1].to_vec();
                }
            });
            let length_at = if ends.0.is_ipv4() { 3 } else { 5 };
            first[length_at] -= 1;
            assert_eq!(Packet::parse(&first).unwrap_err(), Malformed::FragmentLength);
        }
    }

    #[test]
    fn a_fragment_that_is_the_whole_packet_is_no_fragment() {
        let udp = samples::udp(samples::endpoints()[1], b"whole");
        let bytes = samples::extended(
            &udp,
            ip_number::IPV6_FRAGMENTATION_HEADER,
            &[17, 0, 0, 0, 0, 0, 0, 1],
        );
        let packet = Packet::parse(&bytes).unwrap();
        assert!(matches!(packet.payload, Transport::Udp(UdpDatagram { payload: b"whole", .. })));
        assert!(!packet.dont_fragment && packet.checksums_ok());
    }

    #[test]
    fn extension_headers_are_walked_to_the_transport() {
        let ends = samples::endpoints()[1];
        let tcp = samples::tcp(ends, 1, |tcp| tcp.ack = true, b"hello");
        // Hop-by-hop, destination options, a routing header that is done, authentication, then TCP.
        let extensions = [
            &[60, 0, 1, 4, 0, 0, 0, 0][..],
            &[43, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            &[51, 0, 0, 0, 0, 0, 0, 0],
            &[6, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0],
        ];
        let bytes =
            samples::extended(&tcp, ip_number::IPV6_HEADER_HOP_BY_HOP, &extensions.concat());
        let packet = Packet::parse(&bytes).unwrap();
        assert_eq!(packet.flow_key(), Packet::parse(&tcp).unwrap().flow_key());
        assert!(packet.checksums_ok());
    }

    #[test]
    fn a_routing_header_with_hops_left_and_endless_extensions_are_refused() {
        let udp = samples::udp(samples::endpoints()[1], b"");
        let extended = |first: IpNumber, bytes: &[u8]| samples::extended(&udp, first, bytes);
        let routed = extended(ip_number::IPV6_ROUTE_HEADER, &[17, 0, 0, 1, 0, 0, 0, 0]);
        assert_eq!(Packet::parse(&routed).unwrap_err(), Malformed::Routing);
        let endless =
            extended(ip_number::IPV6_DESTINATION_OPTIONS, &[60, 0, 1, 4, 0, 0, 0, 0].repeat(20));
        assert_eq!(Packet::parse(&endless).unwrap_err(), Malformed::Extensions);
    }

    #[test]
    fn impossible_headers_have_their_own_reasons() {
        let tcp = samples::tcp(samples::endpoints()[0], 1, |tcp| tcp.syn = true, b"");
        let with = |at: usize, value: u8| {
            let mut bytes = tcp.clone();
            bytes[at] = value;
            Packet::parse(&bytes).map(|_| ()).unwrap_err()
        };
        assert_eq!(with(0, 0x55), Malformed::Version);
        assert_eq!(with(0, 0x44), Malformed::HeaderLength);
        assert_eq!(with(3, 19), Malformed::TotalLength);
        assert_eq!(with(3, 200), Malformed::Truncated);
        assert_eq!(with(32, 0x40), Malformed::HeaderLength);
        assert_eq!(with(32, 0xf0), Malformed::Truncated);
    }

    #[test]
    fn a_missing_udp_checksum_is_right_in_ipv4_only() {
        let [v4, v6] = samples::endpoints();
        let mut bytes = samples::udp(v4, b"data");
        bytes[26..28].fill(0);
        assert!(Packet::parse(&bytes).unwrap().checksums_ok());
        let mut bytes = samples::udp(v6, b"data");
        bytes[46..48].fill(0);
        assert!(!Packet::parse(&bytes).unwrap().checksums_ok());
    }

    #[test]
    fn a_flipped_bit_of_the_payload_is_noticed() {
        for bytes in every_kind() {
            let packet = Packet::parse(&bytes).unwrap();
            assert!(packet.checksums_ok());
            if matches!(packet.payload, Transport::Fragment(_)) {
                continue;
            }
            let mut damaged = bytes.clone();
            *damaged.last_mut().unwrap() ^= 4;
            assert!(!Packet::parse(&damaged).is_ok_and(|packet| packet.checksums_ok()));
        }
    }

    fn use_all_of(bytes: &[u8]) {
        if let Ok(packet) = Packet::parse(bytes) {
            packet.checksums_ok();
            packet.flow_key();
            if let Transport::Tcp(tcp) = packet.payload {
                tcp.sequence_end();
            }
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(first in 0u8..=255, bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            use_all_of(&bytes);
            for version in [0x45, 0x60, first] {
                use_all_of(&[&[version], &bytes[..]].concat());
            }
        }

        #[test]
        fn no_damage_makes_it_panic(
            kind in any::<prop::sample::Index>(),
            damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
            cut in any::<prop::sample::Index>(),
        ) {
            let packets = every_kind();
            let mut bytes = kind.get(&packets).clone();
            for (at, value) in damage {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            use_all_of(&bytes);
            use_all_of(&bytes[..cut.index(bytes.len())]);
        }

        #[test]
        fn checksums_agree_with_another_implementation(
            payload in proptest::collection::vec(any::<u8>(), 0..1500),
            ports in any::<(u16, u16)>(),
        ) {
            for (mut source, mut destination) in samples::endpoints() {
                source.set_port(ports.0);
                destination.set_port(ports.1);
                let ends = (source, destination);
                let packets = [
                    samples::udp(ends, &payload),
                    samples::tcp(ends, 1, |tcp| tcp.ack = true, &payload),
                    samples::echo_request(source.ip(), destination.ip(), ports.0, &payload),
                ];
                for bytes in packets {
                    prop_assert!(Packet::parse(&bytes).unwrap().checksums_ok());
                }
            }
        }
    }
}
