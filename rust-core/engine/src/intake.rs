//! The way in: joins in-order TCP segments read from the TUN into one packet, as a network card's receive offload does.
//!
//! A TUN gives one segment a read, and each packet costs the TCP engine a walk from the flow table to the socket and
//! back. Joined, an upload's 40 segments are one packet. The next segment is read *over the last header-sized bytes*
//! of the run that is held, so its payload lands where it belongs; the bytes under its header are put back.
//!
//! Whatever is not plainly the next piece of the run is handed on by itself and unchanged, in the order it was read.
//! The checksums of a joined packet are not made right: what the app's kernel wrote did not go over a wire.

use std::ops::Range;

use wire::craft::MAX_PACKET;

/// Joins in-order TCP segments into one packet, in place.
///
/// Use: read a packet into [`Intake::space`], tell its length with [`Intake::commit`], and so on; when no packet is
/// left to read, [`Intake::flush`].
pub struct Intake {
    /// A run at the front, and room for a packet behind it.
    buffer: Box<[u8]>,
    run: Option<Run>,
    /// The bytes of the run that [`Intake::space`] lent, while it lends them.
    covered: [u8; IPV6_HEADERS],
    is_lent: bool,
}

/// Segments of one flow at the front of the buffer; the headers are those of the first.
struct Run {
    length: usize,
    headers: usize,
    next_sequence: u32,
}

impl Intake {
    /// For a TUN of this MTU in bytes: longer packets may not find room.
    pub fn new(mtu: usize) -> Self {
        Intake {
            buffer: vec![0; MAX_PACKET + mtu].into_boxed_slice(),
            run: None,
            covered: [0; IPV6_HEADERS],
            is_lent: false,
        }
    }

    /// Where to read the next packet to; at least as long as the MTU.
    pub fn space(&mut self) -> &mut [u8] {
        let Some(run) = &self.run else { return &mut self.buffer };
        if !self.is_lent {
            self.covered[..run.headers].copy_from_slice(&self.buffer[run.overlap()]);
            self.is_lent = true;
        }
        &mut self.buffer[run.overlap().start..]
    }

    /// Takes the packet of `len` bytes that was read into [`Intake::space`]. `sink` gets what is known not to go on:
    /// nothing, the run before it, or both that and the packet. No bytes are no packet.
    pub fn commit(&mut self, len: usize, mut sink: impl FnMut(&[u8])) {
        let Some(mut run) = self.run.take() else { return self.begin(len, sink) };
        let lent = self.end_loan(&run);
        if len == 0 || !lent {
            self.run = Some(run);
            return;
        }
        let headers = self.covered;
        let headers = &headers[..run.headers];
        if run.goes_on(&self.buffer, headers, len) {
            let fields = run.tcp(FROM_ACK_ON);
            self.buffer[fields.clone()].copy_from_slice(&headers[fields]);
            run.next_sequence = run.next_sequence.wrapping_add((len - run.headers) as u32);
            run.length += len - run.headers;
            self.run = Some(run);
            return;
        }
        run.hand_on(&mut self.buffer, &mut sink);
        let end = run.overlap().start.saturating_add(len).clamp(run.length, self.buffer.len());
        self.buffer[..run.headers].copy_from_slice(headers);
        self.buffer.copy_within(run.length..end, run.headers);
        self.begin(len, sink);
    }

    /// Hands on what is held.
    pub fn flush(&mut self, mut sink: impl FnMut(&[u8])) {
        let Some(run) = self.run.take() else { return };
        self.end_loan(&run);
        run.hand_on(&mut self.buffer, &mut sink);
    }

    /// Holds the packet at the front of the buffer if segments can follow it, else hands it on.
    fn begin(&mut self, len: usize, mut sink: impl FnMut(&[u8])) {
        let packet = &self.buffer[..len.min(self.buffer.len())];
        self.run = Run::begin(packet);
        if self.run.is_none() && !packet.is_empty() {
            sink(packet);
        }
    }

    /// Puts the run's own bytes back in place and keeps those read over them in `covered`; false if none were lent.
    fn end_loan(&mut self, run: &Run) -> bool {
        if self.is_lent {
            self.covered[..run.headers].swap_with_slice(&mut self.buffer[run.overlap()]);
        }
        std::mem::take(&mut self.is_lent)
    }
}

impl Run {
    fn begin(packet: &[u8]) -> Option<Run> {
        let headers = joinable(packet, packet.len())?;
        let mut run = Run { length: packet.len(), headers, next_sequence: 0 };
        run.next_sequence =
            be32(packet, run.tcp(SEQUENCE)).wrapping_add((packet.len() - headers) as u32);
        Some(run)
    }

    /// Whether a packet of `len` bytes with these headers is the next of the run.
    fn goes_on(&self, held: &[u8], headers: &[u8], len: usize) -> bool {
        let same_flow = joinable(headers, len) == Some(self.headers)
            && held[self.flow()] == headers[self.flow()];
        if !same_flow || be32(headers, self.tcp(SEQUENCE)) != self.next_sequence {
            return false;
        }
        let acked = be32(headers, self.tcp(ACK)).wrapping_sub(be32(held, self.tcp(ACK))) as i32;
        let is_pure_ack = len == self.headers;
        let run_is_pure_ack = self.length == self.headers;
        if is_pure_ack || run_is_pure_ack {
            // Equal numbers are duplicate ACKs or window updates: each of them counts.
            return is_pure_ack && run_is_pure_ack && acked > 0;
        }
        acked >= 0 && self.length + len - self.headers <= MAX_PACKET
    }

    fn hand_on(&self, buffer: &mut [u8], sink: &mut impl FnMut(&[u8])) {
        let (field, length) = match self.headers {
            IPV4_HEADERS => (2..4, self.length),
            _ => (4..6, self.length - IPV6_HEADER),
        };
        buffer[field].copy_from_slice(&(length as u16).to_be_bytes());
        sink(&buffer[..self.length]);
    }

    /// The end of the run that the next packet's headers are read over.
    fn overlap(&self) -> Range<usize> {
        self.length - self.headers..self.length
    }

    /// Addresses and ports: they lie side by side.
    fn flow(&self) -> Range<usize> {
        match self.headers {
            IPV4_HEADERS => 12..24,
            _ => 8..44,
        }
    }

    /// A field of the TCP header, as a place in the packet.
    fn tcp(&self, field: Range<usize>) -> Range<usize> {
        let tcp_at = self.headers - TCP_HEADER;
        tcp_at + field.start..tcp_at + field.end
    }
}

const IPV6_HEADER: usize = 40;
const TCP_HEADER: usize = 20;
const IPV4_HEADERS: usize = 20 + TCP_HEADER;
const IPV6_HEADERS: usize = IPV6_HEADER + TCP_HEADER;

const SEQUENCE: Range<usize> = 4..8;
const ACK: Range<usize> = 8..12;
/// Acknowledgment number, header length, flags, window, checksum and urgent pointer.
const FROM_ACK_ON: Range<usize> = 8..TCP_HEADER;

const TCP: u8 = 6;
const PSH: u8 = 0x08;
/// A TCP header without options.
const NO_OPTIONS: u8 = 0x50;
/// The flags of a segment in the middle of a connection.
const ONLY_ACK: u8 = 0x10;

/// The length of the headers, if the packet is a TCP segment in the middle of a connection and its headers have
/// neither options nor extensions. `headers` is the packet or its beginning, `len` the length of the whole packet.
fn joinable(headers: &[u8], len: usize) -> Option<usize> {
    let (ip, tcp) = match headers.first()? >> 4 {
        4 => headers.split_at_checked(IPV4_HEADERS - TCP_HEADER)?,
        6 => headers.split_at_checked(IPV6_HEADER)?,
        _ => return None,
    };
    let is_plain_ip = if ip.len() == IPV6_HEADER {
        ip[6] == TCP && usize::from(u16::from_be_bytes([ip[4], ip[5]])) + IPV6_HEADER == len
    } else {
        // No more-fragments bit and no fragment offset; DF does not matter.
        let is_whole = ip[6] & !0x40 == 0 && ip[7] == 0;
        ip[0] == 0x45
            && ip[9] == TCP
            && is_whole
            && usize::from(u16::from_be_bytes([ip[2], ip[3]])) == len
    };
    let tcp: &[u8; TCP_HEADER] = tcp.first_chunk()?;
    let is_middle = tcp[12] == NO_OPTIONS && tcp[13] & !PSH == ONLY_ACK;
    (is_plain_ip && is_middle && len <= MAX_PACKET).then_some(ip.len() + TCP_HEADER)
}

fn be32(bytes: &[u8], field: Range<usize>) -> u32 {
    bytes[field].iter().fold(0, |value, &byte| value << 8 | u32::from(byte))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;
    use wire::{FlowKey, Packet, TcpSegment, Transport};

    use super::*;

    const MTU: usize = 1500;
    const ACK_FLAG: u8 = 0x10;
    const ACK_PSH: u8 = 0x18;
    const ACK_FIN: u8 = 0x11;
    const SYN: u8 = 0x02;

    /// A segment as an app's kernel sends it.
    #[derive(Clone, Debug)]
    struct Segment {
        /// Even ones are IPv4, odd ones IPv6.
        flow: u8,
        sequence: u32,
        ack: u32,
        window: u16,
        flags: u8,
        options: bool,
        payload: Vec<u8>,
    }

    impl Segment {
        fn data(sequence: u32, payload: &[u8]) -> Self {
            Segment {
                flow: 0,
                sequence,
                ack: 1,
                window: 500,
                flags: ACK_FLAG,
                options: false,
                payload: payload.into(),
            }
        }

        fn packet(&self) -> Vec<u8> {
            let (mut packet, protocol_at) =
                if self.flow.is_multiple_of(2) { (vec![0; 20], 9) } else { (vec![0; 40], 6) };
            packet[0] = if packet.len() == 20 { 0x45 } else { 0x60 };
            packet[protocol_at] = TCP;
            packet.extend_from_slice(&(1000 + u16::from(self.flow)).to_be_bytes());
            packet.extend_from_slice(&443u16.to_be_bytes());
            packet.extend_from_slice(&self.sequence.to_be_bytes());
            packet.extend_from_slice(&self.ack.to_be_bytes());
            packet.extend_from_slice(&[if self.options { 0x60 } else { 0x50 }, self.flags]);
            packet.extend_from_slice(&self.window.to_be_bytes());
            packet.extend_from_slice(&[0; 4]);
            packet.extend_from_slice(if self.options { &[1; 4] } else { &[] });
            packet.extend_from_slice(&self.payload);
            wire::finish_tcp(&mut packet);
            packet
        }
    }

    fn read(intake: &mut Intake, packet: &[u8], out: &mut Vec<Vec<u8>>) {
        intake.space()[..packet.len()].copy_from_slice(packet);
        intake.commit(packet.len(), |packet| out.push(packet.to_vec()));
    }

    fn through_intake(packets: &[Vec<u8>]) -> Vec<Vec<u8>> {
        let mut intake = Intake::new(MTU);
        let mut out = Vec::new();
        for packet in packets {
            read(&mut intake, packet, &mut out);
        }
        // A TUN with nothing left to read: the space is lent and nothing comes.
        intake.space();
        intake.flush(|packet| out.push(packet.to_vec()));
        intake.flush(|_| panic!("nothing is left"));
        out
    }

    fn segment(packet: &[u8]) -> TcpSegment<'_> {
        let read = Packet::parse(packet).unwrap();
        assert_eq!(read.bytes.len(), packet.len(), "the length field is right");
        let Transport::Tcp(segment) = read.payload else { panic!("{read:?}") };
        segment
    }

    #[test]
    fn segments_in_order_become_one_with_the_last_ones_fields() {
        for flow in [0, 1] {
            let sent: Vec<_> = (0..40u8)
                .map(|index| Segment {
                    flow,
                    ack: 70 + u32::from(index / 10),
                    window: 500 + u16::from(index),
                    flags: if index == 39 { ACK_PSH } else { ACK_FLAG },
                    ..Segment::data(
                        (u32::MAX - 5000).wrapping_add(u32::from(index) * 1440),
                        &[index; 1440],
                    )
                })
                .collect();
            let out = through_intake(&sent.iter().map(Segment::packet).collect::<Vec<_>>());
            assert_eq!(out.len(), 1);
            let joined = segment(&out[0]);
            assert_eq!(
                joined.payload,
                sent.iter().flat_map(|sent| sent.payload.clone()).collect::<Vec<_>>()
            );
            assert_eq!(
                (joined.sequence, joined.acknowledgment, joined.window),
                (u32::MAX - 5000, 73, 539)
            );
            assert!(joined.flags.psh() && joined.flags.ack());
        }
    }

    #[test]
    fn a_run_is_no_longer_than_an_ip_packet_can_be() {
        for flow in [0, 1] {
            let sent: Vec<_> = (0..100u32)
                .map(|index| {
                    Segment { flow, ..Segment::data(index * 1440, &[index as u8; 1440]) }.packet()
                })
                .collect();
            let out = through_intake(&sent);
            assert_eq!(out.len(), 3);
            assert!(out[0].len() > MAX_PACKET - MTU && out[0].len() <= MAX_PACKET);
            assert_eq!(
                out.iter().map(|packet| segment(packet).payload.len()).sum::<usize>(),
                144_000
            );
        }
    }

    #[test]
    fn only_acks_that_say_more_replace_each_other() {
        let ack = |ack, window| Segment { ack, window, ..Segment::data(9, b"") }.packet();
        let out = through_intake(&[
            ack(1, 10),
            ack(2, 20),
            ack(5, 30),
            ack(5, 40),
            ack(5, 40),
            ack(4, 50),
        ]);
        assert_eq!(out, [ack(5, 30), ack(5, 40), ack(5, 40), ack(4, 50)]);
    }

    #[test]
    fn what_ends_a_run_comes_after_it_and_unchanged() {
        let first = Segment::data(100, b"first");
        let udp = {
            let mut packet = vec![7; 30];
            assert!(wire::craft::udp(
                &mut packet,
                "10.0.0.2:1".parse().unwrap(),
                "10.0.0.3:53".parse().unwrap()
            ));
            packet
        };
        let next = Segment::data(105, b"next");
        let mut fragment = next.packet();
        fragment[6] = 0x20;
        let mut trailer = next.packet();
        trailer.extend_from_slice(b"after the packet");
        for stranger in [
            Segment { flags: ACK_FIN, ..next.clone() }.packet(),
            Segment { flags: SYN, options: true, ..next.clone() }.packet(),
            Segment { options: true, ..next.clone() }.packet(),
            Segment { flow: 1, ..next.clone() }.packet(),
            Segment { flow: 2, ..next.clone() }.packet(),
            Segment { sequence: 106, ..next.clone() }.packet(),
            Segment { ack: 0, ..next.clone() }.packet(),
            Segment { payload: Vec::new(), ..next.clone() }.packet(),
            fragment,
            trailer,
            udp,
            vec![0x45],
            vec![0x60; 59],
            vec![0xff; MTU],
        ] {
            let out = through_intake(&[first.packet(), stranger.clone()]);
            assert_eq!(out, [first.packet(), stranger]);
        }
    }

    #[test]
    fn a_length_that_cannot_be_harms_nothing() {
        let mut out = Vec::new();
        let mut intake = Intake::new(MTU);
        intake.commit(usize::MAX, |packet| out.push(packet.to_vec()));
        read(&mut intake, &Segment::data(1, b"held").packet(), &mut out);
        intake.commit(100, |_| panic!("nothing was lent to read into"));
        intake.space();
        intake.commit(0, |_| panic!("nothing was read"));
        intake.space().fill(0xee);
        intake.commit(usize::MAX, |packet| out.push(packet.to_vec()));
        intake.flush(|_| panic!("nothing is left"));
        assert_eq!(out[1], Segment::data(1, b"held").packet());
    }

    /// What happens at the TUN.
    #[derive(Clone, Debug)]
    enum Step {
        /// A segment: how far it lies from where its flow stands, and how much the ACK number grows.
        Segment { segment: Segment, skip: i8, acked: u8 },
        /// Something else.
        Bytes(Vec<u8>),
        /// Nothing more to read for now.
        Flush,
    }

    fn step() -> impl Strategy<Value = Step> {
        let flags = prop_oneof![8 => Just(ACK_FLAG), 3 => Just(ACK_PSH), 1 => any::<u8>()];
        let payload = prop_oneof![
            2 => Just(Vec::new()),
            5 => proptest::collection::vec(any::<u8>(), 1..30),
            2 => (any::<u8>(), 1000usize..1440).prop_map(|(byte, length)| vec![byte; length]),
        ];
        let fields =
            (prop_oneof![6 => Just(0u8), 2 => Just(1), 1 => Just(2)], any::<u16>(), flags, payload);
        let oddities =
            (prop::bool::weighted(0.03), prop_oneof![12 => Just(0i8), 1 => any::<i8>()], 0u8..3);
        let segment = (fields, oddities).prop_map(
            |((flow, window, flags, payload), (options, skip, acked))| {
                let segment =
                    Segment { flow, sequence: 0, ack: 0, window, flags, options, payload };
                Step::Segment { segment, skip, acked }
            },
        );
        prop_oneof![
            20 => segment,
            1 => proptest::collection::vec(any::<u8>(), 1..100).prop_map(Step::Bytes),
            1 => Just(Step::Flush),
        ]
    }

    /// What the TCP engine sees, in order.
    #[derive(Debug, PartialEq)]
    enum Event {
        Byte(FlowKey, u32, u8),
        Packet(Vec<u8>),
    }

    type LastAck = HashMap<FlowKey, (u32, u16)>;

    fn seen(packets: &[Vec<u8>]) -> (Vec<Event>, LastAck) {
        let mut events = Vec::new();
        let mut acks = LastAck::new();
        for bytes in packets {
            let packet = Packet::parse(bytes).ok();
            match packet.map(|packet| (packet.flow_key(), packet.payload)) {
                Some((Some(key), Transport::Tcp(tcp)))
                    if tcp.header_len == 20
                        && matches!(bytes[tcp.offset + 13], ACK_FLAG | ACK_PSH) =>
                {
                    acks.insert(key, (tcp.acknowledgment, tcp.window));
                    let numbered = (tcp.sequence..=u32::MAX).chain(0..).zip(tcp.payload);
                    events.extend(numbered.map(|(number, &byte)| Event::Byte(key, number, byte)));
                }
                _ => events.push(Event::Packet(bytes.clone())),
            }
        }
        (events, acks)
    }

    proptest! {
        #[test]
        fn the_bytes_the_last_ack_and_all_other_packets_come_through_in_order(
            steps in proptest::collection::vec(step(), 0..120),
        ) {
            let mut intake = Intake::new(MTU);
            let (mut sent, mut out) = (Vec::new(), Vec::new());
            let mut flows = [(u32::MAX - 3000, 0u32); 3];
            for step in steps {
                match step {
                    Step::Segment { segment, skip, acked } => {
                        let (next, ack) = &mut flows[usize::from(segment.flow)];
                        *ack += u32::from(acked);
                        let sequence = next.wrapping_add_signed(i32::from(skip));
                        *next = next.wrapping_add(segment.payload.len() as u32);
                        sent.push(Segment { sequence, ack: *ack, ..segment }.packet());
                        read(&mut intake, sent.last().unwrap(), &mut out);
                    }
                    Step::Bytes(bytes) => {
                        read(&mut intake, &bytes, &mut out);
                        sent.push(bytes);
                    }
                    Step::Flush => intake.flush(|packet| out.push(packet.to_vec())),
                }
            }
            intake.flush(|packet| out.push(packet.to_vec()));
            prop_assert!(out.len() <= sent.len());
            prop_assert_eq!(seen(&out), seen(&sent));
        }
    }
}
