//! Fragments to packets (RFC 791 section 3.2, RFC 8200 section 4.5).
//!
//! As the engine does it, whose packets have a clock: a piece that lies over another spoils its packet, and what is
//! held is bounded. Here age is counted in frames, for a capture's clock may say anything.

use std::collections::VecDeque;
use std::net::IpAddr;

use wire::{Fragment, Packet, craft};

/// Packets of which some pieces have been seen.
#[derive(Default)]
pub(crate) struct Fragments {
    /// The one that was begun first comes first.
    parts: VecDeque<Part>,
    /// Pieces of packets that were never whole.
    lost: u64,
}

/// A packet made of its pieces.
pub(crate) struct Whole {
    pub(crate) bytes: Vec<u8>,
    /// In how many packets it came.
    pub(crate) packets: u64,
    /// How long these were together.
    pub(crate) length: u64,
}

/// What all pieces of a packet have in common.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Key {
    source: IpAddr,
    destination: IpAddr,
    protocol: u8,
    identification: u32,
}

struct Part {
    key: Key,
    /// The number of the frame that began it.
    begun: u64,
    /// The headers in front of the payload and where in them the protocol's number lies, from the first piece.
    headers: Option<(Box<[u8]>, usize)>,
    /// Offset and payload, by offset.
    pieces: Vec<(usize, Box<[u8]>)>,
    /// The payload's length, from the last piece.
    end: Option<usize>,
    packets: u64,
    length: u64,
    /// Its pieces contradict each other.
    is_spoilt: bool,
}

impl Fragments {
    /// Takes a piece that came in the frame of this number; the packet, if it was the missing one.
    pub(crate) fn insert(
        &mut self,
        packet: &Packet<'_>,
        fragment: &Fragment<'_>,
        frame: u64,
    ) -> Option<Whole> {
        while self.parts.front().is_some_and(|oldest| frame - oldest.begun > PATIENCE) {
            self.drop_oldest();
        }
        let key = Key {
            source: packet.source,
            destination: packet.destination,
            protocol: fragment.protocol,
            identification: fragment.identification,
        };
        let at = self.parts.iter().position(|part| part.key == key).unwrap_or_else(|| {
            if self.parts.len() == MAX_PARTS {
                self.drop_oldest();
            }
            self.parts.push_back(Part::new(key, frame));
            self.parts.len() - 1
        });
        let part = &mut self.parts[at];
        part.insert(packet.bytes, fragment);
        let bytes = part.whole()?;
        let part = self.parts.remove(at)?;
        Some(Whole { bytes, packets: part.packets, length: part.length })
    }

    /// How many pieces are of no whole packet, so far.
    pub(crate) fn lost(&self) -> u64 {
        self.lost + self.parts.iter().map(|part| part.packets).sum::<u64>()
    }

    fn drop_oldest(&mut self) {
        self.lost += self.parts.pop_front().map_or(0, |part| part.packets);
    }
}

impl Part {
    fn new(key: Key, begun: u64) -> Self {
        let (packets, length) = (0, 0);
        let (headers, pieces, end) = (None, Vec::new(), None);
        Part { key, begun, headers, pieces, end, packets, length, is_spoilt: false }
    }

    fn insert(&mut self, packet: &[u8], fragment: &Fragment<'_>) {
        self.packets += 1;
        self.length += packet.len() as u64;
        let end = fragment.offset + fragment.payload.len();
        let at = self.pieces.partition_point(|(offset, _)| *offset < fragment.offset);
        let same = self.pieces.get(at).is_some_and(|(offset, payload)| {
            *offset == fragment.offset && **payload == *fragment.payload
        });
        if same || self.is_spoilt {
            return;
        }
        let piece_end = |(offset, payload): &(usize, Box<[u8]>)| offset + payload.len();
        let before =
            at.checked_sub(1).and_then(|before| self.pieces.get(before)).map_or(0, piece_end);
        let after = self.pieces.get(at).map_or(usize::MAX, |(offset, _)| *offset);
        let is_beyond = self.end.is_some_and(|known| end > known || !fragment.more);
        let is_before =
            !fragment.more && self.pieces.last().is_some_and(|last| piece_end(last) > end);
        let is_too_large = fragment.header_len + end > craft::MAX_PACKET;
        if before > fragment.offset
            || end > after
            || is_beyond
            || is_before
            || is_too_large
            || self.pieces.len() >= MAX_PIECES
        {
            self.is_spoilt = true;
            self.pieces = Vec::new();
            return;
        }
        if !fragment.more {
            self.end = Some(end);
        }
        if fragment.offset == 0 {
            let headers = packet.get(..fragment.header_len).unwrap_or_default();
            self.headers = Some((headers.into(), fragment.protocol_at));
        }
        self.pieces.insert(at, (fragment.offset, fragment.payload.into()));
    }

    fn whole(&self) -> Option<Vec<u8>> {
        let (headers, protocol_at) = self.headers.as_ref()?;
        let held: usize = self.pieces.iter().map(|(_, payload)| payload.len()).sum();
        if self.is_spoilt || self.end != Some(held) {
            return None;
        }
        let mut bytes = headers.to_vec();
        bytes.reserve(held);
        for (_, payload) in &self.pieces {
            bytes.extend_from_slice(payload);
        }
        craft::join(&mut bytes, self.key.protocol, *protocol_at);
        Some(bytes)
    }
}

/// Packets in the making. With the largest packet each, 4 MiB.
const MAX_PARTS: usize = 64;
/// Pieces of one packet: the largest packet, cut to 576 bytes, has 119.
const MAX_PIECES: usize = 128;
/// After how many frames a packet is given up, before its number can come again for another.
const PATIENCE: u64 = 10_000;
