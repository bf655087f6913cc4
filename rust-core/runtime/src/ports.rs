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

/// Told once for each datagram or error that comes in; EPOLLERR needs no asking for.
const INTEREST: EpollFlags = EpollFlags::EPOLLIN.union(EpollFlags::EPOLLET);
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
}

struct Port {
    generation: u32,
    socket: UdpSocket,
    ipv6: bool,
    /// How the socket is set; `None` is the system's default.
    dont_fragment: Option<bool>,
    errors: VecDeque<(SocketAddr, RemoteError)>,
}

impl Ports {
    /// None yet; their events will come through `epoll` under [`Token::Port`].
    pub(crate) fn new(epoll: Arc<Epoll>) -> Self {
        Ports { epoll, slots: Vec::new() }
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
        });
        Ok(())
    }

    /// The port an epoll event is for; `None` if it is gone already.
    pub(crate) fn event(&self, index: u32, generation: u32) -> Option<PortId> {
        let port = self.slots.get(index as usize)?.as_ref()?;
        Token::same_generation(generation, port.generation)
            .then_some(PortId { index, generation: port.generation })
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
        let port = self.port(id)?;
        for _ in 0..STALE_ERRORS {
            match port.socket.recv_from(space) {
                Ok(received) => return Some(received),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return None,
                Err(_) => {}
            }
        }
        None
    }

    /// Takes one error that the network reported.
    pub(crate) fn take_error(&mut self, id: PortId) -> Option<(SocketAddr, RemoteError)> {
        let port = self.port(id)?;
        port.errors.pop_front().or_else(|| loop {
            match port.next_error()? {
                Queued::Remote(remote, error) => return Some((remote, error)),
                // The call that caused it was answered with it.
                Queued::Local(_) => {}
            }
        })
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
            let error = message.cmsgs().ok().and_then(|mut all| {
                all.find_map(extended_error)
            });
            if let Some(queued) = error.and_then(|error| read_error(&error, destination)) {
                return Some(queued);
            }
        }
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the system's list of messages, of which one is ours")]
fn extended_error(control: ControlMessageOwned) -> Option<libc::sock_extended_err> {
    match control {
        ControlMessageOwned::Ipv4RecvErr(error, _) | ControlMessageOwned::Ipv6RecvErr(error, _) => {
            Some(error)
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

fn read_error(
    error: &libc::sock_extended_err,
    destination: Option<SocketAddr>,
) -> Option<Queued> {
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
