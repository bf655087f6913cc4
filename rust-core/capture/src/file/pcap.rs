//! The classic pcap format (draft-ietf-opsawg-pcap): one header, then records, each with a header of 16 bytes.
//!
//! Nothing marks where a record begins, so a wrong length is found by the header it leads to, which is then none. What
//! follows is found by its looks: headers whose numbers are possible, each leading to the next.

use std::io::Read;

use super::input::Input;
use super::order::Order;
use super::{Damage, Fault, Frame};

/// A pcap file and how far it has been read.
pub(super) struct Pcap {
    order: Order,
    /// Parts of a second in the time stamps' second number.
    fractions: u32,
    /// The link layer of all frames; none before the file's header has been read.
    link: Option<u16>,
    /// The most that a frame can have, in bytes.
    longest: usize,
    /// The second of the latest good record.
    second: Option<u32>,
}

impl Pcap {
    pub(super) fn recognise(beginning: &[u8]) -> Option<Self> {
        [(MICROSECONDS, 1_000_000), (NANOSECONDS, 1_000_000_000)].into_iter().find_map(
            |(magic, fractions)| {
                let order = Order::of(beginning, magic)?;
                Some(Pcap { order, fractions, link: None, longest: LONGEST, second: None })
            },
        )
    }

    /// The next frame, wherever it lies.
    pub(super) fn next<'a, R: Read>(
        &mut self,
        input: &'a mut Input<R>,
        told: &mut dyn FnMut(Damage),
    ) -> Option<Frame<'a>> {
        let link = match self.link {
            Some(link) => link,
            None => self.file_header(input, told)?,
        };
        let mut offset = input.offset();
        let mut damaged = |fault| told(Damage { offset, fault });
        if self.record(input.peek(RECORD_HEADER)).is_none() {
            match input.peek(RECORD_HEADER).len() {
                0 => return None,
                RECORD_HEADER => damaged(Fault::Skipped(self.skip_to_record(input))),
                _ => damaged(Fault::Cut),
            }
        }
        offset = input.offset();
        let record = self.record(input.peek(RECORD_HEADER))?;
        let (captured, fault) = self.captured(&record, input);
        if let Some(fault) = fault {
            told(Damage { offset, fault });
        }
        self.second = Some(record.second);
        let bytes = input.take(RECORD_HEADER + captured).get(RECORD_HEADER..)?;
        Some(Frame { offset, link, original: record.original, bytes })
    }

    fn file_header<R: Read>(
        &mut self,
        input: &mut Input<R>,
        told: &mut dyn FnMut(Damage),
    ) -> Option<u16> {
        let header = input.take(FILE_HEADER);
        let (longest, link) = (self.order.u32(header, 16), self.order.u32(header, 20));
        let (Some(longest), Some(link)) = (longest, link) else {
            told(Damage { offset: 0, fault: Fault::Cut });
            return None;
        };
        self.longest = usize::try_from(longest).map_or(LONGEST, |it| it.clamp(LONGEST, LARGEST));
        // The upper half tells of frame check sequences, which the packets' own lengths cut off.
        let link = (link & 0xffff) as u16;
        self.link = Some(link);
        Some(link)
    }

    /// Where the record really ends: as long as its header says, unless that leads to no other record.
    fn captured<R: Read>(&self, record: &Record, input: &mut Input<R>) -> (usize, Option<Fault>) {
        let end = RECORD_HEADER + record.captured;
        let window = input.peek(end + RECORD_HEADER);
        if window.len() == end || self.record(window.get(end..).unwrap_or_default()).is_some() {
            return (record.captured, None);
        }
        // A header lies behind it, and is damaged or not where this length says; or the file has been cut.
        let window = input.peek(end + CHAIN_SPAN);
        let inside = RECORD_HEADER..end.min(window.len());
        match inside.clone().find(|&at| self.begins_chain(&window[at..], record.second)) {
            Some(next) => (next - RECORD_HEADER, Some(Fault::Length)),
            None if window.len() < end => (window.len() - RECORD_HEADER, Some(Fault::Cut)),
            None => (record.captured, None),
        }
    }

    /// Moves on to the next chain of records, or to the end; how many bytes were skipped.
    fn skip_to_record<R: Read>(&self, input: &mut Input<R>) -> u64 {
        let begin = input.offset();
        loop {
            let window = input.peek(SCAN + CHAIN_SPAN);
            let places = window.len().min(SCAN);
            let second = self.second;
            let found = (0..places).find(|&at| {
                let near = second.or_else(|| Some(self.record(&window[at..])?.second));
                near.is_some_and(|near| self.begins_chain(&window[at..], near))
            });
            input.skip(found.unwrap_or(places));
            if found.is_some() || places < SCAN {
                return input.offset() - begin;
            }
        }
    }

    /// Whether several records, or those up to the end of the file, begin with these bytes, all near this second.
    fn begins_chain(&self, mut bytes: &[u8], near: u32) -> bool {
        for _ in 0..CHAIN {
            match self.record(bytes) {
                Some(record) if record.second.abs_diff(near) <= DAY => {
                    let Some(rest) = bytes.get(RECORD_HEADER + record.captured..) else {
                        return false;
                    };
                    bytes = rest;
                    if bytes.is_empty() {
                        return true;
                    }
                }
                Some(_) | None => return false,
            }
        }
        true
    }

    /// The header that these bytes begin with, if its numbers are possible.
    fn record(&self, bytes: &[u8]) -> Option<Record> {
        let fraction = self.order.u32(bytes, 4)?;
        let captured = self.order.u32(bytes, 8)? as usize;
        let original = self.order.u32(bytes, 12)? as usize;
        let second = self.order.u32(bytes, 0)?;
        let is_possible = fraction < self.fractions
            && captured <= original
            && captured <= self.longest
            && (1..=LARGEST).contains(&original);
        is_possible.then_some(Record { second, captured, original })
    }
}

/// A record's header.
struct Record {
    second: u32,
    captured: usize,
    original: usize,
}

const MICROSECONDS: u32 = 0xa1b2_c3d4;
const NANOSECONDS: u32 = 0xa1b2_3c4d;
const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;
/// What libpcap takes from any file (MAXIMUM_SNAPLEN).
const LONGEST: usize = 256 * 1024;
/// What is taken where the file's header says that there are longer ones.
const LARGEST: usize = 16 * 1024 * 1024;
/// How many headers in a row are no accident.
const CHAIN: usize = 3;
/// The bytes in which ordinary chains lie.
const CHAIN_SPAN: usize = CHAIN * 80 * 1024;
/// Places that are looked at before the window moves on.
const SCAN: usize = 64 * 1024;
/// Records that follow each other lie closer in time than this, in seconds.
const DAY: u32 = 86_400;
