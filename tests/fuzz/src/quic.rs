//! QUIC: datagrams of any kind, and Initial packets with any frames, which no fuzzer could protect by itself.
//!
//! The input is a row of pieces, each with two octets before it: a kind and a length in units of eight octets.

use aes_gcm::Aes128Gcm;
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::aes::Aes128;
use aes_gcm::aes::cipher::BlockCipherEncrypt;
use names::{Sniff, quic};
use wire::NameSource;

pub fn run(mut data: &[u8]) {
    let mut sniffer = quic::Sniffer::new();
    let mut pushed = 0;
    while let Some((&[kind, length], rest)) = data.split_first_chunk() {
        let (piece, rest) = rest.split_at(rest.len().min(usize::from(length) * 8));
        data = rest;
        let said = match kind % 4 {
            0 => sniffer.push(piece),
            1 => sniffer.push(&initial(kind / 4, piece)),
            2 => sniffer.push(&[initial(kind / 4, piece), piece.to_vec()].concat()),
            // The whole of a CRYPTO stream in one frame.
            _ => sniffer.push(&initial(
                kind / 4,
                &[&[6, 0], &(piece.len() as u16 | 0x4000).to_be_bytes(), piece].concat(),
            )),
        };
        pushed += 1;
        match said {
            Sniff::Names(names) => {
                assert_eq!(names.len(), 1);
                assert!(matches!(names[0].1, NameSource::QuicSni | NameSource::SniOuter));
            }
            Sniff::NeedMore => assert!(pushed < 32),
            Sniff::NoName => {}
        }
    }
}

/// A version 1 packet with these frames from the client of RFC 9001 section A.1, whose keys stand there.
fn initial(number: u8, frames: &[u8]) -> Vec<u8> {
    const KEY: u128 = 0x1f36_9613_dd76_d546_7730_efcb_e3b1_a22d;
    const NONCE: [u8; 12] = [0xfa, 4, 0x4b, 0x2f, 0x42, 0xa3, 0xfd, 0x3b, 0x46, 0xfb, 0x25, 0x5c];
    const HEADER_KEY: u128 = 0x9f50_449e_04a0_e810_283a_1e99_33ad_edd2;
    let mut payload = frames.to_vec();
    payload.resize(frames.len().max(20), 0);
    let mut packet = b"\xc0\x00\x00\x00\x01\x08\x83\x94\xc8\xf0\x3e\x51\x57\x08\x00\x00".to_vec();
    packet.extend(((payload.len() + 17) as u16 | 0x4000).to_be_bytes());
    packet.push(number);
    let mut nonce = NONCE;
    nonce[11] ^= number;
    let tag = Aes128Gcm::new(&KEY.to_be_bytes().into())
        .encrypt_inout_detached(&nonce.into(), &packet, payload.as_mut_slice().into())
        .expect("a short packet");
    let number_at = packet.len() - 1;
    packet.extend(payload);
    packet.extend(tag);
    let sample = *packet[number_at + 4..].first_chunk::<16>().expect("twenty octets of frames");
    let mut mask = sample.into();
    Aes128::new(&HEADER_KEY.to_be_bytes().into()).encrypt_block(&mut mask);
    packet[0] ^= mask[0] & 0x0f;
    packet[number_at] ^= mask[1];
    packet
}
