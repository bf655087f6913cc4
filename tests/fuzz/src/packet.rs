//! Packets of a TUN: any bytes are read or refused, and what answers them is well formed.

use wire::craft::{self, IcmpError};
use wire::{Packet, Transport};

const ERRORS: [IcmpError; 5] = [
    IcmpError::PortUnreachable,
    IcmpError::HostUnreachable,
    IcmpError::NetworkUnreachable,
    IcmpError::Prohibited,
    IcmpError::TooBig(1280),
];

pub fn run(data: &[u8]) {
    let mut answer = Vec::new();
    let Ok(packet) = Packet::parse(data) else {
        assert!(!craft::icmp_error(data, IcmpError::Prohibited, &mut answer) && answer.is_empty());
        return;
    };
    assert!(data.starts_with(packet.bytes));
    let _ = packet.checksums_ok();
    let key = packet.flow_key();
    let carries =
        matches!(packet.payload, Transport::Tcp(_) | Transport::Udp(_) | Transport::Echo(_));
    assert_eq!(key.is_some(), carries, "{packet:?}");
    for error in ERRORS {
        if craft::icmp_error(data, error, &mut answer) {
            check_answer(&packet, &answer);
        } else {
            assert!(answer.is_empty());
        }
    }
    cut(&packet);
}

/// An error is a whole packet to the sender of the one it quotes, and nobody answers it.
fn check_answer(packet: &Packet<'_>, answer: &[u8]) {
    let read = Packet::parse(answer).expect("our own packet");
    assert!(read.checksums_ok());
    assert_eq!((read.source, read.destination), (packet.destination, packet.source));
    assert!(matches!(read.payload, Transport::Icmp(_)), "{read:?}");
    let mut second = Vec::new();
    assert!(
        !craft::icmp_error(answer, IcmpError::Prohibited, &mut second),
        "no error about an error"
    );
}

/// A segment cut to pieces carries the same bytes, and so does a datagram in fragments.
fn cut(packet: &Packet<'_>) {
    const MSS: usize = 100;
    if let Transport::Tcp(segment) = packet.payload {
        let plain_ipv6 = packet.bytes[0] >> 4 == 4 || segment.offset == 40;
        if plain_ipv6 {
            let mut carried = Vec::new();
            wire::cut_tcp(&mut packet.bytes.to_vec(), MSS, |piece| {
                let piece = Packet::parse(piece).expect("a piece is a packet");
                assert!(piece.checksums_ok());
                if let Transport::Tcp(piece) = piece.payload {
                    carried.extend_from_slice(piece.payload);
                }
            });
            assert_eq!(carried, segment.payload);
        }
    }
    if !matches!(packet.payload, Transport::Fragment(_)) {
        craft::fragments(packet.bytes, 1280, 7, |piece| {
            assert!(Packet::parse(piece).is_ok());
        });
    }
}
