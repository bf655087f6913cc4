//! Frames out of a capture file, of whatever format, and what was wrong with the file.
//!
//! A reader of our own: those that there are end at the first wrong length, and here what comes after it counts.

use std::fmt;
use std::io::{self, Read};

use wire::Malformed;

use input::Input;
use pcap::Pcap;
use pcapng::Pcapng;

mod input;
mod order;
mod pcap;
mod pcapng;

/// The frames of a capture, in the file's order: pcap with microseconds or nanoseconds, or pcapng with any number of
/// sections and interfaces, each in either byte order.
pub struct Packets<R> {
    input: Input<R>,
    format: Format,
}

/// A frame as it was captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Where in the file its record begins, in bytes.
    pub offset: u64,
    /// Its link layer: a number of the registry of LINKTYPE values (tcpdump.org/linktypes.html).
    pub link: u16,
    /// How long it was on the wire, in bytes; it may have been cut when it was captured.
    pub original: usize,
    /// What was captured of it.
    pub bytes: &'a [u8],
}

/// Something in a capture that cannot be read as it should be. It costs what it says and no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Where in the file, in bytes.
    pub offset: u64,
    /// What is wrong there.
    pub fault: Fault,
}

/// What can be wrong in a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The file ends before the packet or header that begins here does; what there is of a packet is read.
    #[error("the file ends in the middle of what begins here")]
    Cut,
    /// What is here is no packet; reading went on so many bytes further.
    #[error("{0} bytes are no packet and were skipped")]
    Skipped(u64),
    /// The record's length leads to no other record; the packet was read up to the next one.
    #[error("the packet's length in the file is wrong; it was read up to the next packet")]
    Length,
    /// A pcapng packet of an interface that the file does not describe; it was skipped.
    #[error(
        "the packet belongs to interface {0}, which the file does not describe; it was skipped"
    )]
    Interface(u32),
    /// A packet whose headers contradict themselves; it was skipped.
    #[error("the packet is malformed ({0}) and was skipped")]
    Packet(#[from] Malformed),
}

/// Why there is nothing to read.
#[derive(Debug, thiserror::Error)]
pub enum NoCapture {
    /// It has no bytes at all.
    #[error("it is empty")]
    Empty,
    /// It is compressed, by this program.
    #[error("it is compressed with {0}, and captures are read uncompressed")]
    Compressed(&'static str),
    /// A relative of pcap with other records.
    #[error("it is a variant of pcap that is not read (magic number {0:08x})")]
    Variant(u32),
    /// It begins with none of the magic numbers.
    #[error("it is no capture: it begins neither as pcap nor as pcapng")]
    Unknown,
    /// The system's word.
    #[error(transparent)]
    Io(#[from] io::Error),
}

enum Format {
    Pcap(Pcap),
    Pcapng(Pcapng),
}

impl<R: Read> Packets<R> {
    /// Begins to read. No buffering of the reader's own is needed.
    ///
    /// # Errors
    /// [`NoCapture`], told by the first bytes.
    pub fn open(reader: R) -> Result<Self, NoCapture> {
        let mut input = Input::new(reader);
        let beginning = input.peek(LONGEST_MAGIC);
        let format = if let Some(pcap) = Pcap::recognise(beginning) {
            Format::Pcap(pcap)
        } else if let Some(pcapng) = Pcapng::recognise(beginning) {
            Format::Pcapng(pcapng)
        } else {
            let reason = reason(beginning);
            return Err(input.error().map_or(reason, NoCapture::Io));
        };
        Ok(Packets { input, format })
    }

    /// The next frame; none at the end. What was wrong on the way to it is told first.
    pub fn next(&mut self, told: &mut dyn FnMut(Damage)) -> Option<Frame<'_>> {
        match &mut self.format {
            Format::Pcap(pcap) => pcap.next(&mut self.input, told),
            Format::Pcapng(pcapng) => pcapng.next(&mut self.input, told),
        }
    }

    /// What the system said where reading ended before the file did.
    pub fn error(&mut self) -> Option<io::Error> {
        self.input.error()
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at byte {}: {}", self.offset, self.fault)
    }
}

/// A pcapng section header's type, length and byte-order magic.
const LONGEST_MAGIC: usize = 12;

fn reason(beginning: &[u8]) -> NoCapture {
    const COMPRESSED: [(&[u8], &str); 5] = [
        (b"\x1f\x8b", "gzip"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"\xfd7zXZ", "xz"),
        (b"BZh", "bzip2"),
        (b"\x04\x22\x4d\x18", "lz4"),
    ];
    /// Of pcap files with longer records, by Kuznetzov and by Navtel.
    const VARIANTS: [u32; 2] = [0xa1b2_cd34, 0xa1e2_cb12];
    let Some(&first) = beginning.first_chunk() else {
        return if beginning.is_empty() { NoCapture::Empty } else { NoCapture::Unknown };
    };
    let magic = [u32::from_le_bytes(first), u32::from_be_bytes(first)];
    if let Some(variant) = VARIANTS.into_iter().find(|variant| magic.contains(variant)) {
        return NoCapture::Variant(variant);
    }
    match COMPRESSED.iter().find(|(start, _)| beginning.starts_with(start)) {
        Some((_, program)) => NoCapture::Compressed(program),
        None => NoCapture::Unknown,
    }
}
