//! Frames to flows: each packet is counted for its flow, and read as long as the flow has no name.

use std::collections::{BTreeMap, VecDeque};
use std::mem;
use std::net::IpAddr;

use wire::{IcmpMessage, Malformed, Packet, TcpSegment, Transport, UdpDatagram};

use crate::file::{Damage, Fault, Frame};
use crate::flow::Flow;
use crate::flow_table::{End, FlowTable, ICMP, IPV4, IPV6, TCP, UDP};
use crate::fragments::Fragments;
use crate::link::{NoPacket, ip_packet};
use crate::mend::{mend, stated_length};
use crate::reader::{Reader, Told, payload_sequence};

/// Collects the flows of a capture.
///
/// TCP: a client is who sends a SYN, and a SYN with another number begins a flow of its own. Elsewhere the client is
/// who sends first, except from a port below 1024 to one above: then the capture lacks the flow's beginning, and the
/// server came first.
#[derive(Default)]
pub struct Inspector {
    table: FlowTable,
    fragments: Fragments,
    waiting: Waiting,
    unread: Unread,
    frames: u64,
    /// For packets that were cut.
    mended: Vec<u8>,
}

/// What a capture has and no flow tells, in frames or packets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// Frames of link layers that are not read, by LINKTYPE value.
    pub links: BTreeMap<u16, u64>,
    /// Frames without an IP packet, such as ARP.
    pub not_ip: u64,
    /// Packets of which so little was captured that their flow is not known.
    pub short: u64,
    /// Fragments of packets that were not captured whole.
    pub fragments: u64,
    /// Packets whose headers contradict themselves.
    pub malformed: u64,
    /// Flows that were still being read when too many others were as well, and so have no name.
    pub given_up: u64,
}

/// The flows whose openings are held, the one that began first at the front.
#[derive(Default)]
struct Waiting {
    order: VecDeque<u32>,
    count: usize,
}

/// A packet as it is counted.
#[derive(Clone, Copy)]
struct Weight {
    packets: u64,
    bytes: u64,
}

impl Inspector {
    /// Has seen nothing yet.
    pub fn new() -> Self {
        Inspector::default()
    }

    /// Takes the next frame.
    ///
    /// # Errors
    /// A packet that contradicts itself is told and skipped; the inspector goes on with the next.
    pub fn push(&mut self, frame: &Frame<'_>) -> Result<(), Damage> {
        self.frames += 1;
        let packet = match ip_packet(frame.link, frame.bytes) {
            Ok(packet) => packet,
            Err(reason) => {
                match reason {
                    NoPacket::NotIp => self.unread.not_ip += 1,
                    NoPacket::TooShort => self.unread.short += 1,
                    NoPacket::UnknownLink => *self.unread.links.entry(frame.link).or_default() += 1,
                }
                return Ok(());
            }
        };
        let below = frame.bytes.len() - packet.len();
        self.ip(packet, frame.original.saturating_sub(below), 0).map_err(|error| {
            self.unread.malformed += 1;
            Damage { offset: frame.offset, fault: Fault::Packet(error) }
        })
    }

    /// The flows so far, in the order of their first packets.
    pub fn flows(&self) -> impl Iterator<Item = Flow> {
        self.table.flows()
    }

    /// What so far is in no flow.
    pub fn unread(&self) -> Unread {
        Unread { fragments: self.unread.fragments + self.fragments.lost(), ..self.unread.clone() }
    }

    /// Reads an IP packet that was this long on the wire.
    fn ip(&mut self, bytes: &[u8], on_wire: usize, depth: usize) -> Result<(), Malformed> {
        let stated = stated_length(bytes);
        let weight = Weight { packets: 1, bytes: stated.unwrap_or(on_wire) as u64 };
        let is_cut = bytes.len() < on_wire || stated.is_none();
        match Packet::parse(bytes) {
            Ok(packet) => self.packet(&packet, weight, depth),
            Err(Malformed::Truncated | Malformed::UdpLength | Malformed::TotalLength) if is_cut => {
                let mut mended = mem::take(&mut self.mended);
                if mend(bytes, &mut mended)
                    && let Ok(packet) = Packet::parse(&mended)
                {
                    self.packet(&packet, weight, depth)?;
                } else {
                    self.unread.short += 1;
                }
                self.mended = mended;
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn packet(
        &mut self,
        packet: &Packet<'_>,
        weight: Weight,
        depth: usize,
    ) -> Result<(), Malformed> {
        let (source, destination) = (packet.source, packet.destination);
        match packet.payload {
            Transport::Tcp(segment) => self.tcp(source, destination, &segment, weight),
            Transport::Udp(datagram) => self.udp(source, destination, &datagram, weight),
            Transport::Echo(echo) => {
                self.other(ICMP, (source, echo.identifier), (destination, 0), weight);
            }
            Transport::Icmp(message) => match echo_reply(packet, message) {
                Some(identifier) => {
                    self.other(ICMP, (destination, identifier), (source, 0), weight);
                }
                None => self.other(ICMP, (source, 0), (destination, 0), weight),
            },
            Transport::Fragment(fragment) => {
                let whole = self.fragments.insert(packet, &fragment, self.frames);
                if let Some(whole) = whole {
                    let weight = Weight { packets: whole.packets, bytes: whole.length };
                    return self.packet(&Packet::parse(&whole.bytes)?, weight, depth);
                }
            }
            Transport::Other(protocol) => {
                if depth < MAX_DEPTH
                    && let Some(inner) = tunnelled(packet, protocol)
                {
                    let headers = packet.bytes.len() - inner.len();
                    let on_wire = (weight.bytes as usize).saturating_sub(headers);
                    return self.ip(inner, on_wire, depth + 1);
                }
                self.other(protocol, (source, 0), (destination, 0), weight);
            }
        }
        Ok(())
    }

    fn tcp(
        &mut self,
        source: IpAddr,
        destination: IpAddr,
        segment: &TcpSegment<'_>,
        weight: Weight,
    ) {
        let ends = ((source, segment.source_port), (destination, segment.destination_port));
        let is_syn = segment.flags.syn() && !segment.flags.ack();
        let known = self.table.find(TCP, ends.0, ends.1).filter(|&index| {
            let entry = self.table.entry(index);
            !is_syn || entry.is_some_and(|it| it.client == ends.0 && it.begins_with(segment))
        });
        let index = known.unwrap_or_else(|| {
            let (client, server) = if is_syn {
                ends
            } else if segment.flags.syn() || came_first_from_server(ends.0, ends.1) {
                (ends.1, ends.0)
            } else {
                ends
            };
            self.table.insert(TCP, client, server, Reader::of(true, server.1))
        });
        let Some(entry) = self.table.entry(index) else { return };
        let mut told = Told::default();
        let was_waiting = entry.reader.is_waiting();
        if entry.client == ends.0 {
            entry.syn.get_or_insert(payload_sequence(segment).wrapping_sub(1));
            told = entry.reader.segment(segment);
        } else if segment.flags.syn() {
            entry.syn.get_or_insert(segment.acknowledgment.wrapping_sub(1));
            entry.reader.begins_at(segment.acknowledgment);
        }
        self.after_reading(index, was_waiting);
        self.tell(index, told, weight, None);
    }

    fn udp(
        &mut self,
        source: IpAddr,
        destination: IpAddr,
        datagram: &UdpDatagram<'_>,
        weight: Weight,
    ) {
        let ends = ((source, datagram.source_port), (destination, datagram.destination_port));
        let index = self.table.find(UDP, ends.0, ends.1).unwrap_or_else(|| {
            let turned = came_first_from_server(ends.0, ends.1);
            let (client, server) = if turned { (ends.1, ends.0) } else { ends };
            self.table.insert(UDP, client, server, Reader::of(false, server.1))
        });
        let Some(entry) = self.table.entry(index) else { return };
        if entry.client == ends.0 {
            let was_waiting = entry.reader.is_waiting();
            let told = entry.reader.datagram(datagram.payload);
            self.after_reading(index, was_waiting);
            self.tell(index, told, weight, Some(datagram.payload));
        } else {
            let object = entry.reader.answered(datagram.payload).unwrap_or(entry.object);
            self.table.count(object, weight.packets, weight.bytes);
        }
    }

    /// A packet of a protocol in which nothing names a host.
    fn other(&mut self, protocol: u8, source: End, destination: End, weight: Weight) {
        let index = self
            .table
            .find(protocol, source, destination)
            .unwrap_or_else(|| self.table.insert(protocol, source, destination, Reader::Done));
        self.tell(index, Told::default(), weight, None);
    }

    /// Writes down what a packet of a flow has told, and counts it. Of UDP questions the message is given.
    fn tell(&mut self, index: u32, told: Told, weight: Weight, message: Option<&[u8]>) {
        let Some(object) = self.table.entry(index).map(|entry| entry.object) else { return };
        let mut object = object;
        if !told.names.is_empty() {
            self.table.set_names(object, told.names);
        }
        for host in told.questions {
            object = self.table.ask(index, host);
            if let (Some(message), Some(entry)) = (message, self.table.entry(index)) {
                entry.reader.asked(message, object);
            }
        }
        self.table.count(object, weight.packets, weight.bytes);
    }

    /// Keeps the number of openings that are held within its bound.
    fn after_reading(&mut self, index: u32, was_waiting: bool) {
        let Some(entry) = self.table.entry(index) else { return };
        let is_waiting = entry.reader.is_waiting();
        self.waiting.count += usize::from(is_waiting);
        self.waiting.count -= usize::from(was_waiting);
        if is_waiting && !entry.is_queued {
            entry.is_queued = true;
            self.waiting.order.push_back(index);
        }
        while self.waiting.count > MAX_WAITING
            && let Some(oldest) = self.waiting.order.pop_front()
            && let Some(entry) = self.table.entry(oldest)
        {
            entry.is_queued = false;
            if entry.reader.is_waiting() {
                entry.reader = Reader::Done;
                self.waiting.count -= 1;
                self.unread.given_up += 1;
            }
        }
    }
}

/// IP packets inside of each other that are opened.
const MAX_DEPTH: usize = 4;
/// Openings that are held at a time, of some 2 KiB mostly; of at most 160 KiB.
const MAX_WAITING: usize = 2048;
/// The ports that only servers have, RFC 6335 section 6.
const FIRST_CLIENT_PORT: u16 = 1024;

fn came_first_from_server(source: End, destination: End) -> bool {
    source.1 < FIRST_CLIENT_PORT && destination.1 >= FIRST_CLIENT_PORT
}

/// The identifier of an echo reply, RFC 792 and RFC 4443 section 4.2.
fn echo_reply(packet: &Packet<'_>, message: IcmpMessage) -> Option<u16> {
    let is_reply = match packet.source {
        IpAddr::V4(_) => message.kind == 0,
        IpAddr::V6(_) => message.kind == 129,
    };
    let number = if packet.source.is_ipv4() { ICMP } else { 58 };
    let identifier = payload(packet, number)?.get(4..6)?.first_chunk()?;
    is_reply.then(|| u16::from_be_bytes(*identifier))
}

/// The IP packet that another carries: IPv6 in IPv4 (RFC 4213) and the like.
fn tunnelled<'a>(packet: &Packet<'a>, protocol: u8) -> Option<&'a [u8]> {
    let version = match protocol {
        IPV4 => 4,
        IPV6 => 6,
        _ => return None,
    };
    payload(packet, protocol)
        .filter(|inner| inner.first().is_some_and(|first| first >> 4 == version))
}

/// What an IP packet carries, if nothing stands between its header and the protocol of this number.
fn payload<'a>(packet: &Packet<'a>, protocol: u8) -> Option<&'a [u8]> {
    match packet.source {
        IpAddr::V4(_) => packet.bytes.get(usize::from(packet.bytes.first()? & 0x0f) * 4..),
        IpAddr::V6(_) if packet.bytes.get(6) == Some(&protocol) => packet.bytes.get(40..),
        IpAddr::V6(_) => None,
    }
}
