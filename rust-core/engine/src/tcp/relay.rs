//! One TCP connection, carried: the app's side on smoltcp, the remote's side a socket outside.
//!
//! Back-pressure needs no queue of ours: what the remote does not take stays in the receive ring and closes the app's
//! window, what the app does not take stays in the transmit ring and then in the remote's kernel.

use std::time::Duration as StdDuration;

use smoltcp::iface::{SocketHandle, SocketSet};
use smoltcp::socket::tcp::{Socket, State};
use smoltcp::time::Instant;
use wire::TcpSegment;

use crate::audit::Listener;
use crate::outside::{FlowId, Outside, Readiness, Transfer};
use crate::record::Traffic;
use crate::resolver::Asks;
use crate::slab::SlabId;
use crate::tcp::nudge::Acknowledgment;
use crate::tcp::window::Edge;

/// An app that probes a connection this long after its last traffic means to keep it alive.
const KEEP_ALIVE_AFTER: smoltcp::time::Duration = smoltcp::time::Duration::from_secs(5);

/// smoltcp's socket with its two rings; made once for each slab and used again.
#[derive(Debug)]
pub(crate) struct Rings {
    pub(crate) set: SocketSet<'static>,
    pub(crate) handle: SocketHandle,
    pub(crate) slab: SlabId,
    /// Whether its pages may have been written since they were last given back.
    pub(crate) is_warm: bool,
}

impl Rings {
    pub(crate) fn socket(&mut self) -> &mut Socket<'static> {
        self.set.get_mut(self.handle)
    }
}

/// How far the remote's side is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Upstream {
    /// Not asked for: the connection's name is awaited.
    None,
    /// On its way.
    Connecting,
    /// Open, perhaps half.
    Open,
}

/// One carried connection.
#[derive(Debug)]
pub(crate) struct Relay {
    pub(crate) rings: Rings,
    pub(crate) edge: Edge,
    pub(crate) upstream: Upstream,
    /// Whether its first bytes are still to be looked at for a name. One that asks a name server stays so for ever.
    pub(crate) unread: bool,
    /// Listens to what the app says, where that is wanted.
    pub(crate) listener: Option<Box<Listener>>,
    /// What it has asked a name server.
    pub(crate) asks: Option<Box<Asks>>,
    /// When a packet of the app last came.
    pub(crate) heard: Instant,
    /// The app's first sequence number, which tells a repeated SYN from a new one.
    pub(crate) initial_sequence: u32,
    /// What the app last acknowledged.
    pub(crate) acknowledged: Acknowledgment,
    /// The highest sequence number the app has sent up to.
    fed_end: u32,
    ready: Readiness,
    /// The app has sent a reset.
    app_reset: bool,
    /// The app's end was passed on to the remote.
    app_ended: bool,
    /// The remote's end was passed on to the app.
    remote_ended: bool,
    keeps_alive: bool,
}

/// What moving bytes came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moved {
    /// The connection goes on; `true`: there was more to do than one turn's share.
    Open(bool),
    /// Both sides have ended in order.
    Closed,
    /// One side reset it.
    Reset,
}

impl Relay {
    pub(crate) fn new(mut rings: Rings, syn: &TcpSegment<'_>, shift: u8, now: Instant) -> Self {
        let window = rings.socket().recv_capacity();
        Relay {
            rings,
            edge: Edge::new(syn.sequence_end(), window, shift),
            upstream: Upstream::None,
            unread: false,
            listener: None,
            asks: None,
            heard: now,
            initial_sequence: syn.sequence,
            acknowledged: Acknowledgment::default(),
            fed_end: syn.sequence_end(),
            ready: Readiness::default(),
            app_reset: false,
            app_ended: false,
            remote_ended: false,
            keeps_alive: false,
        }
    }

    /// The remote's side is connected.
    pub(crate) fn connected(&mut self) {
        self.upstream = Upstream::Open;
        self.ready = Readiness { readable: true, writable: true, hangup: false };
    }

    pub(crate) fn note_ready(&mut self, ready: Readiness) {
        self.ready.readable |= ready.readable;
        self.ready.writable |= ready.writable;
        self.ready.hangup |= ready.hangup;
    }

    /// Notes a segment that smoltcp is about to take in; passes the app's first keep-alive on.
    pub(crate) fn note_segment(
        &mut self,
        flow: FlowId,
        segment: &TcpSegment<'_>,
        now: Instant,
        out: &mut impl Outside,
    ) {
        let end = segment.sequence_end();
        if (end.wrapping_sub(self.fed_end) as i32) > 0 {
            self.fed_end = end;
        }
        // A keep-alive repeats the last acknowledged byte, or sends none there (RFC 9293 section 3.8.4).
        let is_keep_alive = segment.payload.len() <= 1
            && segment.sequence == self.edge.acknowledged.wrapping_sub(1)
            && segment.sequence == self.fed_end.wrapping_sub(1);
        if is_keep_alive && !self.keeps_alive && now >= self.heard + KEEP_ALIVE_AFTER {
            self.keeps_alive = true;
            out.keep_alive(flow, StdDuration::from((now - self.heard).max(KEEP_ALIVE_AFTER)));
        }
        self.heard = now;
        self.app_reset |= segment.flags.rst();
        if segment.flags.ack() {
            self.acknowledged =
                Acknowledgment { number: segment.acknowledgment, window: segment.window };
        }
    }

    /// The bytes the app has sent and the remote has not got, as far as they lie in one piece.
    pub(crate) fn peek(&mut self, most: usize) -> &[u8] {
        self.rings.socket().peek(most).unwrap_or(&[])
    }

    /// The connection is cut: what the app has said beyond what was sent is heard all the same. Where the beginning was
    /// sent, nobody can say of the rest that it was stopped.
    pub(crate) fn hear_unsent(&mut self, flow: FlowId, traffic: &Traffic, out: &mut impl Outside) {
        if let Some(mut listener) = self.listener.take() {
            let was_sent = traffic.bytes_up > 0;
            listener.hear(flow, self.peek(usize::MAX), was_sent, out);
            listener.finish(flow, was_sent, out);
        }
    }

    /// Whether the app has said that it sends no more, and all it sent has been taken.
    pub(crate) fn app_is_done(&mut self) -> bool {
        let in_order = self.closed_in_order();
        let socket = self.rings.socket();
        socket.recv_queue() == 0
            && match socket.state() {
                State::CloseWait | State::LastAck | State::Closing | State::TimeWait => true,
                State::Closed => in_order,
                State::Listen
                | State::SynSent
                | State::SynReceived
                | State::Established
                | State::FinWait1
                | State::FinWait2 => false,
            }
    }

    /// Whether a closed app's side was closed by both ends, and not by a reset: what it sent may still wait for a slow
    /// remote then.
    fn closed_in_order(&self) -> bool {
        self.remote_ended && !self.app_reset
    }

    /// Whether smoltcp has nothing to send any more but to count TIME-WAIT down. Counting, it would throw what the remote
    /// has not taken yet away after ten seconds.
    pub(crate) fn is_in_time_wait(&self) -> bool {
        let socket = self.rings.set.get::<Socket<'static>>(self.rings.handle);
        self.edge.acknowledged == self.fed_end && socket.state() == State::TimeWait
    }

    /// Moves what the app sent to the remote.
    ///
    /// # Errors
    /// The remote's side is broken.
    pub(crate) fn upload(
        &mut self,
        flow: FlowId,
        traffic: &mut Traffic,
        out: &mut impl Outside,
    ) -> Result<(), Broken> {
        if self.unread || self.upstream != Upstream::Open {
            return Ok(());
        }
        let socket = self.rings.set.get_mut::<Socket<'static>>(self.rings.handle);
        while self.ready.writable && socket.can_recv() {
            let sent = socket.recv(|bytes| match out.send(flow, bytes) {
                Transfer::Bytes(count) => {
                    if let Some(listener) = &mut self.listener
                        && !listener.hear(flow, &bytes[..count], true, out)
                    {
                        self.listener = None;
                    }
                    (count, Ok(Some((count, count == bytes.len()))))
                }
                Transfer::WouldBlock => (0, Ok(None)),
                Transfer::Broken => (0, Err(Broken)),
            });
            match sent.unwrap_or(Err(Broken))? {
                Some((count, all)) => {
                    traffic.bytes_up += count as u64;
                    self.ready.writable = all;
                }
                None => self.ready.writable = false,
            }
        }
        if !self.app_ended && self.app_is_done() {
            out.shutdown(flow);
            self.app_ended = true;
        }
        Ok(())
    }

    /// Moves what the remote sent to the app's ring; `reads` counts down the turn's share.
    ///
    /// # Errors
    /// The remote's side is broken.
    pub(crate) fn download(
        &mut self,
        flow: FlowId,
        reads: &mut usize,
        traffic: &mut Traffic,
        out: &mut impl Outside,
    ) -> Result<(), Broken> {
        let socket = self.rings.set.get_mut::<Socket<'static>>(self.rings.handle);
        while self.ready.readable && *reads > 0 && socket.can_send() {
            *reads -= 1;
            let got = socket.send(|space| match out.receive(flow, space) {
                Transfer::Bytes(count) => (count, Ok(Some((count, count == space.len())))),
                Transfer::WouldBlock => (0, Ok(None)),
                Transfer::Broken => (0, Err(Broken)),
            });
            match got.unwrap_or(Err(Broken))? {
                Some((0, _)) => {
                    self.ready.readable = false;
                    self.remote_ended = true;
                    socket.close();
                }
                Some((count, all)) => {
                    traffic.bytes_down += count as u64;
                    // Readiness is told at its edge: a short read means that there was no more, unless the end is near.
                    self.ready.readable = all || self.ready.hangup;
                }
                None => self.ready.readable = false,
            }
        }
        Ok(())
    }

    /// The connection ends without a remote: neither side has anything more to say to one.
    pub(crate) fn leave_alone(&mut self) {
        self.app_ended = true;
        self.remote_ended = true;
    }

    /// Whether bytes from the remote can be taken at once.
    pub(crate) fn can_download(&mut self) -> bool {
        self.ready.readable && self.rings.socket().can_send()
    }

    /// What became of the connection, after all bytes were moved and all packets sent.
    pub(crate) fn outcome(&mut self, reads_left: usize) -> Moved {
        let ended = self.app_ended && self.remote_ended;
        let acknowledged = self.edge.acknowledged == self.fed_end;
        let in_order = self.closed_in_order();
        let socket = self.rings.socket();
        match socket.state() {
            State::Closed if in_order && !ended => Moved::Open(false),
            // Back in LISTEN: reset before the handshake was done.
            State::Closed | State::Listen if ended => Moved::Closed,
            State::Closed | State::Listen => Moved::Reset,
            // On a TUN the last ACK is not lost, so nothing has to be waited for.
            State::TimeWait if ended && acknowledged => Moved::Closed,
            State::TimeWait
            | State::SynSent
            | State::SynReceived
            | State::Established
            | State::FinWait1
            | State::FinWait2
            | State::CloseWait
            | State::Closing
            | State::LastAck => Moved::Open(reads_left == 0 && self.can_download()),
        }
    }

    /// Whether its rings hold nothing at all, bytes received out of order included: then every byte fed in has been
    /// acknowledged, and its memory may be given back.
    pub(crate) fn is_empty(&mut self) -> bool {
        let acknowledged = self.edge.acknowledged == self.fed_end;
        let socket = self.rings.socket();
        acknowledged && socket.recv_queue() == 0 && socket.send_queue() == 0
    }

    /// Whether the app owes an acknowledgment.
    pub(crate) fn awaits_app(&self) -> bool {
        self.rings.set.get::<Socket<'static>>(self.rings.handle).send_queue() > 0
    }
}

/// The remote's side was reset or failed.
#[derive(Debug)]
pub(crate) struct Broken;
