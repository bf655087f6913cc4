//! The engine in the simulated world: whatever apps, remotes and the system do in whatever order, it keeps its bounds,
//! writes only well-formed packets, serves the next connection, and holds nothing at its end.

use std::net::SocketAddr;

use engine::{ConnectError, Limits, Network, RemoteError};
use hushwall_sim::messages::{self, A};
use hushwall_sim::{ALLOW_ALL, Arrived, BLOCK_TRACKER, Behaviour, DNS, Faults, World, app_named};
use hushwall_sim::{packets, policy};
use smoltcp::time::Duration;

const LIMITS: Limits = Limits { flows: 48, flows_per_app: 32, ports: 8 };
/// Steps of one input: enough to go through every stage, few enough to try many inputs.
const STEPS: usize = 200;
/// The port of the connection that has to work after all.
const LAST: u16 = 20_000;

pub fn run(data: &[u8]) {
    let mut settings = World::settings(1500);
    settings.limits = LIMITS;
    let world = World::with(settings, policy(ALLOW_ALL), Faults::default(), 1);
    let mut script = Script { bytes: data, world, next: [[(0, 0); REMOTES]; PORTS] };
    for _ in 0..STEPS {
        if script.bytes.is_empty() {
            break;
        }
        script.step();
        let stats = script.world.engine.stats();
        assert!(stats.flows <= LIMITS.flows && stats.ports <= LIMITS.ports, "{stats:?}");
    }
    still_works(&mut script.world);
    script.world.end();
    let stats = script.world.engine.stats();
    assert_eq!((stats.flows, stats.ports), (0, 0));
    assert_eq!((script.world.open_connections(), script.world.open_ports().len()), (0, 0));
}

/// With everything well again, a connection that nobody spoke of before is served.
fn still_works(world: &mut World) {
    world.owners_answer = true;
    world.set_tun_full(false);
    world.set_policy(policy(ALLOW_ALL));
    world.set_network(Network { ipv4: true, ipv6: true, resolvers: Vec::new() });
    // Whoever filled the table is not the one who comes now, and what was undecided is decided.
    world.own(LAST, app_named(20_000, "well.behaved"));
    world.run(Duration::from_secs(3 * 3600));
    let remote: SocketAddr = "203.0.113.99:7000".parse().unwrap();
    let local = world.local(LAST, remote);
    world.take_arrived();
    world.inject(&packets::syn(local, remote, 1000));
    let arrived = world.take_arrived();
    assert!(
        matches!(arrived[..], [Arrived::Tcp { syn: true, acknowledgment: 1001, .. }]),
        "{arrived:?} {:?}",
        world.engine.stats()
    );
}

const PORTS: usize = 4;
const REMOTES: usize = 8;

/// A reader of the input, and what it has brought about.
struct Script<'a> {
    bytes: &'a [u8],
    world: World,
    /// The next sequence number of the app, and what it is to acknowledge, by port and remote.
    next: [[(u32, u32); REMOTES]; PORTS],
}

impl Script<'_> {
    fn byte(&mut self) -> u8 {
        self.bytes.split_off_first().copied().unwrap_or(0)
    }

    fn some(&mut self) -> Vec<u8> {
        let length = usize::from(self.byte()).min(self.bytes.len());
        self.bytes.split_off(..length).unwrap_or_default().to_vec()
    }

    fn length(&mut self) -> usize {
        usize::from(self.byte()) << (self.byte() % 11)
    }

    fn remote(&mut self) -> (usize, SocketAddr) {
        let index = usize::from(self.byte()) % REMOTES;
        let remote = match index {
            0 => "203.0.113.7:7000",
            1 => "[2001:db8::7]:7000",
            2 => "203.0.113.7:443",
            3 => "[2001:db8::7]:443",
            4 => "203.0.113.7:80",
            5 => "203.0.113.7:53",
            6 => "[2001:db8::7]:53",
            _ => return (index, SocketAddr::from(DNS)),
        };
        (index, remote.parse().unwrap())
    }

    fn step(&mut self) {
        match self.byte() % 16 {
            0 => {
                let packet = self.some();
                self.world.inject(&packet);
            }
            1..=4 => self.segment(),
            5 | 6 => self.datagram(),
            7 => self.echo(),
            8 => self.remote_stream(),
            9 => self.remote_datagram(),
            10 => {
                let millis = 1 << (self.byte() % 24);
                self.world.run(Duration::from_millis(millis));
            }
            11 => {
                let full = self.byte().is_multiple_of(2);
                self.world.set_tun_full(full);
            }
            12 => self.rules(),
            13 => self.outcome(),
            14 => self.owner(),
            _ => self.damaged(),
        }
    }

    fn segment(&mut self) {
        let port = usize::from(self.byte()) % PORTS;
        let (index, remote) = self.remote();
        let local = self.world.local(5000 + port as u16, remote);
        let (sequence, acknowledgment) = self.next[port][index];
        let flags = self.byte();
        let shift = i32::from(self.byte() as i8);
        let payload = self.payload();
        let sequence = sequence.wrapping_add_signed(if flags & 0x40 != 0 { shift } else { 0 });
        let acknowledgment =
            acknowledgment.wrapping_add_signed(if flags & 0x80 != 0 { shift } else { 0 });
        let set = |header: &mut packets::TcpHeader| {
            (header.fin, header.syn, header.rst) = (flags & 1 != 0, flags & 2 != 0, flags & 4 != 0);
            header.psh = flags & 8 != 0;
            header.ack = flags & 16 != 0 || flags & 2 == 0;
            header.acknowledgment_number = acknowledgment;
            if flags & 32 != 0 {
                header.window_size = shift.unsigned_abs() as u16;
            }
        };
        self.world.inject(&packets::tcp(local, remote, sequence, set, &payload));
        let length = payload.len() as u32 + u32::from(flags & 1) + u32::from(flags >> 1 & 1);
        self.next[port][index].0 = sequence.wrapping_add(length);
        for arrived in self.world.take_arrived() {
            if let Arrived::Tcp { sequence, syn, payload, fin, .. } = arrived {
                let length = payload.len() as u32 + u32::from(syn) + u32::from(fin);
                self.next[port][index].1 = sequence.wrapping_add(length);
            }
        }
    }

    fn payload(&mut self) -> Vec<u8> {
        match self.byte() % 8 {
            0 | 1 => Vec::new(),
            2 => self.some(),
            3 => messages::client_hello("tracker.example"),
            4 => messages::client_hello("shop.example"),
            5 => messages::dns_over_tcp(&messages::dns_question("tracker.example", A)),
            6 => messages::dns_over_tcp(&messages::dns_question("shop.example", A)),
            _ => vec![7; self.length().min(60_000)],
        }
    }

    fn datagram(&mut self) {
        let port = 5000 + u16::from(self.byte() % 16);
        let (_, remote) = self.remote();
        let payload = match self.byte() % 4 {
            0 => self.some(),
            1 => messages::dns_question("tracker.example", A),
            2 => messages::dns_question("shop.example", A),
            _ => vec![1; self.length().min(60_000)],
        };
        self.world.app_datagram(port, remote, &payload);
    }

    fn echo(&mut self) {
        let (_, remote) = self.remote();
        let local = self.world.local(0, remote).ip();
        let data = self.some();
        let identifier = u16::from(self.byte() % 16);
        self.world.inject(&packets::echo_request(local, remote.ip(), identifier, 1, &data));
    }

    fn remote_stream(&mut self) {
        let (_, remote) = self.remote();
        if self.world.remotes(remote).is_empty() {
            return;
        }
        match self.byte() % 6 {
            0 | 1 => {
                let length = self.length();
                self.world.remote_send(remote, &vec![3; length]);
            }
            2 => self.world.remote_end(remote),
            3 => self.world.remote_reset(remote),
            4 => {
                let length = self.length();
                self.world.remote_takes(remote, length);
            }
            _ => self.world.remote_takes(remote, usize::MAX),
        }
        self.world.run(Duration::from_micros(1));
    }

    fn remote_datagram(&mut self) {
        let ports = self.world.open_ports();
        let Some(&port) = ports.get(usize::from(self.byte()) % ports.len().max(1)) else { return };
        let (_, remote) = self.remote();
        match self.byte() % 4 {
            0 => {
                let payload = self.some();
                self.world.remote_datagram(port, remote, &payload);
            }
            1 => {
                let alias = [messages::DnsRecord::Alias("shop.example", "tracker.example")];
                self.world.remote_datagram(
                    port,
                    remote,
                    &messages::dns_answer("shop.example", A, &alias),
                );
            }
            2 => {
                let payload = vec![2; self.length().min(65_000)];
                self.world.remote_datagram(port, remote, &payload);
            }
            _ => self.world.remote_error(port, remote, RemoteError::TooBig(1280)),
        }
    }

    fn rules(&mut self) {
        let silent = r#"{"version": 1, "refusal": "silence", "default_mode": "block"}"#;
        match self.byte() % 6 {
            0 => self.world.set_policy(policy(ALLOW_ALL)),
            1 => self.world.set_policy(policy(BLOCK_TRACKER)),
            2 => self.world.set_policy(policy(silent)),
            3 => self.world.set_network(Network { ipv4: true, ipv6: false, resolvers: Vec::new() }),
            4 => self.world.set_network(Network {
                ipv4: true,
                ipv6: true,
                resolvers: vec!["192.0.2.54:53".parse().unwrap()],
            }),
            _ => {
                let mtu = 1280 + usize::from(self.byte());
                self.world.engine.set_mtu(mtu);
            }
        }
    }

    fn outcome(&mut self) {
        let (_, remote) = self.remote();
        let error = match self.byte() % 4 {
            0 => ConnectError::Refused,
            1 => ConnectError::HostUnreachable,
            2 => ConnectError::TimedOut,
            _ => ConnectError::Exhausted,
        };
        match self.byte() % 6 {
            0 => self.world.behave(remote, Behaviour::Accept),
            1 => self.world.behave(remote, Behaviour::Ignore),
            2 => self.world.behave(remote, Behaviour::Fail(error)),
            3 => self.world.behave(remote, Behaviour::FailAtOnce(error)),
            4 => self.world.answer_connect(remote, Ok(())),
            _ => self.world.answer_connect(remote, Err(error)),
        }
    }

    fn owner(&mut self) {
        let port = u16::from(self.byte() % 16);
        let name = if self.byte().is_multiple_of(2) { "one.app" } else { "other.app" };
        match self.byte() % 3 {
            0 => self.world.owners_answer = !self.world.owners_answer,
            1 => self.world.own(5000 + port, app_named(10_000 + u32::from(port), name)),
            _ => self.world.own(port, wire::Owner::Unknown),
        }
    }

    /// A real packet with some bytes changed.
    fn damaged(&mut self) {
        let port = usize::from(self.byte()) % PORTS;
        let (index, remote) = self.remote();
        let local = self.world.local(5000 + port as u16, remote);
        let (sequence, acknowledgment) = self.next[port][index];
        let payload = self.payload();
        let mut packet = packets::segment(local, remote, sequence, acknowledgment, &payload);
        for _ in 0..self.byte() % 4 {
            let at = self.length() % packet.len();
            packet[at] = self.byte();
        }
        self.world.inject(&packet);
    }
}
