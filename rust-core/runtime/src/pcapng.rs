//! Writes packets as pcapng (draft-ietf-opsawg-pcapng): raw IP, microseconds, a comment on each packet.

use std::io::{self, Write};

const SECTION_HEADER: u32 = 0x0A0D_0D0A;
const INTERFACE_DESCRIPTION: u32 = 1;
const INTERFACE_STATISTICS: u32 = 5;
const ENHANCED_PACKET: u32 = 6;

const BYTE_ORDER_MAGIC: u32 = 0x1A2B_3C4D;
/// A section whose length is not told.
const UNKNOWN_LENGTH: u64 = u64::MAX;
/// IPv4 or IPv6 by the version in the first byte.
const LINKTYPE_RAW: u16 = 101;

const OPT_COMMENT: u16 = 1;
const SHB_USERAPPL: u16 = 4;
const IF_NAME: u16 = 2;
const EPB_FLAGS: u16 = 2;
const ISB_IFDROP: u16 = 5;
/// The longest option that is written; a comment is cut to it.
const MAX_OPTION: usize = 4_096;

/// Which way a packet went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// From an app.
    FromApp,
    /// To an app.
    ToApp,
}

/// A pcapng file in the making: one section, one interface.
pub(crate) struct PcapngWriter<W: Write> {
    out: W,
    /// The block being put together.
    block: Vec<u8>,
}

impl<W: Write> PcapngWriter<W> {
    /// Begins the file.
    ///
    /// # Errors
    /// As the sink's.
    pub(crate) fn new(out: W) -> io::Result<Self> {
        let mut writer = PcapngWriter { out, block: Vec::new() };
        writer.begin(SECTION_HEADER);
        writer.put(&BYTE_ORDER_MAGIC.to_ne_bytes());
        writer.put(&1u16.to_ne_bytes());
        writer.put(&0u16.to_ne_bytes());
        writer.put(&UNKNOWN_LENGTH.to_ne_bytes());
        writer.option(SHB_USERAPPL, concat!("hushwall ", env!("CARGO_PKG_VERSION")).as_bytes());
        writer.end()?;
        writer.begin(INTERFACE_DESCRIPTION);
        writer.put(&LINKTYPE_RAW.to_ne_bytes());
        writer.put(&0u16.to_ne_bytes());
        writer.put(&0u32.to_ne_bytes()); // packets are never cut
        writer.option(IF_NAME, b"tun");
        writer.end()?;
        Ok(writer)
    }

    /// Writes one packet, `at` in microseconds since 1970, with the comment unless it is empty.
    ///
    /// # Errors
    /// As the sink's.
    pub(crate) fn packet(
        &mut self,
        at: u64,
        direction: Direction,
        packet: &[u8],
        comment: &str,
    ) -> io::Result<()> {
        let length = packet.len() as u32;
        self.begin(ENHANCED_PACKET);
        self.put(&0u32.to_ne_bytes());
        self.put(&((at >> 32) as u32).to_ne_bytes());
        self.put(&(at as u32).to_ne_bytes());
        self.put(&length.to_ne_bytes());
        self.put(&length.to_ne_bytes());
        self.put(packet);
        self.pad();
        let flags: u32 = match direction {
            Direction::ToApp => 1,
            Direction::FromApp => 2,
        };
        self.option(EPB_FLAGS, &flags.to_ne_bytes());
        if !comment.is_empty() {
            self.option(OPT_COMMENT, cut(comment).as_bytes());
        }
        self.end()
    }

    /// Ends the file with how many packets are missing from it.
    ///
    /// # Errors
    /// As the sink's.
    pub(crate) fn finish(mut self, at: u64, dropped: u64) -> io::Result<()> {
        self.begin(INTERFACE_STATISTICS);
        self.put(&0u32.to_ne_bytes());
        self.put(&((at >> 32) as u32).to_ne_bytes());
        self.put(&(at as u32).to_ne_bytes());
        self.option(ISB_IFDROP, &dropped.to_ne_bytes());
        self.end()?;
        self.out.flush()
    }

    /// Hands what is written so far to the system.
    ///
    /// # Errors
    /// As the sink's.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn begin(&mut self, kind: u32) {
        self.block.clear();
        self.put(&kind.to_ne_bytes());
        self.put(&[0; 4]); // the length, known at the end
    }

    fn put(&mut self, bytes: &[u8]) {
        self.block.extend_from_slice(bytes);
    }

    fn pad(&mut self) {
        self.block.resize(self.block.len().next_multiple_of(4), 0);
    }

    fn option(&mut self, code: u16, value: &[u8]) {
        self.put(&code.to_ne_bytes());
        self.put(&(value.len() as u16).to_ne_bytes());
        self.put(value);
        self.pad();
    }

    /// Every block of ours has options: their end, and the length on both sides.
    fn end(&mut self) -> io::Result<()> {
        self.put(&[0; 4]);
        let length = (self.block.len() as u32 + 4).to_ne_bytes();
        self.block[4..8].copy_from_slice(&length);
        self.put(&length);
        self.out.write_all(&self.block)
    }
}

/// The comment, cut at a character's border to what an option takes.
fn cut(comment: &str) -> &str {
    &comment[..comment.floor_char_boundary(MAX_OPTION)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A block: its type and body.
    fn blocks(mut file: &[u8]) -> Vec<(u32, Vec<u8>)> {
        let mut blocks = Vec::new();
        while !file.is_empty() {
            let length = u32_at(file, 4) as usize;
            assert_eq!(length % 4, 0);
            assert_eq!(u32_at(file, length - 4) as usize, length);
            blocks.push((u32_at(file, 0), file[8..length - 4].to_vec()));
            file = &file[length..];
        }
        blocks
    }

    fn options(mut bytes: &[u8]) -> Vec<(u16, Vec<u8>)> {
        let mut options = Vec::new();
        while u32_at(bytes, 0) != 0 {
            let code = u16::from_ne_bytes([bytes[0], bytes[1]]);
            let length = usize::from(u16::from_ne_bytes([bytes[2], bytes[3]]));
            options.push((code, bytes[4..4 + length].to_vec()));
            bytes = &bytes[4 + length.next_multiple_of(4)..];
        }
        assert_eq!(bytes.len(), 4);
        options
    }

    fn u32_at(bytes: &[u8], at: usize) -> u32 {
        u32::from_ne_bytes(bytes[at..at + 4].try_into().unwrap())
    }

    #[test]
    fn a_file_reads_back_byte_for_byte() {
        let mut file = Vec::new();
        let mut writer = PcapngWriter::new(&mut file).unwrap();
        let at = 1_700_000_000_123_456;
        writer.packet(at, Direction::FromApp, &[0x45, 1, 2, 3, 4], "app=/usr/bin/curl").unwrap();
        writer.packet(at + 1, Direction::ToApp, &[0x60; 8], "").unwrap();
        writer.finish(at + 2, 7).unwrap();

        let blocks = blocks(&file);
        let kinds: Vec<u32> = blocks.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(kinds, [0x0A0D_0D0A, 1, 6, 6, 5]);
        assert_eq!(blocks[0].1[..8], [0x4D, 0x3C, 0x2B, 0x1A, 1, 0, 0, 0]);
        assert_eq!(blocks[1].1[..8], [101, 0, 0, 0, 0, 0, 0, 0]);

        let first = &blocks[2].1;
        assert_eq!(u64::from(u32_at(first, 4)) << 32 | u64::from(u32_at(first, 8)), at);
        assert_eq!((u32_at(first, 12), u32_at(first, 16)), (5, 5));
        assert_eq!(first[20..28], [0x45, 1, 2, 3, 4, 0, 0, 0]);
        let comment = b"app=/usr/bin/curl".to_vec();
        assert_eq!(options(&first[28..]), [(2, vec![2, 0, 0, 0]), (1, comment)]);

        let second = &blocks[3].1;
        assert_eq!(second[20..28], [0x60; 8]);
        assert_eq!(options(&second[28..]), [(2, vec![1, 0, 0, 0])]);
        assert_eq!(options(&blocks[4].1[12..]), [(5, vec![7, 0, 0, 0, 0, 0, 0, 0])]);
    }

    #[test]
    fn a_comment_too_long_is_cut_between_characters() {
        let mut file = Vec::new();
        let mut writer = PcapngWriter::new(&mut file).unwrap();
        let comment = format!("a{}", "é".repeat(MAX_OPTION));
        writer.packet(0, Direction::ToApp, &[], &comment).unwrap();
        let options = options(&blocks(&file)[2].1[20..]);
        let text = String::from_utf8(options[1].1.clone()).unwrap();
        assert_eq!(text.len(), MAX_OPTION - 1);
        assert!(comment.starts_with(&text));
    }
}
