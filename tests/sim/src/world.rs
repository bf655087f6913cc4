//! The world: clock, apps, link, engine and remotes, moved together.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use engine::{
    Audit, Engine, FlowId, FlowRecord, Heard, Instant, Intake, Limits, Network, Settings, Slab,
    SlabId, SlabPool, SocketBuffer,
};
use policy::{Document, Policy};
use smoltcp::iface::{Config, Interface, SocketSet};
use smoltcp::socket::tcp::Socket;
use smoltcp::time::Duration;
use smoltcp::wire::{HardwareAddress, IpEndpoint};
use wire::{AppId, Owner, Packet, Transport};

use crate::app::AppSocket;
use crate::outside::SimOutside;
use crate::tun::{AppDevice, Faults, Link};

/// The apps' IPv4 address.
pub const APP_V4: [u8; 4] = [10, 0, 0, 2];
/// The apps' IPv6 address.
pub const APP_V6: [u16; 8] = [0xfd00, 0, 0, 0, 0, 0, 0, 2];
/// The tunnel's own resolver.
pub const DNS: ([u8; 4], u16) = ([10, 0, 0, 1], 53);
/// The network's resolver.
pub const RESOLVER: ([u8; 4], u16) = ([192, 0, 2, 53], 53);
/// One way over the link.
const DELAY: Duration = Duration::from_micros(100);
/// The largest ring without window scaling. Scaled, a window's edge moves back by up to seven bytes when it is rounded, and
/// smoltcp, which both sides are here, does not always send again what was beyond it; Linux takes and sends it.
const RING: usize = 65_535;

/// Everything.
pub struct World {
    /// The engine under test.
    pub engine: Engine,
    pub(crate) outside: SimOutside,
    now: Instant,
    intake: Intake,
    apps: Interface,
    device: AppDevice,
    sockets: SocketSet<'static>,
    next_port: u16,
    /// Ports of the apps' stack: other segments go to the inbox.
    stack_ports: HashSet<u16>,
    inbox: Vec<Vec<u8>>,
    limits: Limits,
    owners: HashMap<u16, Owner>,
    /// Whether questions about owners are answered.
    pub owners_answer: bool,
}

/// A policy that blocks nothing.
pub const ALLOW_ALL: &str = r#"{"version": 1}"#;
/// A policy that blocks `tracker.example` and all below it.
pub const BLOCK_TRACKER: &str =
    r#"{"version": 1, "rules": [{"verdict": "block", "host": "tracker.example"}]}"#;

/// The policy that this document describes.
///
/// # Panics
/// It describes none.
pub fn policy(document: &str) -> Policy {
    Policy::from_document(&Document::parse(document).unwrap()).unwrap()
}

/// An app by this name.
pub fn app_named(uid: u32, name: &str) -> Owner {
    Owner::App(AppId { uid, name: name.into() })
}

struct PlainSlabs(u32);

impl SlabPool for PlainSlabs {
    fn lend(&mut self) -> Option<Slab> {
        self.0 += 1;
        let ring = || SocketBuffer::new(vec![0; RING]);
        Some(Slab { id: SlabId(self.0), receive: ring(), transmit: ring() })
    }

    fn release_pages(&mut self, _: SlabId) {}
}

impl World {
    /// A world with this policy, MTU and faults of the link.
    pub fn new(policy: Policy, mtu: usize, faults: Faults, seed: u64) -> Self {
        World::with(World::settings(mtu), policy, faults, seed)
    }

    /// A world with the policy that this document describes, an MTU of 1500 and a link without faults.
    pub fn under(document: &str) -> Self {
        World::new(policy(document), 1500, Faults::default(), 1)
    }

    /// What the engine is told where a test says nothing else.
    pub fn settings(mtu: usize) -> Settings {
        Settings {
            mtu,
            largest_packet: Settings::LARGEST_PACKET,
            dns_addresses: vec![IpAddr::from(DNS.0)],
            network: Network {
                ipv4: true,
                ipv6: true,
                resolvers: vec![SocketAddr::from(RESOLVER)],
            },
            limits: Limits::default(),
        }
    }

    /// A world with these settings of the engine.
    pub fn with(settings: Settings, policy: Policy, faults: Faults, seed: u64) -> Self {
        let now = Instant::from_secs(1000);
        let mtu = settings.mtu;
        // The app's link takes what the engine may write to a TUN, packets beyond the MTU included.
        let undamaged = Faults { damage: 0, ..faults };
        let mut device = AppDevice {
            mtu,
            to_app: Link::new(faults, seed),
            to_engine: Link::new(undamaged, !seed),
        };
        let mut config = Config::new(HardwareAddress::Ip);
        config.random_seed = seed;
        let mut apps = Interface::new(config, &mut device, now);
        apps.set_any_ip(true);
        World {
            limits: settings.limits,
            engine: Engine::new(settings, Arc::new(policy), seed, Box::new(PlainSlabs(0)), now),
            outside: SimOutside::default(),
            now,
            intake: Intake::new(mtu),
            apps,
            device,
            sockets: SocketSet::new(Vec::new()),
            next_port: 40_000,
            stack_ports: HashSet::new(),
            inbox: Vec::new(),
            owners: HashMap::new(),
            owners_answer: true,
        }
    }

    /// The virtual time.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The engine's bounds.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// What belongs to this local port (or has this echo identifier) is this owner's from now on.
    pub fn own(&mut self, port: u16, owner: Owner) {
        self.owners.insert(port, owner);
    }

    /// How many flows' owners are asked for and not yet told.
    pub fn open_questions(&self) -> usize {
        self.outside.questions.len()
    }

    /// The app begins a connection.
    pub fn connect(&mut self, remote: SocketAddr) -> AppSocket {
        self.next_port += 1;
        self.connect_from(self.next_port, remote)
    }

    /// The app begins a connection from this local port.
    ///
    /// # Panics
    /// Its stack does not take it.
    pub fn connect_from(&mut self, port: u16, remote: SocketAddr) -> AppSocket {
        let ring = || SocketBuffer::new(vec![0; RING]);
        let mut socket = Socket::new(ring(), ring());
        socket.set_ack_delay(None);
        let endpoint = IpEndpoint { addr: remote.ip().into(), port: remote.port() };
        let connected =
            socket.connect(self.apps.context(), endpoint, (local_address(remote), port));
        assert_eq!(connected, Ok(()), "the app's stack takes the connection");
        self.stack_ports.insert(port);
        AppSocket(self.sockets.add(socket))
    }

    /// All that the engine reported.
    pub fn records(&self) -> &[FlowRecord] {
        &self.outside.records
    }

    /// Listens to what apps say from now on, or no longer.
    pub fn set_audit(&mut self, audit: Option<Audit>) {
        self.engine.set_audit(audit, self.now, &mut self.outside);
    }

    /// All that was heard.
    pub fn heard(&self) -> &[(FlowId, Heard)] {
        &self.outside.heard
    }

    /// Another policy is in force.
    pub fn set_policy(&mut self, policy: Policy) {
        self.engine.set_policy(Arc::new(policy), self.now, &mut self.outside);
        self.settle();
    }

    /// The engine ends all it has.
    pub fn end(&mut self) {
        self.engine.end(self.now, &mut self.outside);
    }

    /// The network below has changed.
    pub fn set_network(&mut self, network: Network) {
        self.outside.network = Some(network.clone());
        self.engine.set_network(network, self.now, &mut self.outside);
        self.settle();
    }

    /// The TUN takes no packets, or takes them again.
    pub fn set_tun_full(&mut self, full: bool) {
        self.outside.tun_full = full;
        if !full {
            self.engine.handle_tun_writable(&mut self.outside);
        }
    }

    /// The TUN has no memory for packets beyond this size.
    pub fn set_largest_packet(&mut self, largest: usize) {
        self.outside.largest_packet = Some(largest);
    }

    /// Other faults of the link from now on.
    pub fn set_faults(&mut self, faults: Faults) {
        self.device.to_app.set_faults(faults);
        self.device.to_engine.set_faults(Faults { damage: 0, ..faults });
    }

    /// Hands the engine a packet as if an app had sent it, and everybody outside does what follows from it at once.
    pub fn inject(&mut self, packet: &[u8]) {
        self.engine.handle_packet(packet, self.now, &mut self.outside);
        self.settle();
    }

    /// Packets to the apps since the last call that are not for their TCP stack.
    pub fn take_packets(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.inbox)
    }

    /// Runs for this long.
    pub fn run(&mut self, time: Duration) {
        let end = self.now + time;
        loop {
            self.step();
            let next = if self.is_busy() {
                Some(self.now + DELAY)
            } else {
                let app_next = self.apps.poll_at(self.now, &self.sockets);
                let next = self.engine.poll_timeout().into_iter().chain(app_next).min();
                next.map(|next| next.max(self.now + DELAY))
            };
            match next {
                Some(next) if next <= end => self.now = next,
                Some(_) | None => break,
            }
        }
        self.now = end;
    }

    pub(crate) fn socket(&mut self, socket: AppSocket) -> &mut Socket<'static> {
        self.sockets.get_mut(socket.0)
    }

    /// The engine and everybody outside do at once what they have to do, until nothing is left.
    pub(crate) fn settle(&mut self) {
        const ENOUGH: usize = 1000;
        for _ in 0..ENOUGH {
            self.turn();
            if !self.has_events() {
                return;
            }
        }
        panic!("the engine and the world keep each other busy without end");
    }

    /// Everybody does once what they have to do now.
    fn step(&mut self) {
        self.apps.poll(self.now, &mut self.device, &mut self.sockets);
        while let Some(packet) = self.device.to_engine.pop() {
            let (engine, outside, now) = (&mut self.engine, &mut self.outside, self.now);
            if let Some(space) = self.intake.space().get_mut(..packet.len()) {
                space.copy_from_slice(&packet);
                self.intake.commit(packet.len(), |run| engine.handle_packet(run, now, outside));
            }
        }
        let (engine, outside, now) = (&mut self.engine, &mut self.outside, self.now);
        self.intake.flush(|run| engine.handle_packet(run, now, outside));
        self.turn();
    }

    /// One turn of the engine's loop.
    fn turn(&mut self) {
        if self.owners_answer {
            for (flow, key) in std::mem::take(&mut self.outside.questions) {
                let the_app = || app_named(10_001, "org.example.app");
                let owner = self.owners.get(&key.local.port()).cloned().unwrap_or_else(the_app);
                self.engine.handle_owner(flow, &owner, self.now, &mut self.outside);
            }
        }
        for (flow, outcome) in std::mem::take(&mut self.outside.outcomes) {
            self.engine.handle_connected(flow, outcome, self.now, &mut self.outside);
        }
        for (flow, ready) in std::mem::take(&mut self.outside.ready) {
            self.engine.handle_ready(flow, ready);
        }
        self.engine.handle_timeout(self.now, &mut self.outside);
        self.engine.flush(self.now, &mut self.outside);
        for packet in std::mem::take(&mut self.outside.to_app) {
            if is_for_stack(&packet, &self.stack_ports) {
                self.device.to_app.push(packet);
            } else {
                self.inbox.push(packet);
            }
        }
    }

    fn has_events(&self) -> bool {
        self.engine.has_work()
            || !self.outside.outcomes.is_empty()
            || (self.owners_answer && !self.outside.questions.is_empty())
            || !self.outside.ready.is_empty()
    }

    fn is_busy(&self) -> bool {
        self.has_events() || !self.device.to_app.is_empty() || !self.device.to_engine.is_empty()
    }
}

/// The app's address towards this remote.
pub(crate) fn local_address(remote: SocketAddr) -> IpAddr {
    match remote {
        SocketAddr::V4(_) => APP_V4.into(),
        SocketAddr::V6(_) => APP_V6.into(),
    }
}

fn is_for_stack(packet: &[u8], ports: &HashSet<u16>) -> bool {
    match Packet::parse(packet).unwrap().payload {
        Transport::Tcp(segment) => ports.contains(&segment.destination_port),
        Transport::Udp(_)
        | Transport::Echo(_)
        | Transport::Fragment(_)
        | Transport::Icmp(_)
        | Transport::Other(_) => false,
    }
}
