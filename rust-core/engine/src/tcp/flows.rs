//! The life of a TCP flow: its SYN waits for the verdict, then it is connected first or listened to first, then carried.
//!
//! *Connect first*: the app sees its SYN answered when the remote has answered, so a refused server is seen as refused.
//! *Sniff first*: where only the connection itself can tell its name, the app is answered at once and its first bytes are
//! read; the remote gets its first packet when they may pass.

use names::{Sniff, sniff};
use policy::Refusal;
use smoltcp::time::{Duration, Instant};
use wire::craft::IcmpError;
use wire::{FlowKey, NameSource, Packet, TcpSegment, Transport};

use crate::engine::Engine;
use crate::flow::{Flow, Stage};
use crate::idle::IdleClass;
use crate::outside::{ConnectError, Outside};
use crate::record::RecordState;
use crate::settings::{
    DNS_PORT, OWNER_DEADLINE, SNIFF_BYTES, SNIFF_DEADLINE, SNIFF_PORTS, UNACKNOWLEDGED,
};
use crate::tcp::relay::{Moved, Upstream};
use crate::tcp::stack::Io;

/// Data that the app has not acknowledged, without a timer of smoltcp's, is sent again after this.
const FORGOTTEN: Duration = Duration::from_secs(1);
/// The least time between two looks that smoltcp asks for.
const LEAST_LOOK: Duration = Duration::from_millis(1);

impl Engine {
    /// A TCP packet of an app.
    pub(crate) fn tcp_packet(
        &mut self,
        key: FlowKey,
        packet: &Packet<'_>,
        segment: &TcpSegment<'_>,
        now: Instant,
        out: &mut impl Outside,
    ) {
        let is_syn = segment.flags.syn() && !segment.flags.ack() && !segment.flags.rst();
        let Some(index) = self.flows.find(&key) else {
            return if is_syn {
                self.tcp_begin(key, packet, now, out)
            } else {
                self.tcp_stray(packet, now, out)
            };
        };
        let id = self.id(index);
        let Some(flow) = self.flows.get_mut(index) else { return };
        if is_syn && is_another_connection(flow, segment) {
            // The app has forgotten the old connection and uses its ports again.
            self.end_flow(index, RecordState::Reset, now, out);
            return self.tcp_begin(key, packet, now, out);
        }
        flow.traffic.packets_up += 1;
        match &mut flow.stage {
            // Both ends are acknowledged, and a stray reset must not take what a slow remote has still to get (RFC 1337).
            Stage::Relay(relay) if segment.flags.rst() && relay.is_in_time_wait() => {}
            Stage::Relay(relay) => {
                // Keep-alives carry no data, and keep the connection all the same.
                self.idle.touch(index, IdleClass::Tcp, now);
                relay.note_segment(id, segment, now, out);
                let mut io = Io { now, tun: &mut self.tun, out };
                self.stack.ingest(relay, packet.bytes, segment, &mut flow.traffic, &mut io);
                self.mark(index);
            }
            Stage::Undecided { .. } | Stage::Connecting { .. } if segment.flags.rst() => {
                self.end_flow(index, RecordState::Reset, now, out);
            }
            // A repeated SYN: the first one is still being worked on.
            Stage::Undecided { .. } | Stage::Connecting { .. } => {}
            Stage::Refused(refusal) => {
                let refusal = *refusal;
                self.refuse_packet(packet.bytes, refusal, now, out);
            }
            Stage::Unnamed { .. } | Stage::Questions | Stage::Datagrams { .. } => {}
        }
    }

    fn tcp_begin(
        &mut self,
        key: FlowKey,
        packet: &Packet<'_>,
        now: Instant,
        out: &mut impl Outside,
    ) {
        if self.is_own_address(key.remote.ip()) && key.remote.port() != DNS_PORT {
            // Another port of the tunnel's own resolver, such as DNS over TLS: refused at once, so that the system
            // falls back to plain DNS.
            return self.refuse_packet(packet.bytes, Refusal::Reset, now, out);
        }
        self.begin(key, packet, now, out);
    }

    /// A packet of no connection we know: reset, so that the app learns it at once.
    fn tcp_stray(&mut self, packet: &Packet<'_>, now: Instant, out: &mut impl Outside) {
        self.stack.refuse(packet.bytes, &mut Io { now, tun: &mut self.tun, out });
    }

    /// The flow may pass, as far as is known: connects or listens.
    pub(crate) fn carry_tcp(
        &mut self,
        index: u32,
        syn: Box<[u8]>,
        now: Instant,
        out: &mut impl Outside,
    ) {
        let Some(flow) = self.flows.get_mut(index) else { return };
        self.idle.touch(index, IdleClass::Tcp, now);
        // Where the network may have no way there, the app has to see that before it can see an answer.
        let can_connect = self.settings.network.carries(flow.key.remote.ip());
        if can_connect && self.policy.names_matter(&flow.owner) && must_be_read_first(flow) {
            if self.accept(index, &syn, now, out) {
                self.set_alarm(index, now + SNIFF_DEADLINE);
            }
            return;
        }
        flow.stage = Stage::Connecting { syn };
        self.tell(index, RecordState::Open, now, out);
        self.connect(index, now, out);
    }

    /// The remote has answered.
    pub(crate) fn connected(&mut self, index: u32, now: Instant, out: &mut impl Outside) {
        let Some(flow) = self.flows.get_mut(index) else { return };
        match &mut flow.stage {
            Stage::Relay(relay) => {
                relay.connected();
                self.mark(index);
            }
            Stage::Connecting { syn } => {
                let syn = std::mem::take(syn);
                if self.accept(index, &syn, now, out)
                    && let Some(Flow { stage: Stage::Relay(relay), owner, key, .. }) =
                        self.flows.get_mut(index)
                {
                    relay.connected();
                    relay.unread =
                        SNIFF_PORTS.contains(&key.remote.port()) && self.policy.names_matter(owner);
                }
            }
            Stage::Undecided { .. }
            | Stage::Unnamed { .. }
            | Stage::Questions
            | Stage::Datagrams { .. }
            | Stage::Refused(_) => {}
        }
    }

    /// The remote could not be reached: the app is told what it was.
    pub(crate) fn connect_failed(
        &mut self,
        index: u32,
        error: ConnectError,
        now: Instant,
        out: &mut impl Outside,
    ) {
        if error == ConnectError::Exhausted {
            self.counters.exhausted += 1;
        }
        let Some(flow) = self.flows.get_mut(index) else { return };
        if let Stage::Connecting { syn } = &mut flow.stage {
            let syn = std::mem::take(syn);
            match error {
                ConnectError::Refused | ConnectError::Exhausted => {
                    self.refuse_packet(&syn, Refusal::Reset, now, out)
                }
                ConnectError::NetworkUnreachable => {
                    self.answer_error(&syn, IcmpError::NetworkUnreachable, out)
                }
                ConnectError::HostUnreachable => {
                    self.answer_error(&syn, IcmpError::HostUnreachable, out)
                }
                ConnectError::Denied => self.answer_error(&syn, IcmpError::Prohibited, out),
                // The app's own SYN times out as it would without us.
                ConnectError::TimedOut => {}
            }
            return self.end_flow(index, RecordState::Failed, now, out);
        }
        self.cut(index, RecordState::Failed, now, out);
    }

    /// An alarm of a flow has rung.
    pub(crate) fn alarm(&mut self, index: u32, now: Instant, out: &mut impl Outside) {
        let Some(flow) = self.flows.get_mut(index) else { return };
        match &mut flow.stage {
            Stage::Undecided { .. } if now >= flow.started + OWNER_DEADLINE => {
                self.attributed(index, &wire::Owner::Unknown, now, out);
            }
            Stage::Relay(relay) => {
                if relay.awaits_app() && now >= relay.heard + UNACKNOWLEDGED {
                    return self.cut(index, RecordState::Reset, now, out);
                }
                if relay.awaits_app() && self.stack.next_look(relay, now).is_none() {
                    let mut io = Io { now, tun: &mut self.tun, out };
                    self.stack.nudge(&flow.key, relay, &mut flow.traffic, &mut io);
                }
                if flow.key.remote.port() == DNS_PORT {
                    return self.asker_is_idle(index, now, out);
                }
                if relay.unread && relay.peek(1).is_empty() {
                    // What it says later is read all the same.
                    if relay.upstream == Upstream::None && now >= flow.started + SNIFF_DEADLINE {
                        return self.ask_for_remote(index, now, out);
                    }
                } else if relay.unread && now >= relay.heard + SNIFF_DEADLINE {
                    return self.pass_unread(index, now, out);
                }
                self.mark(index);
            }
            Stage::Unnamed { .. } => self.release_unnamed(index, now, out),
            Stage::Undecided { .. }
            | Stage::Connecting { .. }
            | Stage::Questions
            | Stage::Datagrams { .. }
            | Stage::Refused(_) => {}
        }
    }

    /// Answers the flow's app once for all that came in this turn.
    pub(crate) fn run_relay(&mut self, index: u32, now: Instant, out: &mut impl Outside) {
        let id = self.id(index);
        if matches!(self.flows.get(index), Some(Flow { stage: Stage::Relay(relay), .. }) if relay.unread)
        {
            self.read_opening(index, now, out);
        }
        let Some(Flow { stage: Stage::Relay(relay), traffic, .. }) = self.flows.get_mut(index)
        else {
            return;
        };
        let before = *traffic;
        let moved = self.stack.run(id, relay, traffic, &mut Io { now, tun: &mut self.tun, out });
        let has_moved =
            (before.bytes_up, before.bytes_down) != (traffic.bytes_up, traffic.bytes_down);
        let next = self.stack.next_look(relay, now);
        let awaits_name =
            relay.unread && (relay.upstream == Upstream::None || !relay.peek(1).is_empty());
        let deadline = if awaits_name { Some(now + SNIFF_DEADLINE) } else { None };
        let next = next.or(relay.awaits_app().then_some(now + FORGOTTEN));
        match moved {
            Moved::Closed => return self.end_flow(index, RecordState::Closed, now, out),
            Moved::Reset => return self.end_flow(index, RecordState::Reset, now, out),
            Moved::Open(more) if more || self.tun.is_full() => self.mark(index),
            Moved::Open(_) => {}
        }
        if has_moved {
            self.note_moved(index, now);
        }
        // A full TUN says itself when it takes packets again, and the flow is answered then.
        let next = next.filter(|_| !self.tun.is_full());
        if let Some(at) = next.into_iter().chain(deadline).min() {
            self.set_alarm(index, at.max(now + LEAST_LOOK));
        }
    }

    /// Reads the connection's first bytes for a name, and lets it pass or cuts it.
    fn read_opening(&mut self, index: u32, now: Instant, out: &mut impl Outside) {
        let Some(Flow { stage: Stage::Relay(relay), key, .. }) = self.flows.get_mut(index) else {
            return;
        };
        if key.remote.port() == DNS_PORT {
            return self.serve_questions(index, now, out);
        }
        let is_done = relay.app_is_done();
        let opening = relay.peek(SNIFF_BYTES);
        let found = if is_done { Sniff::NoName } else { sniff(opening) };
        let has_all = opening.len() >= SNIFF_BYTES;
        match found {
            Sniff::NeedMore if !has_all => {}
            Sniff::NeedMore | Sniff::NoName => self.pass_unread(index, now, out),
            Sniff::Names(names) => {
                let mut names = names.into_iter();
                if names.all(|(name, source)| self.named(index, name, source, now, out)) {
                    self.pass_unread(index, now, out);
                }
            }
        }
    }

    /// The connection's first bytes hold it back no longer: what it has sent goes on, and the remote is asked for where it
    /// was not yet.
    fn pass_unread(&mut self, index: u32, now: Instant, out: &mut impl Outside) {
        let Some(flow) = self.flows.get_mut(index) else { return };
        let Stage::Relay(relay) = &mut flow.stage else { return };
        relay.unread = false;
        if relay.upstream != Upstream::None {
            return self.mark(index);
        }
        if relay.app_is_done() {
            // It came, said nothing and went: the remote need not know.
            relay.rings.socket().close();
            relay.leave_alone();
            return self.mark(index);
        }
        self.ask_for_remote(index, now, out);
    }

    /// Connects an accepted connection to its remote, unless it is blocked and has not told a name that clears it.
    fn ask_for_remote(&mut self, index: u32, now: Instant, out: &mut impl Outside) {
        if !self.flows.get(index).is_some_and(Flow::is_allowed) {
            return self.cut(index, RecordState::Blocked, now, out);
        }
        let Some(Flow { stage: Stage::Relay(relay), .. }) = self.flows.get_mut(index) else {
            return;
        };
        relay.upstream = Upstream::Connecting;
        self.tell(index, RecordState::Open, now, out);
        self.connect(index, now, out);
    }

    /// Answers the app's SYN; false, and the flow ended, where no memory is left for it.
    pub(crate) fn accept(
        &mut self,
        index: u32,
        syn: &[u8],
        now: Instant,
        out: &mut impl Outside,
    ) -> bool {
        let Some(flow) = self.flows.get_mut(index) else { return false };
        let Ok(Packet { payload: Transport::Tcp(segment), .. }) = Packet::parse(syn) else {
            return false;
        };
        let mut io = Io { now, tun: &mut self.tun, out };
        let Some(mut relay) = self.stack.accept(&flow.key, syn, &segment, &mut io) else {
            self.counters.exhausted += 1;
            self.refuse_packet(syn, Refusal::Reset, now, out);
            self.end_flow(index, RecordState::Failed, now, out);
            return false;
        };
        relay.unread = true;
        relay.listener = self.flows.get(index).and_then(|flow| self.listener(flow));
        if let Some(flow) = self.flows.get_mut(index) {
            flow.stage = Stage::Relay(relay);
        }
        self.mark(index);
        true
    }

    /// Asks for the remote; where the system is out of descriptors, an idle datagram flow makes room.
    fn connect(&mut self, index: u32, now: Instant, out: &mut impl Outside) {
        let id = self.id(index);
        let Some(remote) = self.flows.get(index).map(|flow| flow.key.remote) else { return };
        let mut asked = out.connect(id, remote);
        if asked == Err(ConnectError::Exhausted) && self.close_idle_port(now, out) {
            asked = out.connect(id, remote);
        }
        if let Err(error) = asked {
            self.connect_failed(index, error, now, out);
        }
    }
}

/// Whether a SYN begins a new connection on the five-tuple of a flow that we still hold.
fn is_another_connection(flow: &Flow, segment: &TcpSegment<'_>) -> bool {
    let initial_sequence = match &flow.stage {
        Stage::Relay(relay) => Some(relay.initial_sequence),
        Stage::Connecting { syn } => sequence_of(syn),
        Stage::Undecided { parked } => parked.first().and_then(|syn| sequence_of(syn)),
        Stage::Refused(_) | Stage::Unnamed { .. } | Stage::Questions | Stage::Datagrams { .. } => {
            None
        }
    };
    initial_sequence.is_some_and(|sequence| sequence != segment.sequence)
}

fn sequence_of(packet: &[u8]) -> Option<u32> {
    match Packet::parse(packet).ok()?.payload {
        Transport::Tcp(segment) => Some(segment.sequence),
        Transport::Udp(_)
        | Transport::Echo(_)
        | Transport::Fragment(_)
        | Transport::Icmp(_)
        | Transport::Other(_) => None,
    }
}

/// Whether only the connection's own first bytes can say what it is for. Not if its owner asked for exactly one name with
/// this address.
fn must_be_read_first(flow: &Flow) -> bool {
    let port = flow.key.remote.port();
    let own = flow.names.iter().filter(|evidence| evidence.source == NameSource::Dns).count();
    SNIFF_PORTS.contains(&port) && (own != 1 || flow.is_provisional())
}
