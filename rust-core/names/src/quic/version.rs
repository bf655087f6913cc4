//! The versions of QUIC whose Initial packets can be opened, and how they differ.

/// What the protection of Initial packets depends on.
#[derive(Debug)]
pub(super) struct Version {
    numbers: std::ops::RangeInclusive<u32>,
    pub(super) initial_salt: [u8; 20],
    /// The labels of key, nonce and header protection key.
    pub(super) labels: [&'static [u8]; 3],
    /// The type bits of an Initial packet.
    initial_type: u8,
}

/// The kinds of long header packets, RFC 9000 section 17.2 and RFC 9369 section 3.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PacketType {
    Initial,
    ZeroRtt,
    Handshake,
    Retry,
}

impl Version {
    pub(super) fn of(number: u32) -> Option<&'static Version> {
        VERSIONS.iter().find(|version| version.numbers.contains(&number))
    }

    /// The type that the first octet of a long header says.
    pub(super) fn packet_type(&self, first: u8) -> PacketType {
        // All versions have the types in the same order, and begin to count elsewhere.
        match (first >> 4).wrapping_sub(self.initial_type) & 3 {
            0 => PacketType::Initial,
            1 => PacketType::ZeroRtt,
            2 => PacketType::Handshake,
            _ => PacketType::Retry,
        }
    }
}

const LABELS_V1: [&[u8]; 3] = [b"quic key", b"quic iv", b"quic hp"];

const VERSIONS: [Version; 4] = [
    // RFC 9001 section 5.2.
    Version {
        numbers: 1..=1,
        initial_salt: [
            0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8,
            0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a,
        ],
        labels: LABELS_V1,
        initial_type: 0,
    },
    // RFC 9369 section 3.
    Version {
        numbers: 0x6b33_43cf..=0x6b33_43cf,
        initial_salt: [
            0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26,
            0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9,
        ],
        labels: [b"quicv2 key", b"quicv2 iv", b"quicv2 hp"],
        initial_type: 1,
    },
    // draft-ietf-quic-tls-29 section 5.2; drafts 30 to 32 kept it.
    Version {
        numbers: 0xff00_001d..=0xff00_0020,
        initial_salt: [
            0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97, 0x86, 0xf1, 0x9c, 0x61,
            0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99,
        ],
        labels: LABELS_V1,
        initial_type: 0,
    },
    // draft-ietf-quic-tls-27 and 28 section 5.2.
    Version {
        numbers: 0xff00_001b..=0xff00_001c,
        initial_salt: [
            0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7, 0xd2, 0x43, 0x2b, 0xb4,
            0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02,
        ],
        labels: LABELS_V1,
        initial_type: 0,
    },
];
