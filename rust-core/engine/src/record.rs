//! What the engine tells of a flow, for the log and the screen.

use smoltcp::time::Instant;
use wire::{FlowKey, HostName, NameSource, Owner};

use crate::outside::FlowId;
use policy::Decision;

/// A flow as it stands at this moment. Records of one flow share their [`FlowRecord::flow`].
#[derive(Clone, Debug)]
pub struct FlowRecord {
    /// Which flow.
    pub flow: FlowId,
    /// Its five-tuple.
    pub key: FlowKey,
    /// Who owns it.
    pub owner: Owner,
    /// The name that speaks for it best, and where it was seen.
    pub name: Option<(HostName, NameSource)>,
    /// What was decided, and why.
    pub decision: Decision,
    /// Whether it goes on, and if not, how it ended.
    pub state: RecordState,
    /// When its first packet came.
    pub started: Instant,
    /// When this record was made.
    pub at: Instant,
    /// Payload bytes and IP packets, app to remote and remote to app.
    pub traffic: Traffic,
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
