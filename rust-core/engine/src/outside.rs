//! The engine's only door: what it asks of the world around it.
//!
//! The engine owns no socket, file, clock or thread. `runtime` implements [`Outside`] with system calls, `tests/sim`
//! with a simulated network. Calls return at once: what cannot be done now answers "would block", and the world
//! reports back through the `Engine::handle_*` methods. Payload is read and written in place, in the TCP rings
//! themselves, so that a byte is copied once on its way from a socket to the TUN.

use std::net::SocketAddr;
use std::time::Duration;

use wire::{FlowKey, Protocol};

use crate::audit::Heard;
use crate::record::FlowRecord;

/// One flow of the engine's table, or a connection of the engine's own resolver, which takes such a place too. The generation
/// tells a reused index from who had it before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FlowId {
    /// Place in the table; small, so that the world can keep its socket in an array under the same index.
    pub index: u32,
    /// How often that place was given away.
    pub generation: u32,
}

/// One upstream datagram socket: all datagrams of one local address and port leave through it (RFC 4787 section 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PortId {
    /// Place in the table of ports.
    pub index: u32,
    /// How often that place was given away.
    pub generation: u32,
}

/// Everything the engine can cause.
pub trait Outside {
    /// Writes one IP packet to the TUN, towards the apps.
    ///
    /// # Errors
    /// [`TunError::Full`]: nothing was written; the engine keeps the packet and waits for `Engine::handle_tun_writable`.
    /// [`TunError::TooLarge`]: the system has no buffer of that size now; the engine cuts the packet smaller.
    fn write_packet(&mut self, packet: &[u8]) -> Result<(), TunError>;

    /// Asks who owns the flow; the answer comes as `Engine::handle_owner`, at the latest after the attributor's deadline.
    fn find_owner(&mut self, flow: FlowId, key: &FlowKey);

    /// Begins a TCP connection for the flow, or for a question over TCP of the engine's resolver, which has a place among
    /// the flows (`flow` is then told of nowhere else); the outcome comes as `Engine::handle_connected`.
    ///
    /// # Errors
    /// The connection failed at once, for example because the network has no such address family.
    fn connect(&mut self, flow: FlowId, remote: SocketAddr) -> Result<(), ConnectError>;

    /// Sends bytes on the flow's connection.
    fn send(&mut self, flow: FlowId, bytes: &[u8]) -> Transfer;

    /// Receives bytes from the flow's connection into `space`.
    fn receive(&mut self, flow: FlowId, space: &mut [u8]) -> Transfer;

    /// Half-closes the flow's connection: the remote sees the end of what the app sends.
    fn shutdown(&mut self, flow: FlowId);

    /// The app sends keep-alives: have the system send them to the remote too, after `idle` without traffic.
    fn keep_alive(&mut self, flow: FlowId, idle: Duration);

    /// Closes the flow's connection; harmless where it has none.
    fn close(&mut self, flow: FlowId, how: Close);

    /// Opens a datagram socket that can reach `remote`'s address family: UDP, or an ICMP echo ("ping") socket.
    ///
    /// # Errors
    /// As [`Outside::connect`]; [`ConnectError::Denied`] where ping sockets are not allowed.
    fn open_port(
        &mut self,
        port: PortId,
        protocol: Protocol,
        remote: SocketAddr,
    ) -> Result<(), ConnectError>;

    /// Sends one datagram: a UDP payload, or an ICMP echo request from its type byte on.
    ///
    /// `dont_fragment` is what the app asked for: with it, a datagram larger than the path takes is an error
    /// that tells the path's MTU.
    ///
    /// # Errors
    /// [`SendError`]; nothing was sent.
    fn send_to(
        &mut self,
        port: PortId,
        remote: SocketAddr,
        payload: &[u8],
        dont_fragment: bool,
    ) -> Result<(), SendError>;

    /// Takes one received datagram, if there is one, into `space`: its length and sender. A longer one is cut.
    fn receive_from(&mut self, port: PortId, space: &mut [u8]) -> Option<(usize, SocketAddr)>;

    /// Takes one error that the network reported for an earlier datagram of this port.
    fn take_error(&mut self, port: PortId) -> Option<(SocketAddr, RemoteError)>;

    /// Closes a datagram socket.
    fn close_port(&mut self, port: PortId);

    /// A flow was decided, moved data, was decided anew or ended. The later record of a flow replaces the earlier.
    fn record(&mut self, record: FlowRecord);

    /// Something was heard on a flow that is listened to, see `Engine::set_audit`.
    fn heard(&mut self, flow: FlowId, heard: Heard);
}

/// Why a packet could not be written to the TUN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TunError {
    /// The TUN takes no packet now.
    Full,
    /// No memory for a packet of this size (ENOBUFS, ENOMEM, EMSGSIZE).
    TooLarge,
}

/// What became of a `send` or `receive`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transfer {
    /// This many bytes went; for `receive`, 0 is the end of what the remote sends.
    Bytes(usize),
    /// None now; `Engine::handle_ready` says when.
    WouldBlock,
    /// The connection was reset or is otherwise gone.
    Broken,
}

/// How to close a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// Both sides ended in order.
    Orderly,
    /// With a RST: the app reset it, or the verdict changed.
    Reset,
}

/// Why a connection could not be made; each is told to the app as what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectError {
    /// The remote refused (ECONNREFUSED).
    Refused,
    /// No way to the remote's network (ENETUNREACH, EAFNOSUPPORT): also the answer where there is no IPv6.
    NetworkUnreachable,
    /// No way to the host (EHOSTUNREACH).
    HostUnreachable,
    /// No answer (ETIMEDOUT).
    TimedOut,
    /// The system does not allow it (EACCES, EPERM).
    Denied,
    /// Out of descriptors, ports or memory (EMFILE, ENFILE, EADDRNOTAVAIL, ENOBUFS, ENOMEM).
    Exhausted,
}

/// Why a datagram was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendError {
    /// The socket's buffer is full: the datagram is lost, as a full queue loses it anywhere.
    WouldBlock,
    /// Larger than the path takes; the path's MTU in bytes.
    TooBig(u16),
    /// The network reported this for the destination.
    Remote(RemoteError),
}

/// What the network reports about a destination (ICMP type 3 and its ICMPv6 siblings).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoteError {
    /// Nobody listens on that port.
    PortUnreachable,
    /// The host does not answer.
    HostUnreachable,
    /// No route to the network.
    NetworkUnreachable,
    /// Larger than the path takes; the path's MTU in bytes.
    TooBig(u16),
}

/// What a connection's socket is ready for. Edge-triggered: told once for each change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Readiness {
    /// There may be bytes, or the end, to receive.
    pub readable: bool,
    /// There may be space to send.
    pub writable: bool,
    /// The remote closed or an error stands: no further readiness will be told, so read until the end.
    pub hangup: bool,
}
