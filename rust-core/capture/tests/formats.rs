//! The same packets say the same in every format, below every link layer, in tunnels and in fragments.
#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod common;

use std::net::IpAddr;

use common::{CLIENTS, LITTLE, MICROSECONDS, NANOSECONDS, RAW, Told, Writer, inspect, ip, packets};
use hushwall_capture::Fault;
use wire::craft;

const BIG: Writer = Writer { is_big: true };

#[track_caller]
fn assert_same(told: &Told, expected: &Told, what: &str) {
    assert_eq!(told.damage, [], "{what}");
    assert_eq!(told.flows, expected.flows, "{what}");
}

#[test]
fn a_name_is_that_which_tshark_reads() {
    for name in CLIENTS {
        let told = inspect(&common::recorded(&format!("{name}.pcap")));
        let expected =
            std::fs::read_to_string(common::folder().join(name).with_extension("expected"))
                .expect("what tshark reads");
        assert_eq!(told.lines(), expected, "{name}");
        assert_eq!(told.damage, [], "{name}");
    }
}

#[test]
fn every_container_holds_the_same_flows() {
    for name in CLIENTS {
        let frames = packets(name);
        let expected = inspect(&common::recorded(&format!("{name}.pcap")));
        for writer in [LITTLE, BIG] {
            for magic in [MICROSECONDS, NANOSECONDS] {
                let file = writer.pcap(magic, RAW, &frames);
                assert_same(&inspect(&file), &expected, &format!("{name} {writer:?} {magic:x}"));
            }
            let mut file = [writer.section(), writer.interface(1), writer.interface(RAW)].concat();
            for (at, frame) in frames.iter().enumerate() {
                file.extend(match at % 2 {
                    0 => writer.enhanced(1, frame),
                    _ => writer.old(1, frame),
                });
                // Name resolution, statistics, and a type that nobody knows.
                file.extend([writer.block(4, &[0; 8]), writer.block(0x8000_1234, b"abc")].concat());
            }
            assert_same(&inspect(&file), &expected, &format!("{name} {writer:?} pcapng"));
        }
    }
}

#[test]
fn sections_have_interfaces_and_a_byte_order_of_their_own() {
    let frames = packets("curl-openssl");
    let (first, second) = frames.split_at(5);
    let mut file = [BIG.section(), BIG.interface(RAW)].concat();
    file.extend(first.iter().flat_map(|frame| BIG.simple(frame)));
    file.extend([LITTLE.section(), LITTLE.interface(1), LITTLE.interface(RAW)].concat());
    file.extend(second.iter().flat_map(|frame| LITTLE.enhanced(1, frame)));
    let expected = inspect(&LITTLE.pcap(MICROSECONDS, RAW, &frames));
    assert_same(&inspect(&file), &expected, "two sections");
    let lost = file.len() as u64;
    file.extend(LITTLE.enhanced(7, &frames[0]));
    let told = inspect(&file);
    assert_eq!(told.flows, expected.flows);
    let [damage] = told.damage[..] else { panic!("{:?}", told.damage) };
    assert_eq!((damage.offset, damage.fault), (lost, Fault::Interface(7)));
}

#[test]
fn every_link_layer_is_taken_off() {
    let cooked = [&[0, 0, 3, 4, 0, 6][..], &[0; 8]].concat();
    let layers: [(u16, Vec<u8>, &[u8]); 13] = [
        (1, [[0x02; 12].to_vec(), vec![8, 0]].concat(), b"trailer"),
        (1, [[0x02; 12].to_vec(), vec![0x81, 0, 0, 5, 8, 0]].concat(), b""),
        (1, [[0x02; 12].to_vec(), vec![0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 8, 0]].concat(), b""),
        (101, Vec::new(), b""),
        (12, Vec::new(), b""),
        (14, Vec::new(), b""),
        (228, Vec::new(), b""),
        (113, [&cooked[..], &[8, 0]].concat(), b""),
        (113, [&cooked[..], &[0x81, 0, 0, 7, 8, 0]].concat(), b""),
        (276, [&[8, 0][..], &[0; 18]].concat(), b""),
        (0, vec![2, 0, 0, 0], b""),
        (0, vec![0, 0, 0, 2], b""),
        (108, vec![0, 0, 0, 2], b"padding"),
    ];
    for name in ["curl-http", "chromium", "quic-go", "dig"] {
        let packets = packets(name);
        let expected = inspect(&LITTLE.pcap(MICROSECONDS, RAW, &packets));
        for (link, header, trailer) in &layers {
            let frames: Vec<_> =
                packets.iter().map(|packet| [header, &packet[..], trailer].concat()).collect();
            let told = inspect(&LITTLE.pcap(MICROSECONDS, *link, &frames));
            assert_same(&told, &expected, &format!("{name} on {link}"));
        }
    }
}

#[test]
fn what_is_no_ip_or_of_an_unknown_link_layer_is_counted_and_costs_nothing_else() {
    let arp = [&[0xff; 12][..], &[8, 6], &[0; 28]].concat();
    let told = inspect(&LITTLE.pcap(MICROSECONDS, 1, &[arp, vec![1; 5]]));
    assert_eq!((told.flows.len(), told.damage.len()), (0, 0));
    assert_eq!((told.unread.not_ip, told.unread.short), (1, 1));
    let told = inspect(&LITTLE.pcap(MICROSECONDS, 105, &packets("dig")));
    assert_eq!((told.flows.len(), told.unread.links.get(&105)), (0, Some(&4)));
}

#[test]
fn packets_in_tunnels_are_those_of_the_flow_inside() {
    let outer_v4: [IpAddr; 2] =
        ["192.0.2.1".parse().expect("v4"), "192.0.2.2".parse().expect("v4")];
    let outer_v6: [IpAddr; 2] =
        ["2001:db8::1".parse().expect("v6"), "2001:db8::2".parse().expect("v6")];
    for name in ["curl-http", "quic-go"] {
        let inner = packets(name);
        let expected = inspect(&LITTLE.pcap(MICROSECONDS, RAW, &inner));
        for [from, to] in [outer_v4, outer_v6] {
            let packed: Vec<_> = inner.iter().map(|packet| ip(4, from, to, packet)).collect();
            let told = inspect(&LITTLE.pcap(MICROSECONDS, RAW, &packed));
            assert_same(&told, &expected, name);
        }
    }
}

#[test]
fn fragments_are_put_together_in_any_order() {
    for name in ["aioquic", "chromium-quic", "curl-http"] {
        let expected = inspect(&LITTLE.pcap(MICROSECONDS, RAW, &packets(name)));
        for turn in 0..3 {
            let mut frames = Vec::new();
            for (number, packet) in packets(name).iter().enumerate() {
                let begin = frames.len();
                craft::fragments(packet, 500, number as u32 + 1, |piece| {
                    frames.push(piece.to_vec())
                });
                let pieces = &mut frames[begin..];
                let turn = turn % pieces.len();
                pieces.rotate_left(turn);
            }
            let told = inspect(&LITTLE.pcap(MICROSECONDS, RAW, &frames));
            assert_eq!((told.lines(), told.damage.len()), (expected.lines(), 0), "{name}");
            assert_eq!(told.packets(), frames.len() as u64, "{name}: every piece is counted");
        }
    }
}

#[test]
fn a_packet_without_all_its_pieces_is_no_flow() {
    let mut frames = Vec::new();
    for (number, packet) in packets("quinn").iter().enumerate() {
        craft::fragments(packet, 500, number as u32, |piece| frames.push(piece.to_vec()));
    }
    frames.pop();
    let told = inspect(&LITTLE.pcap(MICROSECONDS, RAW, &frames));
    assert_eq!((told.flows.len(), told.unread.fragments), (0, frames.len() as u64));
}

/// As tcpdump writes with a short snapshot length: the headers tell the whole length.
#[test]
fn cut_packets_count_whole_and_name_what_their_beginning_names() {
    let whole = packets("curl-openssl");
    let outer: [IpAddr; 2] = ["192.0.2.1".parse().expect("v4"), "192.0.2.2".parse().expect("v4")];
    let tunnelled: Vec<_> = whole.iter().map(|packet| ip(4, outer[0], outer[1], packet)).collect();
    let expected = inspect(&LITTLE.pcap(MICROSECONDS, RAW, &whole));
    let counted = |told: &Told| -> Vec<_> {
        told.flows.iter().map(|flow| (flow.source, flow.packets, flow.bytes)).collect()
    };
    for packets in [whole, tunnelled] {
        for length in [80, 100, 200, 400] {
            let mut file = LITTLE.pcap(MICROSECONDS, RAW, &[]);
            for packet in &packets {
                let captured = &packet[..packet.len().min(length)];
                for word in [1, 2, captured.len() as u32, packet.len() as u32] {
                    file.extend(LITTLE.u32(word));
                }
                file.extend(captured);
            }
            let told = inspect(&file);
            assert_eq!(told.damage, []);
            assert_eq!(counted(&told), counted(&expected), "{length}");
            assert!(told.names().iter().all(|name| expected.names().contains(name)));
        }
    }
}

/// As a system writes that lets its network card cut: one large packet without a length, or with a whole one.
#[test]
fn packets_captured_above_a_card_that_segments_are_read() {
    let mut frames = packets("curl-openssl");
    let expected = inspect(&LITTLE.pcap(MICROSECONDS, RAW, &frames));
    for frame in &mut frames {
        frame[2..4].fill(0);
    }
    assert_same(&inspect(&LITTLE.pcap(MICROSECONDS, RAW, &frames)), &expected, "no lengths");
}
