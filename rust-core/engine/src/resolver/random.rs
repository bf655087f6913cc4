//! Numbers that nobody outside can guess: transaction ids and the case of letters.

use siphasher::sip::SipHasher24;

/// Tells this use of the engine's seed from its others.
const PURPOSE: u64 = u64::from_be_bytes(*b"resolver");

/// SipHash of a counter under a key from the system's randomness: whoever sees some of its numbers cannot tell the next.
#[derive(Debug)]
pub(crate) struct Random {
    hasher: SipHasher24,
    counter: u64,
}

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Random { hasher: SipHasher24::new_with_keys(seed, PURPOSE), counter: 0 }
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.counter += 1;
        self.hasher.hash(&self.counter.to_le_bytes())
    }

    /// A fresh number's bits without end.
    pub(crate) fn bits(&mut self) -> impl FnMut() -> bool {
        let (mut word, mut left) = (0, 0);
        move || {
            if left == 0 {
                (word, left) = (self.next(), u64::BITS);
            }
            left -= 1;
            word >> left & 1 == 1
        }
    }
}
