//! TCP segments: reading one, and finishing those the TCP engine has made.

use etherparse::{TcpHeaderSlice, err};

use crate::checksum;
use crate::packet::Malformed;

/// A TCP segment, RFC 9293 section 3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpSegment<'a> {
    /// The sender's port.
    pub source_port: u16,
    /// The receiver's port.
    pub destination_port: u16,
    /// The number of the first byte, or of the SYN.
    pub sequence: u32,
    /// The number of the next byte the sender expects; means something with ACK only.
    pub acknowledgment: u32,
    /// The control bits.
    pub flags: TcpFlags,
    /// The window field as it stands there, not scaled.
    pub window: u16,
    /// The length of the TCP header with its options, 20 to 60 bytes.
    pub header_len: usize,
    /// Where the TCP header begins in the packet's bytes.
    pub offset: usize,
    /// What it carries.
    pub payload: &'a [u8],
}

/// The control bits of a TCP header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpFlags(u8);

impl<'a> TcpSegment<'a> {
    pub(crate) fn parse(bytes: &'a [u8], offset: usize) -> Result<Self, Malformed> {
        let header = TcpHeaderSlice::from_slice(bytes).map_err(|error| match error {
            err::tcp::HeaderSliceError::Len(_) => Malformed::Truncated,
            err::tcp::HeaderSliceError::Content(_) => Malformed::HeaderLength,
        })?;
        let header_len = header.slice().len();
        Ok(TcpSegment {
            source_port: header.source_port(),
            destination_port: header.destination_port(),
            sequence: header.sequence_number(),
            acknowledgment: header.acknowledgment_number(),
            flags: TcpFlags(header.slice()[13]),
            window: header.window_size(),
            header_len,
            offset,
            payload: &bytes[header_len..],
        })
    }

    /// The number after the last one the segment takes: its payload, and one each for SYN and FIN.
    pub fn sequence_end(&self) -> u32 {
        let length =
            self.payload.len() as u32 + u32::from(self.flags.syn()) + u32::from(self.flags.fin());
        self.sequence.wrapping_add(length)
    }
}

impl TcpFlags {
    const FIN: u8 = 0x01;
    const SYN: u8 = 0x02;
    const RST: u8 = 0x04;
    const PSH: u8 = 0x08;
    const ACK: u8 = 0x10;
    const URG: u8 = 0x20;

    /// The sender has no more to say.
    pub fn fin(self) -> bool {
        self.0 & Self::FIN != 0
    }

    /// The connection begins.
    pub fn syn(self) -> bool {
        self.0 & Self::SYN != 0
    }

    /// The connection is no more.
    pub fn rst(self) -> bool {
        self.0 & Self::RST != 0
    }

    /// Hand the data to the program now.
    pub fn psh(self) -> bool {
        self.0 & Self::PSH != 0
    }

    /// The acknowledgment number counts.
    pub fn ack(self) -> bool {
        self.0 & Self::ACK != 0
    }

    /// The urgent pointer counts.
    pub fn urg(self) -> bool {
        self.0 & Self::URG != 0
    }
}

/// Sets the IP length, the IPv4 header checksum and the TCP checksum of a packet whose other fields stand.
///
/// The packet is one IPv4 packet, or one IPv6 packet without extension headers, of at most 65,535 bytes. Anything
/// that is not TCP is left as it is.
pub fn finish_tcp(packet: &mut [u8]) {
    let length = packet.len();
    let Some(tcp_at) = tcp_offset(packet) else { return };
    let (header, segment) = packet.split_at_mut(tcp_at);
    let addresses = if header[0] >> 4 == 4 {
        header[2..4].copy_from_slice(&(length as u16).to_be_bytes());
        header[10..12].fill(0);
        let header_checksum = checksum::complement(checksum::sum(header));
        header[10..12].copy_from_slice(&header_checksum.to_ne_bytes());
        &header[12..20]
    } else {
        header[4..6].copy_from_slice(&(segment.len() as u16).to_be_bytes());
        &header[8..40]
    };
    let pseudo_header =
        checksum::sum(addresses) + checksum::protocol_and_length(PROTOCOL, segment.len());
    segment[16..18].fill(0);
    let tcp_checksum = checksum::complement(pseudo_header + checksum::sum(segment));
    segment[16..18].copy_from_slice(&tcp_checksum.to_ne_bytes());
}

/// Cuts a packet with more than `mss` bytes of TCP payload into packets with at most that many, and finishes each as
/// [`finish_tcp`] does. PSH and FIN stay on the last.
///
/// Works in place: before each piece the headers are written over the end of the piece before it, which `sink` has
/// taken by then. `mss` is at least 1; a packet that is not TCP goes to `sink` as it is.
pub fn cut_tcp(packet: &mut [u8], mss: usize, mut sink: impl FnMut(&[u8])) {
    let Some(tcp_at) = tcp_offset(packet) else { return sink(packet) };
    let header_len = tcp_at + usize::from(packet[tcp_at + 12] >> 4) * 4;
    if packet.len() <= header_len.saturating_add(mss) {
        finish_tcp(packet);
        return sink(packet);
    }
    let mut headers = [0u8; MAX_HEADERS];
    let headers = &mut headers[..header_len];
    headers.copy_from_slice(&packet[..header_len]);
    let last_flags = headers[tcp_at + 13];
    let payload_len = packet.len() - header_len;
    let mss = mss.max(1);
    for start in (0..payload_len).step_by(mss) {
        let end = payload_len.min(start + mss);
        let is_last = end == payload_len;
        headers[tcp_at + 13] =
            if is_last { last_flags } else { last_flags & !(TcpFlags::PSH | TcpFlags::FIN) };
        let piece = &mut packet[start..header_len + end];
        piece[..header_len].copy_from_slice(headers);
        finish_tcp(piece);
        sink(piece);
        advance(&mut headers[tcp_at + 4..tcp_at + 8], end - start);
    }
}

/// The protocol number of TCP.
const PROTOCOL: u8 = etherparse::ip_number::TCP.0;
/// The longest IPv4 and TCP headers together: 60 bytes each.
const MAX_HEADERS: usize = 120;

/// Where the TCP header begins, if the packet is TCP and holds all of its headers.
fn tcp_offset(packet: &[u8]) -> Option<usize> {
    let (protocol_at, tcp_at) = match packet.first()? >> 4 {
        4 => (9, usize::from(packet[0] & 0x0f) * 4),
        6 => (6, 40),
        _ => return None,
    };
    let is_tcp = tcp_at >= 20 && *packet.get(protocol_at)? == PROTOCOL;
    let header_len = usize::from(packet.get(tcp_at + 12)? >> 4) * 4;
    (is_tcp && header_len >= 20 && packet.len() >= tcp_at + header_len).then_some(tcp_at)
}

fn advance(sequence: &mut [u8], by: usize) {
    let Some(field) = sequence.first_chunk_mut::<4>() else { return };
    *field = u32::from_be_bytes(*field).wrapping_add(by as u32).to_be_bytes();
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Packet, Transport, samples};

    /// A segment with options, all of whose lengths and checksums are still to be set.
    fn unfinished(payload: &[u8], is_ipv6: bool) -> (Vec<u8>, Vec<u8>) {
        let set = |tcp: &mut etherparse::TcpHeader| {
            (tcp.ack, tcp.psh, tcp.fin) = (true, true, true);
            tcp.set_options_raw(&[1, 1, 1, 0]).unwrap();
        };
        let finished =
            samples::tcp(samples::endpoints()[usize::from(is_ipv6)], u32::MAX - 1000, set, payload);
        let mut packet = finished.clone();
        let tcp_at = if is_ipv6 { 40 } else { 20 };
        let length_at = if is_ipv6 { 4 } else { 2 };
        packet[length_at..length_at + 2].fill(0xee);
        packet[tcp_at + 16..tcp_at + 18].fill(0xee);
        if !is_ipv6 {
            packet[10..12].fill(0xee);
        }
        (packet, finished)
    }

    #[test]
    fn what_is_no_tcp_packet_is_handed_on_as_it_is() {
        for ends in samples::endpoints() {
            let udp = samples::udp(ends, &[1; 5000]);
            let mut packet = udp.clone();
            finish_tcp(&mut packet);
            let mut handed_on = Vec::new();
            cut_tcp(&mut packet, 1000, |piece| handed_on.push(piece.to_vec()));
            assert_eq!(handed_on, [udp]);
        }
    }

    proptest! {
        #[test]
        fn a_finished_packet_equals_that_of_another_implementation(
            payload in proptest::collection::vec(any::<u8>(), 0..3000),
            is_ipv6: bool,
        ) {
            let (mut packet, expected) = unfinished(&payload, is_ipv6);
            finish_tcp(&mut packet);
            prop_assert_eq!(packet, expected);
        }

        #[test]
        fn pieces_carry_the_same_bytes_under_the_same_numbers(
            payload in proptest::collection::vec(any::<u8>(), 1..9000),
            mss in prop_oneof![1usize..100, 500usize..3000, Just(usize::MAX)],
            is_ipv6: bool,
        ) {
            let (mut packet, _) = unfinished(&payload, is_ipv6);
            let mut pieces = Vec::new();
            cut_tcp(&mut packet, mss, |piece| pieces.push(piece.to_vec()));
            prop_assert_eq!(pieces.len(), payload.len().div_ceil(mss));
            let mut received = Vec::new();
            for (index, piece) in pieces.iter().enumerate() {
                let read = Packet::parse(piece).unwrap();
                let Transport::Tcp(tcp) = read.payload else { panic!("{read:?}") };
                let is_last = index + 1 == pieces.len();
                prop_assert!(read.checksums_ok() && read.bytes.len() == piece.len());
                prop_assert_eq!(tcp.sequence, (u32::MAX - 1000).wrapping_add(received.len() as u32));
                prop_assert_eq!((tcp.flags.psh(), tcp.flags.fin(), tcp.flags.ack()), (is_last, is_last, true));
                prop_assert_eq!(tcp.header_len, 24);
                prop_assert!(tcp.payload.len() <= mss);
                received.extend_from_slice(tcp.payload);
            }
            prop_assert_eq!(received, payload);
        }

        #[test]
        fn no_bytes_make_it_panic(first: u8, mut bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for version in [first, 0x45, 0x60] {
                bytes.insert(0, version);
                let protocol_at = if version == 0x60 { 6 } else { 9 };
                if let Some(protocol) = bytes.get_mut(protocol_at) {
                    *protocol = PROTOCOL;
                }
                let mut packet = bytes.clone();
                cut_tcp(&mut packet, usize::from(first), |_| {});
            }
        }
    }
}
