use proptest::prelude::*;
use wire::HostName;

use super::build::{Packet, V1, V2};
use super::keys::Keys;
use super::version::Version;
use super::*;
use crate::dns::build::from_hex;
use crate::tls::build::{ECH_EXTENSION, Hello};

const A: &[u8] = b"\x83\x94\xc8\xf0\x3e\x51\x57\x08";
const B: &[u8] = b"another id";

fn named(name: &str) -> Sniff {
    Sniff::Names(vec![(HostName::parse(name.as_bytes()).unwrap(), NameSource::QuicSni)])
}

fn sniff_all(datagrams: &[Vec<u8>]) -> Vec<Sniff> {
    let mut sniffer = Sniffer::new();
    datagrams.iter().map(|datagram| sniffer.push(datagram)).collect()
}

/// A post-quantum hello, too large for one datagram.
fn large_hello() -> Vec<u8> {
    Hello::to("tracking.intl.miui.com").with(51, &[7; 1216 + 32]).message()
}

#[test]
fn keys_are_those_of_the_rfcs() {
    for (version, keys) in [
        (
            V1,
            "1f369613dd76d5467730efcbe3b1a22d fa044b2f42a3fd3b46fb255c 9f50449e04a0e810283a1e9933adedd2",
        ),
        (
            V2,
            "8b1a0bc121284290a29e0971b5cd045d 91f73e2351d8fa91660e909f 45b95e15235d6f45a6b19cbcb0294ba9",
        ),
    ] {
        let made = Keys::of_client(Version::of(version).unwrap(), A).unwrap();
        let all = [&made.payload[..], &made.nonce, &made.header].concat();
        assert_eq!(all, from_hex(keys), "version {version:x}");
    }
}

/// RFC 9001 section A.2 and RFC 9369 section A.2.
#[test]
fn the_packets_of_the_rfcs_are_opened() {
    for packet in [include_str!("rfc9001-a2.hex"), include_str!("rfc9369-a2.hex")] {
        let packet = from_hex(packet);
        assert_eq!(packet.len(), 1200);
        assert_eq!(Sniffer::new().push(&packet), named("example.com"));
        for at in [0, 1, 7, 18, 21, 22, 600, 1199] {
            let mut damaged = packet.clone();
            damaged[at] ^= 1;
            assert_eq!(Sniffer::new().push(&damaged), Sniff::NoName, "octet {at}");
        }
    }
}

#[test]
fn every_known_version_is_read() {
    let hello = Hello::to("a.example").message();
    for version in [V1, V2, 0xff00_001b, 0xff00_001c, 0xff00_001d] {
        let packet = Packet { version, ..Packet::first_to(A) }.crypto(0, &hello).seal();
        assert_eq!(sniff_all(&[packet]), [named("a.example")], "version {version:x}");
    }
}

#[test]
fn a_hello_in_two_datagrams_is_read_in_any_order() {
    let hello = large_hello();
    let (first, second) = hello.split_at(1100);
    let packets = [
        Packet::first_to(A).crypto(0, first).seal(),
        // The server has answered meanwhile: the client sends to the id that the server chose.
        Packet { number: 0x1234, number_length: 2, destination: B, ..Packet::first_to(A) }
            .frame(b"\x02\x00\x00\x01\x00\x00\x00\x01")
            .crypto(1100, second)
            .seal(),
    ];
    assert_eq!(sniff_all(&packets), [Sniff::NeedMore, named("tracking.intl.miui.com")]);
    // The keys are known from the first packet on, so this one must come first.
    let swapped = [
        Packet::first_to(A).crypto(1100, second).seal(),
        Packet { number: 1, ..Packet::first_to(A) }.crypto(0, first).seal(),
    ];
    assert_eq!(sniff_all(&swapped), [Sniff::NeedMore, named("tracking.intl.miui.com")]);
}

#[test]
fn encrypted_client_hello_makes_it_an_outer_name() {
    let hello = Hello::to("cover.example").with(ECH_EXTENSION, &[0; 200]).message();
    let name = HostName::parse(b"cover.example").unwrap();
    assert_eq!(
        sniff_all(&[Packet::first_to(A).crypto(0, &hello).seal()]),
        [Sniff::Names(vec![(name, NameSource::SniOuter)])]
    );
    let nameless = Hello::default().message();
    assert_eq!(sniff_all(&[Packet::first_to(A).crypto(0, &nameless).seal()]), [Sniff::NoName]);
}

#[test]
fn coalesced_packets_are_read() {
    let hello = large_hello();
    let small = Packet { payload_length: 0, ..Packet::first_to(A) };
    let zero_rtt = from_hex("d000000001 02 abcd 00 03 112233");
    let datagram = [
        small.clone().crypto(0, &hello[..500]).seal(),
        zero_rtt.clone(),
        Packet { number: 1, ..small.clone() }.crypto(500, &hello[500..]).seal(),
        b"padding that is no packet".to_vec(),
    ];
    assert_eq!(sniff_all(&[datagram.concat()]), [named("tracking.intl.miui.com")]);
    // Early data that overtook its hello.
    let last = small.crypto(0, &hello).seal();
    assert_eq!(sniff_all(&[zero_rtt, last]), [Sniff::NeedMore, named("tracking.intl.miui.com")]);
}

#[test]
fn a_client_begins_again_after_a_retry_or_with_another_version() {
    let hello = large_hello();
    let cut = Packet::first_to(A).crypto(0, &hello[..600]).seal();
    for again in [
        Packet { token: b"the server's token", ..Packet::first_to(B) },
        Packet { version: V2, ..Packet::first_to(B) },
    ] {
        let again = [
            again.clone().crypto(600, &hello[600..]).seal(),
            Packet { number: 1, ..again }.crypto(0, &hello[..600]).seal(),
        ];
        let said = sniff_all(&[std::slice::from_ref(&cut), &again[..]].concat());
        let name = named("tracking.intl.miui.com");
        assert_eq!(said, [Sniff::NeedMore, Sniff::NeedMore, name]);
    }
    // Compatible version negotiation (RFC 9368): the other version with keys of the same id.
    let other_version = Packet { version: V2, number: 1, destination: B, ..Packet::first_to(A) };
    let said = sniff_all(&[cut, other_version.crypto(600, &hello[600..]).seal()]);
    assert_eq!(said, [Sniff::NeedMore, named("tracking.intl.miui.com")]);
}

#[test]
fn two_connections_from_one_port_are_told_apart() {
    let other = Hello::to("shop.example").with(51, &[7; 1216]).message();
    let hello = large_hello();
    let said = sniff_all(&[
        Packet::first_to(A).crypto(0, &hello[..1000]).seal(),
        Packet::first_to(B).crypto(0, &other[..1000]).seal(),
        Packet { number: 1, ..Packet::first_to(A) }.crypto(1000, &hello[1000..]).seal(),
        Packet { number: 1, ..Packet::first_to(B) }.crypto(1000, &other[1000..]).seal(),
        // Sent again.
        Packet::first_to(A).crypto(0, &hello[..1000]).seal(),
    ]);
    let tracker = named("tracking.intl.miui.com");
    let shop = named("shop.example");
    assert_eq!(said, [Sniff::NeedMore, Sniff::NeedMore, tracker.clone(), shop, tracker]);
}

#[test]
fn what_comes_first_counts_where_frames_disagree() {
    let hello = Hello::to("a.example").message();
    let other = Hello::to("b.example").message();
    let packet = Packet::first_to(A)
        .crypto(60, &hello[60..])
        .crypto(0, &other)
        .frame(b"\x1c\x00\x00\x00")
        .crypto(0, &other)
        .seal();
    assert_eq!(sniff_all(&[packet]), [named("a.example")]);
}

#[test]
fn other_datagrams_have_no_name() {
    let hello = Hello::to("a.example").message();
    let initial = Packet::first_to(A).crypto(0, &hello).seal();
    for (what, datagram) in [
        ("nothing", vec![]),
        ("a short header", from_hex("40112233445566778899aabbccddeeff00112233445566778899")),
        ("an unknown version", [&from_hex("ca1a2a3a4a")[..], &initial[5..]].concat()),
        ("version negotiation", [&from_hex("8000000000")[..], &initial[5..]].concat()),
        ("a Retry", [&from_hex("f000000001")[..], &initial[5..]].concat()),
        ("a handshake packet", [&from_hex("e000000001")[..], &initial[5..]].concat()),
        ("a cut packet", initial[..initial.len() - 1].to_vec()),
        (
            "a long connection id",
            from_hex("c000000001 15 000102030405060708090a0b0c0d0e0f1011121314 00 00 00"),
        ),
        ("a ServerHello", Packet::first_to(B).crypto(0, &[&[2], &hello[1..]].concat()).seal()),
        ("a hello of 16 MiB", Packet::first_to(B).crypto(0, b"\x01\xff\xff\xff\x03\x03").seal()),
        ("DNS", crate::dns::build::query("a.example", 1)),
    ] {
        assert_eq!(
            sniff_all(&[datagram, initial.clone()]),
            [Sniff::NoName, named("a.example")],
            "{what}"
        );
    }
}

#[test]
fn a_flow_is_given_up_after_a_while() {
    let hello = large_hello();
    let never_ending = Packet::first_to(A).crypto(1, &hello[1..]).seal();
    let mut sniffer = Sniffer::new();
    for _ in 1..MAX_DATAGRAMS {
        assert_eq!(sniffer.push(&never_ending), Sniff::NeedMore);
    }
    assert_eq!(sniffer.push(&never_ending), Sniff::NoName);
    assert_eq!(sniffer.push(&Packet::first_to(A).crypto(0, &hello).seal()), Sniff::NoName);
}

proptest! {
    /// However a hello is cut into frames and packets, repeated and shuffled: the name comes with its last piece.
    #[test]
    fn pieces_in_any_order_give_the_same_name(
        cuts in prop::collection::vec(0..1400usize, 0..12),
        repeated in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        shuffle in any::<prop::sample::Index>(),
        in_one_packet in 1..5usize,
    ) {
        let hello = large_hello();
        let mut ends: Vec<usize> = cuts.into_iter().map(|cut| cut.min(hello.len())).collect();
        ends.extend([0, hello.len()]);
        ends.sort_unstable();
        let mut pieces: Vec<_> = ends.windows(2).map(|ends| (ends[0], ends[1])).collect();
        for at in repeated {
            // Overlaps with what comes before and after it.
            let (start, end) = pieces[at.index(pieces.len())];
            pieces.push((start.saturating_sub(9), (end + 9).min(hello.len())));
        }
        let turn = shuffle.index(pieces.len());
        pieces.rotate_left(turn);
        pieces.reverse();
        let datagrams: Vec<Vec<u8>> = pieces
            .chunks(in_one_packet)
            .zip(0..)
            .map(|(pieces, number)| {
                let packet = Packet { number, ..Packet::first_to(A) };
                pieces
                    .iter()
                    .fold(packet, |packet, &(start, end)| packet.crypto(start, &hello[start..end]))
                    .seal()
            })
            .collect();
        let said = sniff_all(&datagrams);
        let name = named("tracking.intl.miui.com");
        let named_at = said.iter().position(|said| *said == name);
        prop_assert!(named_at.is_some());
        prop_assert!(said.iter().take(named_at.unwrap()).all(|said| *said == Sniff::NeedMore));
    }

    #[test]
    fn garbage_is_met_without_a_panic(
        beginning in prop::sample::select(vec!["", "c000000001", "d36b3343cf08", "c000000001088394c8f03e515708000044"]),
        rest in prop::collection::vec(any::<u8>(), 0..200),
        payload in prop::collection::vec(any::<u8>(), 20..60),
    ) {
        let mut sniffer = Sniffer::new();
        sniffer.push(&[from_hex(beginning), rest].concat());
        // Frames of garbage in a packet that opens.
        sniffer.push(&Packet::first_to(A).frame(&payload).seal());
    }
}
