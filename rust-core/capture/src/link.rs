//! What lies below IP in a frame: skipped, whatever it is.

/// The IP packet in a frame and what follows it, or why there is none.
///
/// `link` is a LINKTYPE value: Ethernet (1, with any VLAN tags), raw IP (101, 228, 229, and 12 and 14 as some systems
/// write), Linux cooked captures (113 and 276), and the loopback of the BSDs (0 and 108).
pub(crate) fn ip_packet(link: u16, frame: &[u8]) -> Result<&[u8], NoPacket> {
    let (ether_type, rest) = match link {
        RAW | RAW_BSD | RAW_OPENBSD | IPV4 | IPV6 => return Ok(frame),
        NULL | LOOP => {
            let (&family, rest) = frame.split_first_chunk::<4>().ok_or(NoPacket::TooShort)?;
            // In the order of the machine that captured it, which nothing tells.
            let family = u32::from_be_bytes(family);
            let is_ip = FAMILIES.iter().any(|&ip| family == ip || family.swap_bytes() == ip);
            return if is_ip { Ok(rest) } else { Err(NoPacket::NotIp) };
        }
        ETHERNET => type_at(frame, 12),
        LINUX_COOKED => type_at(frame, 14),
        LINUX_COOKED_2 => type_at(frame, 0).map(|(kind, _)| (kind, frame.get(20..).unwrap_or(&[]))),
        _ => return Err(NoPacket::UnknownLink),
    }
    .ok_or(NoPacket::TooShort)?;
    inside_tags(ether_type, rest)
}

/// Why a frame has no IP packet that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoPacket {
    /// Another protocol, such as ARP.
    NotIp,
    /// A link layer that is not read here.
    UnknownLink,
    /// Less than the link layer's own header.
    TooShort,
}

const NULL: u16 = 0;
const ETHERNET: u16 = 1;
const RAW_BSD: u16 = 12;
const RAW_OPENBSD: u16 = 14;
const RAW: u16 = 101;
const LOOP: u16 = 108;
const LINUX_COOKED: u16 = 113;
const IPV4: u16 = 228;
const IPV6: u16 = 229;
const LINUX_COOKED_2: u16 = 276;

/// AF_INET, and AF_INET6 of Linux, NetBSD and OpenBSD, FreeBSD, and macOS.
const FAMILIES: [u32; 5] = [2, 10, 24, 28, 30];
/// EtherTypes, IEEE 802.
const ETHER_IPV4: u16 = 0x0800;
const ETHER_IPV6: u16 = 0x86dd;
/// IEEE 802.1Q, 802.1ad, and what was used for the outer tag before it.
const TAGS: [u16; 3] = [0x8100, 0x88a8, 0x9100];
/// Tags around a packet; two are usual.
const MAX_TAGS: usize = 4;

/// Skips VLAN tags, of four bytes each.
fn inside_tags(mut ether_type: u16, mut rest: &[u8]) -> Result<&[u8], NoPacket> {
    for _ in 0..MAX_TAGS {
        if !TAGS.contains(&ether_type) {
            break;
        }
        (ether_type, rest) = type_at(rest, 2).ok_or(NoPacket::TooShort)?;
    }
    if matches!(ether_type, ETHER_IPV4 | ETHER_IPV6) { Ok(rest) } else { Err(NoPacket::NotIp) }
}

/// The EtherType at this place and what follows it.
fn type_at(frame: &[u8], at: usize) -> Option<(u16, &[u8])> {
    let (&kind, rest) = frame.get(at..)?.split_first_chunk()?;
    Some((u16::from_be_bytes(kind), rest))
}
