//! What the engine is told at its start, and every bound it keeps.
//!
//! A bound is either a field of [`Limits`], because it follows from the system (descriptors, address space), or a
//! constant here. Each says why it has its value.

use std::net::{IpAddr, SocketAddr};

use smoltcp::time::Duration;

/// How long a TCP connection without traffic is kept: RFC 5382 REQ-5 asks for at least 2 h 4 min.
pub(crate) const TCP_IDLE: Duration = Duration::from_secs(2 * 3600 + 4 * 60);
/// How long a UDP flow without traffic is kept: RFC 4787 REQ-5 recommends five minutes.
pub(crate) const UDP_IDLE: Duration = Duration::from_secs(300);
/// How long a DNS or echo flow is kept: its answer comes at once or not at all, and stub resolvers give up by then.
pub(crate) const DNS_IDLE: Duration = Duration::from_secs(10);
/// How long a blocked datagram flow is remembered, so that its next datagrams need no new attribution.
pub(crate) const REFUSED_IDLE: Duration = Duration::from_secs(30);
/// After this long without an answer the owner counts as unknown, so that no connection waits for ever. Long enough for a system
/// that is busy: what an app may do is not to depend on that. Programs wait longer for a connection.
pub(crate) const OWNER_DEADLINE: Duration = Duration::from_secs(5);
/// How long an accepted connection may stay silent before it is decided as one without a name.
pub(crate) const SNIFF_DEADLINE: Duration = Duration::from_secs(10);
/// A QUIC hello comes within one flight of datagrams; what has not named its server by then is decided without a name.
pub(crate) const QUIC_DEADLINE: Duration = Duration::from_millis(300);
/// The app left data unacknowledged for this long: it is gone (RFC 9293 section 3.8.3, R2 of at least 100 s).
pub(crate) const UNACKNOWLEDGED: Duration = Duration::from_secs(180);
/// How often flows that moved data are looked at, to write their counters to the log and give their memory back. Nothing
/// is armed while no flow moves data. With the time the writer holds a batch, a kill loses less than a second.
pub(crate) const SWEEP: Duration = Duration::from_millis(500);

/// Datagrams kept for one flow until its owner and verdict are known: a QUIC client sends a handful at once.
pub(crate) const PARKED_DATAGRAMS: usize = 16;
/// Bytes of packets kept for all undecided flows.
pub(crate) const PARKED_BYTES: usize = 4 << 20;
/// Packets waiting for a full TUN beside TCP (whose data waits in its rings). Beyond it they are lost, as in any queue.
pub(crate) const TUN_QUEUE: usize = 256;
/// Times one connection's socket is read in one turn, so that one fast download does not hold up all others.
pub(crate) const READS_A_TURN: usize = 8;
/// Datagrams taken from one socket in one turn, for the same reason.
pub(crate) const DATAGRAMS_A_TURN: usize = 64;
/// Bytes of a connection's start that are looked at for a name.
pub(crate) const SNIFF_BYTES: usize = names::LARGEST_OPENING;
/// The TUN's queue is 500 packets; all windows together stay below this many, or the kernel drops what apps send.
pub(crate) const WINDOW_PACKETS: usize = 400;

/// Ports on which a connection's first bytes tell its name.
pub(crate) const SNIFF_PORTS: [u16; 5] = [80, 443, 853, 8080, 8443];
/// Ports on which a UDP flow's first datagrams tell its name (QUIC).
pub(crate) const QUIC_PORTS: [u16; 3] = [80, 443, 8443];
/// The DNS, RFC 1035 section 4.2.
pub(crate) const DNS_PORT: u16 = 53;

/// What the engine is told at its start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The TUN's MTU in bytes.
    pub mtu: usize,
    /// TCP data and datagrams go to the TUN in IP packets of up to this many bytes, even beyond the MTU: Linux takes
    /// them, and a download costs a quarter. At the first refusal the engine falls back to the MTU by itself.
    pub largest_packet: usize,
    /// The tunnel's own resolver addresses: nothing but questions is taken there.
    pub dns_addresses: Vec<IpAddr>,
    /// The network below.
    pub network: Network,
    /// The bounds that follow from the system.
    pub limits: Limits,
}

impl Settings {
    /// [`Settings::largest_packet`] where nothing else is known: an order-2 allocation in the kernel.
    pub const LARGEST_PACKET: usize = 15_900;
}

/// What the network below offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// It carries IPv4.
    pub ipv4: bool,
    /// It carries IPv6.
    pub ipv6: bool,
    /// Its DNS servers, best first: every question of an app goes to them, whichever server it asked.
    pub resolvers: Vec<SocketAddr>,
}

impl Network {
    /// Whether it carries the family of this address.
    pub fn carries(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(_) => self.ipv4,
            IpAddr::V6(_) => self.ipv6,
        }
    }
}

/// The bounds that follow from the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Flows of all kinds, decided or not.
    pub flows: usize,
    /// Flows of one app, so that a flood by one leaves room for all others.
    pub flows_per_app: usize,
    /// Upstream datagram sockets; beyond it the oldest idle one is closed.
    pub ports: usize,
}

impl Limits {
    /// Bounds for a process that may open this many descriptors: each TCP flow and each port takes one.
    pub fn for_descriptors(descriptors: usize) -> Self {
        // A few are the TUN's, the log's, the attributor's and the front end's.
        let usable = descriptors.saturating_sub(64).max(64);
        let flows = usable.min(65_536);
        Limits { flows, flows_per_app: flows * 3 / 4, ports: flows / 2 }
    }
}

impl Default for Limits {
    /// Android's usual RLIMIT_NOFILE.
    fn default() -> Self {
        Limits::for_descriptors(32_768)
    }
}
