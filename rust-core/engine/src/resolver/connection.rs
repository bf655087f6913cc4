//! DNS over TCP with an app (RFC 7766): its questions are read one after the other, each is judged and answered by itself, in
//! whatever order answers come. No server is connected to for the connection; a question may make one be asked.

use std::collections::VecDeque;

use smoltcp::time::{Duration, Instant};

use crate::engine::Engine;
use crate::flow::{Flow, Stage};
use crate::idle::IdleClass;
use crate::outside::Outside;
use crate::record::RecordState;
use crate::resolver::asked::LONGEST_QUESTION;
use crate::tcp::Relay;

/// Questions of one connection that are being asked; more wait in its window. RFC 7766 section 6.2.1.1 wants pipelining, and
/// stub resolvers send two at once; the answers, 64 KiB at the longest, may all have to wait for a slow app.
const IN_FLIGHT: usize = 8;
/// How long a connection without a question is kept: some seconds, RFC 7766 section 6.2.3.
const IDLE: Duration = Duration::from_secs(10);
/// The length in front of each message, RFC 1035 section 4.2.2.
const LENGTH: usize = 2;

/// What one connection has asked, and is still to get.
#[derive(Debug, Default)]
pub(crate) struct Asks {
    in_flight: usize,
    /// Answers that did not fit into the ring.
    unsent: VecDeque<u8>,
    /// Our side has ended.
    is_closed: bool,
}

impl Asks {
    /// Queues an answer to one of the questions.
    pub(crate) fn answer(&mut self, message: &[u8]) {
        let length = u16::try_from(message.len()).unwrap_or(u16::MAX);
        self.in_flight = self.in_flight.saturating_sub(1);
        self.unsent.extend(length.to_be_bytes());
        self.unsent.extend(&message[..usize::from(length)]);
    }

    /// Whether all that was asked is answered.
    fn is_done(&self) -> bool {
        self.in_flight == 0 && self.unsent.is_empty()
    }
}

/// What a connection has to be read.
enum Next {
    Message(Vec<u8>),
    Nothing,
    /// No question is that long.
    TooLong,
}

impl Engine {
    /// Answers the SYN of an app that wants to ask over TCP.
    pub(crate) fn accept_asker(
        &mut self,
        index: u32,
        syn: &[u8],
        now: Instant,
        out: &mut impl Outside,
    ) {
        self.idle.touch(index, IdleClass::Tcp, now);
        if self.accept(index, syn, now, out) {
            self.set_alarm(index, now + IDLE);
        }
    }

    /// Reads what questions have come over a connection, and writes what answers there are.
    pub(crate) fn serve_questions(&mut self, index: u32, now: Instant, out: &mut impl Outside) {
        loop {
            let Some(relay) = self.asking(index) else { return };
            match relay.next_question() {
                Next::Message(message) => {
                    self.note_moved(index, now);
                    self.question(index, &message, now, out);
                }
                Next::Nothing => break,
                Next::TooLong => return self.cut(index, RecordState::Reset, now, out),
            }
        }
        if let Some(relay) = self.asking(index) {
            relay.write_answers();
            if relay.app_is_done() {
                relay.close_when_done();
            }
        }
    }

    /// The alarm of a connection that asks: it ends when it has asked nothing for a while.
    pub(crate) fn asker_is_idle(&mut self, index: u32, now: Instant, out: &mut impl Outside) {
        let Some(relay) = self.asking(index) else { return };
        if now >= relay.heard + IDLE {
            if relay.asks.as_ref().is_some_and(|asks| asks.is_closed) {
                // The app has not ended its side either.
                return self.cut(index, RecordState::Closed, now, out);
            }
            relay.close_when_done();
            relay.heard = now;
        }
        let next = relay.heard + IDLE;
        self.set_alarm(index, next);
        self.mark(index);
    }

    fn asking(&mut self, index: u32) -> Option<&mut Relay> {
        match self.flows.get_mut(index) {
            Some(Flow { stage: Stage::Relay(relay), .. }) => Some(relay),
            Some(_) | None => None,
        }
    }
}

impl Relay {
    /// Takes the next question out of the ring, if it is there and may be asked now.
    fn next_question(&mut self) -> Next {
        let asks = self.asks.get_or_insert_default();
        if asks.in_flight >= IN_FLIGHT || !asks.unsent.is_empty() || asks.is_closed {
            return Next::Nothing;
        }
        let socket =
            self.rings.set.get_mut::<smoltcp::socket::tcp::Socket<'static>>(self.rings.handle);
        let mut length = [0; LENGTH];
        if socket.peek_slice(&mut length) != Ok(LENGTH) {
            return Next::Nothing;
        }
        let length = usize::from(u16::from_be_bytes(length));
        if length > LONGEST_QUESTION {
            return Next::TooLong;
        }
        let mut framed = vec![0; LENGTH + length];
        if socket.recv_queue() < framed.len() || socket.recv_slice(&mut framed) != Ok(framed.len())
        {
            return Next::Nothing;
        }
        asks.in_flight += 1;
        Next::Message(framed.split_off(LENGTH))
    }

    /// Moves answers into the ring, as far as there is room.
    fn write_answers(&mut self) {
        let Some(asks) = &mut self.asks else { return };
        let socket =
            self.rings.set.get_mut::<smoltcp::socket::tcp::Socket<'static>>(self.rings.handle);
        while let (front @ [_, ..], _) = asks.unsent.as_slices() {
            match socket.send_slice(front) {
                Ok(count @ 1..) => drop(asks.unsent.drain(..count)),
                Ok(0) => return,
                // The app is gone.
                Err(_) => return asks.unsent.clear(),
            }
        }
    }

    /// Ends our side after the last answer.
    fn close_when_done(&mut self) {
        let asks = self.asks.get_or_insert_default();
        if asks.is_closed || !asks.is_done() {
            return;
        }
        asks.is_closed = true;
        self.rings.socket().close();
        self.leave_alone();
    }
}
