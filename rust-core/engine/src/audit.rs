//! Listening to what an app says in plain HTTP, while the user asks for it.
//!
//! Off, it costs a branch for each connection and one for each piece that is sent. On, each TCP connection that an audited
//! owner begins gets a reader of its own; the bytes themselves are neither changed nor kept.

use std::sync::Arc;

use names::http::{Request, RequestReader, Speech};
use smoltcp::time::Instant;
use wire::Owner;

use crate::engine::Engine;
use crate::flow::{Flow, Stage};
use crate::outside::{FlowId, Outside};
use crate::record::RecordState;
use crate::settings::DNS_PORT;
use crate::tcp::Upstream;

/// Connections that are listened to at once. Encrypted ones are left alone after their first bytes, and a browser keeps a
/// handful of others; with the most that a reader holds, these are 6 MiB. Beyond it connections are told without what they say.
const LISTENERS: usize = 128;

/// What to listen to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audit {
    /// Whose connections.
    pub whose: Whose,
    /// Tell the values of parameters and header fields too.
    pub keeps_values: bool,
}

/// Whose connections are listened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Everybody's.
    Everybody,
    /// Those of this user id.
    Uid(u32),
}

/// Something that was heard on a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// What the connection speaks; said once.
    Speech(Speech),
    /// A request.
    Request {
        /// What it says.
        request: Box<Request>,
        /// It went to the remote, or a part of it; else nothing has left.
        was_sent: bool,
    },
}

impl Whose {
    /// Whether this owner is meant.
    pub fn includes(self, owner: &Owner) -> bool {
        match self {
            Whose::Everybody => true,
            Whose::Uid(uid) => owner.id().is_some_and(|id| id.uid == uid),
        }
    }
}

/// One connection that is listened to.
#[derive(Debug)]
pub(crate) struct Listener {
    reader: RequestReader,
    has_told_speech: bool,
    /// Counts the listeners there are.
    _one_of: Arc<()>,
}

impl Listener {
    /// Listens to what the app says next; false if nothing more can be understood. `was_sent`: it went to the remote.
    pub(crate) fn hear(
        &mut self,
        flow: FlowId,
        bytes: &[u8],
        was_sent: bool,
        out: &mut impl Outside,
    ) -> bool {
        self.reader.feed(bytes, |request| {
            out.heard(flow, Heard::Request { request: Box::new(request), was_sent });
        });
        self.tell_speech(flow, out);
        !self.reader.has_stopped()
    }

    /// The app says no more.
    pub(crate) fn finish(mut self, flow: FlowId, was_sent: bool, out: &mut impl Outside) {
        if let Some(request) = self.reader.finish() {
            out.heard(flow, Heard::Request { request: Box::new(request), was_sent });
        }
        self.tell_speech(flow, out);
    }

    fn tell_speech(&mut self, flow: FlowId, out: &mut impl Outside) {
        let speech = self.reader.speech();
        if !self.has_told_speech && speech != Speech::Unknown {
            self.has_told_speech = true;
            out.heard(flow, Heard::Speech(speech));
        }
    }
}

impl Engine {
    /// Listens from now on, to connections that begin; or no longer, and tells then what was begun, and how the open
    /// connections stand.
    pub fn set_audit(&mut self, audit: Option<Audit>, now: Instant, out: &mut impl Outside) {
        self.audit = audit;
        for index in self.flows.indices().collect::<Vec<_>>() {
            let id = self.id(index);
            let is_carried = match self.flows.get_mut(index).map(|flow| &mut flow.stage) {
                Some(Stage::Relay(relay)) => {
                    if let Some(listener) = relay.listener.take() {
                        listener.finish(id, true, out);
                    }
                    relay.upstream == Upstream::Open
                }
                Some(Stage::Datagrams { .. }) => true,
                Some(
                    Stage::Undecided { .. }
                    | Stage::Connecting { .. }
                    | Stage::Unnamed { .. }
                    | Stage::Questions
                    | Stage::Refused(_),
                )
                | None => false,
            };
            if is_carried && audit.is_none() {
                self.tell(index, RecordState::Open, now, out);
            }
        }
    }

    /// A listener for a connection that begins, if one is wanted.
    pub(crate) fn listener(&self, flow: &Flow) -> Option<Box<Listener>> {
        let audit = self.audit?;
        let is_meant = audit.whose.includes(&flow.owner) && flow.key.remote.port() != DNS_PORT;
        let has_room = Arc::strong_count(&self.listeners) <= LISTENERS;
        (is_meant && has_room).then(|| {
            let reader = RequestReader::new(audit.keeps_values);
            let one_of = Arc::clone(&self.listeners);
            Box::new(Listener { reader, has_told_speech: false, _one_of: one_of })
        })
    }
}
