//! Long header packets (RFC 9000 section 17.2), and how an Initial packet is opened.

use aes_gcm::Aes128Gcm;
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::aes::Aes128;
use aes_gcm::aes::cipher::BlockCipherEncrypt;

use super::frames::varint;
use super::keys::Keys;
use super::version::{PacketType, Version};
use crate::tls::cursor::Cursor;

/// What a datagram carries.
pub(super) enum Packet<'a> {
    Initial(Initial<'a>),
    ZeroRtt,
    /// Another packet of a known version.
    Other,
}

/// An Initial packet, still protected.
pub(super) struct Initial<'a> {
    version: &'static Version,
    /// The destination connection id.
    pub(super) destination: &'a [u8],
    bytes: &'a [u8],
    /// Where the packet number begins.
    number_at: usize,
}

/// The packets of a datagram, up to the first that has no long header of a known version.
pub(super) fn packets(mut datagram: &[u8]) -> impl Iterator<Item = Packet<'_>> {
    std::iter::from_fn(move || {
        let (packet, rest) = split_first(datagram)?;
        datagram = rest;
        Some(packet)
    })
}

impl Initial<'_> {
    /// The frames in the packet, if its client began with this connection id (RFC 9001 sections 5.3 and 5.4).
    pub(super) fn open(&self, first_destination: &[u8]) -> Option<Vec<u8>> {
        let keys = Keys::of_client(self.version, first_destination)?;
        let mut packet = self.bytes.to_vec();
        let sample = packet.get(self.number_at + MAX_NUMBER..)?.first_chunk::<BLOCK>()?;
        let mut mask = (*sample).into();
        Aes128::new(&keys.header.into()).encrypt_block(&mut mask);
        *packet.first_mut()? ^= mask[0] & PROTECTED_BITS;

        let number_length = usize::from(packet[0] & NUMBER_LENGTH_BITS) + 1;
        let (header, rest) = packet.split_at_mut(self.number_at + number_length);
        // Before a client has heard from its server its packet numbers are whole (RFC 9000 section 17.1), and it will
        // hear nothing before its hello has been read.
        let mut nonce = keys.nonce;
        let nonce_end = nonce.len() - number_length;
        for ((byte, mask), nonce) in
            header[self.number_at..].iter_mut().zip(&mask[1..]).zip(&mut nonce[nonce_end..])
        {
            *byte ^= mask;
            *nonce ^= *byte;
        }
        let (payload, tag) = rest.split_last_chunk_mut::<BLOCK>()?;
        Aes128Gcm::new(&keys.payload.into())
            .decrypt_inout_detached(&nonce.into(), header, payload.into(), &(*tag).into())
            .ok()?;
        let payload_end = packet.len() - BLOCK;
        packet.truncate(payload_end);
        packet.drain(..self.number_at + number_length);
        Some(packet)
    }
}

/// The block of AES, the sample of the header protection and the tag.
const BLOCK: usize = 16;
/// The sample is taken as if the packet number had this many octets, RFC 9001 section 5.4.2.
const MAX_NUMBER: usize = 4;
const LONG_HEADER: u8 = 0x80;
/// Of the first octet of a long header.
const PROTECTED_BITS: u8 = 0x0f;
const NUMBER_LENGTH_BITS: u8 = 0x03;
/// RFC 9000 section 17.2.
const MAX_CONNECTION_ID: usize = 20;

/// The first packet, and what follows it in the datagram.
fn split_first(datagram: &[u8]) -> Option<(Packet<'_>, &[u8])> {
    let mut cursor = Cursor(datagram);
    let first = cursor.take(1)?[0];
    if first & LONG_HEADER == 0 {
        return None;
    }
    let number = cursor.0.first_chunk()?;
    let version = Version::of(u32::from_be_bytes(*number))?;
    cursor.take(number.len())?;
    let destination = cursor.vector::<1>()?;
    let source = cursor.vector::<1>()?;
    if destination.len() > MAX_CONNECTION_ID || source.len() > MAX_CONNECTION_ID {
        return None;
    }
    let kind = version.packet_type(first);
    match kind {
        PacketType::Initial => {
            let token_length = usize::try_from(varint(&mut cursor)?).ok()?;
            cursor.take(token_length)?;
        }
        PacketType::ZeroRtt | PacketType::Handshake => {}
        // Only servers send it, and it has no length.
        PacketType::Retry => return None,
    }
    let length = usize::try_from(varint(&mut cursor)?).ok()?;
    let number_at = datagram.len() - cursor.0.len();
    cursor.take(length)?;
    let (bytes, rest) = datagram.split_at(number_at + length);
    let packet = match kind {
        PacketType::Initial => Packet::Initial(Initial { version, destination, bytes, number_at }),
        PacketType::ZeroRtt => Packet::ZeroRtt,
        PacketType::Handshake | PacketType::Retry => Packet::Other,
    };
    Some((packet, rest))
}
