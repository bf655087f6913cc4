//! The engine's [`Outside`]: each thing the engine can cause, as a system call or a message to another thread.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use engine::{
    Close, ConnectError, FlowId, FlowRecord, Heard, Outside, PortId, RemoteError, SendError,
    Transfer, TunError,
};
use nix::sys::epoll::Epoll;
use wire::{FlowKey, Protocol};

use crate::attribution::Attribution;
use crate::capture::Tap;
use crate::connections::Connections;
use crate::pcapng::Direction;
use crate::ports::Ports;
use crate::recorder::Recorder;
use crate::tun::Tun;

/// Everything outside the engine.
pub(crate) struct World {
    /// The apps' side.
    pub(crate) tun: Tun,
    /// Packets written to it and those before it.
    pub(crate) packets_out: u64,
    /// Upstream TCP.
    pub(crate) connections: Connections,
    /// Upstream datagrams.
    pub(crate) ports: Ports,
    /// Who knows whose a flow is.
    pub(crate) attribution: Attribution,
    /// Who wants to know of flows.
    pub(crate) recorder: Recorder,
    /// Who wants to see packets.
    pub(crate) tap: Option<Tap>,
}

impl World {
    /// A world without sockets yet, whose sockets will report through `epoll`.
    pub(crate) fn new(
        tun: Tun,
        epoll: &Arc<Epoll>,
        attribution: Attribution,
        recorder: Recorder,
        tap: Option<Tap>,
    ) -> Self {
        World {
            tun,
            packets_out: 0,
            connections: Connections::new(Arc::clone(epoll)),
            ports: Ports::new(Arc::clone(epoll)),
            attribution,
            recorder,
            tap,
        }
    }
}

impl Outside for World {
    fn write_packet(&mut self, packet: &[u8]) -> Result<(), TunError> {
        self.tun.write(packet)?;
        self.packets_out += 1;
        if let Some(tap) = &mut self.tap {
            tap.packet(Direction::ToApp, packet);
        }
        Ok(())
    }

    fn find_owner(&mut self, flow: FlowId, key: &FlowKey) {
        self.attribution.ask(flow, key);
    }

    fn connect(&mut self, flow: FlowId, remote: SocketAddr) -> Result<(), ConnectError> {
        self.connections.connect(flow, remote)
    }

    fn send(&mut self, flow: FlowId, bytes: &[u8]) -> Transfer {
        self.connections.send(flow, bytes)
    }

    fn receive(&mut self, flow: FlowId, space: &mut [u8]) -> Transfer {
        self.connections.receive(flow, space)
    }

    fn shutdown(&mut self, flow: FlowId) {
        self.connections.shutdown(flow);
    }

    fn keep_alive(&mut self, flow: FlowId, idle: Duration) {
        self.connections.keep_alive(flow, idle);
    }

    fn close(&mut self, flow: FlowId, how: Close) {
        self.connections.close(flow, how);
    }

    fn open_port(
        &mut self,
        port: PortId,
        protocol: Protocol,
        remote: SocketAddr,
    ) -> Result<(), ConnectError> {
        self.ports.open(port, protocol, remote)
    }

    fn send_to(
        &mut self,
        port: PortId,
        remote: SocketAddr,
        payload: &[u8],
        dont_fragment: bool,
    ) -> Result<(), SendError> {
        self.ports.send_to(port, remote, payload, dont_fragment)
    }

    fn receive_from(&mut self, port: PortId, space: &mut [u8]) -> Option<(usize, SocketAddr)> {
        self.ports.receive_from(port, space)
    }

    fn take_error(&mut self, port: PortId) -> Option<(SocketAddr, RemoteError)> {
        self.ports.take_error(port)
    }

    fn close_port(&mut self, port: PortId) {
        self.ports.close(port);
    }

    fn record(&mut self, record: FlowRecord) {
        if let Some(tap) = &mut self.tap {
            tap.record(&record);
        }
        self.recorder.record(record);
    }

    fn heard(&mut self, flow: FlowId, heard: Heard) {
        self.recorder.heard(flow, heard);
    }
}
