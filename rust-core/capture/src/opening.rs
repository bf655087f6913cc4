//! The first bytes that a client sends over TCP, in order: held until they name a server or never will.

use names::LARGEST_OPENING;

/// The beginning of a stream, as much of it as has come.
#[derive(Debug)]
pub(crate) struct Opening {
    /// The sequence number of the first byte.
    start: u32,
    bytes: Vec<u8>,
    /// What came too early: sequence number and payload.
    early: Vec<(u32, Box<[u8]>)>,
    /// How much of that there is, in bytes.
    held: usize,
}

impl Opening {
    /// A stream whose first byte has this sequence number.
    pub(crate) fn new(start: u32) -> Self {
        Opening { start, bytes: Vec::new(), early: Vec::new(), held: 0 }
    }

    /// Takes a segment's payload; whether that made the beginning longer. Of bytes that came twice the first count.
    pub(crate) fn insert(&mut self, sequence: u32, payload: &[u8]) -> bool {
        if !self.append(sequence, payload) {
            let is_known =
                self.early.iter().any(|(at, held)| *at == sequence && **held == *payload);
            if self.offset(sequence) > 0 && !is_known && self.has_room(payload.len()) {
                self.held += payload.len();
                self.early.push((sequence, payload.into()));
            }
            return false;
        }
        while let Some(at) = self.early.iter().position(|(at, _)| self.offset(*at) <= 0) {
            let (sequence, payload) = self.early.remove(at);
            self.held -= payload.len();
            self.append(sequence, &payload);
        }
        true
    }

    /// What has come without a gap.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether so much came too early that what is missing was not captured.
    pub(crate) fn is_full(&self) -> bool {
        self.early.len() >= MAX_EARLY || self.held >= LARGEST_OPENING
    }

    /// Whether nothing waits in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.early.is_empty()
    }

    /// The sequence number of the first byte.
    pub(crate) fn start(&self) -> u32 {
        self.start
    }

    /// Lets so many bytes go from the beginning.
    pub(crate) fn consume(&mut self, length: usize) {
        self.bytes.drain(..length);
        self.start = self.start.wrapping_add(length as u32);
    }

    /// Appends what continues the beginning; whether there was any.
    fn append(&mut self, sequence: u32, payload: &[u8]) -> bool {
        // Numbers in the other half of the circle are old (RFC 9293 section 3.4).
        let Ok(known) = usize::try_from(-self.offset(sequence)) else { return false };
        let room = MAX_BYTES.saturating_sub(self.bytes.len());
        let Some(new) = payload.get(known..).filter(|new| !new.is_empty()) else { return false };
        self.bytes.extend_from_slice(&new[..new.len().min(room)]);
        room > 0
    }

    /// How far behind the beginning's end this number is; negative inside of it.
    fn offset(&self, sequence: u32) -> i64 {
        let end = self.start.wrapping_add(self.bytes.len() as u32);
        i64::from(sequence.wrapping_sub(end) as i32)
    }

    fn has_room(&self, length: usize) -> bool {
        self.early.len() < MAX_EARLY && self.held + length <= MAX_BYTES
    }
}

/// What is read of a connection's first bytes, or the longest DNS message over TCP with its length.
const MAX_BYTES: usize = if LARGEST_OPENING > 65_537 { LARGEST_OPENING } else { 65_537 };
/// Segments that came too early; more than a window's first few is no opening.
const MAX_EARLY: usize = 64;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Segments of any sizes, in any order, repeated and overlapping, across the end of the numbers.
        #[test]
        fn any_segments_make_the_stream_again(
            stream in proptest::collection::vec(any::<u8>(), 1..3000),
            start: u32,
            cuts in proptest::collection::vec((any::<prop::sample::Index>(), 1usize..600), 0..20),
            order in any::<prop::sample::Index>(),
        ) {
            let mut segments: Vec<(usize, usize)> =
                (0..stream.len()).step_by(100).map(|at| (at, 100)).collect();
            segments.extend(cuts.iter().map(|(at, length)| (at.index(stream.len()), *length)));
            let turn = order.index(segments.len());
            segments.rotate_left(turn);
            let mut opening = Opening::new(start);
            for (at, length) in segments {
                let payload = &stream[at..stream.len().min(at + length)];
                opening.insert(start.wrapping_add(at as u32), payload);
                prop_assert!(stream.starts_with(opening.bytes()));
            }
            prop_assert_eq!(opening.bytes(), &stream[..]);
            prop_assert_eq!(opening.held, 0);
        }
    }

    #[test]
    fn what_is_held_is_bounded() {
        let mut opening = Opening::new(0);
        for at in 1..100_000u32 {
            opening.insert(at * 2, &[1; 9]);
        }
        assert!(opening.early.len() <= MAX_EARLY);
        let mut opening = Opening::new(0);
        for at in 0..100u32 {
            opening.insert(at * 1400, &[1; 1400]);
            opening.insert(1_000_000 + at * 1400, &[1; 1400]);
        }
        assert!(opening.bytes().len() == MAX_BYTES && opening.held <= MAX_BYTES);
    }
}
