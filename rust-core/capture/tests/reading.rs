//! Flows as they come over a network: segments in any order, connections after each other, questions and answers.
#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod common;

use std::net::SocketAddr;

use common::{CLIENTS, LITTLE, MICROSECONDS, RAW, Told, inspect, ip, packets, query, tcp, udp};
use proptest::prelude::*;
use wire::{Packet, Transport};

const SYN: u8 = 2;
const SYN_ACK: u8 = 0x12;
const ACK: u8 = 0x10;

fn read(frames: &[Vec<u8>]) -> Told {
    let told = inspect(&LITTLE.pcap(MICROSECONDS, RAW, frames));
    assert_eq!(told.damage, []);
    told
}

fn ends(is_ipv6: bool) -> (SocketAddr, SocketAddr) {
    let (client, server) = if is_ipv6 {
        ("[2001:db8::1]:40000", "[2001:db8::2]:443")
    } else {
        ("10.0.0.1:40000", "192.0.2.1:443")
    };
    (client.parse().expect("an address"), server.parse().expect("an address"))
}

fn port(address: SocketAddr, port: u16) -> SocketAddr {
    SocketAddr::new(address.ip(), port)
}

/// What real clients sent first over TCP, with the name in it.
fn openings() -> Vec<(Vec<u8>, Vec<String>)> {
    let mut openings = Vec::new();
    for name in CLIENTS {
        let frames = packets(name);
        for flow in inspect(&LITTLE.pcap(MICROSECONDS, RAW, &frames)).flows {
            if flow.protocol != "tcp" {
                continue;
            }
            let names = flow.names.iter().map(|name| format!("{} {}", name.host, name.source));
            let mut stream = Vec::new();
            for frame in &frames {
                let packet = Packet::parse(frame).expect("a packet");
                if let Transport::Tcp(segment) = packet.payload
                    && segment.source_port == flow.source.port()
                {
                    stream.extend(segment.payload);
                }
            }
            openings.push((stream, names.collect()));
        }
    }
    openings
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Cut anywhere, in any order, some of it twice, from any sequence number on, with the server's packets between.
    #[test]
    fn any_segments_of_an_opening_name_the_same(
        which in any::<prop::sample::Index>(),
        is_ipv6: bool,
        begin: u32,
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        twice in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        order in prop::collection::vec(any::<u16>(), 40),
    ) {
        let openings = openings();
        let (stream, names) = which.get(&openings);
        let (client, server) = ends(is_ipv6);
        let mut cuts: Vec<usize> = cuts.iter().map(|at| at.index(stream.len())).collect();
        cuts.extend([0, stream.len()]);
        // An IP packet has no more.
        cuts.extend((0..stream.len()).step_by(16_000));
        cuts.sort_unstable();
        cuts.dedup();
        let mut segments: Vec<_> = cuts.windows(2).map(|ends| ends[0]..ends[1]).collect();
        let again: Vec<_> = twice.iter().map(|at| at.get(&segments).clone()).collect();
        segments.extend(again);
        let mut ordered: Vec<_> = order.iter().cycle().zip(segments).collect();
        ordered.sort_by_key(|(order, _)| **order);
        let mut frames = vec![
            tcp(client, server, begin, SYN, b""),
            tcp(server, client, 7, SYN_ACK, b""),
        ];
        for (_, range) in ordered {
            let sequence = begin.wrapping_add(1).wrapping_add(range.start as u32);
            frames.push(tcp(client, server, sequence, ACK, &stream[range]));
            frames.push(tcp(server, client, 8, ACK, b""));
        }
        let told = read(&frames);
        prop_assert_eq!(told.flows.len(), 1);
        prop_assert_eq!(&told.names(), names);
        prop_assert_eq!(told.packets(), frames.len() as u64);
        prop_assert_eq!((told.flows[0].source, told.flows[0].destination), (client, server));
    }
}

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n";

#[test]
fn a_connection_whose_beginning_is_not_in_the_capture_is_told_from_its_client() {
    let (client, server) = ends(false);
    // The server's packet comes first; the client's next segment begins a request.
    let frames = [tcp(server, client, 1, ACK, b"200 OK"), tcp(client, server, 9, ACK, REQUEST)];
    let told = read(&frames);
    assert_eq!((told.flows[0].source, told.flows[0].destination), (client, server));
    assert_eq!(told.names(), ["shop.example http-host"]);
    // The SYN's answer says who the client is, whatever the ports.
    let (client, server) = (port(client, 80), port(server, 40_000));
    let told = read(&[tcp(server, client, 1, SYN_ACK, b""), tcp(client, server, 0, ACK, REQUEST)]);
    assert_eq!((told.flows[0].source, told.flows[0].destination), (client, server));
    assert_eq!(told.names(), ["shop.example http-host"]);
}

#[test]
fn ports_used_again_are_another_connection() {
    let (client, server) = ends(true);
    let connection = |begin: u32, host: &str| {
        let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
        [
            tcp(client, server, begin, SYN, b""),
            tcp(client, server, begin, SYN, b""),
            tcp(client, server, begin + 1, ACK, request.as_bytes()),
        ]
    };
    let frames = [connection(1000, "one.example"), connection(900_000, "two.example")].concat();
    let told = read(&frames);
    assert_eq!(told.names(), ["one.example http-host", "two.example http-host"]);
    assert_eq!(told.flows.iter().map(|flow| flow.packets).collect::<Vec<_>>(), [3, 3]);
}

#[test]
fn a_name_in_the_middle_of_a_connection_is_not_its_name() {
    let (client, server) = ends(false);
    let frames = [
        tcp(client, server, 0, SYN, b""),
        tcp(client, server, 1, ACK, b"\x17\x03\x03\0\x10"),
        tcp(client, server, 6, ACK, REQUEST),
    ];
    assert_eq!(read(&frames).names(), Vec::<String>::new());
    // Nor is what a server sends.
    let frames = [tcp(client, server, 0, SYN, b""), tcp(server, client, 1, ACK, REQUEST)];
    assert_eq!(read(&frames).names(), Vec::<String>::new());
}

#[test]
fn each_question_is_told_with_its_own_packets() {
    let (client, server) = ends(true);
    let server = port(server, 53);
    let answer = |id: u16, name: &str| {
        let mut message = query(id, name);
        message[2] |= 0x80;
        udp(server, client, &message)
    };
    let frames = [
        udp(client, server, &query(1, "a.example")),
        udp(client, server, &query(2, "B.Example")),
        answer(1, "a.example"),
        answer(2, "b.example"),
        udp(client, server, &query(3, "a.example")),
        // No host name, and no question.
        udp(port(client, 50_000), server, b"\0\x01\x01\0\0\x01\0\0\0\0\0\0\0\0\x02\0\x01"),
        // Only the answer was captured.
        udp(server, port(client, 50_001), &query(4, "c.example")),
    ];
    let told = read(&frames);
    let shown: Vec<_> = told
        .flows
        .iter()
        .map(|flow| {
            let name = flow.names.first().map(|name| name.host.as_str().to_owned());
            (flow.source.port(), name, flow.packets, flow.bytes as usize)
        })
        .collect();
    let named = |name: &str| Some(name.to_owned());
    assert_eq!(
        shown,
        [
            (40_000, named("a.example"), 2, frames[0].len() + frames[2].len()),
            (40_000, named("b.example"), 2, frames[1].len() + frames[3].len()),
            (40_000, named("a.example"), 1, frames[4].len()),
            (50_000, None, 1, frames[5].len()),
            (50_001, None, 1, frames[6].len()),
        ]
    );
}

#[test]
fn questions_over_tcp_are_read_however_they_are_cut() {
    let (client, server) = ends(false);
    let server = port(server, 53);
    let framed = |name: &str| {
        let message = query(7, name);
        [&(message.len() as u16).to_be_bytes()[..], &message].concat()
    };
    let stream = [framed("a.example"), framed("b.example"), framed("c.example")].concat();
    for size in [1, 2, 7, 30, 1000] {
        let mut frames = vec![tcp(client, server, 99, SYN, b"")];
        for (at, piece) in stream.chunks(size).enumerate() {
            frames.push(tcp(client, server, 100 + (at * size) as u32, ACK, piece));
        }
        // The first two pieces the other way round.
        if frames.len() > 2 {
            frames.swap(1, 2);
        }
        let told = read(&frames);
        let names = ["a.example dns-query", "b.example dns-query", "c.example dns-query"];
        assert_eq!(told.names(), names, "{size}");
        assert_eq!(told.packets(), frames.len() as u64);
    }
}

#[test]
fn pings_and_other_protocols_are_flows_without_a_name() {
    let (client, server) = ends(true);
    let echo = |kind: u8, identifier: u16| {
        [kind, 0, 0, 0, (identifier >> 8) as u8, identifier as u8, 0, 1]
    };
    let frames = [
        ip(58, client.ip(), server.ip(), &echo(128, 7)),
        ip(58, server.ip(), client.ip(), &echo(129, 7)),
        ip(58, client.ip(), server.ip(), &echo(128, 8)),
        ip(47, client.ip(), server.ip(), &[0; 8]),
    ];
    let told = read(&frames);
    let shown: Vec<_> =
        told.flows.iter().map(|flow| (&*flow.protocol, flow.source.port(), flow.packets)).collect();
    assert_eq!(shown, [("icmp", 7, 2), ("icmp", 8, 1), ("ip-47", 0, 1)]);
    assert_eq!(told.names(), Vec::<String>::new());
}

#[test]
fn several_names_of_one_request_are_all_told() {
    let (client, server) = ends(false);
    let request = b"GET /d?host=a.example,b.example HTTP/1.1\r\nHost: 203.107.1.1\r\n\r\n";
    let told = read(&[tcp(client, server, 0, SYN, b""), tcp(client, server, 1, ACK, request)]);
    assert_eq!(told.names(), ["a.example httpdns", "b.example httpdns"]);
    assert_eq!(told.flows.len(), 1);
}

/// Half a hello each, of more connections than are held: the latest are still read to their end.
#[test]
fn openings_without_end_are_bounded() {
    let (client, server) = ends(false);
    let connection = |number: u32| SocketAddr::new(client.ip(), 10_000 + number as u16);
    let (first, second) = REQUEST.split_at(10);
    let mut frames = Vec::new();
    for number in 0..5000 {
        frames.push(tcp(connection(number), server, 0, SYN, b""));
        frames.push(tcp(connection(number), server, 1, ACK, first));
    }
    frames.extend((0..5000).map(|number| tcp(connection(number), server, 11, ACK, second)));
    let told = read(&frames);
    assert_eq!(told.flows.len(), 5000);
    assert_eq!(told.unread.given_up + told.names().len() as u64, 5000);
    assert!(!told.flows[4999].names.is_empty() && told.flows[0].names.is_empty());
}
