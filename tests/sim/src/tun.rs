//! The link between the apps and the engine, with its faults.

use std::collections::VecDeque;

use smoltcp::phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::time::Instant;

/// How often, of 100 packets, the link does what to one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// Loses it.
    pub lose: u8,
    /// Delivers it twice.
    pub repeat: u8,
    /// Delivers it after the next one.
    pub swap: u8,
    /// Changes one of its bits; towards the app only, for what an app's kernel writes to a TUN goes over no wire.
    pub damage: u8,
}

/// One direction of the link.
#[derive(Debug, Default)]
pub(crate) struct Link {
    packets: VecDeque<Vec<u8>>,
    faults: Faults,
    random: u64,
}

impl Link {
    pub(crate) fn new(faults: Faults, seed: u64) -> Self {
        Link { packets: VecDeque::new(), faults, random: seed | 1 }
    }

    pub(crate) fn set_faults(&mut self, faults: Faults) {
        self.faults = faults;
    }

    pub(crate) fn push(&mut self, mut packet: Vec<u8>) {
        if self.happens(self.faults.lose) {
            return;
        }
        if self.happens(self.faults.damage) && !packet.is_empty() {
            let place = self.next() as usize % packet.len();
            packet[place] ^= 1 << (self.next() % 8);
        }
        if self.happens(self.faults.repeat) {
            self.packets.push_back(packet.clone());
        }
        let swapped = self.happens(self.faults.swap);
        let place = self.packets.len() - usize::from(swapped && !self.packets.is_empty());
        self.packets.insert(place, packet);
    }

    pub(crate) fn pop(&mut self) -> Option<Vec<u8>> {
        self.packets.pop_front()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.packets.is_empty()
    }

    fn happens(&mut self, percent: u8) -> bool {
        percent > 0 && self.next() % 100 < u64::from(percent)
    }

    /// xorshift64: any numbers will do, as long as the seed gives the same ones again.
    fn next(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }
}

/// The apps' end of the TUN, for their stack.
#[derive(Debug)]
pub(crate) struct AppDevice {
    pub(crate) mtu: usize,
    pub(crate) to_app: Link,
    pub(crate) to_engine: Link,
}

impl Device for AppDevice {
    type RxToken<'a> = Received;
    type TxToken<'a> = Transmit<'a>;

    fn receive(&mut self, _: Instant) -> Option<(Received, Transmit<'_>)> {
        let packet = self.to_app.pop()?;
        Some((Received(packet), Transmit(&mut self.to_engine)))
    }

    fn transmit(&mut self, _: Instant) -> Option<Transmit<'_>> {
        Some(Transmit(&mut self.to_engine))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ip;
        capabilities.max_transmission_unit = self.mtu;
        capabilities
    }
}

pub(crate) struct Received(Vec<u8>);

impl RxToken for Received {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, read: F) -> R {
        read(&self.0)
    }
}

pub(crate) struct Transmit<'a>(&'a mut Link);

impl TxToken for Transmit<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, write: F) -> R {
        let mut packet = vec![0; len];
        let result = write(&mut packet);
        self.0.push(packet);
        result
    }
}
