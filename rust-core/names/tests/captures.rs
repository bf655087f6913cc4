//! What real clients sent, read as the engine reads it, against what tshark read in the same packets. The captures and
//! the program that records them lie in `tests/captures`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test that cannot go on has failed"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use hushwall_names::dns::Query;
use hushwall_names::{Sniff, quic, sniff};
use wire::{Packet, Transport};

#[test]
fn names_are_those_that_tshark_reads() {
    for name in [
        "curl-openssl",
        "curl-gnutls",
        "curl-boringssl",
        "curl-http",
        "gnutls-cli",
        "go",
        "chromium",
        "quic-go",
        "quinn",
        "aioquic",
        "chromium-quic",
        "dig",
    ] {
        let mut read = String::new();
        for flow in flows(name) {
            let _ = writeln!(read, "{} {} {}", flow.protocol, flow.port, flow.name());
        }
        let expected =
            fs::read_to_string(captures().join(name).with_extension("expected")).unwrap();
        assert_eq!(read, expected, "{name}");
    }
}

/// However a stream is cut, its beginnings need more until one says what all say.
#[test]
fn every_beginning_of_a_stream_says_the_same_or_needs_more() {
    for name in ["curl-openssl", "curl-gnutls", "curl-boringssl", "curl-http", "go", "chromium"] {
        for flow in flows(name) {
            let stream = flow.payloads.concat();
            let whole = sniff(&stream);
            let mut said = Sniff::NeedMore;
            for length in 0..=stream.len() {
                let now = sniff(&stream[..length]);
                assert!(said == Sniff::NeedMore || said == now, "{length} octets of {name}");
                said = now;
            }
            assert_eq!(said, whole);
        }
    }
}

/// What a client sent in one flow.
struct Flow {
    protocol: &'static str,
    /// The client's.
    port: u16,
    server_port: u16,
    /// Segments in order, or datagrams.
    payloads: Vec<Vec<u8>>,
}

impl Flow {
    /// Name and source, as the files of expectations have them.
    fn name(&self) -> String {
        if self.server_port == 53 {
            let query = Query::parse(&self.payloads[0]).unwrap();
            return format!("{} dns-query", query.name);
        }
        let said = if self.protocol == "udp" {
            let mut sniffer = quic::Sniffer::new();
            let mut said = self.payloads.iter().map(|datagram| sniffer.push(datagram));
            said.find(|said| matches!(said, Sniff::Names(_))).unwrap_or(Sniff::NoName)
        } else {
            // As the engine does it: what has come so far, once more with every segment.
            let mut stream = Vec::new();
            let mut said = self.payloads.iter().map(|segment| {
                stream.extend(segment);
                sniff(&stream)
            });
            said.find(|said| *said != Sniff::NeedMore).unwrap_or(Sniff::NeedMore)
        };
        match said {
            Sniff::Names(names) if names.len() == 1 => {
                format!("{} {}", names[0].0, names[0].1.as_str())
            }
            Sniff::NoName => "- -".into(),
            Sniff::Names(_) | Sniff::NeedMore => format!("{said:?}"),
        }
    }
}

/// The flows of a capture in the order of their first packets.
fn flows(name: &str) -> Vec<Flow> {
    let file = fs::read(captures().join(name).with_extension("pcap")).unwrap();
    let mut flows: Vec<Flow> = Vec::new();
    for frame in frames(&file) {
        let packet = Packet::parse(&frame[ETHERNET_HEADER..]).unwrap();
        let (protocol, port, server_port, payload) = match packet.payload {
            Transport::Tcp(segment) => {
                ("tcp", segment.source_port, segment.destination_port, segment.payload)
            }
            Transport::Udp(datagram) => {
                ("udp", datagram.source_port, datagram.destination_port, datagram.payload)
            }
            _ => panic!("{name} has only TCP and UDP"),
        };
        let at = flows.iter().position(|flow| (flow.protocol, flow.port) == (protocol, port));
        let at = at.unwrap_or_else(|| {
            flows.push(Flow { protocol, port, server_port, payloads: Vec::new() });
            flows.len() - 1
        });
        if !payload.is_empty() {
            flows[at].payloads.push(payload.to_vec());
        }
    }
    assert!(!flows.is_empty(), "{name} has flows");
    flows
}

const ETHERNET_HEADER: usize = 14;
/// Of a pcap file of the old format, and of each packet in it.
const FILE_HEADER: usize = 24;
const PACKET_HEADER: usize = 16;

fn frames(file: &[u8]) -> impl Iterator<Item = &[u8]> {
    assert_eq!(file[..4], 0xa1b2_c3d4u32.to_le_bytes(), "a pcap file of this byte order");
    let mut rest = &file[FILE_HEADER..];
    std::iter::from_fn(move || {
        let (header, after) = rest.split_at_checked(PACKET_HEADER)?;
        let length = u32::from_le_bytes([header[8], header[9], header[10], header[11]]) as usize;
        let (frame, after) = after.split_at(length);
        rest = after;
        Some(frame)
    })
}

fn captures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/captures")
}
