//! Waiting times of a run, and what is told about them.

use std::time::Duration;

/// Samples in a vector of its full size from the start: no allocation while the load runs.
pub(crate) struct Latencies(Vec<u32>);

impl Latencies {
    /// Room for `capacity` samples; further ones are not kept.
    pub(crate) fn with_capacity(capacity: usize) -> Latencies {
        Latencies(Vec::with_capacity(capacity))
    }

    pub(crate) fn push(&mut self, waited: Duration) {
        if self.0.len() < self.0.capacity() {
            self.0.push(waited.as_micros().try_into().unwrap_or(u32::MAX));
        }
    }

    /// The value in microseconds that `share` (0 to 1) of all samples do not exceed; none without
    /// samples.
    pub(crate) fn percentile(&mut self, share: f64) -> Option<u32> {
        self.0.sort_unstable();
        let index = (share * self.0.len() as f64) as usize;
        self.0.get(index.min(self.0.len().saturating_sub(1))).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_taken_from_the_sorted_samples() {
        let mut latencies = Latencies::with_capacity(100);
        (0..100).rev().for_each(|micros| latencies.push(Duration::from_micros(micros)));
        assert_eq!(latencies.percentile(0.5), Some(50));
        assert_eq!(latencies.percentile(0.99), Some(99));
        assert_eq!(latencies.percentile(1.0), Some(99));
        assert_eq!(Latencies::with_capacity(1).percentile(0.5), None);
    }
}
