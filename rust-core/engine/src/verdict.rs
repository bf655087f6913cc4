//! Who owns a flow, whether it may pass, and what follows.

use policy::{Refusal, Subject, Verdict};
use smoltcp::time::Instant;
use wire::craft::{self, IcmpError};
use wire::{HostName, NameSource, Owner, Packet, Protocol, Transport};

use crate::engine::Engine;
use crate::flow::{Flow, Stage};
use crate::outside::{Close, Outside};
use crate::record::RecordState;
use crate::settings::{QUIC_PORTS, SNIFF_PORTS, SWEEP};
use crate::tcp::Io;

impl Engine {
    /// The owner is known (or will not be): the flow is decided, and its parked packets go their way.
    pub(crate) fn attributed(
        &mut self,
        index: u32,
        owner: &Owner,
        now: Instant,
        out: &mut impl Outside,
    ) {
        let Some(flow) = self.flows.get_mut(index) else { return };
        let Stage::Undecided { parked } = &mut flow.stage else { return };
        let parked = std::mem::take(parked);
        self.parked_bytes -= parked.iter().map(|packet| packet.len()).sum::<usize>();
        self.learn_owner(index, owner, now);
        let Some(flow) = self.flows.get(index) else { return };
        let is_dns = flow.is_dns();
        let verdict = if is_dns { self.begin_questions(index) } else { self.decide(index) };
        if !self.count_owner(index, owner, now, out) {
            self.counters.over_limit += 1;
            for packet in &parked {
                self.refuse_packet(packet, Refusal::Reset, now, out);
            }
            return self.end_flow(index, RecordState::Evicted, now, out);
        }
        match verdict {
            Verdict::Allow => self.carry(index, parked, now, out),
            Verdict::Block(_) if self.may_be_cleared(index) => self.carry(index, parked, now, out),
            Verdict::Block(refusal) => self.refuse_flow(index, &parked, refusal, now, out),
        }
    }

    /// The owner is told of a flow that was decided without. It is decided anew, and cut if it is now blocked.
    pub(crate) fn attributed_late(
        &mut self,
        index: u32,
        owner: &Owner,
        now: Instant,
        out: &mut impl Outside,
    ) {
        let Some(flow) = self.flows.get(index) else { return };
        if flow.owner != Owner::Unknown || *owner == Owner::Unknown {
            return;
        }
        self.learn_owner(index, owner, now);
        self.uncount_owner(&Owner::Unknown);
        // One more than the owner may have is let be: it passes already.
        *self.by_owner.entry(owner.clone()).or_default() += 1;
        self.decide_anew(index, now, out);
        let is_refused =
            matches!(self.flows.get(index), Some(Flow { stage: Stage::Refused(_), .. }));
        let state = if is_refused { RecordState::Blocked } else { RecordState::Open };
        self.tell(index, state, now, out);
    }

    /// From now on the flow is this owner's, and the names that the owner asked for count for it.
    fn learn_owner(&mut self, index: u32, owner: &Owner, now: Instant) {
        let Some(flow) = self.flows.get_mut(index) else { return };
        flow.owner.clone_from(owner);
        let now_ms = now.total_millis().max(0) as u64;
        for (name, source) in self.names.lookup(owner, flow.key.remote.ip(), now_ms) {
            flow.add_learned(name.clone(), source);
        }
    }

    /// Whether a blocked flow is to be read before it is refused: its own name could let it pass.
    fn may_be_cleared(&self, index: u32) -> bool {
        let Some(flow) = self.flows.get(index) else { return false };
        let port = flow.key.remote.port();
        let tells_its_name = match flow.key.protocol {
            Protocol::Tcp => SNIFF_PORTS.contains(&port),
            Protocol::Udp => QUIC_PORTS.contains(&port),
            Protocol::Icmp => false,
        };
        tells_its_name
            && flow.is_provisional()
            && self.policy.names_matter(&flow.owner)
            && self.settings.network.carries(flow.key.remote.ip())
    }

    /// Decides a flow by all that is known of it now.
    pub(crate) fn decide(&mut self, index: u32) -> Verdict {
        let Some(flow) = self.flows.get_mut(index) else { return Verdict::Block(Refusal::Silence) };
        let subject = Subject { owner: &flow.owner, key: &flow.key, names: &flow.names };
        let decision = self.policy.decide(&subject);
        flow.decision.insert(decision).verdict
    }

    /// Refuses a flow's first packets and remembers that: its app is told once.
    pub(crate) fn refuse_flow(
        &mut self,
        index: u32,
        parked: &[Box<[u8]>],
        refusal: Refusal,
        now: Instant,
        out: &mut impl Outside,
    ) {
        if let Some(packet) = parked.first() {
            self.refuse_packet(packet, refusal, now, out);
        }
        self.remember_refusal(index, refusal, now, out);
    }

    /// Carries a flow that may pass, beginning with the packets that waited.
    fn carry(&mut self, index: u32, parked: Vec<Box<[u8]>>, now: Instant, out: &mut impl Outside) {
        let Some(flow) = self.flows.get(index) else { return };
        if flow.is_dns() {
            return self.carry_questions(index, parked, now, out);
        }
        match flow.key.protocol {
            Protocol::Tcp => {
                if let Some(syn) = parked.into_iter().next() {
                    self.carry_tcp(index, syn, now, out);
                }
            }
            Protocol::Udp | Protocol::Icmp if self.reads_quic(flow) => {
                self.carry_quic(index, parked, now, out);
            }
            Protocol::Udp | Protocol::Icmp => self.carry_datagrams(index, &parked, now, out),
        }
    }

    /// A blocked flow is kept for a while, so that its next packets are refused without a question; a TCP flow only
    /// where the app is not told, since a reset ends it.
    fn remember_refusal(
        &mut self,
        index: u32,
        refusal: Refusal,
        now: Instant,
        out: &mut impl Outside,
    ) {
        let Some(flow) = self.flows.get_mut(index) else { return };
        if flow.key.protocol == Protocol::Tcp && refusal == Refusal::Reset {
            return self.end_flow(index, RecordState::Blocked, now, out);
        }
        flow.stage = Stage::Refused(refusal);
        self.idle.touch(index, flow.idle_class(), now);
        self.tell(index, RecordState::Blocked, now, out);
    }

    /// Counts the flow for its owner; false if the owner has too many and none of them can make room.
    fn count_owner(
        &mut self,
        index: u32,
        owner: &Owner,
        now: Instant,
        out: &mut impl Outside,
    ) -> bool {
        *self.by_owner.entry(owner.clone()).or_default() += 1;
        let limit = self.settings.limits.flows_per_app;
        let is_over =
            |engine: &Engine| engine.by_owner.get(owner).is_some_and(|&count| count > limit);
        let is_datagram =
            self.flows.get(index).is_some_and(|flow| flow.key.protocol != Protocol::Tcp);
        !is_over(self) || (is_datagram && self.evict_datagram_flow(Some(owner), now, out))
    }

    fn uncount_owner(&mut self, owner: &Owner) {
        if let Some(count) = self.by_owner.get_mut(owner) {
            *count -= 1;
            if *count == 0 {
                self.by_owner.remove(owner);
            }
        }
    }

    /// A name was seen for the flow: it counts from now on. False if the flow is blocked by it, and cut.
    pub(crate) fn named(
        &mut self,
        index: u32,
        name: HostName,
        source: NameSource,
        now: Instant,
        out: &mut impl Outside,
    ) -> bool {
        let source = self.source_of(index, &name, source, now);
        let Some(flow) = self.flows.get_mut(index) else { return false };
        if flow.add_name(name, source) {
            self.decide_anew(index, now, out);
            self.tell(index, RecordState::Open, now, out);
        }
        self.flows.get(index).is_some_and(Flow::is_allowed)
    }

    /// What the outer name of a hello with ECH is worth: what its owner asked for is meant, what it was served as a public
    /// name hides another, and of all else nobody knows.
    pub(crate) fn source_of(
        &self,
        index: u32,
        name: &HostName,
        source: NameSource,
        now: Instant,
    ) -> NameSource {
        let Some(flow) = self.flows.get(index).filter(|_| source == NameSource::SniOuter) else {
            return source;
        };
        let now_ms = now.total_millis().max(0) as u64;
        let was_asked = flow.names.iter().any(|known| {
            known.name == *name && matches!(known.source, NameSource::Dns | NameSource::SystemDns)
        });
        match flow.key.protocol {
            _ if self.public_names.contains(&flow.owner, name, now_ms) => NameSource::Hidden,
            _ if !was_asked => source,
            Protocol::Udp => NameSource::QuicSni,
            Protocol::Tcp | Protocol::Icmp => NameSource::Sni,
        }
    }

    /// Decides a flow once more. It is cut if it is now blocked; a refusal is forgotten if it may now pass, so that the
    /// app's next packet begins anew.
    pub(crate) fn decide_anew(&mut self, index: u32, now: Instant, out: &mut impl Outside) {
        let is_decided = |flow: &&Flow| flow.decision.is_some() && !flow.is_dns();
        let Some(flow) = self.flows.get(index).filter(is_decided) else { return };
        let was_refused = matches!(flow.stage, Stage::Refused(_));
        let is_unread = flow.is_unread();
        match self.decide(index) {
            Verdict::Allow if was_refused => self.end_flow(index, RecordState::Closed, now, out),
            Verdict::Allow => {}
            Verdict::Block(_) if was_refused || (is_unread && self.may_be_cleared(index)) => {}
            Verdict::Block(_) => self.cut(index, RecordState::Blocked, now, out),
        }
    }

    /// Ends a flow and tells its app.
    pub(crate) fn cut(
        &mut self,
        index: u32,
        state: RecordState,
        now: Instant,
        out: &mut impl Outside,
    ) {
        let id = self.id(index);
        let Some(flow) = self.flows.get_mut(index) else { return };
        let mut io = Io { now, tun: &mut self.tun, out };
        match &mut flow.stage {
            Stage::Relay(relay) => {
                relay.hear_unsent(id, &flow.traffic, io.out);
                self.stack.abort(relay, &mut flow.traffic, &mut io);
            }
            Stage::Connecting { syn } => self.stack.refuse(syn, &mut io),
            Stage::Undecided { .. }
            | Stage::Unnamed { .. }
            | Stage::Questions
            | Stage::Datagrams { .. }
            | Stage::Refused(_) => {}
        }
        self.end_flow(index, state, now, out);
    }

    /// Ends a flow: its record, its socket, its memory. The app is told by whoever calls, where it has to be.
    pub(crate) fn end_flow(
        &mut self,
        index: u32,
        state: RecordState,
        now: Instant,
        out: &mut impl Outside,
    ) {
        let was_told = matches!(self.flows.get(index), Some(Flow { stage: Stage::Refused(_), .. }));
        if !was_told {
            self.tell(index, state, now, out);
        }
        let id = self.id(index);
        let Some(flow) = self.flows.remove(index) else { return };
        self.idle.remove(index);
        if flow.decision.is_some() {
            self.uncount_owner(&flow.owner);
        }
        let how = if state == RecordState::Closed { Close::Orderly } else { Close::Reset };
        match flow.stage {
            Stage::Undecided { parked } | Stage::Unnamed { parked, .. } => {
                self.parked_bytes -= parked.iter().map(|packet| packet.len()).sum::<usize>();
            }
            Stage::Connecting { .. } => out.close(id, how),
            Stage::Relay(mut relay) => {
                if let Some(listener) = relay.listener.take() {
                    listener.finish(id, true, out);
                }
                out.close(id, how);
                self.stack.retire(*relay);
            }
            Stage::Datagrams { port } => self.leave_port(port, out),
            Stage::Questions | Stage::Refused(_) => {}
        }
    }

    /// Reports a flow as it stands.
    pub(crate) fn tell(
        &self,
        index: u32,
        state: RecordState,
        now: Instant,
        out: &mut impl Outside,
    ) {
        if let Some(record) =
            self.flows.get(index).and_then(|flow| flow.record(self.id(index), state, now))
        {
            out.record(record);
        }
    }

    /// Refuses one packet of a blocked flow in the way the policy wants it told.
    pub(crate) fn refuse_packet(
        &mut self,
        packet: &[u8],
        refusal: Refusal,
        now: Instant,
        out: &mut impl Outside,
    ) {
        let is_tcp = matches!(Packet::parse(packet), Ok(Packet { payload: Transport::Tcp(_), .. }));
        match refusal {
            Refusal::Reset if is_tcp => {
                self.stack.refuse(packet, &mut Io { now, tun: &mut self.tun, out })
            }
            Refusal::Reset => self.answer_error(packet, IcmpError::PortUnreachable, out),
            Refusal::Unreachable => self.answer_error(packet, IcmpError::Prohibited, out),
            Refusal::Silence => {}
        }
    }

    /// Answers a packet with an ICMP error, where one may be sent.
    pub(crate) fn answer_error(&mut self, packet: &[u8], error: IcmpError, out: &mut impl Outside) {
        let mut answer = Vec::new();
        if craft::icmp_error(packet, error, &mut answer) {
            let _ = self.tun.send(&answer, out);
        }
    }

    /// Counts and refuses what belongs to no flow: unknown protocols are told, stray ICMP gets no answer.
    pub(crate) fn refuse_unsupported(&mut self, packet: &Packet<'_>, out: &mut impl Outside) {
        self.counters.unsupported += 1;
        match packet.payload {
            Transport::Other(_) => self.answer_error(packet.bytes, IcmpError::Prohibited, out),
            Transport::Tcp(_)
            | Transport::Udp(_)
            | Transport::Echo(_)
            | Transport::Fragment(_)
            | Transport::Icmp(_) => {}
        }
    }

    /// The flow moved data: it is looked at soon, for its counters and its memory.
    pub(crate) fn note_moved(&mut self, index: u32, now: Instant) {
        let Some(flow) = self.flows.get_mut(index) else { return };
        flow.moved = true;
        if !flow.active {
            flow.active = true;
            self.active.push(index);
            self.sweep_at.get_or_insert(now + SWEEP);
        }
        let class = flow.idle_class();
        self.idle.touch(index, class, now);
    }

    /// Looks at the flows that moved data lately: writes their counters to the log, and gives the memory of those that
    /// have gone quiet back.
    pub(crate) fn sweep(&mut self, now: Instant, out: &mut impl Outside) {
        let mut active = std::mem::take(&mut self.active);
        active.retain(|&index| {
            let Some(flow) = self.flows.get_mut(index).filter(|flow| flow.active) else {
                return false;
            };
            if std::mem::take(&mut flow.moved) {
                self.tell(index, RecordState::Open, now, out);
                return true;
            }
            flow.active = false;
            if let Stage::Relay(relay) = &mut flow.stage
                && relay.is_empty()
            {
                self.stack.release(relay);
            }
            false
        });
        if active.is_empty() {
            self.stack.cool();
        }
        self.sweep_at = if active.is_empty() { None } else { Some(now + SWEEP) };
        self.active = active;
    }
}
