//! One question on its way to the name servers, and those who wait for its answer.

use std::net::SocketAddr;
use std::sync::Arc;

use policy::Decision;
use smoltcp::time::{Duration, Instant};
use wire::{FlowKey, HostName, NameSource, Owner};

use crate::outside::FlowId;
use crate::record::{FlowRecord, RecordState, Traffic};

/// How long one server is waited for before the next is asked: longer than a bad mobile network takes, and short enough for
/// three tries within the five seconds that stub resolvers wait.
pub(crate) const TRY: Duration = Duration::from_millis(1500);
/// The same for a server that is asked over TCP: three round trips and the time of a long answer.
pub(crate) const STREAM_TRY: Duration = Duration::from_secs(3);
/// Tries at least, where a network has one server only.
const LEAST_TRIES: usize = 3;
/// Tries at most: with them a question is answered, if only by a failure, within nine seconds; each that leads to a connection
/// that is never answered adds [`STREAM_TRY`].
const MOST_TRIES: usize = 6;
/// How often a server is asked again at once because it answered with letters in another case: until it is known to do so, and
/// a few times more for one that does as it likes.
pub(crate) const MOST_REPEATS: u8 = 4;
/// Earlier datagrams whose answer is still taken: a slow server's answer is better than none. Each costs a socket.
pub(crate) const LATE_ANSWERS: usize = 2;
/// Apps' questions that wait for the same answer; more are repeats by somebody who will ask again.
pub(crate) const ASKERS: usize = 32;

/// What is asked upstream. Equal questions of one owner share a lookup: all but id and the case of the name is equal, EDNS
/// included. What one app asks is never seen to help another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Wanted {
    pub(crate) owner: Owner,
    /// The query with id 0 and its name in lower case.
    pub(crate) message: Arc<[u8]>,
    /// The server that the app asked, where the network has none.
    pub(crate) asked: Option<SocketAddr>,
}

/// A question of an app.
#[derive(Debug)]
pub(crate) struct Asker {
    /// Its connection or datagram flow.
    pub(crate) flow: FlowId,
    pub(crate) key: FlowKey,
    /// The question as it came.
    pub(crate) message: Box<[u8]>,
    /// The octets that the app takes over UDP.
    pub(crate) payload: u16,
    pub(crate) name: Option<HostName>,
    pub(crate) record_type: u16,
    pub(crate) decision: Decision,
    /// Its row in the log.
    pub(crate) record: FlowId,
    pub(crate) started: Instant,
    pub(crate) screen_on: Option<bool>,
}

/// A question that is being asked.
#[derive(Debug)]
pub(crate) struct Lookup {
    pub(crate) wanted: Wanted,
    /// Where the question ends in the message.
    pub(crate) end: usize,
    /// Its name belongs to the network at hand.
    pub(crate) is_local: bool,
    pub(crate) askers: Vec<Asker>,
    /// Whom to ask, in order, and round again.
    pub(crate) servers: Vec<SocketAddr>,
    pub(crate) tries: usize,
    /// How often a server was asked again at once.
    pub(crate) repeats: u8,
    /// Datagrams that may still be answered, the latest last.
    pub(crate) sent: Vec<Sent>,
    pub(crate) stream: Option<Stream>,
    /// When the current try is over.
    pub(crate) deadline: Option<Instant>,
    /// What there is to tell if nobody answers better: a server's refusal, or an answer cut short.
    pub(crate) fallback: Option<Vec<u8>>,
    /// How many servers have refused.
    pub(crate) refusals: usize,
}

/// A datagram to a server.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) server: SocketAddr,
    /// The port that it left through, which nothing else uses.
    pub(crate) port: u32,
    pub(crate) message: Box<[u8]>,
}

/// A connection to a server, for an answer that is too long for a datagram.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) connection: FlowId,
    pub(crate) server: SocketAddr,
    /// The question with its length in front, and how much of it has been sent.
    pub(crate) request: Vec<u8>,
    pub(crate) written: usize,
    /// What has come of the answer and its length.
    pub(crate) received: Vec<u8>,
}

impl Asker {
    /// The question as it stands, with an answer of this many octets.
    pub(crate) fn as_record(
        &self,
        owner: &Owner,
        state: RecordState,
        answer: usize,
        now: Instant,
    ) -> FlowRecord {
        let traffic = Traffic {
            bytes_up: self.message.len() as u64,
            bytes_down: answer as u64,
            packets_up: 1,
            packets_down: u64::from(state != RecordState::Open),
        };
        FlowRecord {
            flow: self.record,
            key: self.key,
            owner: owner.clone(),
            name: self.name.clone().map(|name| (name, NameSource::Dns)),
            decision: self.decision.clone(),
            state,
            started: self.started,
            screen_on: self.screen_on,
            at: now,
            traffic,
        }
    }
}

impl Lookup {
    pub(crate) fn new(wanted: Wanted, end: usize, is_local: bool, first: Asker) -> Self {
        Lookup {
            wanted,
            end,
            is_local,
            askers: vec![first],
            servers: Vec::new(),
            tries: 0,
            repeats: 0,
            sent: Vec::new(),
            stream: None,
            deadline: None,
            fallback: None,
            refusals: 0,
        }
    }

    /// The server whose turn it is; `None` when all have had theirs.
    pub(crate) fn next_server(&mut self) -> Option<SocketAddr> {
        let most = (2 * self.servers.len()).clamp(LEAST_TRIES, MOST_TRIES);
        if self.tries >= most {
            return None;
        }
        let server = self.servers.get(self.tries % self.servers.len().max(1)).copied();
        self.tries += 1;
        server
    }

    /// The server that is being waited for.
    pub(crate) fn current_server(&self) -> Option<SocketAddr> {
        self.stream
            .as_ref()
            .map(|stream| stream.server)
            .or(self.sent.last().map(|sent| sent.server))
    }

    /// Whether no server is left that might answer better.
    pub(crate) fn all_have_refused(&self) -> bool {
        self.refusals >= self.servers.len()
    }
}
