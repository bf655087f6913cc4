//! The internet checksum (RFC 1071), over bytes as they lie in memory.
//!
//! Sums are kept in the machine's own byte order: the one's complement sum does not mind (RFC 1071 section 2 (B)), and
//! the loop over whole words becomes vector instructions.

use std::net::IpAddr;

/// The sum of 16-bit words, not yet folded; an odd last byte counts as if a zero followed it.
///
/// Sums of pieces may be added, as long as every piece but the last has an even length.
pub(crate) fn sum(bytes: &[u8]) -> u64 {
    let mut lanes = [0u64; 8];
    let (blocks, tail) = bytes.as_chunks::<32>();
    for block in blocks {
        let (words, _) = block.as_chunks::<4>();
        for (lane, word) in lanes.iter_mut().zip(words) {
            *lane += u64::from(u32::from_ne_bytes(*word));
        }
    }
    let (words, odd) = tail.as_chunks::<2>();
    let tail: u64 = words.iter().map(|word| u64::from(u16::from_ne_bytes(*word))).sum();
    let odd = odd.first().map_or(0, |&byte| u64::from(u16::from_ne_bytes([byte, 0])));
    lanes.iter().sum::<u64>() + tail + odd
}

/// The sum of the pseudo header of TCP, UDP and ICMPv6 (RFC 9293 section 3.1, RFC 8200 section 8.1).
///
/// `length` is that of the transport header and its payload, at most 65,535.
pub(crate) fn pseudo_header(
    source: IpAddr,
    destination: IpAddr,
    protocol: u8,
    length: usize,
) -> u64 {
    address(source) + address(destination) + protocol_and_length(protocol, length)
}

/// The part of the pseudo header after the addresses.
pub(crate) fn protocol_and_length(protocol: u8, length: usize) -> u64 {
    u64::from(u16::from(protocol).to_be()) + u64::from((length as u16).to_be())
}

/// The checksum that makes the sum right, ready to be stored with [`u16::to_ne_bytes`].
///
/// Over bytes that already hold a right checksum the answer is 0.
pub(crate) fn complement(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

fn address(address: IpAddr) -> u64 {
    match address {
        IpAddr::V4(address) => sum(&address.octets()),
        IpAddr::V6(address) => sum(&address.octets()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// RFC 1071 section 4.1, word by word, in network byte order.
    fn plainly(bytes: &[u8]) -> u16 {
        let words =
            bytes.chunks(2).map(|pair| u16::from_be_bytes([pair[0], *pair.get(1).unwrap_or(&0)]));
        let mut sum = words.map(u32::from).sum::<u32>();
        while sum > 0xffff {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        !(sum as u16)
    }

    #[test]
    fn the_example_of_rfc_1071() {
        let bytes = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7];
        assert_eq!(complement(sum(&bytes)).to_ne_bytes(), (!0xddf2u16).to_be_bytes());
    }

    proptest! {
        #[test]
        fn equals_the_plain_algorithm(bytes in proptest::collection::vec(any::<u8>(), 0..3000)) {
            prop_assert_eq!(complement(sum(&bytes)).to_ne_bytes(), plainly(&bytes).to_be_bytes());
        }
    }

    #[test]
    fn the_largest_packet_of_ones_does_not_overflow() {
        let bytes = vec![0xff; 65_535];
        assert_eq!(complement(sum(&bytes)).to_ne_bytes(), plainly(&bytes).to_be_bytes());
    }
}
