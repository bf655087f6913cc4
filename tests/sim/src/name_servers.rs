//! Name servers of the simulated network, over UDP and TCP, each with the faults that a test gives it.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;

use engine::{Instant, PortId, RemoteError};
use smoltcp::time::Duration;

use crate::messages::{self, DnsRecord};
use crate::outside::SentDatagram;
use crate::world::World;

/// How often the servers look at what has come.
const STEP: Duration = Duration::from_millis(10);

/// One server. Everything that it does to answers happens over UDP; its TCP is sound, where it has one.
#[derive(Clone, Debug, Default)]
pub struct NameServer {
    /// What it knows: all else does not exist.
    pub zone: HashMap<&'static str, Vec<DnsRecord<'static>>>,
    /// It loses this many questions more.
    pub loses: usize,
    /// It loses all of them.
    pub is_dead: bool,
    /// Whoever asks is told by ICMP that nobody listens there.
    pub is_closed: bool,
    /// How long it takes for its next answers; without more of them it answers at once.
    pub delays: Vec<Duration>,
    /// It repeats the question in lower case.
    pub lowers_case: bool,
    /// It answers with another id.
    pub wrong_id: bool,
    /// It answers from another address.
    pub wrong_source: bool,
    /// It cuts all answers short.
    pub truncates: bool,
    /// It refuses with this code.
    pub refuses: Option<u8>,
    /// The answer in place of the one it has.
    pub says: Option<Vec<u8>>,
    /// The questions that came by UDP, and those by TCP, as they were written.
    pub asked: Vec<Vec<u8>>,
    /// The same, by TCP.
    pub asked_by_tcp: Vec<Vec<u8>>,
}

impl NameServer {
    /// A sound one that knows these.
    pub fn knowing(zone: &[(&'static str, &[DnsRecord<'static>])]) -> Self {
        let zone = zone.iter().map(|(name, records)| (*name, records.to_vec())).collect();
        NameServer { zone, ..NameServer::default() }
    }

    fn answer(&self, query: &[u8]) -> Vec<u8> {
        let name = messages::dns_question_name(query);
        let mut answer = match self.zone.get(name.as_str()) {
            Some(records) => messages::dns_reply(query, records),
            None => with_code(messages::dns_reply(query, &[]), 3),
        };
        if let Some(code) = self.refuses {
            answer = with_code(messages::dns_reply(query, &[]), code);
        }
        answer
    }

    fn over_udp(&mut self, query: &[u8]) -> Vec<u8> {
        let mut answer = self.says.clone().unwrap_or_else(|| self.answer(query));
        if self.truncates {
            answer = messages::dns_reply(query, &[]);
            answer[2] |= 2;
        }
        if self.lowers_case {
            let end = query.len().min(answer.len());
            answer[12..end].make_ascii_lowercase();
        }
        if self.wrong_id {
            answer[0] ^= 1;
        }
        answer
    }
}

/// The servers, and what is on its way from them.
#[derive(Debug, Default)]
pub struct NameServers {
    /// By address.
    pub servers: BTreeMap<SocketAddr, NameServer>,
    /// Datagrams to nobody of them.
    pub strays: Vec<SentDatagram>,
    on_the_way: Vec<(Instant, PortId, SocketAddr, Vec<u8>)>,
    /// Octets of each connection that were answered.
    read: HashMap<engine::FlowId, usize>,
}

impl NameServers {
    /// These servers.
    pub fn new(servers: &[(SocketAddr, NameServer)]) -> Self {
        NameServers { servers: servers.iter().cloned().collect(), ..NameServers::default() }
    }

    /// The server at this address.
    ///
    /// # Panics
    /// There is none.
    pub fn at(&mut self, address: SocketAddr) -> &mut NameServer {
        self.servers.get_mut(&address).unwrap()
    }

    /// How many questions have reached any of them.
    pub fn questions(&self) -> usize {
        self.servers.values().map(|server| server.asked.len() + server.asked_by_tcp.len()).sum()
    }

    /// Runs the world for this long, with the servers in it.
    pub fn run(&mut self, world: &mut World, time: Duration) {
        let end = world.now() + time;
        loop {
            self.serve(world);
            if world.now() >= end {
                return;
            }
            world.run(STEP.min(end - world.now()));
        }
    }

    /// The servers do what is to be done now.
    pub fn serve(&mut self, world: &mut World) {
        // An answer may make the engine ask again at once.
        loop {
            let sent = world.take_sent();
            let due: Vec<_> =
                self.on_the_way.extract_if(.., |(at, ..)| *at <= world.now()).collect();
            let streams = self.serve_streams(world);
            if sent.is_empty() && due.is_empty() && !streams {
                return;
            }
            for datagram in sent {
                self.take_in(world, datagram);
            }
            for (_, port, from, answer) in due {
                world.remote_datagram(port, from, &answer);
            }
        }
    }

    fn take_in(&mut self, world: &mut World, sent: SentDatagram) {
        let Some(server) = self.servers.get_mut(&sent.remote) else {
            self.strays.push(sent);
            return;
        };
        server.asked.push(sent.payload.clone());
        if server.is_closed {
            return world.remote_error(sent.port, sent.remote, RemoteError::PortUnreachable);
        }
        if server.is_dead || server.loses > 0 {
            server.loses = server.loses.saturating_sub(1);
            return;
        }
        let delay = if server.delays.is_empty() { Duration::ZERO } else { server.delays.remove(0) };
        let answer = server.over_udp(&sent.payload);
        let mut from = sent.remote;
        if server.wrong_source {
            from.set_port(from.port() + 1);
        }
        self.on_the_way.push((world.now() + delay, sent.port, from, answer));
    }

    fn serve_streams(&mut self, world: &mut World) -> bool {
        let mut has_answered = false;
        for (&address, server) in &mut self.servers {
            for (flow, received) in world.connections_to(address) {
                let read = self.read.entry(flow).or_default();
                let message = received.get(*read..).and_then(names_of_tcp);
                let Some(query) = message else { continue };
                *read += query.len() + 2;
                server.asked_by_tcp.push(query.clone());
                let answer = messages::dns_over_tcp(&server.answer(&query));
                world.remote_send_on(flow, &answer);
                has_answered = true;
            }
        }
        has_answered
    }
}

/// The first message of a DNS stream, if it is complete.
fn names_of_tcp(bytes: &[u8]) -> Option<Vec<u8>> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.get(..usize::from(u16::from_be_bytes(*length))).map(<[u8]>::to_vec)
}

fn with_code(mut answer: Vec<u8>, code: u8) -> Vec<u8> {
    answer[3] |= code;
    answer
}
