//! The way of packets to the TUN: written at once where it takes them, queued where it does not.
//!
//! A packet towards an app that gets lost costs a TCP flow one second (smoltcp's shortest retransmission time-out). So
//! TCP does not make packets while the queue holds any; only what has no ring of its own (UDP, ICMP, resets) waits here.

use std::collections::VecDeque;

use crate::outside::{Outside, TunError};
use crate::settings::TUN_QUEUE;

/// The TUN as the relays see it.
#[derive(Debug)]
pub(crate) struct Tun {
    pub(crate) mtu: usize,
    /// IP packets up to this size are tried; becomes the MTU at the first refusal.
    pub(crate) largest_packet: usize,
    queue: VecDeque<Box<[u8]>>,
    /// Packets lost because the queue was full.
    pub(crate) lost: u64,
}

/// The system has no memory for a packet beyond the MTU: cut it and try again.
#[derive(Debug)]
pub(crate) struct MustCut;

impl Tun {
    pub(crate) fn new(mtu: usize, largest_packet: usize) -> Self {
        Tun { mtu, largest_packet: largest_packet.max(mtu), queue: VecDeque::new(), lost: 0 }
    }

    pub(crate) fn set_mtu(&mut self, mtu: usize, largest_packet: usize) {
        self.mtu = mtu;
        self.largest_packet = largest_packet.max(mtu);
    }

    /// Whether packets wait for the TUN; then TCP holds its own back.
    pub(crate) fn is_full(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Writes or queues one packet.
    ///
    /// # Errors
    /// [`MustCut`]: the packet is beyond the MTU and was not taken; from now on no packet should be.
    pub(crate) fn send(&mut self, packet: &[u8], out: &mut impl Outside) -> Result<(), MustCut> {
        if self.is_full() {
            self.enqueue(packet);
            return Ok(());
        }
        match out.write_packet(packet) {
            Ok(()) => {}
            Err(TunError::TooLarge) if packet.len() > self.mtu => {
                self.largest_packet = self.mtu;
                return Err(MustCut);
            }
            Err(TunError::TooLarge | TunError::Full) => self.enqueue(packet),
        }
        Ok(())
    }

    /// The TUN takes packets again: writes what waited.
    pub(crate) fn drain(&mut self, out: &mut impl Outside) {
        while let Some(packet) = self.queue.front() {
            match out.write_packet(packet) {
                Ok(()) => {}
                // It was made before the first refusal, and would hold all others up for ever.
                Err(TunError::TooLarge) if packet.len() > self.mtu => {
                    self.largest_packet = self.mtu;
                    self.lost += 1;
                }
                Err(TunError::TooLarge | TunError::Full) => return,
            }
            self.queue.pop_front();
        }
    }

    fn enqueue(&mut self, packet: &[u8]) {
        if self.queue.len() < TUN_QUEUE {
            self.queue.push_back(packet.into());
        } else {
            self.lost += 1;
        }
    }
}
