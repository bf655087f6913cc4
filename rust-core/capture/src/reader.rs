//! How a flow is read for names: what its client sends, by what it is and as far as needed.

use names::dns::{self, Query};
use names::quic::Sniffer;
use names::{Sniff, sniff};
use wire::{HostName, NameSource, TcpSegment};

use crate::flow::{Name, Source};
use crate::opening::Opening;

/// What of a flow is still to be read.
pub(crate) enum Reader {
    /// Nothing: its name is known, or it will not tell one.
    Done,
    /// The beginning of a TCP connection.
    Opening(Stream),
    /// A TCP connection to port 53.
    Questions(Stream),
    /// UDP datagrams to port 53. Questions without an answer yet: the message's id and the object that it counts for.
    Asked(Vec<(u16, u32)>),
    /// UDP datagrams that may be QUIC; how many were read so far.
    Quic(u8, Option<Box<Sniffer>>),
}

/// What a client sends over TCP.
#[derive(Default)]
pub(crate) struct Stream {
    /// The sequence number of the first byte not yet read.
    next: Option<u32>,
    /// That number is the SYN's word; else it was taken from a segment of which nothing spoke against it.
    is_certain: bool,
    /// Segments that were no beginning, where the connection began before the capture.
    tries: u8,
    opening: Option<Box<Opening>>,
}

/// What reading has told.
#[derive(Default)]
pub(crate) struct Told {
    /// The names of the flow.
    pub(crate) names: Vec<Name>,
    /// Names asked for, each a question of its own.
    pub(crate) questions: Vec<HostName>,
}

impl Reader {
    /// How flows of this protocol to this port are read.
    pub(crate) fn of(is_tcp: bool, server_port: u16) -> Self {
        match (is_tcp, server_port) {
            (true, DNS) => Reader::Questions(Stream::default()),
            (true, _) => Reader::Opening(Stream::default()),
            (false, DNS) => Reader::Asked(Vec::new()),
            (false, _) => Reader::Quic(0, None),
        }
    }

    /// Reads what a client sends over TCP.
    pub(crate) fn segment(&mut self, segment: &TcpSegment<'_>) -> Told {
        match self {
            Reader::Opening(stream) => {
                stream.see(segment);
                match stream.opening(segment) {
                    Sniff::NeedMore => Told::default(),
                    said @ (Sniff::Names(_) | Sniff::NoName) => {
                        *self = Reader::Done;
                        Told::names(said)
                    }
                }
            }
            Reader::Questions(stream) => {
                stream.see(segment);
                Told { questions: stream.questions(segment), ..Told::default() }
            }
            Reader::Done | Reader::Asked(_) | Reader::Quic(..) => Told::default(),
        }
    }

    /// Reads what a client sends over UDP.
    pub(crate) fn datagram(&mut self, payload: &[u8]) -> Told {
        match self {
            Reader::Quic(read, sniffer) => {
                *read += 1;
                let is_last = *read >= MAX_DATAGRAMS;
                if payload.first().is_none_or(|first| first & LONG_HEADER == 0) {
                    if is_last {
                        *self = Reader::Done;
                    }
                    return Told::default();
                }
                let said = sniffer.get_or_insert_default().push(payload);
                if is_last || matches!(said, Sniff::Names(_)) {
                    *self = Reader::Done;
                }
                Told::names(said)
            }
            Reader::Asked(_) => {
                let question = Query::parse(payload).ok();
                Told {
                    questions: question.map(|it| it.name).into_iter().collect(),
                    ..Told::default()
                }
            }
            Reader::Done | Reader::Opening(_) | Reader::Questions(_) => Told::default(),
        }
    }

    /// Whether it holds bytes that wait for more.
    pub(crate) fn is_waiting(&self) -> bool {
        match self {
            Reader::Opening(stream) | Reader::Questions(stream) => stream.opening.is_some(),
            Reader::Quic(_, sniffer) => sniffer.is_some(),
            Reader::Done | Reader::Asked(_) => false,
        }
    }

    /// Learns from the server's SYN where what the client sends begins.
    pub(crate) fn begins_at(&mut self, sequence: u32) {
        if let Reader::Opening(stream) | Reader::Questions(stream) = self {
            stream.begins_at(sequence);
        }
    }

    /// Keeps which object a question counts for, until its answer has come.
    pub(crate) fn asked(&mut self, message: &[u8], object: u32) {
        if let (Reader::Asked(open), Some(id)) = (self, id(message)) {
            if open.len() == MAX_ASKED {
                open.remove(0);
            }
            open.push((id, object));
        }
    }

    /// The object of the question that this message answers.
    pub(crate) fn answered(&mut self, message: &[u8]) -> Option<u32> {
        let (Reader::Asked(open), id) = (self, id(message)?) else { return None };
        let at = open.iter().position(|(asked, _)| *asked == id)?;
        Some(open.remove(at).1)
    }
}

impl Stream {
    /// Learns from the client's SYN where the stream begins.
    fn see(&mut self, segment: &TcpSegment<'_>) {
        if segment.flags.syn() {
            self.begins_at(payload_sequence(segment));
        }
    }

    fn begins_at(&mut self, sequence: u32) {
        if !self.is_certain {
            self.is_certain = true;
            if self.next.replace(sequence).is_some_and(|next| next != sequence) {
                self.opening = None;
            }
        }
    }

    /// What the opening says with this segment.
    fn opening(&mut self, segment: &TcpSegment<'_>) -> Sniff {
        let sequence = payload_sequence(segment);
        if segment.payload.is_empty() {
            return Sniff::NeedMore;
        }
        if self.opening.is_none() && (!self.is_certain || self.next == Some(sequence)) {
            // Most openings are one segment: it is read where it lies.
            let said = sniff(segment.payload);
            let may_come_later = !self.is_certain && said == Sniff::NoName;
            if may_come_later {
                self.tries += 1;
                return if self.tries < MAX_TRIES { Sniff::NeedMore } else { Sniff::NoName };
            }
            if said != Sniff::NeedMore {
                return said;
            }
        }
        let start = *self.next.get_or_insert(sequence);
        let opening = self.opening.get_or_insert_with(|| Box::new(Opening::new(start)));
        if !opening.insert(sequence, segment.payload) {
            return if opening.is_full() { Sniff::NoName } else { Sniff::NeedMore };
        }
        sniff(opening.bytes())
    }

    /// The names that complete messages ask for.
    fn questions(&mut self, segment: &TcpSegment<'_>) -> Vec<HostName> {
        let sequence = payload_sequence(segment);
        let mut questions = Vec::new();
        if segment.payload.is_empty() {
            return questions;
        }
        let start = *self.next.get_or_insert(sequence);
        let mut opening = self.opening.take().unwrap_or_else(|| Box::new(Opening::new(start)));
        opening.insert(sequence, segment.payload);
        while let Some(message) = dns::tcp_message(opening.bytes()) {
            questions.extend(Query::parse(message).map(|query| query.name));
            let length = message.len() + 2;
            opening.consume(length);
        }
        self.next = Some(opening.start());
        if !opening.is_empty() {
            self.opening = Some(opening);
        }
        questions
    }
}

impl Told {
    fn names(said: Sniff) -> Self {
        let names = match said {
            Sniff::Names(names) => names,
            Sniff::NeedMore | Sniff::NoName => Vec::new(),
        };
        let name =
            |(host, source): (HostName, NameSource)| Name { host, source: Source::Opening(source) };
        Told { names: names.into_iter().map(name).collect(), questions: Vec::new() }
    }
}

/// The port of DNS.
const DNS: u16 = 53;
/// Of a QUIC packet's first byte, RFC 8999 section 5.1.
const LONG_HEADER: u8 = 0x80;
/// A flow's datagrams that are looked at, as many as a [`Sniffer`] reads.
const MAX_DATAGRAMS: u8 = 32;
/// Segments that are tried as a beginning where the capture has none: with the first ones reordered the right one is
/// among these.
const MAX_TRIES: u8 = 4;
/// Questions of one flow that may be open at a time; resolvers that ask from one port keep fewer.
const MAX_ASKED: usize = 64;

/// The number of the payload's first byte.
pub(crate) fn payload_sequence(segment: &TcpSegment<'_>) -> u32 {
    segment.sequence.wrapping_add(u32::from(segment.flags.syn()))
}

/// The id of a DNS message, RFC 1035 section 4.1.1.
fn id(message: &[u8]) -> Option<u16> {
    message.first_chunk().map(|bytes| u16::from_be_bytes(*bytes))
}
