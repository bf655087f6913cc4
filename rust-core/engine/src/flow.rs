//! One flow of the table: who, what, how decided, and what is being done with it.

use names::quic::Sniffer;
use policy::{Decision, Evidence, Refusal, Verdict};
use smoltcp::time::Instant;
use wire::{FlowKey, HostName, NameSource, Owner, Protocol};

use crate::idle::IdleClass;
use crate::outside::FlowId;
use crate::record::{FlowRecord, RecordState, Traffic};
use crate::settings::DNS_PORT;
use crate::tcp::{Relay, Upstream};

/// Names that an address brings to a flow: one that serves many is known under thousands.
const MAX_LEARNED: usize = 16;

/// One flow.
#[derive(Debug)]
pub(crate) struct Flow {
    pub(crate) key: FlowKey,
    pub(crate) owner: Owner,
    /// Every name seen for it, the strongest first.
    pub(crate) names: Vec<Evidence>,
    /// `None` until the owner is known.
    pub(crate) decision: Option<Decision>,
    pub(crate) stage: Stage,
    pub(crate) traffic: Traffic,
    pub(crate) started: Instant,
    /// Whether the screen was on then.
    pub(crate) screen_on: Option<bool>,
    /// Its alarm that counts.
    pub(crate) armed: Option<Instant>,
    /// In the list of flows to answer in this turn.
    pub(crate) dirty: bool,
    /// In the list of flows that moved data lately.
    pub(crate) active: bool,
    /// Moved data since it was last looked at.
    pub(crate) moved: bool,
}

/// What is being done with a flow.
#[derive(Debug)]
pub(crate) enum Stage {
    /// Its owner is asked for; its packets wait.
    Undecided { parked: Vec<Box<[u8]>> },
    /// A TCP connection to the remote is on its way; the app's SYN waits.
    Connecting { syn: Box<[u8]> },
    /// A TCP connection is carried, or accepted and waiting for its name.
    Relay(Box<Relay>),
    /// Datagrams wait until they have named their server.
    Unnamed { sniffer: Box<Sniffer>, parked: Vec<Box<[u8]>> },
    /// Questions to a name server are answered, over UDP.
    Questions,
    /// Datagrams are carried through this port.
    Datagrams { port: u32 },
    /// Blocked, and remembered so that the next packet needs no new question.
    Refused(Refusal),
}

impl Flow {
    pub(crate) fn new(
        key: FlowKey,
        packet: Box<[u8]>,
        screen_on: Option<bool>,
        now: Instant,
    ) -> Self {
        Flow {
            key,
            owner: Owner::Unknown,
            names: Vec::new(),
            decision: None,
            stage: Stage::Undecided { parked: vec![packet] },
            traffic: Traffic { packets_up: 1, ..Traffic::default() },
            started: now,
            screen_on,
            armed: None,
            dirty: false,
            active: false,
            moved: false,
        }
    }

    /// Which time-out it has.
    pub(crate) fn idle_class(&self) -> IdleClass {
        match (&self.stage, self.key.protocol) {
            (Stage::Refused(_), _) => IdleClass::Refused,
            (_, Protocol::Tcp) => IdleClass::Tcp,
            (_, Protocol::Udp) if !self.is_dns() => IdleClass::Udp,
            (_, Protocol::Udp | Protocol::Icmp) => IdleClass::Dns,
        }
    }

    /// Whether what it carries is questions to a name server, which are decided and told one by one.
    pub(crate) fn is_dns(&self) -> bool {
        self.key.remote.port() == DNS_PORT
            && !matches!(self.stage, Stage::Datagrams { .. } | Stage::Refused(_))
    }

    /// Whether it was decided and is not blocked.
    pub(crate) fn is_allowed(&self) -> bool {
        self.decision.as_ref().is_some_and(|decision| decision.verdict == Verdict::Allow)
    }

    /// Whether it is blocked for want of a name.
    pub(crate) fn is_provisional(&self) -> bool {
        self.decision.as_ref().is_some_and(|decision| decision.provisional)
    }

    /// Whether it has still to tell its name, and nothing of it has left.
    pub(crate) fn is_unread(&self) -> bool {
        match &self.stage {
            Stage::Relay(relay) => relay.unread && relay.upstream == Upstream::None,
            Stage::Unnamed { .. } => true,
            Stage::Undecided { .. }
            | Stage::Connecting { .. }
            | Stage::Questions
            | Stage::Datagrams { .. }
            | Stage::Refused(_) => false,
        }
    }

    /// Adds a name; true if it was not known before.
    pub(crate) fn add_name(&mut self, name: HostName, source: NameSource) -> bool {
        let evidence = Evidence { name, source };
        if self.names.contains(&evidence) {
            return false;
        }
        let place = self.names.partition_point(|known| strength(known.source) <= strength(source));
        self.names.insert(place, evidence);
        true
    }

    /// Adds a name that was learned for the flow's address before it began, unless enough stronger ones are known. What the
    /// flow itself says is never left out.
    pub(crate) fn add_learned(&mut self, name: HostName, source: NameSource) {
        self.add_name(name, source);
        self.names.truncate(MAX_LEARNED);
    }

    /// What is told of it; `None` while nothing is decided, and of one whose questions are told by themselves.
    pub(crate) fn record(
        &self,
        flow: FlowId,
        state: RecordState,
        now: Instant,
    ) -> Option<FlowRecord> {
        let decision = self.decision.clone().filter(|_| !self.is_dns())?;
        let speaking = decision.evidence.as_ref().or(self.names.first());
        Some(FlowRecord {
            flow,
            key: self.key,
            owner: self.owner.clone(),
            name: speaking.map(|evidence| (evidence.name.clone(), evidence.source)),
            decision,
            state,
            started: self.started,
            screen_on: self.screen_on,
            at: now,
            traffic: self.traffic,
        })
    }
}

/// The order in which sources speak for a flow: what the connection itself says, what its owner asked, what the system
/// asked, what somebody else asked.
fn strength(source: NameSource) -> u8 {
    match source {
        NameSource::Sni | NameSource::QuicSni | NameSource::HttpHost | NameSource::HttpDns => 0,
        NameSource::Dns => 1,
        NameSource::SniOuter => 2,
        NameSource::SystemDns => 3,
        NameSource::Guess => 4,
        NameSource::Hidden => 5,
    }
}
