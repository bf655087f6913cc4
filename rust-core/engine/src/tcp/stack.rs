//! What all TCP connections share: one smoltcp interface, one scratch buffer, the rings that wait for their next use.
//!
//! An interface that takes any address holds nothing of a connection, so one serves all; each connection brings its own
//! one-slot socket set, and finding a connection is our flow table's work, not smoltcp's linear search.

use std::hash::{DefaultHasher, Hash, Hasher};

use smoltcp::iface::{Config, Interface, PollResult, SocketSet, SocketStorage};
use smoltcp::phy::{Device, DeviceCapabilities, RxToken, TxToken};
use smoltcp::socket::tcp::{Socket, State};
use smoltcp::time::Instant;
use smoltcp::wire::HardwareAddress;
use wire::{FlowKey, TcpSegment};

use crate::outside::{FlowId, Outside};
use crate::record::Traffic;
use crate::settings::READS_A_TURN;
use crate::slab::SlabPool;
use crate::tcp::device::{SCRATCH, TunDevice, capabilities};
use crate::tcp::nudge;
use crate::tcp::relay::{Moved, Relay, Rings};
use crate::tcp::window::{Edge, WindowShare};
use crate::tun::Tun;

/// Unused rings that keep their pages, so that a busy time of short connections does not fault them in anew each time.
const WARM: usize = 64;

/// What all TCP connections share.
pub(crate) struct Stack {
    interface: Interface,
    nobody: SocketSet<'static>,
    scratch: Box<[u8]>,
    pub(crate) windows: WindowShare,
    slabs: Box<dyn SlabPool>,
    spare: Vec<Rings>,
    secret: u64,
    accepted: u64,
}

/// The world during one call: time, the TUN and everything outside.
pub(crate) struct Io<'a, O> {
    pub(crate) now: Instant,
    pub(crate) tun: &'a mut Tun,
    pub(crate) out: &'a mut O,
}

impl Stack {
    pub(crate) fn new(mtu: usize, secret: u64, slabs: Box<dyn SlabPool>, now: Instant) -> Self {
        Stack {
            interface: new_interface(secret, now),
            nobody: SocketSet::new(Vec::new()),
            scratch: vec![0; SCRATCH].into_boxed_slice(),
            windows: WindowShare::new(mtu),
            slabs,
            spare: Vec::new(),
            secret,
            accepted: 0,
        }
    }

    /// The TUN has another MTU from now on.
    pub(crate) fn set_mtu(&mut self, mtu: usize) {
        self.windows = WindowShare::new(mtu);
    }

    /// Answers a SYN: the app's side of a connection. `None` where the pool has no memory left.
    pub(crate) fn accept<O: Outside>(
        &mut self,
        key: &FlowKey,
        syn: &[u8],
        segment: &TcpSegment<'_>,
        io: &mut Io<'_, O>,
    ) -> Option<Box<Relay>> {
        let mut rings = self.rings()?;
        let socket = rings.socket();
        socket.listen(key.remote.port()).ok()?;
        let shift =
            if offers_window_scale(syn, segment) { scale_of(socket.recv_capacity()) } else { 0 };
        let mut relay = Box::new(Relay::new(rings, segment, shift, io.now));
        let plain = without_extensions(syn, segment);
        let mut interface = new_interface(self.sequence_seed(key), io.now);
        let mut device = TunDevice {
            received: Some(plain.as_deref().unwrap_or(syn)),
            scratch: &mut self.scratch,
            tun: io.tun,
            waits_for_tun: true,
            windows: &self.windows,
            edge: &mut relay.edge,
            sent: &mut 0,
            out: io.out,
        };
        interface.poll_ingress_single(io.now, &mut device, &mut relay.rings.set);
        Some(relay)
    }

    /// Answers a packet that belongs to no connection, or to one that is refused: with a reset, if TCP wants one.
    pub(crate) fn refuse<O: Outside>(&mut self, packet: &[u8], io: &mut Io<'_, O>) {
        let mut device = TunDevice {
            received: Some(packet),
            scratch: &mut self.scratch,
            tun: io.tun,
            waits_for_tun: true,
            windows: &self.windows,
            edge: &mut Edge::default(),
            sent: &mut 0,
            out: io.out,
        };
        self.interface.poll_ingress_single(io.now, &mut device, &mut self.nobody);
    }

    /// Takes in a packet of a connection. Its answer leaves with [`Stack::run`], once for the whole batch.
    pub(crate) fn ingest<O: Outside>(
        &mut self,
        relay: &mut Relay,
        packet: &[u8],
        segment: &TcpSegment<'_>,
        traffic: &mut Traffic,
        io: &mut Io<'_, O>,
    ) {
        let plain = without_extensions(packet, segment)
            .or_else(|| without_early_end(packet, segment, &relay.edge));
        self.windows.note(packet.len(), &mut relay.edge, io.now);
        self.feed(plain.as_deref().unwrap_or(packet), relay, traffic, io);
    }

    /// Moves bytes both ways and sends what the app is owed.
    pub(crate) fn run<O: Outside>(
        &mut self,
        flow: FlowId,
        relay: &mut Relay,
        traffic: &mut Traffic,
        io: &mut Io<'_, O>,
    ) -> Moved {
        let mut reads = READS_A_TURN;
        let mut broken = relay.upload(flow, traffic, io.out).is_err();
        loop {
            broken = broken || relay.download(flow, &mut reads, traffic, io.out).is_err();
            if broken {
                relay.rings.socket().abort();
            }
            self.emit(relay, traffic, io);
            if broken || reads == 0 || !relay.can_download() {
                break;
            }
        }
        if broken { Moved::Reset } else { relay.outcome(reads) }
    }

    /// Resets the app's side.
    pub(crate) fn abort<O: Outside>(
        &mut self,
        relay: &mut Relay,
        traffic: &mut Traffic,
        io: &mut Io<'_, O>,
    ) {
        relay.rings.socket().abort();
        self.emit(relay, traffic, io);
    }

    /// Has smoltcp send again what it has forgotten to, see [`nudge`].
    pub(crate) fn nudge<O: Outside>(
        &mut self,
        key: &FlowKey,
        relay: &mut Relay,
        traffic: &mut Traffic,
        io: &mut Io<'_, O>,
    ) {
        let packet = nudge::repeated(key, relay.edge.acknowledged, relay.acknowledged);
        for _ in 0..nudge::REPEATS {
            self.feed(&packet, relay, traffic, io);
        }
    }

    /// When smoltcp wants to look at the connection again.
    pub(crate) fn next_look(&mut self, relay: &Relay, now: Instant) -> Option<Instant> {
        if relay.is_in_time_wait() { None } else { self.interface.poll_at(now, &relay.rings.set) }
    }

    /// Takes the rings of an ended connection back.
    pub(crate) fn retire(&mut self, relay: Relay) {
        let mut rings = relay.rings;
        rings.socket().abort();
        if self.spare.len() >= WARM {
            self.slabs.release_pages(rings.slab);
            rings.is_warm = false;
        }
        self.spare.push(rings);
    }

    /// No connection moves data any more: unused rings give their memory back too.
    pub(crate) fn cool(&mut self) {
        for rings in self.spare.iter_mut().filter(|rings| rings.is_warm) {
            self.slabs.release_pages(rings.slab);
            rings.is_warm = false;
        }
    }

    /// Gives an idle connection's memory back.
    pub(crate) fn release(&mut self, relay: &Relay) {
        self.slabs.release_pages(relay.rings.slab);
    }

    fn feed<O: Outside>(
        &mut self,
        packet: &[u8],
        relay: &mut Relay,
        traffic: &mut Traffic,
        io: &mut Io<'_, O>,
    ) {
        let mut device = TunDevice {
            received: Some(packet),
            scratch: &mut self.scratch,
            tun: io.tun,
            waits_for_tun: true,
            windows: &self.windows,
            edge: &mut relay.edge,
            sent: &mut traffic.packets_down,
            out: io.out,
        };
        self.interface.poll_ingress_single(io.now, &mut device, &mut relay.rings.set);
    }

    fn emit<O: Outside>(&mut self, relay: &mut Relay, traffic: &mut Traffic, io: &mut Io<'_, O>) {
        if relay.is_in_time_wait() {
            return;
        }
        // A closed socket has its reset to send, and is gone after this.
        let is_reset = relay.rings.socket().state() == State::Closed;
        let mut device = TunDevice {
            received: None,
            scratch: &mut self.scratch,
            tun: io.tun,
            waits_for_tun: !is_reset,
            windows: &self.windows,
            edge: &mut relay.edge,
            sent: &mut traffic.packets_down,
            out: io.out,
        };
        let set = &mut relay.rings.set;
        while self.interface.poll_egress(io.now, &mut device, set) == PollResult::SocketStateChanged
        {
        }
    }

    /// Rings used before, or new ones.
    fn rings(&mut self) -> Option<Rings> {
        if let Some(rings) = self.spare.pop() {
            return Some(Rings { is_warm: true, ..rings });
        }
        let slab = self.slabs.lend()?;
        let mut socket = Socket::new(slab.receive, slab.transmit);
        // One answer a batch anyway, and it is to leave at once; small writes of a server are the app's to see at once.
        socket.set_ack_delay(None);
        socket.set_nagle_enabled(false);
        let mut set = SocketSet::new(vec![SocketStorage::EMPTY]);
        let handle = set.add(socket);
        Some(Rings { set, handle, slab: slab.id, is_warm: true })
    }

    /// A new seed for each connection's sequence number, which nobody can predict from others (RFC 6528): SipHash of a
    /// secret, the five-tuple and a counter.
    fn sequence_seed(&mut self, key: &FlowKey) -> u64 {
        self.accepted += 1;
        let mut hasher = DefaultHasher::new();
        (self.secret, key, self.accepted).hash(&mut hasher);
        hasher.finish()
    }
}

fn new_interface(seed: u64, now: Instant) -> Interface {
    let mut config = Config::new(HardwareAddress::Ip);
    config.random_seed = seed;
    let mut interface = Interface::new(config, &mut Nowhere, now);
    interface.set_any_ip(true);
    interface
}

/// An IPv6 packet without its extension headers, which smoltcp does not walk; `None` if it has none.
fn without_extensions(packet: &[u8], segment: &TcpSegment<'_>) -> Option<Vec<u8>> {
    const IPV6_HEADER: usize = 40;
    const TCP: u8 = 6;
    if packet.first()? >> 4 != 6 || segment.offset == IPV6_HEADER {
        return None;
    }
    let mut plain = [packet.get(..IPV6_HEADER)?, packet.get(segment.offset..)?].concat();
    let length = (plain.len() - IPV6_HEADER) as u16;
    plain[4..6].copy_from_slice(&length.to_be_bytes());
    plain[6] = TCP;
    Some(plain)
}

/// A packet without its FIN, where its data goes beyond the window: smoltcp 0.14 cuts the data off and takes the FIN all
/// the same, and the rest would be lost. The app sends its FIN again. `None` if the packet can stay as it is.
fn without_early_end(packet: &[u8], segment: &TcpSegment<'_>, edge: &Edge) -> Option<Vec<u8>> {
    const FIN: u8 = 0x01;
    let data_end = segment.sequence.wrapping_add(segment.payload.len() as u32);
    if !segment.flags.fin() || !edge.is_beyond(data_end) {
        return None;
    }
    let mut open = packet.to_vec();
    *open.get_mut(segment.offset + 13)? &= !FIN;
    Some(open)
}

/// Whether a SYN offers window scaling, RFC 7323 section 2.2.
fn offers_window_scale(packet: &[u8], syn: &TcpSegment<'_>) -> bool {
    const END: u8 = 0;
    const NO_OPERATION: u8 = 1;
    const WINDOW_SCALE: u8 = 3;
    let mut options = packet.get(syn.offset + 20..syn.offset + syn.header_len).unwrap_or(&[]);
    loop {
        options = match *options {
            [] | [END, ..] => return false,
            [NO_OPERATION, ref rest @ ..] => rest,
            [WINDOW_SCALE, ..] => return true,
            [_, length, ..] => options.get(usize::from(length).max(2)..).unwrap_or(&[]),
            [_] => return false,
        };
    }
}

/// The window scale smoltcp offers for a ring of this size.
fn scale_of(capacity: usize) -> u8 {
    (usize::BITS - capacity.leading_zeros()).saturating_sub(16) as u8
}

/// A device for the making of an interface, which only asks for its capabilities.
struct Nowhere;

impl Device for Nowhere {
    type RxToken<'a> = NoToken;
    type TxToken<'a> = NoToken;

    fn receive(&mut self, _: Instant) -> Option<(NoToken, NoToken)> {
        None
    }

    fn transmit(&mut self, _: Instant) -> Option<NoToken> {
        None
    }

    fn capabilities(&self) -> DeviceCapabilities {
        capabilities()
    }
}

/// A token that is never given out.
enum NoToken {}

impl RxToken for NoToken {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, _: F) -> R {
        match self {}
    }
}

impl TxToken for NoToken {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, _: usize, _: F) -> R {
        match self {}
    }
}
