//! The upstream datagram sockets, each at its port's place in the engine's table.

use std::collections::VecDeque;
use std::io::{self, IoSliceMut};
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::sync::Arc;

use engine::{ConnectError, PortId, RemoteError, SendError};
use nix::cmsg_space;
use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollEvent, EpollFlags};
use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg};
use wire::Protocol;

use crate::sockets;
use crate::token::Token;

/// Told as long as a datagram or an error waits; EPOLLERR needs no asking for.
const INTEREST: EpollFlags = EpollFlags::EPOLLIN;
/// Errors of a port that were met while looking for another one; more are dropped, as a network may drop ICMP.
const KEPT_ERRORS: usize = 16;
/// A socket reports an earlier datagram's error in place of the call's own result; each such report is used up by
/// asking. This many in a row are passed over.
const STALE_ERRORS: usize = 8;
/// What a path carries at least (RFC 8200 section 5): the answer if the system hides the path's MTU.
const LEAST_MTU: u16 = 1_280;

/// All of them.
pub(crate) struct Ports {
    epoll: Arc<Epoll>,
    slots: Vec<Option<Port>>,
    /// Counts the turns of the event loop.
    turn: u64,
}

struct Port {
    generation: u32,
    socket: UdpSocket,
    ipv6: bool,
    /// How the socket is set; `None` is the system's default.
    dont_fragment: Option<bool>,
    errors: VecDeque<(SocketAddr, RemoteError)>,
    /// The turn in which epoll last told of it.
    told_in: u64,
    /// Datagrams to take before epoll is heard again. Most answers come alone, and to ask for a second one costs as much
    /// as taking the first; where one waited in the turn before too, the socket is read until it is dry.
    takes: usize,
    /// Whether the error queue may hold something.
    has_errors: bool,
}

impl Ports {
    /// None yet; their events will come through `epoll` under [`Token::Port`].
    pub(crate) fn new(epoll: Arc<Epoll>) -> Self {
        Ports { epoll, slots: Vec::new(), turn: 0 }
    }

    /// Opens a socket for the port.
    pub(crate) fn open(
        &mut self,
        port: PortId,
        protocol: Protocol,
        remote: SocketAddr,
    ) -> Result<(), ConnectError> {
        let socket = sockets::open_datagram(protocol, remote)?;
        let event = EpollEvent::new(INTEREST, Token::port(port).to_bits());
        self.epoll.add(&socket, event).map_err(sockets::connect_error)?;
        let place = port.index as usize;
        if place >= self.slots.len() {
            self.slots.resize_with(place + 1, || None);
        }
        self.slots[place] = Some(Port {
            generation: port.generation,
            socket,
            ipv6: sockets::is_ipv6(remote),
            dont_fragment: None,
            errors: VecDeque::new(),
            told_in: 0,
            takes: 0,
            has_errors: false,
        });
        Ok(())
    }

    /// Epoll is about to tell of more.
    pub(crate) fn begin_turn(&mut self) {
        self.turn += 1;
    }

    /// The port an epoll event is for; `None` if it is gone already.
    pub(crate) fn event(
        &mut self,
        index: u32,
        generation: u32,
        flags: EpollFlags,
    ) -> Option<PortId> {
        let turn = self.turn;
        let port = self.slots.get_mut(index as usize)?.as_mut()?;
        if !Token::same_generation(generation, port.generation) {
            return None;
        }
        port.takes = if port.told_in + 1 == turn { usize::MAX } else { 1 };
        port.told_in = turn;
        port.has_errors |= flags.contains(EpollFlags::EPOLLERR);
        Some(PortId { index, generation: port.generation })
    }

    /// Sends one datagram.
    pub(crate) fn send_to(
        &mut self,
        id: PortId,
        remote: SocketAddr,
        payload: &[u8],
        dont_fragment: bool,
    ) -> Result<(), SendError> {
        let Some(port) = self.port(id) else { return Err(SendError::WouldBlock) };
        port.send_to(remote, payload, dont_fragment)
    }

    /// Takes one received datagram.
    pub(crate) fn receive_from(
        &mut self,
        id: PortId,
        space: &mut [u8],
    ) -> Option<(usize, SocketAddr)> {
        let port = self.port(id).filter(|port| port.takes > 0)?;
        for _ in 0..STALE_ERRORS {
            match port.socket.recv_from(space) {
                Ok(received) => {
                    port.takes -= 1;
                    return Some(received);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(_) => {}
            }
        }
        port.takes = 0;
        None
    }

    /// Takes one error that the network reported.
    pub(crate) fn take_error(&mut self, id: PortId) -> Option<(SocketAddr, RemoteError)> {
        let port = self.port(id)?;
        if let Some(kept) = port.errors.pop_front() {
            return Some(kept);
        }
        while port.has_errors {
            match port.next_error() {
                Some(Queued::Remote(remote, error)) => return Some((remote, error)),
                // The call that caused it was answered with it.
                Some(Queued::Local(_)) => {}
                None => port.has_errors = false,
            }
        }
        None
    }

    /// Closes the port's socket.
    pub(crate) fn close(&mut self, id: PortId) {
        if let Some(slot) = self.slots.get_mut(id.index as usize) {
            drop(slot.take_if(|port| port.generation == id.generation));
        }
    }

    fn port(&mut self, id: PortId) -> Option<&mut Port> {
        self.slots.get_mut(id.index as usize)?.as_mut().filter(|at| at.generation == id.generation)
    }
}

/// One entry of a socket's error queue, ip(7) `IP_RECVERR`.
enum Queued {
    /// The network's word on a datagram to this remote.
    Remote(SocketAddr, RemoteError),
    /// The system's own: too large for the path, whose MTU this is.
    Local(u16),
}

impl Port {
    fn send_to(
        &mut self,
        remote: SocketAddr,
        payload: &[u8],
        dont_fragment: bool,
    ) -> Result<(), SendError> {
        if self.dont_fragment != Some(dont_fragment) {
            sockets::set_dont_fragment(&self.socket, self.ipv6, dont_fragment);
            self.dont_fragment = Some(dont_fragment);
        }
        let mut result = self.try_send(remote, payload);
        for _ in 0..STALE_ERRORS {
            if !result.is_err_and(may_be_stale) {
                break;
            }
            result = self.try_send(remote, payload);
        }
        match result {
            Ok(()) => Ok(()),
            Err(Errno::EAGAIN | Errno::ENOBUFS | Errno::ENOMEM | Errno::EINTR) => {
                Err(SendError::WouldBlock)
            }
            Err(Errno::EMSGSIZE) => Err(SendError::TooBig(self.path_mtu())),
            Err(error) => Err(SendError::Remote(sockets::remote_error(error))),
        }
    }

    fn try_send(&self, remote: SocketAddr, payload: &[u8]) -> Result<(), Errno> {
        match self.socket.send_to(payload, remote) {
            Ok(_) => Ok(()),
            Err(error) => Err(Errno::from_raw(error.raw_os_error().unwrap_or(0))),
        }
    }

    /// The MTU that the send just refused with EMSGSIZE ran into: the newest entry of the error queue tells.
    fn path_mtu(&mut self) -> u16 {
        let mut mtu = LEAST_MTU;
        while let Some(queued) = self.next_error() {
            match queued {
                Queued::Local(told) => mtu = told,
                Queued::Remote(remote, error) if self.errors.len() < KEPT_ERRORS => {
                    self.errors.push_back((remote, error));
                }
                Queued::Remote(..) => {}
            }
        }
        mtu
    }

    fn next_error(&self) -> Option<Queued> {
        let mut space = cmsg_space!(libc::sock_extended_err, libc::sockaddr_in6);
        let flags = MsgFlags::MSG_ERRQUEUE | MsgFlags::MSG_DONTWAIT;
        loop {
            let mut no_payload: [IoSliceMut<'_>; 0] = [];
            let message = recvmsg::<SockaddrStorage>(
                self.socket.as_raw_fd(),
                &mut no_payload,
                Some(&mut space),
                flags,
            );
            let message = match message {
                Ok(message) => message,
                Err(Errno::EINTR) => continue,
                Err(_) => return None,
            };
            let destination = message.address.as_ref().and_then(socket_address);
            let error = message
                .cmsgs()
                .ok()
                .and_then(|mut all| all.find_map(|control| extended_error(&control)));
            if let Some(queued) = error.and_then(|error| read_error(&error, destination)) {
                return Some(queued);
            }
        }
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the system's list of messages, of which one is ours"
)]
fn extended_error(control: &ControlMessageOwned) -> Option<libc::sock_extended_err> {
    match control {
        ControlMessageOwned::Ipv4RecvErr(error, _) | ControlMessageOwned::Ipv6RecvErr(error, _) => {
            Some(*error)
        }
        _ => None,
    }
}

/// Whether an earlier datagram may be meant.
fn may_be_stale(error: Errno) -> bool {
    let stale =
        [Errno::ECONNREFUSED, Errno::EHOSTUNREACH, Errno::ENETUNREACH, Errno::EPROTO, Errno::EINTR];
    stale.contains(&error)
}

fn read_error(error: &libc::sock_extended_err, destination: Option<SocketAddr>) -> Option<Queued> {
    let mtu = u16::try_from(error.ee_info).unwrap_or(u16::MAX);
    let errno = Errno::from_raw(i32::try_from(error.ee_errno).unwrap_or(0));
    match (error.ee_origin, errno) {
        (libc::SO_EE_ORIGIN_LOCAL, Errno::EMSGSIZE) => Some(Queued::Local(mtu)),
        (_, Errno::EMSGSIZE) => Some(Queued::Remote(destination?, RemoteError::TooBig(mtu))),
        (_, other) => Some(Queued::Remote(destination?, sockets::remote_error(other))),
    }
}

fn socket_address(address: &SockaddrStorage) -> Option<SocketAddr> {
    let ipv4 = address.as_sockaddr_in().map(|ipv4| SocketAddr::V4((*ipv4).into()));
    ipv4.or_else(|| address.as_sockaddr_in6().map(|ipv6| SocketAddr::V6((*ipv6).into())))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use nix::sys::epoll::{EpollCreateFlags, EpollTimeout};

    use super::*;
    use crate::testing::in_own_network;

    const PORT: PortId = PortId { index: 2, generation: 5 };

    struct Fixture {
        epoll: Arc<Epoll>,
        ports: Ports,
    }

    impl Fixture {
        fn new() -> Self {
            let epoll = Arc::new(Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).unwrap());
            Fixture { ports: Ports::new(Arc::clone(&epoll)), epoll }
        }

        /// With a UDP port that can reach `remote`.
        fn open(protocol: Protocol, remote: SocketAddr) -> Self {
            let mut fixture = Fixture::new();
            fixture.ports.open(PORT, protocol, remote).unwrap();
            fixture
        }

        /// Waits until something happened at the port.
        fn wait(&mut self) {
            let mut events = [EpollEvent::empty()];
            assert_eq!(self.epoll.wait(&mut events, EpollTimeout::NONE), Ok(1));
            let Some(Token::Port(index, generation)) = Token::from_bits(events[0].data()) else {
                panic!("an event of something else");
            };
            self.ports.begin_turn();
            assert_eq!(self.ports.event(index, generation, events[0].events()), Some(PORT));
        }

        fn receive(&mut self) -> (Vec<u8>, SocketAddr) {
            let mut space = [0; 2000];
            loop {
                if let Some((length, from)) = self.ports.receive_from(PORT, &mut space) {
                    return (space[..length].to_vec(), from);
                }
                self.wait();
            }
        }

        fn error(&mut self) -> (SocketAddr, RemoteError) {
            loop {
                if let Some(error) = self.ports.take_error(PORT) {
                    return error;
                }
                self.wait();
            }
        }
    }

    fn server(address: &str) -> (UdpSocket, SocketAddr) {
        let server = UdpSocket::bind(address).unwrap();
        let address = server.local_addr().unwrap();
        (server, address)
    }

    #[test]
    fn one_port_talks_to_many_remotes() {
        let (first, first_address) = server("127.0.0.1:0");
        let (second, second_address) = server("127.0.0.2:0");
        let mut fixture = Fixture::open(Protocol::Udp, first_address);
        let mut seen_from = Vec::new();
        for (server, address) in [(&first, first_address), (&second, second_address)] {
            fixture.ports.send_to(PORT, address, b"ping", false).unwrap();
            let mut space = [0; 10];
            let (length, from) = server.recv_from(&mut space).unwrap();
            assert_eq!(&space[..length], b"ping");
            server.send_to(b"pong", from).unwrap();
            assert_eq!(fixture.receive(), (b"pong".to_vec(), address));
            seen_from.push(from.port());
        }
        assert_eq!(seen_from[0], seen_from[1]);
        assert_eq!(fixture.ports.receive_from(PORT, &mut [0; 10]), None);
        assert_eq!(fixture.ports.take_error(PORT), None);
    }

    #[test]
    fn a_closed_port_is_reported_and_others_go_on() {
        let (closed, closed_address) = server("127.0.0.1:0");
        drop(closed);
        let (open, open_address) = server("127.0.0.1:0");
        let mut fixture = Fixture::open(Protocol::Udp, open_address);
        fixture.ports.send_to(PORT, closed_address, b"lost", true).unwrap();
        // The error that stands is not this datagram's.
        assert_eq!(fixture.ports.send_to(PORT, open_address, b"fine", true), Ok(()));
        assert_eq!(open.recv(&mut [0; 10]).unwrap(), 4);
        assert_eq!(fixture.error(), (closed_address, RemoteError::PortUnreachable));
        assert_eq!(fixture.ports.take_error(PORT), None);
    }

    #[test]
    fn a_closed_port_gives_nothing_and_its_successor_is_another() {
        let (_server, address) = server("127.0.0.1:0");
        let mut fixture = Fixture::open(Protocol::Udp, address);
        fixture.ports.close(PortId { generation: 4, ..PORT });
        assert_eq!(fixture.ports.send_to(PORT, address, b"still open", false), Ok(()));
        fixture.ports.close(PORT);
        assert_eq!(fixture.ports.event(PORT.index, PORT.generation, INTEREST), None);
        let gone = fixture.ports.send_to(PORT, address, b"x", false);
        assert_eq!(gone, Err(SendError::WouldBlock));
    }

    #[test]
    fn a_datagram_beyond_the_path_is_told_with_its_mtu_or_fragmented() {
        let test = "ports::tests::a_datagram_beyond_the_path_is_told_with_its_mtu_or_fragmented";
        in_own_network(test, 1400, || {
            for address in ["127.0.0.1:0", "[::1]:0"] {
                let (server, remote) = server(address);
                let headers = if remote.is_ipv4() { 28 } else { 48 };
                let mut fixture = Fixture::open(Protocol::Udp, remote);
                let fits = vec![1; 1400 - headers];
                let too_big = vec![2; 1401 - headers];
                assert_eq!(fixture.ports.send_to(PORT, remote, &fits, true), Ok(()));
                let refused = fixture.ports.send_to(PORT, remote, &too_big, true);
                assert_eq!(refused, Err(SendError::TooBig(1400)));
                assert_eq!(fixture.ports.take_error(PORT), None, "told once");
                assert_eq!(fixture.ports.send_to(PORT, remote, &too_big, false), Ok(()));
                let mut space = [0; 2000];
                assert_eq!(server.recv(&mut space).unwrap(), fits.len());
                assert_eq!(server.recv(&mut space).unwrap(), too_big.len());
            }
        });
    }

    #[test]
    fn echo_needs_the_systems_leave() {
        let test = "ports::tests::echo_needs_the_systems_leave";
        in_own_network(test, 1500, || {
            // A new network has the system's default: nobody may.
            let range = "/proc/sys/net/ipv4/ping_group_range";
            let remote: SocketAddr = "127.0.0.1:0".parse().unwrap();
            let denied = Fixture::new().ports.open(PORT, Protocol::Icmp, remote);
            assert_eq!(denied, Err(ConnectError::Denied));

            fs::write(range, "0 0").unwrap();
            let remote6: SocketAddr = "[::1]:0".parse().unwrap();
            for (remote, request, reply) in [(remote, 8, 0), (remote6, 128, 129)] {
                let mut fixture = Fixture::open(Protocol::Icmp, remote);
                let message = [&[request, 0, 0, 0, 0, 0, 0, 9], &b"payload"[..]].concat();
                fixture.ports.send_to(PORT, remote, &message, false).unwrap();
                let (answer, from) = fixture.receive();
                assert_eq!(from.ip(), remote.ip());
                assert_eq!((answer[0], &answer[6..]), (reply, &message[6..]));
            }
        });
    }

    #[test]
    fn a_network_without_a_way_says_so() {
        in_own_network("ports::tests::a_network_without_a_way_says_so", 1500, || {
            let remote: SocketAddr = "192.0.2.1:53".parse().unwrap();
            let mut fixture = Fixture::open(Protocol::Udp, remote);
            let result = fixture.ports.send_to(PORT, remote, b"x", false);
            assert_eq!(result, Err(SendError::Remote(RemoteError::NetworkUnreachable)));
        });
    }
}
