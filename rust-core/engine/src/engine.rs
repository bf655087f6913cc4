//! The engine itself: what happened goes in by `handle_*`, and [`Engine::flush`] does what follows from it.
//!
//! This file holds the state and the ways in. What a flow's stage means is in `verdict` (who and whether), `tcp::flows`
//! and `datagram` (how it is carried).

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use foldhash::fast::FixedState;
use names::{NameCache, PublicNames};
use policy::Policy;
use smoltcp::time::Instant;
use wire::{FlowKey, Owner, Packet, Protocol, Transport};

use crate::alarms::Alarms;
use crate::audit::Audit;
use crate::datagram::{DatagramBuffer, Port};
use crate::flow::{Flow, Stage};
use crate::flow_table::FlowTable;
use crate::idle::{IdleClass, IdleLists};
use crate::outside::{ConnectError, FlowId, Outside, PortId, Readiness};
use crate::reassembly::Reassembly;
use crate::record::RecordState;
use crate::resolver::Resolver;
use crate::settings::{Network, OWNER_DEADLINE, PARKED_BYTES, Settings};
use crate::slab::SlabPool;
use crate::stats::Stats;
use crate::table::Table;
use crate::tcp::Stack;
use crate::tun::Tun;

/// Names remembered at once: about 2 MiB. With more, the first to expire goes.
const NAMES: usize = 8192;

/// All flows of one TUN. See the crate's documentation for the order of calls.
pub struct Engine {
    pub(crate) settings: Settings,
    pub(crate) policy: Arc<Policy>,
    /// What is listened to.
    pub(crate) audit: Option<Audit>,
    /// Each listener has one; so their number is known.
    pub(crate) listeners: Arc<()>,
    pub(crate) flows: FlowTable,
    pub(crate) by_owner: HashMap<Owner, usize, FixedState>,
    pub(crate) ports: Table<Port>,
    pub(crate) by_local: HashMap<(Protocol, SocketAddr), u32, FixedState>,
    pub(crate) idle: IdleLists,
    pub(crate) alarms: Alarms,
    pub(crate) names: NameCache,
    pub(crate) public_names: PublicNames,
    pub(crate) resolver: Resolver,
    pub(crate) stack: Stack,
    pub(crate) tun: Tun,
    pub(crate) reassembly: Reassembly,
    pub(crate) datagrams: DatagramBuffer,
    /// Flows to answer in this turn, and ports to read.
    pub(crate) dirty: Vec<u32>,
    pub(crate) ready_ports: Vec<u32>,
    /// Flows that moved data lately, and when they are looked at next.
    pub(crate) active: Vec<u32>,
    pub(crate) sweep_at: Option<Instant>,
    pub(crate) parked_bytes: usize,
    pub(crate) counters: Stats,
}

impl Engine {
    /// An engine without flows. `seed` must come from the system's randomness: sequence numbers follow from it.
    pub fn new(
        settings: Settings,
        policy: Arc<Policy>,
        seed: u64,
        slabs: Box<dyn SlabPool>,
        now: Instant,
    ) -> Self {
        let hash = || FixedState::with_seed(seed);
        Engine {
            stack: Stack::new(settings.mtu, seed, slabs, now),
            tun: Tun::new(settings.mtu, settings.largest_packet),
            settings,
            policy,
            audit: None,
            listeners: Arc::default(),
            flows: FlowTable::new(seed),
            by_owner: HashMap::with_hasher(hash()),
            ports: Table::new(),
            by_local: HashMap::with_hasher(hash()),
            idle: IdleLists::new(),
            alarms: Alarms::default(),
            names: NameCache::new(NAMES),
            public_names: PublicNames::default(),
            resolver: Resolver::new(seed),
            reassembly: Reassembly::new(),
            datagrams: DatagramBuffer::new(),
            dirty: Vec::new(),
            ready_ports: Vec::new(),
            active: Vec::new(),
            sweep_at: None,
            parked_bytes: 0,
            counters: Stats::default(),
        }
    }

    /// Takes in one IP packet of the TUN, or a run of TCP segments that [`Intake`](crate::Intake) joined.
    pub fn handle_packet(&mut self, packet: &[u8], now: Instant, out: &mut impl Outside) {
        self.counters.packets_in += 1;
        let Ok(packet) = Packet::parse(packet) else {
            self.counters.malformed += 1;
            return;
        };
        if let Transport::Fragment(_) = packet.payload {
            if let Some(whole) = self.reassembly.insert(&packet, now)
                && let Ok(whole) = Packet::parse(&whole)
                && !matches!(whole.payload, Transport::Fragment(_))
            {
                self.dispatch(&whole, now, out);
            }
            return;
        }
        self.dispatch(&packet, now, out);
    }

    /// Who owns a flow that was asked about by [`Outside::find_owner`]. An answer after the deadline still counts: the flow is
    /// decided anew.
    pub fn handle_owner(
        &mut self,
        flow: FlowId,
        owner: &Owner,
        now: Instant,
        out: &mut impl Outside,
    ) {
        match self.flows.get_exact(flow).map(|flow| &flow.stage) {
            Some(Stage::Undecided { .. }) => self.attributed(flow.index, owner, now, out),
            Some(_) => self.attributed_late(flow.index, owner, now, out),
            None => {}
        }
    }

    /// What became of [`Outside::connect`].
    pub fn handle_connected(
        &mut self,
        flow: FlowId,
        result: Result<(), ConnectError>,
        now: Instant,
        out: &mut impl Outside,
    ) {
        if let Some(lookup) = self.flows.lookup_of(flow) {
            self.stream_connected(lookup, result, now, out);
        } else if self.flows.get_exact(flow).is_some() {
            match result {
                Ok(()) => self.connected(flow.index, now, out),
                Err(error) => self.connect_failed(flow.index, error, now, out),
            }
        }
    }

    /// A flow's socket can be read or written again.
    pub fn handle_ready(&mut self, flow: FlowId, ready: Readiness) {
        if let Some(Flow { stage: Stage::Relay(relay), .. }) = self.flows.get_exact(flow) {
            relay.note_ready(ready);
            self.mark(flow.index);
        } else if let Some(lookup) = self.flows.lookup_of(flow) {
            self.stream_ready(lookup);
        }
    }

    /// A datagram or an error waits at a port.
    pub fn handle_port_ready(&mut self, port: PortId) {
        if let Some(ready) = self.ports.get_exact(port.index, port.generation)
            && !ready.is_ready
        {
            ready.is_ready = true;
            self.ready_ports.push(port.index);
        }
    }

    /// The TUN takes packets again, see [`Engine::waits_for_tun`].
    pub fn handle_tun_writable(&mut self, out: &mut impl Outside) {
        self.tun.drain(out);
    }

    /// Does what is due: deadlines, retransmissions, expiries. Harmless when nothing is.
    pub fn handle_timeout(&mut self, now: Instant, out: &mut impl Outside) {
        while let Some((at, flow)) = self.alarms.ring(now) {
            if let Some(due) = self.flows.get_exact(flow)
                && due.armed == Some(at)
            {
                due.armed = None;
                self.alarm(flow.index, now, out);
            }
        }
        while let Some(flow) = self.idle.expired(now) {
            self.end_flow(flow, RecordState::Closed, now, out);
        }
        while let Some(lookup) = self.resolver.due(now) {
            self.try_is_over(lookup, now, out);
        }
        if self.sweep_at.is_some_and(|at| at <= now) {
            self.sweep(now, out);
        }
        self.reassembly.expire(now);
    }

    /// Sends what is owed: moves bytes for each flow that something happened to, and answers its app once.
    pub fn flush(&mut self, now: Instant, out: &mut impl Outside) {
        self.tun.drain(out);
        for flow in std::mem::take(&mut self.dirty) {
            if let Some(flow) = self.flows.get_mut(flow) {
                flow.dirty = false;
            }
            self.run_relay(flow, now, out);
        }
        for port in std::mem::take(&mut self.ready_ports) {
            self.read_port(port, now, out);
        }
        self.run_streams(now, out);
    }

    /// Whether [`Engine::flush`] left something for the next turn, which is to follow at once.
    pub fn has_work(&self) -> bool {
        let waits =
            self.dirty.is_empty() && self.ready_ports.is_empty() && !self.resolver.has_work();
        !self.waits_for_tun() && !waits
    }

    /// Whether the TUN refused a packet: [`Engine::handle_tun_writable`] is awaited.
    pub fn waits_for_tun(&self) -> bool {
        self.tun.is_full()
    }

    /// When [`Engine::handle_timeout`] is due; `None`: not before something happens.
    pub fn poll_timeout(&self) -> Option<Instant> {
        [
            self.alarms.next(),
            self.idle.next_expiry(),
            self.sweep_at,
            self.reassembly.next_expiry(),
            self.resolver.next_deadline(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Another policy is in force: open flows are decided anew, and cut where they are now blocked.
    pub fn set_policy(&mut self, policy: Arc<Policy>, now: Instant, out: &mut impl Outside) {
        self.policy = policy;
        for flow in self.flows.indices().collect::<Vec<_>>() {
            self.decide_anew(flow, now, out);
        }
        self.judge_questions_anew(now, out);
    }

    /// The network below has changed. Flows live on as long as their sockets do; questions in flight are asked again, of the
    /// new network's servers.
    pub fn set_network(&mut self, network: Network, now: Instant, out: &mut impl Outside) {
        if network != self.settings.network {
            self.settings.network = network;
            self.ask_new_servers(now, out);
        }
    }

    /// The TUN has another MTU.
    pub fn set_mtu(&mut self, mtu: usize) {
        self.settings.mtu = mtu;
        self.tun.set_mtu(mtu, self.settings.largest_packet);
        self.stack.set_mtu(mtu);
    }

    /// Ends every flow with its record; apps are told by a reset.
    pub fn end(&mut self, now: Instant, out: &mut impl Outside) {
        for flow in self.flows.indices().collect::<Vec<_>>() {
            self.cut(flow, RecordState::Closed, now, out);
        }
        self.end_lookups(now, out);
    }

    /// The counters, as they stand.
    pub fn stats(&self) -> Stats {
        Stats {
            flows: self.flows.len(),
            ports: self.ports.len(),
            lookups: self.resolver.in_flight(),
            lost: self.counters.lost + self.tun.lost,
            ..self.counters
        }
    }

    /// Hands a whole packet to its flow, or begins one.
    fn dispatch(&mut self, packet: &Packet<'_>, now: Instant, out: &mut impl Outside) {
        let Some(key) = packet.flow_key() else {
            return self.refuse_unsupported(packet, out);
        };
        match packet.payload {
            Transport::Tcp(segment) => self.tcp_packet(key, packet, &segment, now, out),
            Transport::Udp(datagram) => self.datagram(key, packet, datagram.payload, now, out),
            Transport::Echo(echo) => self.datagram(key, packet, echo.message, now, out),
            Transport::Fragment(_) | Transport::Icmp(_) | Transport::Other(_) => {}
        }
    }

    /// Begins a flow: its first packet waits until its owner is known.
    pub(crate) fn begin(
        &mut self,
        key: FlowKey,
        packet: &Packet<'_>,
        now: Instant,
        out: &mut impl Outside,
    ) {
        if !packet.checksums_ok() {
            self.counters.malformed += 1;
            return;
        }
        let has_room = self.flows.len() < self.settings.limits.flows
            || self.evict_datagram_flow(None, now, out);
        if !has_room || self.parked_bytes + packet.bytes.len() > PARKED_BYTES {
            self.counters.over_limit += 1;
            return;
        }
        self.parked_bytes += packet.bytes.len();
        let flow =
            self.flows.insert(Flow::new(key, packet.bytes.into(), self.policy.screen_on(), now));
        self.set_alarm(flow.index, now + OWNER_DEADLINE);
        out.find_owner(flow, &key);
    }

    /// Makes room by ending the datagram flow that was idle longest: of this owner, or of anybody.
    pub(crate) fn evict_datagram_flow(
        &mut self,
        of: Option<&Owner>,
        now: Instant,
        out: &mut impl Outside,
    ) -> bool {
        // The owner who fills the table has most of its flows, so a few looks find one.
        const LOOKS: usize = 32;
        let classes = [IdleClass::Refused, IdleClass::Dns, IdleClass::Udp];
        let oldest = classes.into_iter().find_map(|class| {
            self.idle.oldest_first(class).take(LOOKS).find(|&index| {
                of.is_none_or(|owner| {
                    self.flows.get(index).is_some_and(|flow| flow.owner == *owner)
                })
            })
        });
        if let Some(oldest) = oldest {
            self.counters.evicted += 1;
            self.end_flow(oldest, RecordState::Evicted, now, out);
        }
        oldest.is_some()
    }

    pub(crate) fn id(&self, index: u32) -> FlowId {
        self.flows.id(index)
    }

    /// The flow is to be answered in this turn.
    pub(crate) fn mark(&mut self, index: u32) {
        if let Some(flow) = self.flows.get_mut(index)
            && !flow.dirty
        {
            flow.dirty = true;
            self.dirty.push(index);
        }
    }

    pub(crate) fn set_alarm(&mut self, index: u32, at: Instant) {
        let id = self.id(index);
        if let Some(flow) = self.flows.get_mut(index) {
            self.alarms.set(&mut flow.armed, id, at);
        }
    }
}
