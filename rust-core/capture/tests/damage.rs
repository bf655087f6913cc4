//! Damaged captures: nothing panics, what is whole is read, what is wrong is told, and no name is made up.
#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod common;

use std::ops::Range;

use common::{CLIENTS, LITTLE, MICROSECONDS, RAW, inspect, packets, recorded};
use hushwall_capture::{Fault, NoCapture, Packets};
use proptest::prelude::*;
use wire::{Packet, Transport};

/// A capture of several clients, in one of both formats.
fn capture(is_pcapng: bool) -> Vec<u8> {
    let frames: Vec<_> = CLIENTS.iter().flat_map(|name| packets(name)).collect();
    if !is_pcapng {
        return LITTLE.pcap(MICROSECONDS, RAW, &frames);
    }
    let mut file = [LITTLE.section(), LITTLE.interface(RAW)].concat();
    file.extend(frames.iter().flat_map(|frame| LITTLE.enhanced(0, frame)));
    file
}

/// Where TCP's and UDP's payloads lie in it, and where names may stand therefore.
fn payloads(file: &[u8]) -> Vec<Range<usize>> {
    let mut reader = Packets::open(file).expect("a capture");
    let mut found = Vec::new();
    while let Some(frame) = reader.next(&mut |damage| panic!("{damage}")) {
        let packet = Packet::parse(frame.bytes).expect("a packet");
        let payload = match packet.payload {
            Transport::Tcp(segment) => segment.payload.len(),
            Transport::Udp(datagram) => datagram.payload.len(),
            Transport::Echo(_)
            | Transport::Fragment(_)
            | Transport::Icmp(_)
            | Transport::Other(_) => continue,
        };
        let header = if file.starts_with(&MICROSECONDS.to_le_bytes()) { 16 } else { 28 };
        let end = frame.offset as usize + header + frame.bytes.len();
        found.push(end - payload..end);
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn damage_anywhere_breaks_nothing(
        is_pcapng: bool,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
        cut in any::<prop::sample::Index>(),
        is_cut: bool,
    ) {
        let mut file = capture(is_pcapng);
        for (at, byte) in damage {
            let at = at.index(file.len());
            file[at] = byte;
        }
        if is_cut {
            file.truncate(cut.index(file.len()));
        }
        if Packets::open(&file[..]).is_ok() {
            let told = inspect(&file);
            prop_assert!(told.flows.iter().all(|flow| flow.packets > 0));
        }
    }

    /// Headers of records, of IP, TCP and UDP may say anything: the names are those that stand in payloads.
    #[test]
    fn damage_outside_of_payloads_makes_up_no_name(
        is_pcapng: bool,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let mut file = capture(is_pcapng);
        let names = inspect(&file).names();
        let payloads = payloads(&file);
        for (at, byte) in damage {
            let at = at.index(file.len());
            if at >= 24 && !payloads.iter().any(|payload| payload.contains(&at)) {
                file[at] = byte;
            }
        }
        for name in inspect(&file).names() {
            prop_assert!(names.contains(&name), "{name} is made up");
        }
    }

    #[test]
    fn a_cut_file_gives_what_is_before_the_cut(is_pcapng: bool, cut in any::<prop::sample::Index>()) {
        let whole = capture(is_pcapng);
        let expected = inspect(&whole);
        let file = &whole[..cut.index(whole.len()).max(32)];
        let told = inspect(file);
        prop_assert!(told.flows.len() <= expected.flows.len());
        for (flow, whole) in told.flows.iter().zip(&expected.flows) {
            prop_assert_eq!((flow.source, flow.destination), (whole.source, whole.destination));
            prop_assert!(flow.packets <= whole.packets && whole.names.starts_with(&flow.names));
        }
        prop_assert!(told.damage.len() <= 1);
        prop_assert!(told.damage.iter().all(|damage| damage.fault == Fault::Cut));
    }

    /// A length in the middle that leads nowhere costs at most its own packet.
    #[test]
    fn a_wrong_length_costs_no_other_packet(
        is_pcapng: bool,
        record in any::<prop::sample::Index>(),
        length in prop_oneof![any::<u32>(), 0u32..3000],
    ) {
        let mut file = capture(is_pcapng);
        let expected = inspect(&file);
        let mut reader = Packets::open(&file[..]).expect("a capture");
        let mut offsets = Vec::new();
        while let Some(frame) = reader.next(&mut |damage| panic!("{damage}")) {
            offsets.push(frame.offset as usize);
        }
        let at = offsets[record.index(offsets.len())] + if is_pcapng { 4 } else { 8 };
        prop_assume!(file[at..at + 4] != length.to_le_bytes());
        file[at..at + 4].copy_from_slice(&length.to_le_bytes());
        let told = inspect(&file);
        prop_assert!(told.packets() + 1 >= expected.packets(), "{:?}", told.damage);
        prop_assert!(!told.damage.is_empty());
        prop_assert!(told.names().iter().all(|name| expected.names().contains(name)));
    }
}

#[test]
fn rubbish_in_the_middle_is_skipped_and_told_with_its_place() {
    for is_pcapng in [false, true] {
        let file = capture(is_pcapng);
        let expected = inspect(&file);
        let mut reader = Packets::open(&file[..]).expect("a capture");
        let mut offsets = Vec::new();
        while let Some(frame) = reader.next(&mut |_| {}) {
            offsets.push(frame.offset as usize);
        }
        for length in [1, 13, 1000, 100_000, 3_000_000] {
            let at = offsets[20];
            let rubbish: Vec<u8> =
                (0..length).map(|number: u32| (number * 7 % 251) as u8).collect();
            let damaged = [&file[..at], &rubbish, &file[at..]].concat();
            let told = inspect(&damaged);
            assert!(told.flows == expected.flows, "{length} bytes, pcapng: {is_pcapng}");
            let [damage] = told.damage[..] else { panic!("{:?}", told.damage) };
            assert_eq!((damage.offset, damage.fault), (at as u64, Fault::Skipped(length.into())));
        }
    }
}

#[test]
fn a_malformed_packet_is_told_and_skipped() {
    let mut frames = packets("dig");
    frames.insert(1, vec![0x45; 21]);
    let told = inspect(&LITTLE.pcap(MICROSECONDS, RAW, &frames));
    assert_eq!((told.flows.len(), told.unread.malformed), (4, 1));
    assert!(matches!(told.damage[..], [damage] if matches!(damage.fault, Fault::Packet(_))));
    assert!(told.damage[0].to_string().starts_with("at byte "));
}

#[test]
fn what_is_no_capture_says_what_it_is() {
    let reason = |bytes: &[u8]| Packets::open(bytes).err().expect("no capture").to_string();
    assert!(reason(b"").contains("empty"));
    assert!(reason(b"\x1f\x8b\x08\0").contains("gzip"));
    assert!(reason(&0xa1b2_cd34u32.to_le_bytes()).contains("a1b2cd34"));
    for text in [&b"#!/bin/sh\n"[..], b"\0", &[0xd4, 0xc3, 0xb2], &recorded("dig.expected")] {
        assert!(matches!(Packets::open(text), Err(NoCapture::Unknown)));
    }
}
