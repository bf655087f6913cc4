//! The upstream TCP connections, each at its flow's place in the engine's table.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use engine::{Close, ConnectError, FlowId, Readiness, Transfer};
use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollEvent, EpollFlags};

use crate::sockets;
use crate::token::Token;

/// Everything a connection can report, told once for each change.
const INTEREST: EpollFlags = EpollFlags::EPOLLIN
    .union(EpollFlags::EPOLLOUT)
    .union(EpollFlags::EPOLLRDHUP)
    .union(EpollFlags::EPOLLET);
/// After any of these no further change comes.
const ENDED: EpollFlags =
    EpollFlags::EPOLLRDHUP.union(EpollFlags::EPOLLHUP).union(EpollFlags::EPOLLERR);

/// All of them.
pub(crate) struct Connections {
    epoll: Arc<Epoll>,
    slots: Vec<Option<Connection>>,
}

struct Connection {
    generation: u32,
    connecting: bool,
    stream: TcpStream,
}

/// What an epoll event means for a flow.
pub(crate) struct ConnectionEvent {
    /// Whose connection.
    pub(crate) flow: FlowId,
    /// The outcome of `connect`, if the event brought it.
    pub(crate) connected: Option<Result<(), ConnectError>>,
    /// What the connection is ready for.
    pub(crate) ready: Readiness,
}

impl Connections {
    /// None yet; their events will come through `epoll` under [`Token::Flow`].
    pub(crate) fn new(epoll: Arc<Epoll>) -> Self {
        Connections { epoll, slots: Vec::new() }
    }

    /// Begins a connection for the flow.
    pub(crate) fn connect(&mut self, flow: FlowId, remote: SocketAddr) -> Result<(), ConnectError> {
        let stream = sockets::connect(remote)?;
        let event = EpollEvent::new(INTEREST, Token::flow(flow).to_bits());
        self.epoll.add(&stream, event).map_err(sockets::connect_error)?;
        let place = flow.index as usize;
        if place >= self.slots.len() {
            self.slots.resize_with(place + 1, || None);
        }
        self.slots[place] =
            Some(Connection { generation: flow.generation, connecting: true, stream });
        Ok(())
    }

    /// Reads an epoll event; `None` if its connection is gone already.
    pub(crate) fn event(
        &mut self,
        index: u32,
        generation: u32,
        flags: EpollFlags,
    ) -> Option<ConnectionEvent> {
        let connection = self.slots.get_mut(index as usize)?.as_mut()?;
        if !Token::same_generation(generation, connection.generation) {
            return None;
        }
        let flow = FlowId { index, generation: connection.generation };
        let hangup = flags.intersects(ENDED);
        let ready = Readiness {
            readable: hangup || flags.contains(EpollFlags::EPOLLIN),
            writable: hangup || flags.contains(EpollFlags::EPOLLOUT),
            hangup,
        };
        let connected = std::mem::take(&mut connection.connecting).then(|| {
            match connection.stream.take_error() {
                Ok(None) => Ok(()),
                Ok(Some(error)) | Err(error) => {
                    Err(sockets::connect_error(Errno::from_raw(error.raw_os_error().unwrap_or(0))))
                }
            }
        });
        Some(ConnectionEvent { flow, connected, ready })
    }

    /// Sends what the socket takes.
    pub(crate) fn send(&self, flow: FlowId, bytes: &[u8]) -> Transfer {
        let Some(mut stream) = self.stream(flow) else { return Transfer::Broken };
        loop {
            match stream.write(bytes) {
                Ok(count) => return Transfer::Bytes(count),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Transfer::WouldBlock,
                Err(_) => return Transfer::Broken,
            }
        }
    }

    /// Receives what there is, up to the size of `space`.
    pub(crate) fn receive(&self, flow: FlowId, space: &mut [u8]) -> Transfer {
        let Some(mut stream) = self.stream(flow) else { return Transfer::Broken };
        loop {
            match stream.read(space) {
                Ok(count) => return Transfer::Bytes(count),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Transfer::WouldBlock,
                Err(_) => return Transfer::Broken,
            }
        }
    }

    /// Tells the remote that no more bytes come. Fails only if the connection is broken, which the next read tells.
    pub(crate) fn shutdown(&self, flow: FlowId) {
        if let Some(stream) = self.stream(flow) {
            let _ = stream.shutdown(Shutdown::Write);
        }
    }

    /// Switches keep-alives on.
    pub(crate) fn keep_alive(&self, flow: FlowId, idle: Duration) {
        if let Some(stream) = self.stream(flow) {
            sockets::keep_alive(stream, idle);
        }
    }

    /// Closes the flow's connection, if it has one.
    pub(crate) fn close(&mut self, flow: FlowId, how: Close) {
        let Some(slot) = self.slots.get_mut(flow.index as usize) else { return };
        let Some(connection) = slot.take_if(|at| at.generation == flow.generation) else { return };
        match how {
            Close::Orderly => {}
            Close::Reset => sockets::reset_on_close(&connection.stream),
        }
    }

    fn stream(&self, flow: FlowId) -> Option<&TcpStream> {
        let connection = self.slots.get(flow.index as usize)?.as_ref()?;
        (connection.generation == flow.generation).then_some(&connection.stream)
    }
}
