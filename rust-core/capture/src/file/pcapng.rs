//! The pcapng format (draft-ietf-opsawg-pcapng): blocks of a type and a length, which stands at both ends.
//!
//! So a wrong length is known at once, and the next whole block is found by its looks.

use std::io::Read;

use super::input::Input;
use super::order::Order;
use super::{Damage, Fault, Frame};

/// A pcapng file and how far it has been read.
pub(super) struct Pcapng {
    /// Of the current section.
    order: Order,
    /// Those of the current section, in the order of their descriptions.
    interfaces: Vec<Interface>,
}

impl Pcapng {
    pub(super) fn recognise(beginning: &[u8]) -> Option<Self> {
        let order = section_order(beginning)?;
        Some(Pcapng { order, interfaces: Vec::new() })
    }

    /// The next frame, wherever it lies.
    pub(super) fn next<'a, R: Read>(
        &mut self,
        input: &'a mut Input<R>,
        told: &mut dyn FnMut(Damage),
    ) -> Option<Frame<'a>> {
        loop {
            let offset = input.offset();
            let mut tell = |fault| told(Damage { offset, fault });
            let (block, fault) = self.block(input)?;
            if let Some(fault) = fault {
                tell(fault);
            }
            match self.read(input.peek(block.whole), &block) {
                Ok(Some(packet)) => {
                    if packet.is_cut && fault.is_none() {
                        tell(Fault::Length);
                    }
                    let bytes = input.take(block.whole).get(packet.at..packet.at + packet.captured);
                    let (link, original) = (packet.link, packet.original);
                    return Some(Frame {
                        offset,
                        link,
                        original,
                        bytes: bytes.unwrap_or_default(),
                    });
                }
                Ok(None) => {}
                Err(fault) => tell(fault),
            }
            input.skip(block.whole);
        }
    }

    /// The block that comes next, its length made right where that was wrong; none at the end.
    fn block<R: Read>(&mut self, input: &mut Input<R>) -> Option<(Block, Option<Fault>)> {
        let header = input.peek(SMALLEST_BLOCK);
        if header.is_empty() {
            return None;
        }
        // A section may come in another byte order than the one before.
        let order = section_order(header).unwrap_or(self.order);
        let stated = block_length(header, order);
        let window = input.peek(stated.unwrap_or(SMALLEST_BLOCK));
        if let Some(whole) = stated.filter(|&whole| ends_with_length(window, whole, order)) {
            return Some((Block { order, whole, body_end: whole - LENGTH }, None));
        }
        let is_packet = order.u32(window, 0).is_some_and(|kind| PACKETS.contains(&kind));
        let (skipped, has_ended) = self.next_block(input);
        let body_end = if has_ended { skipped } else { skipped.saturating_sub(LENGTH) };
        let fault = match (has_ended, stated) {
            (true, Some(stated)) if skipped < stated => Fault::Cut,
            (true, None) if skipped < SMALLEST_BLOCK => Fault::Cut,
            _ if is_packet => Fault::Length,
            _ => Fault::Skipped(skipped as u64),
        };
        Some((Block { order, whole: skipped, body_end }, Some(fault)))
    }

    /// How far away the next whole block is, and whether there is none and the file ends there. What is too far away is
    /// looked for in steps.
    fn next_block<R: Read>(&self, input: &mut Input<R>) -> (usize, bool) {
        let mut from = 1;
        loop {
            let window = input.peek(from + SCAN);
            for at in from..window.len() {
                let rest = &window[at..];
                let order = section_order(rest).unwrap_or(self.order);
                let is_known = order.u32(rest, 0).is_some_and(|kind| KNOWN.contains(&kind));
                if is_known
                    && let Some(whole) = block_length(rest, order)
                    && ends_with_length(rest, whole, order)
                {
                    return (at, false);
                }
            }
            if window.len() < from + SCAN {
                return (window.len(), true);
            }
            from += SCAN / 2;
            if from > LARGEST_BLOCK {
                return (from, false);
            }
        }
    }

    /// Reads a block: the packet in it, if it is of that kind.
    fn read(&mut self, bytes: &[u8], block: &Block) -> Result<Option<Packet>, Fault> {
        let order = block.order;
        let body = bytes.get(..block.body_end).unwrap_or(bytes);
        match order.u32(bytes, 0) {
            Some(SECTION_HEADER) => {
                self.order = order;
                self.interfaces.clear();
                Ok(None)
            }
            Some(INTERFACE_DESCRIPTION) => {
                if let (Some(link), Some(longest)) = (order.u16(body, 8), order.u32(body, 12)) {
                    self.interfaces.push(Interface { link, longest });
                }
                Ok(None)
            }
            Some(ENHANCED_PACKET) => {
                self.packet(order.u32(body, 8), order.u32(body, 20), order.u32(body, 24), 28, body)
            }
            Some(OLD_PACKET) => {
                let interface = order.u16(body, 8).map(u32::from);
                self.packet(interface, order.u32(body, 20), order.u32(body, 24), 28, body)
            }
            Some(SIMPLE_PACKET) => {
                let original = order.u32(body, 8);
                let longest = self.interfaces.first().map_or(0, |first| first.longest);
                let longest = if longest == 0 { u32::MAX } else { longest };
                // How much was captured is not told, so the block's end is what bounds it.
                let room = u32::try_from(body.len().saturating_sub(12)).unwrap_or(u32::MAX);
                let captured = original.map(|original| original.min(longest).min(room));
                self.packet(Some(0), captured, original, 12, body)
            }
            Some(_) | None => Ok(None),
        }
    }

    fn packet(
        &self,
        interface: Option<u32>,
        captured: Option<u32>,
        original: Option<u32>,
        at: usize,
        body: &[u8],
    ) -> Result<Option<Packet>, Fault> {
        let (Some(number), Some(captured), Some(original)) = (interface, captured, original) else {
            return Ok(None);
        };
        let interface = self.interfaces.get(number as usize).ok_or(Fault::Interface(number))?;
        let room = body.len().saturating_sub(at);
        let captured = captured as usize;
        Ok(Some(Packet {
            link: interface.link,
            original: (original as usize).max(captured.min(room)),
            at,
            captured: captured.min(room),
            is_cut: captured > room,
        }))
    }
}

/// An interface that packets were captured on.
struct Interface {
    link: u16,
    /// The most that was captured of a packet, in bytes; 0 for all.
    longest: u32,
}

/// Where a block lies, from the place reading has come to.
struct Block {
    order: Order,
    /// Up to the next block.
    whole: usize,
    /// Up to the second length.
    body_end: usize,
}

/// A packet's place in its block.
struct Packet {
    link: u16,
    original: usize,
    at: usize,
    captured: usize,
    /// The block ends before the packet does.
    is_cut: bool,
}

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;
const INTERFACE_DESCRIPTION: u32 = 1;
const OLD_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;
const PACKETS: [u32; 3] = [OLD_PACKET, SIMPLE_PACKET, ENHANCED_PACKET];
/// The types by which a block is found again: those above, name resolution, statistics, journal entry and secrets.
const KNOWN: [u32; 9] = [
    SECTION_HEADER,
    INTERFACE_DESCRIPTION,
    OLD_PACKET,
    SIMPLE_PACKET,
    4,
    5,
    ENHANCED_PACKET,
    9,
    10,
];
/// Type and two lengths.
const SMALLEST_BLOCK: usize = 12;
const LENGTH: usize = 4;
/// Larger ones are taken for damage, as Wireshark does.
const LARGEST_BLOCK: usize = 16 * 1024 * 1024;
/// Bytes that are looked through at a time for the next block; most blocks are smaller by far.
const SCAN: usize = 512 * 1024;

/// The byte order of the section that begins here, if one does.
fn section_order(bytes: &[u8]) -> Option<Order> {
    let is_section = Order::Little.u32(bytes, 0) == Some(SECTION_HEADER);
    is_section.then(|| Order::of(bytes.get(8..)?, BYTE_ORDER_MAGIC)).flatten()
}

/// The length of the block that begins with these bytes, if a block can have it.
fn block_length(bytes: &[u8], order: Order) -> Option<usize> {
    let length = order.u32(bytes, 4)? as usize;
    (SMALLEST_BLOCK..=LARGEST_BLOCK).contains(&length).then_some(length).filter(|it| it % 4 == 0)
}

/// Whether a block of this length stands at the beginning of these bytes, whole.
fn ends_with_length(bytes: &[u8], length: usize, order: Order) -> bool {
    bytes.len() >= length && order.u32(bytes, length - LENGTH) == Some(length as u32)
}
