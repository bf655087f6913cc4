//! What the engine tells of a flow, for the log and the screen.

use smoltcp::time::Instant;
use wire::{FlowKey, HostName, NameSource, Owner};

use crate::outside::FlowId;
use policy::{Decision, Evidence};

/// A flow as it stands at this moment, or a question to a name server: each is told by itself, with the five-tuple it came
/// over. Records of one flow, or of one question, share their [`FlowRecord::flow`].
#[derive(Clone, Debug)]
pub struct FlowRecord {
    /// Which flow, or which question to a name server: those have indices from 2^31 on, which no flow has.
    pub flow: FlowId,
    /// Its five-tuple.
    pub key: FlowKey,
    /// Who owns it.
    pub owner: Owner,
    /// The name that speaks for it best, and where it was seen; for a question, the name asked for. Where the decision rests
    /// on another name, the one asked for is an alias of it.
    pub name: Option<(HostName, NameSource)>,
    /// What was decided, and why.
    pub decision: Decision,
    /// Whether it goes on, and if not, how it ended.
    pub state: RecordState,
    /// When its first packet came.
    pub started: Instant,
    /// Whether the screen was on then; `None` where nobody tells.
    pub screen_on: Option<bool>,
    /// When this record was made.
    pub at: Instant,
    /// Payload bytes and IP packets, app to remote and remote to app.
    pub traffic: Traffic,
}

impl FlowRecord {
    /// Why it was decided so, for people to read; with the alias, where that is what the decision is about.
    pub fn reason(&self) -> String {
        let reason = &self.decision.reason;
        match (&self.decision.evidence, &self.name) {
            (
                Some(Evidence { name: alias, source: NameSource::Dns }),
                Some((name, NameSource::Dns)),
            ) if alias != name => {
                format!("{reason}; {name} is an alias of {alias}")
            }
            (_, _) => reason.to_string(),
        }
    }
}

/// What a flow has carried so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Payload bytes from the app to the remote.
    pub bytes_up: u64,
    /// Payload bytes from the remote to the app.
    pub bytes_down: u64,
    /// IP packets from the app.
    pub packets_up: u64,
    /// IP packets to the app.
    pub packets_down: u64,
}

/// Whether a flow goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordState {
    /// It goes on.
    Open,
    /// Both sides closed in order, or a datagram flow was idle for its time.
    Closed,
    /// One side reset it.
    Reset,
    /// It was refused or cut by the verdict.
    Blocked,
    /// The remote refused, was unreachable or did not answer.
    Failed,
    /// The engine made room: see the limits.
    Evicted,
}
