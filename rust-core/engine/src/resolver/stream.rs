//! Questions over TCP to a server, for answers that are too long for a datagram (RFC 7766): one connection for each.
//!
//! The world keeps connections in an array under the index of their flow. A lookup's connection is no flow: it takes a place
//! in the table of flows that no flow holds meanwhile ([`FlowTable::reserve`](crate::flow_table::FlowTable::reserve)), so that it has
//! an index that nobody else has, and counts in the same bound of descriptors.

use std::net::SocketAddr;

use names::dns::{self, Repeated};
use smoltcp::time::Instant;

use crate::engine::Engine;
use crate::outside::{Close, ConnectError, Outside, Transfer};
use crate::resolver::lookup::{STREAM_TRY, Stream};
use crate::resolver::upstream::Way;

/// The length in front of each message.
const LENGTH: usize = 2;

impl Engine {
    /// Asks this server again, over TCP.
    pub(crate) fn ask_over_stream(
        &mut self,
        index: u32,
        server: SocketAddr,
        now: Instant,
        out: &mut impl Outside,
    ) {
        self.close_stream(index, out);
        let Some(lookup) = self.resolver.lookups.get_mut(index) else { return };
        let mut message = lookup.wanted.message.to_vec();
        let length = (message.len() as u16).to_be_bytes();
        dns::set_id(&mut message, self.resolver.random.next() as u16);
        if self.flows.len() >= self.settings.limits.flows
            && !self.evict_datagram_flow(None, now, out)
        {
            return self.ask_next(index, now, out);
        }
        let connection = self.flows.reserve(index);
        let stream = Stream {
            connection,
            server,
            request: [&length[..], &message].concat(),
            written: 0,
            received: Vec::new(),
        };
        if let Some(lookup) = self.resolver.lookups.get_mut(index) {
            lookup.stream = Some(stream);
        }
        self.resolver.set_deadline(index, Some(now + STREAM_TRY));
        let mut asked = out.connect(connection, server);
        if asked == Err(ConnectError::Exhausted) && self.close_idle_port(now, out) {
            asked = out.connect(connection, server);
        }
        if asked.is_err() {
            self.try_is_over(index, now, out);
        }
    }

    /// What became of a lookup's connection.
    pub(crate) fn stream_connected(
        &mut self,
        index: u32,
        result: Result<(), ConnectError>,
        now: Instant,
        out: &mut impl Outside,
    ) {
        match result {
            Ok(()) => self.resolver.ready_streams.push(index),
            Err(_) => self.try_is_over(index, now, out),
        }
    }

    /// A lookup's connection can be read or written again.
    pub(crate) fn stream_ready(&mut self, index: u32) {
        self.resolver.ready_streams.push(index);
    }

    /// Moves what the lookups' connections are ready for.
    pub(crate) fn run_streams(&mut self, now: Instant, out: &mut impl Outside) {
        for index in std::mem::take(&mut self.resolver.ready_streams) {
            match self.run_stream(index, out) {
                Some(Moved::Answer(server, answer)) => {
                    self.upstream_answer(index, (server, Way::Stream), answer, now, out);
                }
                Some(Moved::Broken) => self.try_is_over(index, now, out),
                None => {}
            }
        }
    }

    /// Closes a lookup's connection, if it has one.
    pub(crate) fn close_stream(&mut self, index: u32, out: &mut impl Outside) {
        let Some(lookup) = self.resolver.lookups.get_mut(index) else { return };
        if let Some(stream) = lookup.stream.take() {
            out.close(stream.connection, Close::Orderly);
            self.flows.release(stream.connection.index);
        }
    }

    fn run_stream(&mut self, index: u32, out: &mut impl Outside) -> Option<Moved> {
        let lookup = self.resolver.lookups.get_mut(index)?;
        let stream = lookup.stream.as_mut()?;
        while let rest @ [_, ..] = stream.request.get(stream.written..).unwrap_or_default() {
            match out.send(stream.connection, rest) {
                Transfer::Bytes(count) => stream.written += count,
                Transfer::WouldBlock => return None,
                Transfer::Broken => return Some(Moved::Broken),
            }
        }
        // The buffer holds a datagram, and so any message.
        let space = self.datagrams.space();
        loop {
            match out.receive(stream.connection, space) {
                Transfer::Bytes(count @ 1..) => {
                    stream.received.extend_from_slice(space.get(..count)?);
                }
                Transfer::Bytes(_) | Transfer::Broken => return Some(Moved::Broken),
                Transfer::WouldBlock => return None,
            }
            let Some(answer) = dns::tcp_message(&stream.received) else { continue };
            let asked = stream.request.get(LENGTH..)?;
            let is_ours = dns::id(answer) == dns::id(asked)
                && dns::repeated(answer, asked, lookup.end) != Repeated::Another;
            return Some(if is_ours {
                Moved::Answer(stream.server, answer.to_vec())
            } else {
                Moved::Broken
            });
        }
    }
}

/// What came of a connection.
enum Moved {
    Answer(SocketAddr, Vec<u8>),
    Broken,
}
