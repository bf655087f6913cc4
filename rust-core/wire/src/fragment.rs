//! Cutting a packet into fragments and making one packet of them again: RFC 791 section 3.2, RFC 8200 section 4.5.

use etherparse::ip_number;

use crate::checksum;

/// Hands `sink` the fragments of a whole packet, none larger than `mtu` bytes; the packet itself if it fits.
///
/// For IPv4 packets and IPv6 packets without extension headers, whatever their DF bit says. IPv4 takes the lower
/// half of `identification`. Nothing is handed out if there is no packet or no fragment fits the MTU.
pub fn fragments(packet: &[u8], mtu: usize, identification: u32, mut sink: impl FnMut(&[u8])) {
    if packet.len() <= mtu {
        return sink(packet);
    }
    let Some((header, payload)) = fragment_header(packet, identification) else { return };
    // All pieces but the last are a multiple of 8 bytes long.
    let room = mtu.saturating_sub(header.len()) & !7;
    if room == 0 {
        return;
    }
    let mut fragment = Vec::with_capacity(mtu);
    for (index, piece) in payload.chunks(room).enumerate() {
        let offset = index * room;
        let more = offset + piece.len() < payload.len();
        fragment.clear();
        fragment.extend_from_slice(&header);
        fragment.extend_from_slice(piece);
        place(&mut fragment, offset, more);
        sink(&fragment);
    }
}

/// Makes a whole packet of a first fragment's headers, followed by the whole payload.
///
/// The headers are [`Fragment::header_len`](crate::Fragment::header_len) bytes of the fragment that begins at 0;
/// `protocol` and `protocol_at` are that fragment's. At most 65,535 bytes in all.
pub fn join(packet: &mut [u8], protocol: u8, protocol_at: usize) {
    let length = packet.len();
    match packet.first().map(|first| first >> 4) {
        Some(4) => {
            let header_len = usize::from(packet[0] & 0x0f) * 4;
            let Some(header) = packet.get_mut(..header_len.max(20)) else { return };
            header[2..4].copy_from_slice(&(length as u16).to_be_bytes());
            header[6] &= DONT_FRAGMENT;
            header[7] = 0;
            set_header_checksum(header);
        }
        Some(6) if length >= 40 => {
            packet[4..6].copy_from_slice(&((length - 40) as u16).to_be_bytes());
            if let Some(number) = packet.get_mut(protocol_at) {
                *number = protocol;
            }
        }
        Some(_) | None => {}
    }
}

/// The DF bit in the seventh byte of an IPv4 header.
const DONT_FRAGMENT: u8 = 0x40;
/// The more-fragments bit in the fragment word of an IPv4 header.
const MORE: u16 = 0x2000;

/// The header that all fragments of a packet begin with, and the payload to cut.
fn fragment_header(packet: &[u8], identification: u32) -> Option<(Vec<u8>, &[u8])> {
    if packet.first()? >> 4 == 4 {
        let (header, payload) = packet.split_at_checked(usize::from(packet[0] & 0x0f) * 4)?;
        let mut header = header.to_vec();
        header.get_mut(4..6)?.copy_from_slice(&(identification as u16).to_be_bytes());
        return (header.len() >= 20).then_some((header, payload));
    }
    let (header, payload) = packet.split_at_checked(40)?;
    let mut header = header.to_vec();
    header.extend_from_slice(&[header[6], 0, 0, 0]);
    header.extend_from_slice(&identification.to_be_bytes());
    header[6] = ip_number::IPV6_FRAGMENTATION_HEADER.0;
    Some((header, payload))
}

/// Sets the length, the offset and whether more follow.
fn place(fragment: &mut [u8], offset: usize, more: bool) {
    let length = fragment.len();
    if fragment[0] >> 4 == 4 {
        let header_len = usize::from(fragment[0] & 0x0f) * 4;
        let header = &mut fragment[..header_len];
        let word = (offset / 8) as u16 | if more { MORE } else { 0 };
        header[2..4].copy_from_slice(&(length as u16).to_be_bytes());
        header[6..8].copy_from_slice(&word.to_be_bytes());
        set_header_checksum(header);
    } else {
        fragment[4..6].copy_from_slice(&((length - 40) as u16).to_be_bytes());
        fragment[42..44].copy_from_slice(&(offset as u16 | u16::from(more)).to_be_bytes());
    }
}

fn set_header_checksum(header: &mut [u8]) {
    header[10..12].fill(0);
    let value = checksum::complement(checksum::sum(header));
    header[10..12].copy_from_slice(&value.to_ne_bytes());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Packet, Transport, samples};

    proptest! {
        #[test]
        fn fragments_fit_the_mtu_and_join_to_the_packet_they_were(
            payload in proptest::collection::vec(any::<u8>(), 0..6000),
            mtu in 68usize..2000,
            is_ipv6: bool,
        ) {
            let whole = samples::udp(samples::endpoints()[usize::from(is_ipv6)], &payload);
            let mut joined = Vec::new();
            let mut first = None;
            fragments(&whole, mtu, 5, |piece| {
                assert!(piece.len() <= mtu);
                let packet = Packet::parse(piece).unwrap();
                assert!(packet.checksums_ok());
                if let Transport::Fragment(fragment) = packet.payload {
                    if joined.is_empty() {
                        joined.extend_from_slice(&piece[..fragment.header_len]);
                        first = Some((fragment.protocol, fragment.protocol_at));
                    }
                    joined.extend_from_slice(fragment.payload);
                } else {
                    joined = piece.to_vec();
                }
            });
            if let Some((protocol, protocol_at)) = first {
                join(&mut joined, protocol, protocol_at);
                if !is_ipv6 {
                    // The identification is the fragments' and stays.
                    joined[4..6].copy_from_slice(&whole[4..6]);
                    set_header_checksum(&mut joined[..20]);
                }
            }
            prop_assert_eq!(joined, whole);
        }

        #[test]
        fn no_bytes_make_it_panic(
            mut bytes in proptest::collection::vec(any::<u8>(), 0..200),
            mtu in 0usize..100,
        ) {
            fragments(&bytes, mtu, 1, |_| {});
            join(&mut bytes, 17, mtu);
            for version in [0x45, 0x60] {
                bytes.insert(0, version);
                fragments(&bytes, mtu, 1, |_| {});
                join(&mut bytes, 17, mtu);
            }
        }
    }
}
