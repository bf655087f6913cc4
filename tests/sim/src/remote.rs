//! The remotes' side of TCP connections, as tests steer it.

use std::net::SocketAddr;

use engine::{ConnectError, FlowId, Readiness};

use crate::outside::{Behaviour, Remote};
use crate::world::World;

impl World {
    /// What a remote address does with connections; without a word it accepts them.
    pub fn behave(&mut self, remote: SocketAddr, behaviour: Behaviour) {
        self.outside.behaviours.insert(remote, behaviour);
    }

    /// The remotes that were connected to, in order.
    pub fn attempts(&self) -> &[SocketAddr] {
        &self.outside.attempts
    }

    /// The outcome of connections that [`Behaviour::Ignore`] has left open.
    pub fn answer_connect(&mut self, address: SocketAddr, outcome: Result<(), ConnectError>) {
        let flows: Vec<FlowId> = self.flows_to(address);
        self.outside.outcomes.extend(flows.into_iter().map(|flow| (flow, outcome)));
    }

    /// The remote's side of the latest connection to this address.
    ///
    /// # Panics
    /// There is none.
    pub fn remote(&mut self, address: SocketAddr) -> &mut Remote {
        let found = self.remotes(address).into_iter().next_back();
        found.unwrap_or_else(|| panic!("nobody connected to {address}"))
    }

    /// The remote's sides of all connections to this address that there have been, the latest not always last.
    pub fn remotes(&mut self, address: SocketAddr) -> Vec<&mut Remote> {
        self.outside.remotes.values_mut().filter(|remote| remote.address == address).collect()
    }

    /// Connections that the engine has not closed.
    pub fn open_connections(&self) -> usize {
        self.outside.remotes.values().filter(|remote| remote.closed.is_none()).count()
    }

    /// The remote sends bytes.
    pub fn remote_send(&mut self, address: SocketAddr, bytes: &[u8]) {
        self.remote(address).to_send.extend(bytes);
        self.wake(address);
    }

    /// The remote sends no more.
    pub fn remote_end(&mut self, address: SocketAddr) {
        self.remote(address).ends = true;
        self.wake(address);
    }

    /// The remote resets the connection.
    pub fn remote_reset(&mut self, address: SocketAddr) {
        self.remote(address).broken = true;
        self.wake(address);
    }

    /// The remote takes this many bytes more before it makes the engine wait.
    pub fn remote_takes(&mut self, address: SocketAddr, bytes: usize) {
        self.remote(address).room = bytes;
        self.wake(address);
    }

    /// The open connections to this address, with all that each has received.
    pub fn connections_to(&self, address: SocketAddr) -> Vec<(FlowId, Vec<u8>)> {
        let open = self.flows_to(address).into_iter();
        open.filter_map(|flow| Some((flow, self.outside.remotes.get(&flow)?.received.clone())))
            .collect()
    }

    /// The remote sends bytes on this connection.
    pub fn remote_send_on(&mut self, flow: FlowId, bytes: &[u8]) {
        let Some(remote) = self.outside.remotes.get_mut(&flow) else { return };
        remote.to_send.extend(bytes);
        let ready = Readiness { readable: true, writable: true, hangup: false };
        self.outside.ready.push((flow, ready));
        self.settle();
    }

    fn wake(&mut self, address: SocketAddr) {
        for flow in self.flows_to(address) {
            let hangup = self.outside.remotes.get(&flow).is_some_and(|it| it.ends || it.broken);
            self.outside.ready.push((flow, Readiness { readable: true, writable: true, hangup }));
        }
    }

    fn flows_to(&self, address: SocketAddr) -> Vec<FlowId> {
        let is_open = |remote: &Remote| remote.address == address && remote.closed.is_none();
        let remotes = self.outside.remotes.iter();
        remotes.filter(|(_, remote)| is_open(remote)).map(|(flow, _)| *flow).collect()
    }
}
