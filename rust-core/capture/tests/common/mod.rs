//! Captures made of packets, in every format, and what is read in them.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use hushwall_capture::{Damage, Flow, Inspector, Packets, Unread};

/// What is told of a capture.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) flows: Vec<Flow>,
    pub(crate) damage: Vec<Damage>,
    pub(crate) unread: Unread,
}

impl Told {
    /// One line a flow: protocol, client's port, name and its source.
    pub(crate) fn lines(&self) -> String {
        let line = |flow: &Flow| {
            let name = flow
                .names
                .first()
                .map_or("- -".into(), |name| format!("{} {}", name.host, name.source));
            format!("{} {} {name}\n", flow.protocol, flow.source.port())
        };
        self.flows.iter().map(line).collect()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let names = self.flows.iter().flat_map(|flow| &flow.names);
        names.map(|name| format!("{} {}", name.host, name.source)).collect()
    }

    pub(crate) fn packets(&self) -> u64 {
        self.flows.iter().map(|flow| flow.packets).sum()
    }
}

pub(crate) fn inspect(capture: &[u8]) -> Told {
    let mut damage = Vec::new();
    let mut inspector = Inspector::new();
    let mut packets = Packets::open(capture).expect("a capture");
    while let Some(frame) = packets.next(&mut |it| damage.push(it)) {
        damage.extend(inspector.push(&frame).err());
    }
    Told { flows: inspector.flows().collect(), damage, unread: inspector.unread() }
}

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/captures")
}

pub(crate) fn recorded(name: &str) -> Vec<u8> {
    fs::read(folder().join(name)).expect("a recorded capture")
}

/// The captures of single clients: Ethernet in pcap, with what tshark reads in each.
pub(crate) const CLIENTS: [&str; 12] = [
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
];

/// The IP packets of such a capture.
pub(crate) fn packets(name: &str) -> Vec<Vec<u8>> {
    let file = recorded(&format!("{name}.pcap"));
    let mut reader = Packets::open(&file[..]).expect("a capture");
    let (mut packets, mut damage) = (Vec::new(), Vec::new());
    while let Some(frame) = reader.next(&mut |it| damage.push(it)) {
        packets.push(frame.bytes[14..].to_vec());
    }
    assert_eq!(damage, [], "{name}");
    packets
}

/// A byte order to write in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Writer {
    pub(crate) is_big: bool,
}

impl Writer {
    pub(crate) fn u32(self, value: u32) -> [u8; 4] {
        if self.is_big { value.to_be_bytes() } else { value.to_le_bytes() }
    }

    pub(crate) fn u16(self, value: u16) -> [u8; 2] {
        if self.is_big { value.to_be_bytes() } else { value.to_le_bytes() }
    }

    /// A pcap file, a second between frames.
    pub(crate) fn pcap(self, magic: u32, link: u16, frames: &[Vec<u8>]) -> Vec<u8> {
        let mut file = self.u32(magic).to_vec();
        file.extend(self.u16(2));
        file.extend(self.u16(4));
        for word in [0, 0, 262_144, u32::from(link)] {
            file.extend(self.u32(word));
        }
        for (second, frame) in frames.iter().enumerate() {
            let length = frame.len() as u32;
            for word in [1_700_000_000 + second as u32, 999_999, length, length] {
                file.extend(self.u32(word));
            }
            file.extend(frame);
        }
        file
    }

    /// A pcapng block.
    pub(crate) fn block(self, kind: u32, body: &[u8]) -> Vec<u8> {
        let padded = body.len().next_multiple_of(4);
        let length = self.u32(padded as u32 + 12);
        let mut block = [self.u32(kind), length].concat();
        block.extend(body);
        block.resize(8 + padded, 0);
        block.extend(length);
        block
    }

    /// The beginning of a section, with a comment.
    pub(crate) fn section(self) -> Vec<u8> {
        let mut body = self.u32(0x1a2b_3c4d).to_vec();
        body.extend(self.u16(1));
        body.extend(self.u16(0));
        body.extend([0xff; 8]);
        body.extend(self.comment());
        self.block(0x0a0d_0d0a, &body)
    }

    pub(crate) fn interface(self, link: u16) -> Vec<u8> {
        let mut body = [self.u16(link), self.u16(0)].concat();
        body.extend(self.u32(0));
        // Time stamps in nanoseconds.
        body.extend([self.u16(9), self.u16(1)].concat());
        body.extend([9, 0, 0, 0]);
        body.extend([0; 4]);
        self.block(1, &body)
    }

    pub(crate) fn enhanced(self, interface: u32, frame: &[u8]) -> Vec<u8> {
        let length = frame.len() as u32;
        let mut body: Vec<u8> =
            [interface, 5, 6, length, length].into_iter().flat_map(|word| self.u32(word)).collect();
        body.extend(frame);
        body.resize(body.len().next_multiple_of(4), 0);
        body.extend(self.comment());
        self.block(6, &body)
    }

    pub(crate) fn simple(self, frame: &[u8]) -> Vec<u8> {
        self.block(3, &[&self.u32(frame.len() as u32), frame].concat())
    }

    pub(crate) fn old(self, interface: u16, frame: &[u8]) -> Vec<u8> {
        let mut body = [self.u16(interface), self.u16(0xffff)].concat();
        for word in [5, 6, frame.len() as u32, frame.len() as u32] {
            body.extend(self.u32(word));
        }
        body.extend(frame);
        self.block(2, &body)
    }

    fn comment(self) -> Vec<u8> {
        let mut option = [self.u16(1), self.u16(6)].concat();
        option.extend(b"a note\0\0");
        option.extend([0; 4]);
        option
    }
}

pub(crate) const LITTLE: Writer = Writer { is_big: false };
pub(crate) const MICROSECONDS: u32 = 0xa1b2_c3d4;
pub(crate) const NANOSECONDS: u32 = 0xa1b2_3c4d;
pub(crate) const RAW: u16 = 101;

/// A TCP segment in an IP packet, without checksums.
pub(crate) fn tcp(
    from: SocketAddr,
    to: SocketAddr,
    sequence: u32,
    flags: u8,
    payload: &[u8],
) -> Vec<u8> {
    let mut segment = [from.port().to_be_bytes(), to.port().to_be_bytes()].concat();
    segment.extend(sequence.to_be_bytes());
    segment.extend([0, 0, 0, 0, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    segment.extend(payload);
    ip(6, from.ip(), to.ip(), &segment)
}

/// A UDP datagram in an IP packet, without checksums.
pub(crate) fn udp(from: SocketAddr, to: SocketAddr, payload: &[u8]) -> Vec<u8> {
    let mut datagram = [from.port().to_be_bytes(), to.port().to_be_bytes()].concat();
    datagram.extend((payload.len() as u16 + 8).to_be_bytes());
    datagram.extend([0, 0]);
    datagram.extend(payload);
    ip(17, from.ip(), to.ip(), &datagram)
}

/// An IP packet around this.
pub(crate) fn ip(protocol: u8, from: IpAddr, to: IpAddr, payload: &[u8]) -> Vec<u8> {
    match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            let mut packet = vec![0x45, 0];
            packet.extend((payload.len() as u16 + 20).to_be_bytes());
            packet.extend([0, 1, 0, 0, 64, protocol, 0, 0]);
            packet.extend(from.octets());
            packet.extend(to.octets());
            packet.extend(payload);
            packet
        }
        (IpAddr::V6(from), IpAddr::V6(to)) => {
            let mut packet = vec![0x60, 0, 0, 0];
            packet.extend((payload.len() as u16).to_be_bytes());
            packet.extend([protocol, 64]);
            packet.extend(from.octets());
            packet.extend(to.octets());
            packet.extend(payload);
            packet
        }
        _ => unreachable!("{from} and {to} are of two versions"),
    }
}

/// A DNS query for this name.
pub(crate) fn query(id: u16, name: &str) -> Vec<u8> {
    let mut message = id.to_be_bytes().to_vec();
    message.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    for label in name.split('.') {
        message.push(label.len() as u8);
        message.extend(label.as_bytes());
    }
    message.extend([0, 0, 1, 0, 1]);
    message
}
