//! A bound on time spent looking: rare costly searches are served whole, a stream of them is cut short.

use std::time::{Duration, Instant};

/// Time that fills up at a fixed share of the clock's and is spent by searches.
#[derive(Debug)]
pub(super) struct Allowance {
    full: Duration,
    /// One part of the clock's time in this many is allowed.
    one_in: u32,
    left: Duration,
    /// When a search last began.
    begun: Instant,
}

impl Allowance {
    pub(super) fn new(full: Duration, one_in: u32) -> Allowance {
        Allowance { full, one_in, left: full, begun: Instant::now() }
    }

    /// A search begins: the time at which it must give up, or `None` if nothing is left for it.
    pub(super) fn begin(&mut self) -> Option<Instant> {
        let now = Instant::now();
        let gained = now.duration_since(self.begun) / self.one_in;
        self.left = self.full.min(self.left + gained);
        self.begun = now;
        (!self.left.is_zero()).then(|| now + self.left)
    }

    /// The search ended; what it took is paid, also where it overran.
    pub(super) fn end(&mut self) {
        self.left = self.left.saturating_sub(self.begun.elapsed());
    }
}
