//! Initial packets for tests, protected as a client does it.

use aes_gcm::Aes128Gcm;
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::aes::Aes128;
use aes_gcm::aes::cipher::BlockCipherEncrypt;

use super::keys::Keys;
use super::version::Version;

pub(super) const V1: u32 = 1;
pub(super) const V2: u32 = 0x6b33_43cf;

/// An Initial packet under construction.
#[derive(Clone)]
pub(super) struct Packet {
    pub(super) version: u32,
    /// The connection id that the keys come from.
    pub(super) first_destination: &'static [u8],
    pub(super) destination: &'static [u8],
    pub(super) token: &'static [u8],
    pub(super) number: u32,
    pub(super) number_length: usize,
    /// Frames are padded to this.
    pub(super) payload_length: usize,
    pub(super) frames: Vec<u8>,
}

impl Packet {
    /// The first packet of a version 1 connection to this id.
    pub(super) fn first_to(destination: &'static [u8]) -> Self {
        Packet {
            version: V1,
            first_destination: destination,
            destination,
            token: b"",
            number: 0,
            number_length: 1,
            payload_length: 1150,
            frames: Vec::new(),
        }
    }

    pub(super) fn crypto(mut self, offset: usize, data: &[u8]) -> Self {
        self.frames.push(6);
        self.frames.extend(varint(offset));
        self.frames.extend(varint(data.len()));
        self.frames.extend(data);
        self
    }

    pub(super) fn frame(mut self, octets: &[u8]) -> Self {
        self.frames.extend(octets);
        self
    }

    /// The packet as it is sent.
    pub(super) fn seal(mut self) -> Vec<u8> {
        let version = Version::of(self.version).unwrap();
        let keys = Keys::of_client(version, self.first_destination).unwrap();
        let initial_type = if self.version == V2 { 0x10 } else { 0 };
        self.frames.resize(self.payload_length.max(self.frames.len()), 0);
        let mut packet = vec![0xc0 | initial_type | (self.number_length as u8 - 1)];
        packet.extend(self.version.to_be_bytes());
        packet.push(self.destination.len() as u8);
        packet.extend(self.destination);
        packet.push(0);
        packet.extend(varint(self.token.len()));
        packet.extend(self.token);
        let length = self.number_length + self.frames.len() + 16;
        packet.extend((length as u16 | 0x4000).to_be_bytes());
        let number_at = packet.len();
        packet.extend(&self.number.to_be_bytes()[4 - self.number_length..]);

        let mut nonce = keys.nonce;
        for (nonce, byte) in nonce[8..].iter_mut().zip(self.number.to_be_bytes()) {
            *nonce ^= byte;
        }
        let tag = Aes128Gcm::new(&keys.payload.into())
            .encrypt_inout_detached(&nonce.into(), &packet, self.frames.as_mut_slice().into())
            .unwrap();
        packet.extend(&self.frames);
        packet.extend(tag);
        let mut mask = (*packet[number_at + 4..].first_chunk::<16>().unwrap()).into();
        Aes128::new(&keys.header.into()).encrypt_block(&mut mask);
        packet[0] ^= mask[0] & 0x0f;
        for (byte, mask) in packet[number_at..][..self.number_length].iter_mut().zip(&mask[1..]) {
            *byte ^= mask;
        }
        packet
    }
}

fn varint(value: usize) -> Vec<u8> {
    match value {
        0..0x40 => vec![value as u8],
        0x40..0x4000 => (value as u16 | 0x4000).to_be_bytes().to_vec(),
        _ => (value as u32 | 0x8000_0000).to_be_bytes().to_vec(),
    }
}
