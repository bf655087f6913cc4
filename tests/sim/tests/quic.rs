//! QUIC through the engine: real clients' first datagrams (tests/captures) are read before any of them leaves.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "what does not work out has to fail the test"
)]

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use hushwall_sim::{Arrived, World};
use smoltcp::time::Duration;
use wire::{Packet, Transport};

const BLOCKS: &str =
    r#"{"version": 1, "lists": [{"name": "telemetry", "hosts": ["tracking.intl.miui.com"]}]}"#;
const PORT: u16 = 6000;

fn server() -> SocketAddr {
    "203.0.113.7:443".parse().unwrap()
}

/// What the capture's client sent from this port, in order, up to its server's first answer and beyond.
fn datagrams(name: &str, port: u16) -> Vec<Vec<u8>> {
    const FILE_HEADER: usize = 24;
    const PACKET_HEADER: usize = 16;
    const ETHERNET: usize = 14;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../captures").join(name);
    let file = fs::read(path.with_extension("pcap")).unwrap();
    let mut rest = &file[FILE_HEADER..];
    let mut found = Vec::new();
    while let Some((header, after)) = rest.split_at_checked(PACKET_HEADER) {
        let length = u32::from_le_bytes(header[8..12].try_into().unwrap()) as usize;
        let (frame, after) = after.split_at(length);
        rest = after;
        if let Ok(Packet { payload: Transport::Udp(datagram), .. }) =
            Packet::parse(&frame[ETHERNET..])
            && datagram.source_port == port
        {
            found.push(datagram.payload.to_vec());
        }
    }
    found
}

/// The flows of a capture's table of what tshark read: port and name.
fn flows(name: &str) -> Vec<(u16, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../captures").join(name);
    let table = fs::read_to_string(path.with_extension("expected")).unwrap();
    let flow = |line: &str| {
        let mut words = line.split_whitespace().skip(1);
        (words.next().unwrap().parse().unwrap(), words.next().unwrap().to_owned())
    };
    table.lines().map(flow).collect()
}

#[test]
fn a_blocked_name_costs_its_server_no_packet_and_another_passes_whole() {
    for capture in ["chromium-quic", "quic-go", "quinn", "aioquic"] {
        let flows = flows(capture);
        assert!(!flows.is_empty());
        for (port, name) in flows {
            let mut world = World::under(BLOCKS);
            let sent = datagrams(capture, port);
            for datagram in &sent {
                world.app_datagram(PORT, server(), datagram);
            }
            world.run(Duration::from_secs(1));
            let left: Vec<_> = world.take_sent().into_iter().map(|sent| sent.payload).collect();
            if name == "tracking.intl.miui.com" {
                assert_eq!(left, Vec::<Vec<u8>>::new(), "{capture} {port}");
                assert!(
                    matches!(world.take_arrived()[..], [Arrived::Icmp { .. }, ..]),
                    "told at once"
                );
            } else {
                assert_eq!(left, sent, "{capture} {port} {name}");
            }
        }
    }
}

#[test]
fn what_is_no_quic_goes_at_once() {
    let mut world = World::under(BLOCKS);
    world.app_datagram(PORT, server(), b"a datagram of another protocol");
    assert_eq!(world.take_sent().len(), 1);
}

#[test]
fn a_hello_that_never_ends_is_let_go_after_its_time() {
    let (port, _) = flows("chromium-quic").pop().unwrap();
    let first = datagrams("chromium-quic", port).remove(0);
    let mut world = World::under(BLOCKS);
    world.app_datagram(PORT, server(), &first);
    assert_eq!(world.take_sent().len(), 0, "half a hello waits for the other half");
    world.run(Duration::from_secs(1));
    assert_eq!(world.take_sent().len(), 1);
}
