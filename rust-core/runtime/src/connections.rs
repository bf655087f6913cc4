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

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use nix::sys::epoll::{EpollCreateFlags, EpollTimeout};

    use super::*;

    const FLOW: FlowId = FlowId { index: 3, generation: 7 };

    struct Fixture {
        epoll: Arc<Epoll>,
        connections: Connections,
        listener: TcpListener,
    }

    impl Fixture {
        fn new() -> Self {
            let epoll = Arc::new(Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).unwrap());
            let connections = Connections::new(Arc::clone(&epoll));
            Fixture { epoll, connections, listener: TcpListener::bind("127.0.0.1:0").unwrap() }
        }

        /// The next event that is still about a connection.
        fn event(&mut self) -> ConnectionEvent {
            loop {
                let mut events = [EpollEvent::empty()];
                assert_eq!(self.epoll.wait(&mut events, EpollTimeout::NONE), Ok(1));
                let Some(Token::Flow(index, generation)) = Token::from_bits(events[0].data())
                else {
                    panic!("an event of something else");
                };
                if let Some(event) = self.connections.event(index, generation, events[0].events()) {
                    return event;
                }
            }
        }

        fn connected(&mut self) -> TcpStream {
            let remote = self.listener.local_addr().unwrap();
            self.connections.connect(FLOW, remote).unwrap();
            let (peer, _) = self.listener.accept().unwrap();
            assert_eq!(self.event().connected, Some(Ok(())));
            peer
        }
    }

    #[test]
    fn bytes_go_both_ways_and_the_end_is_told() {
        let mut fixture = Fixture::new();
        let mut peer = fixture.connected();
        assert_eq!(fixture.connections.receive(FLOW, &mut [0; 9]), Transfer::WouldBlock);
        assert_eq!(fixture.connections.send(FLOW, b"question"), Transfer::Bytes(8));
        fixture.connections.shutdown(FLOW);
        let mut question = String::new();
        peer.read_to_string(&mut question).unwrap();
        assert_eq!(question, "question");

        peer.write_all(b"answer").unwrap();
        drop(peer);
        while !fixture.event().ready.hangup {}
        let mut space = [0; 9];
        assert_eq!(fixture.connections.receive(FLOW, &mut space), Transfer::Bytes(6));
        assert_eq!(&space[..6], b"answer");
        assert_eq!(fixture.connections.receive(FLOW, &mut space), Transfer::Bytes(0));
    }

    #[test]
    fn a_closed_port_refuses() {
        let mut fixture = Fixture::new();
        let remote = fixture.listener.local_addr().unwrap();
        let (unused, _) = (TcpListener::bind("127.0.0.1:0").unwrap(), remote);
        let closed = unused.local_addr().unwrap();
        drop(unused);
        fixture.connections.connect(FLOW, closed).unwrap();
        assert_eq!(fixture.event().connected, Some(Err(ConnectError::Refused)));
    }

    #[test]
    fn a_reset_is_a_reset_at_the_other_end_and_an_orderly_close_is_not() {
        for (how, reset) in [(Close::Reset, true), (Close::Orderly, false)] {
            let mut fixture = Fixture::new();
            let mut peer = fixture.connected();
            fixture.connections.close(FLOW, how);
            let end = peer.read(&mut [0; 9]).map_err(|error| error.kind());
            assert_eq!(end, if reset { Err(ErrorKind::ConnectionReset) } else { Ok(0) });
        }
    }

    #[test]
    fn a_peer_that_resets_breaks_the_connection() {
        let mut fixture = Fixture::new();
        let peer = fixture.connected();
        sockets::reset_on_close(&peer);
        drop(peer);
        while !fixture.event().ready.hangup {}
        assert_eq!(fixture.connections.receive(FLOW, &mut [0; 9]), Transfer::Broken);
        assert_eq!(fixture.connections.send(FLOW, b"late"), Transfer::Broken);
    }

    #[test]
    fn what_belongs_to_a_flow_before_does_not_touch_its_successor() {
        let mut fixture = Fixture::new();
        let _peer = fixture.connected();
        let before = FlowId { generation: 6, ..FLOW };
        assert!(fixture.connections.event(FLOW.index, 6, EpollFlags::EPOLLIN).is_none());
        assert_eq!(fixture.connections.send(before, b"stale"), Transfer::Broken);
        fixture.connections.close(before, Close::Reset);
        assert_eq!(fixture.connections.send(FLOW, b"fresh"), Transfer::Bytes(5));
    }

    #[test]
    fn keep_alives_are_asked_of_the_system() {
        let mut fixture = Fixture::new();
        let _peer = fixture.connected();
        fixture.connections.keep_alive(FLOW, Duration::from_secs(45));
        let stream = fixture.connections.stream(FLOW).unwrap();
        use nix::sys::socket::{getsockopt, sockopt};
        assert_eq!(getsockopt(stream, sockopt::KeepAlive), Ok(true));
        assert_eq!(getsockopt(stream, sockopt::TcpKeepIdle), Ok(45));
        assert_eq!(getsockopt(stream, sockopt::TcpKeepInterval), Ok(45));
    }
}
