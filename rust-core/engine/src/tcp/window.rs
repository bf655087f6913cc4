//! Keeps what all apps may send at once below the TUN's queue.
//!
//! The kernel queues 500 packets for a TUN and silently drops more; each drop costs an app up to a second. The receive
//! rings are large because one upload gains from them, so several uploads together would overrun the queue. The share
//! of each is therefore cut where its ACK leaves: smoltcp believes it offered more, and takes less.

use smoltcp::time::{Duration, Instant};

use crate::settings::WINDOW_PACKETS;

/// Uploads that moved data within this time share the queue.
const PERIOD: Duration = Duration::from_millis(100);
/// A packet of fewer bytes is a request or an ACK, and no upload.
const BULK: usize = 1000;

/// The queue's space, shared among the uploads of the last moment.
#[derive(Debug)]
pub(crate) struct WindowShare {
    budget: u32,
    /// No upload gets less: two full segments, so that it can go on at all.
    least: u32,
    share: u32,
    uploads: u32,
    period: u32,
    period_ends: Instant,
}

/// What one flow's app was told it may send up to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Edge {
    /// The sequence number after the last byte the app may send.
    right: u32,
    /// The number last acknowledged to the app.
    pub(crate) acknowledged: u32,
    /// The window scale in force, RFC 7323 section 2.
    shift: u8,
    /// The period in which the flow was last counted as an upload.
    counted_in: u32,
}

impl Edge {
    /// The edge after a SYN that ends at `start`, answered with a window of `window` bytes and this scale.
    pub(crate) fn new(start: u32, window: usize, shift: u8) -> Self {
        let window = window.min(usize::from(u16::MAX)) as u32;
        Edge { right: start.wrapping_add(window), shift, ..Edge::default() }
    }

    /// Whether a sequence number lies beyond what the app was told it may send.
    pub(crate) fn is_beyond(&self, sequence: u32) -> bool {
        (sequence.wrapping_sub(self.right) as i32) > 0
    }
}

impl WindowShare {
    pub(crate) fn new(mtu: usize) -> Self {
        let budget = (WINDOW_PACKETS * mtu) as u32;
        WindowShare {
            budget,
            least: 2 * mtu as u32,
            share: budget,
            uploads: 0,
            period: 1,
            period_ends: Instant::ZERO,
        }
    }

    /// A segment run of this size came in on the flow.
    pub(crate) fn note(&mut self, bytes: usize, edge: &mut Edge, now: Instant) {
        if now >= self.period_ends {
            self.period_ends = now + PERIOD;
            self.period = self.period.wrapping_add(1);
            self.share = (self.budget / self.uploads.max(1)).max(self.least);
            self.uploads = 0;
        }
        if bytes >= BULK && edge.counted_in != self.period {
            edge.counted_in = self.period;
            self.uploads += 1;
            // More uploads than in the period before share at once; fewer gain in the next period.
            self.share = self.share.min((self.budget / self.uploads).max(self.least));
        }
    }

    /// Lowers the window field of a TCP header to the flow's share, never moving its right edge back.
    pub(crate) fn clamp(&self, header: &mut [u8], edge: &mut Edge) {
        const SYN_RST_ACK: u8 = 0x16;
        const ACK: u8 = 0x10;
        let [_, _, _, _, _, _, _, _, a, b, c, d, _, flags, high, low, ..] = header else { return };
        if *flags & SYN_RST_ACK != ACK {
            return;
        }
        let acknowledged = u32::from_be_bytes([*a, *b, *c, *d]);
        let offered = u32::from(u16::from_be_bytes([*high, *low])) << edge.shift;
        let promised = edge.right.wrapping_sub(acknowledged) as i32;
        let granted = offered.min(self.share.max(promised.max(0) as u32));
        // Rounded up, or the edge would move back by the bits the scale cuts off.
        let field = granted.div_ceil(1 << edge.shift).min(u32::from(u16::MAX)) as u16;
        let field = field.min(u16::from_be_bytes([*high, *low]));
        edge.right = acknowledged.wrapping_add(u32::from(field) << edge.shift);
        edge.acknowledged = acknowledged;
        [*high, *low] = field.to_be_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ack(number: u32, window: u16) -> [u8; 20] {
        let mut header = [0; 20];
        header[8..12].copy_from_slice(&number.to_be_bytes());
        header[13] = 0x10;
        header[14..16].copy_from_slice(&window.to_be_bytes());
        header
    }

    fn window_of(header: [u8; 20], shift: u8) -> u32 {
        u32::from(u16::from_be_bytes([header[14], header[15]])) << shift
    }

    #[test]
    fn all_windows_together_fit_the_queue() {
        let mut share = WindowShare::new(1500);
        let mut edges = [Edge { shift: 3, ..Edge::default() }; 8];
        let mut total = 0;
        for edge in &mut edges {
            share.note(1500, edge, Instant::ZERO);
        }
        for edge in &mut edges {
            let mut header = ack(0, u16::MAX);
            share.clamp(&mut header, edge);
            total += window_of(header, 3);
        }
        assert!(total <= 500 * 1500, "{total}");
    }

    #[test]
    fn a_promised_window_is_kept_when_the_share_shrinks() {
        let mut share = WindowShare::new(1500);
        let mut first = Edge { shift: 3, ..Edge::default() };
        share.note(1500, &mut first, Instant::ZERO);
        let mut header = ack(1000, u16::MAX);
        share.clamp(&mut header, &mut first);
        let edge = 1000 + window_of(header, 3);
        for _ in 0..9 {
            share.note(1500, &mut Edge::default(), Instant::ZERO);
        }
        let mut later = ack(1500, u16::MAX);
        share.clamp(&mut later, &mut first);
        assert!(1500 + window_of(later, 3) >= edge);
    }

    #[test]
    fn an_upload_that_stops_gives_its_share_back() {
        let mut share = WindowShare::new(1500);
        let mut edges = [Edge::default(); 4];
        for edge in &mut edges {
            share.note(1500, edge, Instant::ZERO);
        }
        let crowded = share.share;
        share.note(1500, &mut edges[0], Instant::from_millis(150));
        share.note(1500, &mut edges[0], Instant::from_millis(300));
        assert!(share.share > crowded);
    }
}
