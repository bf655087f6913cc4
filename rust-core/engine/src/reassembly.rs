//! Makes whole packets of IP fragments, within fixed bounds.
//!
//! Apps send fragments when a UDP datagram or a ping is larger than the TUN's MTU. Only their first piece tells the
//! ports, so nothing can be decided before all are there. A piece that lies over another spoils its packet for good
//! (RFC 8200 section 4.5, RFC 5722): overlapping pieces are made to be read in two ways.

use std::net::IpAddr;

use smoltcp::time::{Duration, Instant};
use wire::{Fragment, Packet, Transport, craft};

/// Fragments of packets that are not yet whole.
#[derive(Default)]
pub(crate) struct Reassembly {
    /// Oldest first.
    datagrams: Vec<Datagram>,
}

/// What all pieces of a packet have in common.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Key {
    source: IpAddr,
    destination: IpAddr,
    protocol: u8,
    identification: u32,
}

/// A packet of which some pieces are here.
struct Datagram {
    key: Key,
    expires: Instant,
    /// The headers before the payload and where in them the protocol's number lies, from the first piece.
    headers: Option<(Vec<u8>, usize)>,
    /// Payload by offset, in order; no two overlap.
    pieces: Vec<Piece>,
    /// The payload's whole length, from the last piece.
    length: Option<usize>,
    /// Pieces contradicted each other: those still to come are dropped as well.
    is_spoilt: bool,
}

struct Piece {
    offset: usize,
    bytes: Vec<u8>,
}

impl Reassembly {
    /// Holds nothing.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Takes a fragment; the whole packet, with right lengths and IPv4 header checksum, if it was the missing one.
    ///
    /// Packets that are no fragment are not for here and answer `None`.
    pub(crate) fn insert(&mut self, packet: &Packet<'_>, now: Instant) -> Option<Vec<u8>> {
        let Transport::Fragment(fragment) = packet.payload else { return None };
        let key = Key {
            source: packet.source,
            destination: packet.destination,
            protocol: fragment.protocol,
            identification: fragment.identification,
        };
        self.expire(now);
        let mut datagram = match self.datagrams.iter().position(|datagram| datagram.key == key) {
            Some(index) => self.datagrams.remove(index),
            None => Datagram::new(key, now),
        };
        datagram.insert(packet.bytes, &fragment);
        if let Some(whole) = datagram.whole() {
            return Some(whole);
        }
        self.make_room(datagram.size());
        // Sorted by age: a fragment of an old packet must not make it young.
        let index = self.datagrams.partition_point(|other| other.expires <= datagram.expires);
        self.datagrams.insert(index, datagram);
        None
    }

    /// Drops the packets that were not completed in time.
    pub(crate) fn expire(&mut self, now: Instant) {
        self.datagrams.retain(|datagram| datagram.expires > now);
    }

    /// When [`Reassembly::expire`] has something to drop.
    pub(crate) fn next_expiry(&self) -> Option<Instant> {
        self.datagrams.first().map(|datagram| datagram.expires)
    }

    /// Drops those that expire first until one more packet of this size keeps the bounds.
    fn make_room(&mut self, size: usize) {
        let mut held: usize = self.datagrams.iter().map(Datagram::size).sum();
        while self.datagrams.len() >= MAX_DATAGRAMS
            || (held + size > MAX_BYTES && !self.datagrams.is_empty())
        {
            held -= self.datagrams.remove(0).size();
        }
    }
}

impl Datagram {
    fn new(key: Key, now: Instant) -> Self {
        let patience = match key.source {
            IpAddr::V4(_) => PATIENCE_IPV4,
            IpAddr::V6(_) => PATIENCE_IPV6,
        };
        Datagram {
            key,
            expires: now + patience,
            headers: None,
            pieces: Vec::new(),
            length: None,
            is_spoilt: false,
        }
    }

    fn insert(&mut self, packet: &[u8], fragment: &Fragment<'_>) {
        let end = fragment.offset + fragment.payload.len();
        let index = self.pieces.partition_point(|piece| piece.offset < fragment.offset);
        if self.pieces.get(index).is_some_and(|piece| piece.is_same(fragment)) {
            return;
        }
        let before_end =
            index.checked_sub(1).and_then(|before| self.pieces.get(before)).map_or(0, Piece::end);
        let after_start = self.pieces.get(index).map_or(usize::MAX, |piece| piece.offset);
        let last_end = self.pieces.last().map_or(0, Piece::end);
        let overlaps = before_end > fragment.offset || end > after_start;
        // One more piece after the last, or a last piece that is not.
        let contradicts = match (self.length, fragment.more) {
            (Some(length), true) => end > length,
            (Some(_), false) => true,
            (None, true) => false,
            (None, false) => last_end > end,
        };
        let is_too_large =
            fragment.header_len + end > craft::MAX_PACKET || self.pieces.len() >= MAX_PIECES;
        if self.is_spoilt || overlaps || contradicts || is_too_large {
            self.spoil();
            return;
        }
        if !fragment.more {
            self.length = Some(end);
        }
        if fragment.offset == 0 {
            let headers = packet.get(..fragment.header_len).unwrap_or_default();
            self.headers = Some((headers.to_vec(), fragment.protocol_at));
        }
        self.pieces
            .insert(index, Piece { offset: fragment.offset, bytes: fragment.payload.to_vec() });
    }

    fn spoil(&mut self) {
        self.is_spoilt = true;
        self.headers = None;
        self.pieces = Vec::new();
    }

    fn whole(&self) -> Option<Vec<u8>> {
        let (headers, protocol_at) = self.headers.as_ref()?;
        let received: usize = self.pieces.iter().map(|piece| piece.bytes.len()).sum();
        if self.length? != received || headers.len() + received > craft::MAX_PACKET {
            return None;
        }
        let mut packet = Vec::with_capacity(headers.len() + received);
        packet.extend_from_slice(headers);
        let protocol = match self.key.source {
            IpAddr::V4(_) => self.key.protocol,
            IpAddr::V6(_) => {
                // The header of an only fragment (RFC 6946): nothing else tells that it may leave in fragments.
                packet.extend_from_slice(&[self.key.protocol, 0, 0, 0, 0, 0, 0, 0]);
                IPV6_FRAGMENT
            }
        };
        for piece in &self.pieces {
            packet.extend_from_slice(&piece.bytes);
        }
        craft::join(&mut packet, protocol, *protocol_at);
        Some(packet)
    }

    /// The bytes that count against [`MAX_BYTES`].
    fn size(&self) -> usize {
        self.pieces.iter().map(|piece| piece.bytes.len()).sum()
    }
}

impl Piece {
    fn end(&self) -> usize {
        self.offset + self.bytes.len()
    }

    fn is_same(&self, fragment: &Fragment<'_>) -> bool {
        self.offset == fragment.offset && self.bytes == fragment.payload
    }
}

/// Packets in the making. Fragments of one come in one burst, so more than a few at a time are somebody's attack.
const MAX_DATAGRAMS: usize = 64;
/// Payload bytes in the making: four of the largest packets, or thirty of the 8 KiB that NFS and the like send.
const MAX_BYTES: usize = 256 * 1024;
/// Pieces of one packet: the largest packet, cut to 576 bytes, has 119.
const MAX_PIECES: usize = 128;
/// As long as Linux waits for IPv4 fragments (net.ipv4.ipfrag_time).
const PATIENCE_IPV4: Duration = Duration::from_secs(30);
/// RFC 8200 section 4.5.
const PATIENCE_IPV6: Duration = Duration::from_secs(60);
/// The protocol number of IPv6's fragment header, RFC 8200 section 4.5.
const IPV6_FRAGMENT: u8 = 44;

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use proptest::prelude::*;

    use super::*;

    const START: Instant = Instant::from_micros_const(1_000_000_000);

    fn endpoints() -> [(SocketAddr, SocketAddr); 2] {
        [
            ("10.0.0.2:40001".parse().unwrap(), "192.0.2.7:443".parse().unwrap()),
            ("[fd00::2]:40001".parse().unwrap(), "[2001:db8::7]:443".parse().unwrap()),
        ]
    }

    fn datagram((local, remote): (SocketAddr, SocketAddr), payload: &[u8]) -> Vec<u8> {
        let mut packet = vec![0; craft::udp_headroom(local.ip())];
        packet.extend_from_slice(payload);
        assert!(craft::udp(&mut packet, local, remote));
        packet
    }

    fn cut(packet: &[u8], mtu: usize, identification: u32) -> Vec<Vec<u8>> {
        let mut pieces = Vec::new();
        craft::fragments(packet, mtu, identification, |piece| pieces.push(piece.to_vec()));
        pieces
    }

    fn insert(reassembly: &mut Reassembly, piece: &[u8]) -> Option<Vec<u8>> {
        reassembly.insert(&Packet::parse(piece).unwrap(), START)
    }

    fn payload(packet: &[u8]) -> Vec<u8> {
        let packet = Packet::parse(packet).unwrap();
        assert!(packet.checksums_ok());
        let Transport::Udp(datagram) = packet.payload else { panic!("{packet:?}") };
        datagram.payload.to_vec()
    }

    /// A copy of an IP fragment that lies this many bytes further.
    fn moved(piece: &[u8], by: u16) -> Vec<u8> {
        let mut piece = piece.to_vec();
        let (at, unit) = if piece[0] >> 4 == 4 { (6, 8) } else { (42, 1) };
        let word = u16::from_be_bytes([piece[at], piece[at + 1]]) + by / unit;
        piece[at..at + 2].copy_from_slice(&word.to_be_bytes());
        piece
    }

    #[test]
    fn the_largest_datagram_comes_through() {
        for ends in endpoints() {
            let room = craft::MAX_PACKET - craft::udp_headroom(ends.0.ip());
            let sent = vec![7; room];
            let mut reassembly = Reassembly::new();
            let whole: Vec<_> = cut(&datagram(ends, &sent), 1500, 1)
                .iter()
                .filter_map(|piece| insert(&mut reassembly, piece))
                .collect();
            assert_eq!(whole.iter().map(|whole| payload(whole)).collect::<Vec<_>>(), [sent]);
            assert!(!Packet::parse(&whole[0]).unwrap().dont_fragment);
            assert_eq!(reassembly.next_expiry(), None, "nothing is kept of it");
        }
    }

    #[test]
    fn datagrams_of_the_same_hosts_do_not_mix() {
        for ends in endpoints() {
            let mut reassembly = Reassembly::new();
            let (one, two) =
                (cut(&datagram(ends, &[1; 150]), 128, 1), cut(&datagram(ends, &[2; 150]), 128, 2));
            assert_eq!(insert(&mut reassembly, &one[0]), None);
            assert_eq!(insert(&mut reassembly, &two[1]), None);
            assert_eq!(
                insert(&mut reassembly, &two[0]).map(|whole| payload(&whole)),
                Some(vec![2; 150])
            );
            assert_eq!(
                insert(&mut reassembly, &one[1]).map(|whole| payload(&whole)),
                Some(vec![1; 150])
            );
        }
    }

    #[test]
    fn overlapping_pieces_spoil_the_datagram_even_for_pieces_still_to_come() {
        for ends in endpoints() {
            let room = if ends.0.is_ipv4() { 104 } else { 80 };
            let pieces = cut(&datagram(ends, &vec![1; 3 * room - 8]), 128, 1);
            // With the hole after it, this one makes the sum of the lengths come out right.
            let overlapping = moved(&pieces[0], 40);
            for first in [[&pieces[0], &overlapping], [&overlapping, &pieces[0]]] {
                let mut reassembly = Reassembly::new();
                let all = first.into_iter().chain([&pieces[2]]).chain(&pieces);
                assert!(all.into_iter().all(|piece| insert(&mut reassembly, piece).is_none()));
            }
        }
    }

    #[test]
    fn a_second_end_spoils_the_datagram() {
        for ends in endpoints() {
            let pieces = cut(&datagram(ends, &[1; 300]), 128, 1);
            let last = pieces.last().unwrap();
            for other_end in [moved(last, 512), moved(&pieces[pieces.len() - 2], 512)] {
                let mut reassembly = Reassembly::new();
                assert_eq!(insert(&mut reassembly, last), None);
                assert_eq!(insert(&mut reassembly, &other_end), None);
                assert!(pieces.iter().all(|piece| insert(&mut reassembly, piece).is_none()));
            }
        }
    }

    #[test]
    fn a_datagram_beyond_what_ip_can_carry_is_dropped() {
        for ends in endpoints() {
            let pieces = cut(&datagram(ends, &[1; 1000]), 800, 1);
            let mut reassembly = Reassembly::new();
            assert_eq!(insert(&mut reassembly, &moved(&pieces[0], 65_528)), None);
            assert!(pieces.iter().all(|piece| insert(&mut reassembly, piece).is_none()));
        }
    }

    #[test]
    fn what_stays_incomplete_is_dropped_in_time() {
        for (ends, patience) in endpoints().into_iter().zip([30, 60]) {
            let pieces = cut(&datagram(ends, &[1; 150]), 128, 1);
            let mut reassembly = Reassembly::new();
            assert_eq!(insert(&mut reassembly, &pieces[0]), None);
            let end = START + Duration::from_secs(patience);
            assert_eq!(reassembly.next_expiry(), Some(end));
            reassembly.expire(end - Duration::from_micros(1));
            assert_eq!(reassembly.next_expiry(), Some(end));
            reassembly.expire(end);
            assert_eq!(reassembly.next_expiry(), None);
            assert!(pieces[1..].iter().all(|piece| insert(&mut reassembly, piece).is_none()));
        }
    }

    #[test]
    fn the_first_to_expire_is_told_whatever_came_last() {
        let [v4, v6] = endpoints().map(|ends| cut(&datagram(ends, &[1; 300]), 128, 1));
        let mut reassembly = Reassembly::new();
        assert_eq!(insert(&mut reassembly, &v6[0]), None);
        assert_eq!(insert(&mut reassembly, &v4[0]), None);
        // A later piece does not make a datagram younger.
        let later = START + Duration::from_secs(20);
        assert_eq!(reassembly.insert(&Packet::parse(&v4[1]).unwrap(), later), None);
        assert_eq!(reassembly.next_expiry(), Some(START + PATIENCE_IPV4));
        reassembly.expire(START + PATIENCE_IPV4);
        assert_eq!(reassembly.next_expiry(), Some(START + PATIENCE_IPV6));
    }

    #[test]
    fn a_flood_of_first_pieces_is_bounded_and_the_newest_come_through() {
        for size in [128, 60_000] {
            let mut reassembly = Reassembly::new();
            let newest = 200;
            let mut last = Vec::new();
            for identification in 0..=newest {
                let mut pieces =
                    cut(&datagram(endpoints()[0], &vec![1; size + 100]), size, identification);
                last = pieces.pop().unwrap();
                for piece in pieces {
                    assert_eq!(insert(&mut reassembly, &piece), None);
                }
                let held: usize = reassembly.datagrams.iter().map(Datagram::size).sum();
                assert!(reassembly.datagrams.len() <= MAX_DATAGRAMS && held <= MAX_BYTES);
            }
            assert!(insert(&mut reassembly, &last).is_some());
        }
    }

    proptest! {
        #[test]
        fn pieces_in_any_order_some_twice_make_the_datagram(
            sent in proptest::collection::vec(any::<u8>(), 200..2000),
            mtu in 128usize..600,
            order in any::<prop::sample::Selector>(),
            is_ipv6: bool,
            twice in any::<prop::sample::Index>(),
        ) {
            let pieces = cut(&datagram(endpoints()[usize::from(is_ipv6)], &sent), mtu, 3);
            prop_assume!(pieces.len() > 1);
            let mut reassembly = Reassembly::new();
            let mut shuffled: Vec<_> = pieces.iter().collect();
            let mut arriving = Vec::new();
            while !shuffled.is_empty() {
                let index = order.select(0..shuffled.len());
                arriving.push(shuffled.swap_remove(index));
            }
            let repeated = twice.index(arriving.len() - 1);
            arriving.insert(repeated, arriving[repeated]);
            let (last, before) = arriving.split_last().unwrap();
            for piece in before {
                prop_assert_eq!(insert(&mut reassembly, piece), None);
            }
            let whole = insert(&mut reassembly, last);
            prop_assert_eq!(whole.map(|whole| payload(&whole)), Some(sent));
            prop_assert_eq!(reassembly.next_expiry(), None);
        }

        #[test]
        fn no_pieces_make_it_panic_and_what_it_makes_is_a_packet(
            pieces in proptest::collection::vec((0u16..40, 1usize..8, any::<bool>()), 1..60),
            is_ipv6: bool,
        ) {
            let mut reassembly = Reassembly::new();
            let template = &cut(&datagram(endpoints()[usize::from(is_ipv6)], &[1; 200]), 128, 1)[0];
            for (offset, eights, more) in pieces {
                let mut piece = moved(template, offset * 8);
                let (headers, length_at, flags_at, more_bit) =
                    if is_ipv6 { (48, 4, 43, 0x01) } else { (20, 2, 6, 0x20) };
                piece.truncate(headers + eights * 8);
                let length = (piece.len() - if is_ipv6 { 40 } else { 0 }) as u16;
                piece[length_at..length_at + 2].copy_from_slice(&length.to_be_bytes());
                piece[flags_at] = piece[flags_at] & !more_bit | if more { more_bit } else { 0 };
                let Ok(packet) = Packet::parse(&piece) else { continue };
                if let Some(whole) = reassembly.insert(&packet, START) {
                    let is_fragment = Packet::parse(&whole)
                        .is_ok_and(|whole| matches!(whole.payload, Transport::Fragment(_)));
                    prop_assert!(!is_fragment);
                }
            }
        }
    }
}
