//! Packets that were cut when they were captured, and those that a network card was to cut.

/// Copies an IP packet whose length fields say more than there is and makes them say what there is, so that its
/// headers and the beginning of its payload can be read as any packet's.
///
/// Also packets whose IPv4 total length is 0: they were captured above a card that segments them itself.
/// False where there is not even an IP header.
pub(crate) fn mend(packet: &[u8], out: &mut Vec<u8>) -> bool {
    let packet = &packet[..packet.len().min(MAX_LENGTH)];
    out.clear();
    out.extend_from_slice(packet);
    let (protocol, header_len) = match packet.first().map(|first| first >> 4) {
        Some(4) if packet.len() >= 20 => {
            out[2..4].copy_from_slice(&(packet.len() as u16).to_be_bytes());
            (packet[9], usize::from(packet[0] & 0x0f) * 4)
        }
        Some(6) if packet.len() >= 40 => {
            out[4..6].copy_from_slice(&((packet.len() - 40) as u16).to_be_bytes());
            (packet[6], 40)
        }
        Some(_) | None => return false,
    };
    let is_first = packet[0] >> 4 == 6 || packet[6..8] == [0, 0] || packet[6..8] == [0x40, 0];
    if protocol == UDP
        && is_first
        && let Some(length) = out.get_mut(header_len + 4..header_len + 6)
    {
        length.copy_from_slice(&((packet.len() - header_len) as u16).to_be_bytes());
    }
    true
}

/// The length of an IP packet as its header states it; none where an IPv4 header says 0 or there is no header.
pub(crate) fn stated_length(packet: &[u8]) -> Option<usize> {
    let length = |at: usize| {
        let bytes = *packet.get(at..)?.first_chunk()?;
        Some(usize::from(u16::from_be_bytes(bytes)))
    };
    match packet.first()? >> 4 {
        4 => length(2).filter(|&length| length > 0),
        6 => Some(40 + length(4)?),
        _ => None,
    }
}

/// What the length fields can say, and the bytes of the smallest header less.
const MAX_LENGTH: usize = 65_535;
const UDP: u8 = 17;
