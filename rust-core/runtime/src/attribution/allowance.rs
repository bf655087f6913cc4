//! A bound on time spent looking: rare costly searches are served whole, a stream of them is cut short.

use std::time::{Duration, Instant};

/// Time that fills up at a fixed share of the clock's and is spent by searches.
#[derive(Debug)]
pub(super) struct Allowance {
    full: Duration,
    /// One part of the clock's time in this many is allowed.
    one_in: u32,
    left: Duration,
    filled: Instant,
}

impl Allowance {
    pub(super) fn new(full: Duration, one_in: u32) -> Allowance {
        Allowance { full, one_in, left: full, filled: Instant::now() }
    }

    /// Runs a search with its time limit, unless nothing is left; the search may overrun a little, and that is
    /// paid too.
    pub(super) fn spend<T>(&mut self, search: impl FnOnce(Instant) -> T) -> Option<T> {
        let begun = Instant::now();
        let gained = begun.duration_since(self.filled) / self.one_in;
        self.left = self.full.min(self.left + gained);
        self.filled = begun;
        if self.left.is_zero() {
            return None;
        }
        let found = search(begun + self.left);
        self.left = self.left.saturating_sub(begun.elapsed());
        Some(found)
    }
}
