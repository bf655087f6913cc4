//! Bytes made on the fly, and their checksum: nothing large lies anywhere.

use std::io::{self, Read, Write};

use sha2::{Digest as _, Sha256};

const BLOCK: usize = 64 * 1024;

/// A stream of pseudo-random bytes that does not repeat (xorshift64*, from a fixed seed).
#[derive(Debug)]
pub struct Pattern {
    state: u64,
    left: u64,
}

impl Pattern {
    /// So many bytes, a multiple of 64 KiB.
    pub fn new(length: u64) -> Self {
        assert_eq!(length % BLOCK as u64, 0);
        Pattern { state: 0x9E37_79B9_7F4A_7C15, left: length }
    }

    /// Writes all of it; the checksum of what was written, as sha256sum(1) prints it.
    pub fn write_to(mut self, output: &mut impl Write) -> io::Result<String> {
        let mut digest = Digest::default();
        while let Some(block) = self.next_block() {
            output.write_all(&block)?;
            digest.add(&block);
        }
        Ok(digest.finish())
    }

    /// The next 64 KiB, up to the end.
    pub fn next_block(&mut self) -> Option<Vec<u8>> {
        self.left = self.left.checked_sub(BLOCK as u64)?;
        let mut block = vec![0; BLOCK];
        self.fill(&mut block);
        Some(block)
    }

    fn fill(&mut self, block: &mut [u8]) {
        for word in block.chunks_exact_mut(8) {
            self.state ^= self.state >> 12;
            self.state ^= self.state << 25;
            self.state ^= self.state >> 27;
            word.copy_from_slice(&self.state.wrapping_mul(0x2545_F491_4F6C_DD1D).to_le_bytes());
        }
    }
}

/// SHA-256 of bytes that come in parts.
#[derive(Debug, Default)]
pub struct Digest(Sha256);

impl Digest {
    /// The checksum of all that can be read.
    pub fn of(mut input: impl Read) -> io::Result<String> {
        let mut digest = Digest::default();
        let mut block = vec![0; BLOCK];
        loop {
            match input.read(&mut block)? {
                0 => return Ok(digest.finish()),
                length => digest.add(&block[..length]),
            }
        }
    }

    /// Takes in the next bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// As sha256sum(1) prints it.
    pub fn finish(self) -> String {
        self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
