//! One table of a file: the value of every key, as the keys at which it changes.
//!
//! The changes are cut into blocks of [`BLOCK`]. A block's first key and its place in the stream are in the block index,
//! which is searched by halves; within a block each change is a distance from the one before (the number of its trailing
//! zero bits, then the rest as LEB128) and the new value (LEB128). So a range costs about 3 octets, and they compress well.

/// Changes in a block: the most that a lookup reads.
pub(crate) const BLOCK: usize = 32;

/// The value of keys that no range has.
pub(crate) const NONE: u16 = 0;

/// A table over the octets of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table<'f> {
    /// Of each block the first key (8 octets, little endian) and its place in the stream (4).
    pub(crate) blocks: &'f [[u8; 12]],
    pub(crate) stream: &'f [u8],
}

/// A table being made: keys rise.
#[derive(Debug, Default)]
pub(crate) struct Changes(Vec<(u64, u16)>);

impl Changes {
    /// Takes ranges (first, end, value) in any order. Of ranges that overlap, the later one in the order of their first keys
    /// holds from where it begins.
    pub(crate) fn of(mut ranges: Vec<(u64, u64, u16)>) -> Self {
        ranges.sort_by_key(|&(first, ..)| first);
        let mut changes = Changes::default();
        let mut end_before = 0;
        for (first, end, value) in ranges {
            if first > end_before {
                changes.push(end_before, NONE);
            }
            changes.push(first, value);
            end_before = end;
        }
        changes.push(end_before, NONE);
        changes
    }

    fn push(&mut self, key: u64, value: u16) {
        // What has no length is replaced.
        while self.0.last().is_some_and(|&(last, _)| last >= key) {
            self.0.pop();
        }
        let before = self.0.last().map_or(NONE, |&(_, value)| value);
        if before != value {
            self.0.push((key, value));
        }
    }

    /// The block index and the stream.
    pub(crate) fn encode(&self) -> (Vec<u8>, Vec<u8>) {
        let (mut blocks, mut stream) = (Vec::new(), Vec::new());
        for block in self.0.chunks(BLOCK) {
            let Some(&(first, value)) = block.first() else { continue };
            blocks.extend_from_slice(&first.to_le_bytes());
            blocks.extend_from_slice(&(stream.len() as u32).to_le_bytes());
            put(&mut stream, u64::from(value));
            for (&(before, _), &(key, value)) in block.iter().zip(&block[1..]) {
                let distance = key - before;
                let zeros = distance.trailing_zeros();
                stream.push(zeros as u8);
                put(&mut stream, distance >> zeros);
                put(&mut stream, u64::from(value));
            }
        }
        (blocks, stream)
    }
}

impl Table<'_> {
    /// The value of a key; [`NONE`] where no range has it, or the file is damaged.
    pub(crate) fn value(&self, key: u64) -> u16 {
        let after = self.blocks.partition_point(|block| first_key(block) <= key);
        after.checked_sub(1).and_then(|block| self.within(block, key)).unwrap_or(NONE)
    }

    fn within(&self, number: usize, key: u64) -> Option<u16> {
        let block = self.blocks.get(number)?;
        let end = self.blocks.get(number + 1).map_or(self.stream.len(), place);
        let mut stream = self.stream.get(place(block)..end)?;
        let mut at = first_key(block);
        let mut value = take(&mut stream)?;
        while let Some((&zeros, rest)) = stream.split_first() {
            stream = rest;
            let distance = take(&mut stream)?.checked_shl(u32::from(zeros))?;
            at = at.checked_add(distance)?;
            if at > key {
                break;
            }
            value = take(&mut stream)?;
        }
        u16::try_from(value).ok()
    }
}

fn first_key(block: &[u8; 12]) -> u64 {
    let [key @ .., _, _, _, _] = *block;
    u64::from_le_bytes(key)
}

fn place(block: &[u8; 12]) -> usize {
    let [.., a, b, c, d] = *block;
    u32::from_le_bytes([a, b, c, d]) as usize
}

/// Writes a number as LEB128: seven bits an octet, the lowest first.
fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Reads such a number; none if it has no end or more than 64 bits.
fn take(stream: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (&octet, rest) = stream.split_first()?;
        *stream = rest;
        number |= u64::from(octet & 0x7f) << shift;
        if octet < 0x80 {
            return Some(number);
        }
    }
    None
}
