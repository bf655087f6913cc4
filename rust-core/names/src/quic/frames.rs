//! The frames that Initial packets may hold (RFC 9000 sections 12.4 and 19).

use crate::tls::cursor::Cursor;

const PADDING: u8 = 0x00;
const PING: u8 = 0x01;
const ACK: u8 = 0x02;
const ACK_ECN: u8 = 0x03;
const CRYPTO: u8 = 0x06;

/// Hands each CRYPTO frame's offset and data to `take`, up to the first frame that does not belong here or is damaged:
/// what came before it has been accepted by a server too.
pub(super) fn crypto(payload: &[u8], mut take: impl FnMut(u64, &[u8])) {
    let mut cursor = Cursor(payload);
    while let Some((offset, data)) = next_crypto(&mut cursor) {
        take(offset, data);
    }
}

/// A variable-length integer, RFC 9000 section 16.
pub(super) fn varint(cursor: &mut Cursor<'_>) -> Option<u64> {
    let first = *cursor.0.first()?;
    let octets = cursor.take(1 << (first >> 6))?;
    let value = octets.iter().fold(0, |value, &byte| value << 8 | u64::from(byte));
    Some(value & (u64::MAX >> (66 - 8 * octets.len())))
}

/// Offset and data of the next CRYPTO frame.
fn next_crypto<'a>(cursor: &mut Cursor<'a>) -> Option<(u64, &'a [u8])> {
    loop {
        let kind = cursor.take(1)?[0];
        match kind {
            PADDING | PING => {}
            ACK | ACK_ECN => skip_ack(cursor, kind == ACK_ECN)?,
            CRYPTO => {
                let offset = varint(cursor)?;
                let length = usize::try_from(varint(cursor)?).ok()?;
                return Some((offset, cursor.take(length)?));
            }
            _ => return None,
        }
    }
}

fn skip_ack(cursor: &mut Cursor<'_>, has_ecn_counts: bool) -> Option<()> {
    let _largest = varint(cursor)?;
    let _delay = varint(cursor)?;
    let ranges = varint(cursor)?;
    let _first_range = varint(cursor)?;
    // Each takes two octets at least, so a false count ends with the packet.
    for _ in 0..ranges {
        let _gap = varint(cursor)?;
        let _length = varint(cursor)?;
    }
    for _ in 0..if has_ecn_counts { 3 } else { 0 } {
        varint(cursor)?;
    }
    Some(())
}
