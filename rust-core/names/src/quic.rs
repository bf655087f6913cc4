//! The server name in a QUIC client's first packets (RFC 9000, RFC 9001).
//!
//! A client's ClientHello lies in Initial packets, which are encrypted with keys that anybody can derive from the
//! connection id in them. A [`Sniffer`] follows one UDP flow: it opens these packets, puts together the hello that may
//! come in pieces of any order over several datagrams, and reads it as TLS.

use wire::NameSource;

use crate::{Sniff, tls};
use packet::{Initial, Packet};
use stream::Stream;

mod frames;
mod keys;
mod packet;
mod stream;
mod version;

/// How many datagrams of a flow are read: a hello fills up to ten, and each may be sent twice again or once more after
/// a Retry.
const MAX_DATAGRAMS: u32 = 32;
/// How many packets of one datagram are read. Clients put one packet of each kind into one (RFC 9000 section 12.2).
const MAX_PACKETS: usize = 8;
/// How many connections of one flow are followed at a time. A client that gets a Retry or another version begins
/// again, and some clients open several connections from one port.
const MAX_CONNECTIONS: usize = 2;

/// Reads the names of the servers that a UDP flow's QUIC packets are for. It keeps at most 64 KiB, and next to nothing
/// once a name is known.
#[derive(Debug, Default)]
pub struct Sniffer {
    datagrams: u32,
    /// The latest last.
    connections: Vec<Connection>,
}

impl Sniffer {
    /// A sniffer for a flow that has sent nothing yet.
    pub fn new() -> Self {
        Sniffer::default()
    }

    /// Reads the next datagram that the client sent: the whole UDP payload, QUIC or not.
    ///
    /// [`Sniff::Names`] has one name, [`NameSource::QuicSni`], or [`NameSource::SniOuter`] where Encrypted Client Hello
    /// may hide the true one. [`Sniff::NeedMore`]: a hello has begun and may end in a later datagram.
    /// [`Sniff::NoName`] holds for this datagram and those before it: it is worth no wait, but what the flow sends
    /// later may name a server yet, so the later datagrams may be pushed as well. After 32 datagrams nothing is read.
    ///
    /// Packets that do not pass their authentication are skipped, as servers skip them. Tokens, sizes and reserved bits
    /// that a strict server would refuse are let pass.
    pub fn push(&mut self, datagram: &[u8]) -> Sniff {
        if self.datagrams >= MAX_DATAGRAMS {
            return Sniff::NoName;
        }
        self.datagrams += 1;
        let mut may_begin_later = false;
        for packet in packet::packets(datagram).take(MAX_PACKETS) {
            match packet {
                Packet::Initial(initial) => {
                    let said = self.read(&initial);
                    if let Sniff::Names(_) = said {
                        return said;
                    }
                }
                // Early data that overtook its hello.
                Packet::ZeroRtt => may_begin_later = true,
                Packet::Other => {}
            }
        }
        may_begin_later |= self.connections.iter().any(|known| known.said == Sniff::NeedMore);
        if may_begin_later && self.datagrams < MAX_DATAGRAMS {
            Sniff::NeedMore
        } else {
            Sniff::NoName
        }
    }

    /// Finds the connection that a packet is of. A client keeps the keys of its first packet's destination id, though
    /// it sends to another once it knows it; after a Retry it takes the keys of the new one (RFC 9001 section 5.2).
    fn read(&mut self, initial: &Initial<'_>) -> Sniff {
        for known in &mut self.connections {
            if let Some(payload) = initial.open(&known.first_destination) {
                return known.read(&payload);
            }
        }
        let Some(payload) = initial.open(initial.destination) else { return Sniff::NoName };
        if self.connections.len() == MAX_CONNECTIONS {
            self.connections.remove(0);
        }
        let mut new = Connection {
            first_destination: initial.destination.into(),
            stream: Stream::default(),
            said: Sniff::NeedMore,
        };
        let said = new.read(&payload);
        self.connections.push(new);
        said
    }
}

/// A connection whose first packet was seen.
#[derive(Debug)]
struct Connection {
    /// The destination connection id of its first packet.
    first_destination: Box<[u8]>,
    stream: Stream,
    /// What is known of it so far.
    said: Sniff,
}

impl Connection {
    /// Reads the frames of a packet.
    fn read(&mut self, payload: &[u8]) -> Sniff {
        if self.said == Sniff::NeedMore {
            frames::crypto(payload, |offset, data| self.stream.insert(offset, data));
            let beginning = self.stream.beginning();
            self.said = tls::client_hello(beginning, stream::MAX_CRYPTO, NameSource::QuicSni);
            if self.said != Sniff::NeedMore {
                self.stream = Stream::default();
            }
        }
        self.said.clone()
    }
}

#[cfg(test)]
mod build;
#[cfg(test)]
mod tests;
