//! What lies outside the engine: owners, remotes, and a record of all that was asked.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use engine::{
    Close, ConnectError, FlowId, FlowRecord, Heard, Network, Outside, PortId, Readiness,
    RemoteError, SendError, Transfer, TunError,
};
use wire::{FlowKey, Protocol};

/// What a remote address does with a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Behaviour {
    /// Accepts it.
    #[default]
    Accept,
    /// Fails it this way.
    Fail(ConnectError),
    /// Fails it this way before the call returns.
    FailAtOnce(ConnectError),
    /// Does not answer until [`World::answer_connect`](crate::World::answer_connect).
    Ignore,
}

/// The remote's side of one connection.
#[derive(Debug)]
pub struct Remote {
    /// The five-tuple's remote, as it was connected to.
    pub address: SocketAddr,
    /// All it received.
    pub received: Vec<u8>,
    /// The app's end was passed on.
    pub saw_end: bool,
    /// It was closed by the engine, and how.
    pub closed: Option<Close>,
    /// How it keeps the connection alive.
    pub keep_alive: Option<Duration>,
    pub(crate) to_send: VecDeque<u8>,
    pub(crate) ends: bool,
    pub(crate) end_was_read: bool,
    pub(crate) broken: bool,
    /// Bytes it takes before it makes the engine wait.
    pub(crate) room: usize,
}

impl Remote {
    /// Bytes it has to send that nobody has taken yet.
    pub fn unsent(&self) -> usize {
        self.to_send.len()
    }
}

/// A datagram that left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentDatagram {
    /// The upstream socket it left through.
    pub port: PortId,
    /// Where it went.
    pub remote: SocketAddr,
    /// A UDP payload, or an ICMP echo message.
    pub payload: Vec<u8>,
}

/// The world outside.
#[derive(Debug, Default)]
pub(crate) struct SimOutside {
    pub(crate) to_app: Vec<Vec<u8>>,
    pub(crate) tun_full: bool,
    /// What the network below carries; all, until it is said.
    pub(crate) network: Option<Network>,
    pub(crate) largest_packet: Option<usize>,
    pub(crate) questions: Vec<(FlowId, FlowKey)>,
    pub(crate) attempts: Vec<SocketAddr>,
    pub(crate) behaviours: HashMap<SocketAddr, Behaviour>,
    pub(crate) outcomes: Vec<(FlowId, Result<(), ConnectError>)>,
    pub(crate) remotes: BTreeMap<FlowId, Remote>,
    pub(crate) ready: Vec<(FlowId, Readiness)>,
    pub(crate) datagrams: Vec<SentDatagram>,
    pub(crate) path_mtu: Option<u16>,
    pub(crate) ports: BTreeMap<PortId, VecDeque<(SocketAddr, Vec<u8>)>>,
    pub(crate) ports_opened: usize,
    pub(crate) most_ports: Option<usize>,
    pub(crate) errors: Vec<(PortId, SocketAddr, RemoteError)>,
    pub(crate) records: Vec<FlowRecord>,
    pub(crate) heard: Vec<(FlowId, Heard)>,
}

impl Outside for SimOutside {
    fn write_packet(&mut self, packet: &[u8]) -> Result<(), TunError> {
        if self.tun_full {
            return Err(TunError::Full);
        }
        if self.largest_packet.is_some_and(|largest| packet.len() > largest) {
            return Err(TunError::TooLarge);
        }
        self.to_app.push(packet.to_vec());
        Ok(())
    }

    fn find_owner(&mut self, flow: FlowId, key: &FlowKey) {
        self.questions.push((flow, *key));
    }

    fn connect(&mut self, flow: FlowId, remote: SocketAddr) -> Result<(), ConnectError> {
        if !self.network.as_ref().is_none_or(|network| network.carries(remote.ip())) {
            return Err(ConnectError::NetworkUnreachable);
        }
        self.attempts.push(remote);
        if let Some(Behaviour::FailAtOnce(error)) = self.behaviours.get(&remote) {
            return Err(*error);
        }
        match self.behaviours.get(&remote).copied().unwrap_or_default() {
            Behaviour::Accept => self.outcomes.push((flow, Ok(()))),
            Behaviour::Fail(error) => self.outcomes.push((flow, Err(error))),
            Behaviour::FailAtOnce(_) | Behaviour::Ignore => {}
        }
        let remote = Remote {
            address: remote,
            received: Vec::new(),
            saw_end: false,
            closed: None,
            keep_alive: None,
            to_send: VecDeque::new(),
            ends: false,
            end_was_read: false,
            broken: false,
            room: usize::MAX,
        };
        self.remotes.insert(flow, remote);
        Ok(())
    }

    fn send(&mut self, flow: FlowId, bytes: &[u8]) -> Transfer {
        let Some(remote) = self.remotes.get_mut(&flow).filter(|remote| !remote.broken) else {
            return Transfer::Broken;
        };
        let count = bytes.len().min(remote.room);
        if count == 0 {
            return Transfer::WouldBlock;
        }
        remote.room -= count;
        remote.received.extend_from_slice(&bytes[..count]);
        Transfer::Bytes(count)
    }

    fn receive(&mut self, flow: FlowId, space: &mut [u8]) -> Transfer {
        let Some(remote) = self.remotes.get_mut(&flow).filter(|remote| !remote.broken) else {
            return Transfer::Broken;
        };
        let count = space.len().min(remote.to_send.len());
        for (to, from) in space.iter_mut().zip(remote.to_send.drain(..count)) {
            *to = from;
        }
        match count {
            0 if remote.ends => {
                remote.end_was_read = true;
                Transfer::Bytes(0)
            }
            0 => Transfer::WouldBlock,
            count => Transfer::Bytes(count),
        }
    }

    fn shutdown(&mut self, flow: FlowId) {
        if let Some(remote) = self.remotes.get_mut(&flow) {
            remote.saw_end = true;
        }
    }

    fn keep_alive(&mut self, flow: FlowId, idle: Duration) {
        if let Some(remote) = self.remotes.get_mut(&flow) {
            remote.keep_alive = Some(idle);
        }
    }

    fn close(&mut self, flow: FlowId, how: Close) {
        if let Some(remote) = self.remotes.get_mut(&flow) {
            remote.closed = Some(how);
        }
    }

    fn open_port(
        &mut self,
        port: PortId,
        _: Protocol,
        remote: SocketAddr,
    ) -> Result<(), ConnectError> {
        if !self.network.as_ref().is_none_or(|network| network.carries(remote.ip())) {
            return Err(ConnectError::NetworkUnreachable);
        }
        if self.most_ports.is_some_and(|most| self.ports.len() >= most) {
            return Err(ConnectError::Exhausted);
        }
        self.ports_opened += 1;
        self.ports.insert(port, VecDeque::new());
        Ok(())
    }

    fn send_to(
        &mut self,
        port: PortId,
        remote: SocketAddr,
        payload: &[u8],
        dont_fragment: bool,
    ) -> Result<(), SendError> {
        if let Some(mtu) = self.path_mtu
            && dont_fragment
            && payload.len() + 28 > usize::from(mtu)
        {
            return Err(SendError::TooBig(mtu));
        }
        self.datagrams.push(SentDatagram { port, remote, payload: payload.to_vec() });
        Ok(())
    }

    fn receive_from(&mut self, port: PortId, space: &mut [u8]) -> Option<(usize, SocketAddr)> {
        let (from, payload) = self.ports.get_mut(&port)?.pop_front()?;
        space[..payload.len()].copy_from_slice(&payload);
        Some((payload.len(), from))
    }

    fn take_error(&mut self, port: PortId) -> Option<(SocketAddr, RemoteError)> {
        let place = self.errors.iter().position(|(at, _, _)| *at == port)?;
        let (_, remote, error) = self.errors.remove(place);
        Some((remote, error))
    }

    fn close_port(&mut self, port: PortId) {
        self.ports.remove(&port);
    }

    fn record(&mut self, record: FlowRecord) {
        self.records.push(record);
    }

    fn heard(&mut self, flow: FlowId, heard: Heard) {
        self.heard.push((flow, heard));
    }
}
