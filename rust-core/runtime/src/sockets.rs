//! Makes upstream sockets, and says in the engine's words what the system answers.
//!
//! The one place where a socket comes to be: all of them are non-blocking and close-on-exec. On Android they leave
//! beside the VPN because our own package is excluded from it.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream, UdpSocket};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::Duration;

use engine::{ConnectError, RemoteError};
use nix::errno::Errno;
use nix::sys::socket::sockopt::{self, Linger, TcpKeepCount, TcpKeepIdle, TcpKeepInterval};
use nix::sys::socket::{
    self, AddressFamily, SetSockOpt, SockFlag, SockProtocol, SockType, SockaddrStorage, setsockopt,
};
use wire::Protocol;

/// What a datagram socket may hold of received packets, in bytes: a burst of half a second at 16 Mbit/s. The system
/// caps it (`net.core.rmem_max`); a limit, not an allocation.
const RECEIVE_QUEUE: usize = 1 << 20;
/// Keep-alive probes without an answer before the system gives a connection up, and the longest time between two:
/// the system's own defaults, so that an app's keep-alives find out about a dead peer as they would without us.
const KEEP_ALIVE_PROBES: u32 = 9;
const KEEP_ALIVE_INTERVAL: u64 = 75;
/// The longest idle time that TCP_KEEPIDLE takes, tcp(7).
const KEEP_ALIVE_LONGEST: u64 = 32_767;

/// Makes a TCP socket and begins to connect it; epoll tells when it is done.
pub(crate) fn connect(remote: SocketAddr) -> Result<TcpStream, ConnectError> {
    let fd = make(remote, SockType::Stream, SockProtocol::Tcp).map_err(connect_error)?;
    try_option(&fd, sockopt::TcpNoDelay, &true);
    match socket::connect(fd.as_raw_fd(), &SockaddrStorage::from(remote)) {
        // Interrupted, it goes on all the same, connect(2).
        Ok(()) | Err(Errno::EINPROGRESS | Errno::EINTR) => Ok(TcpStream::from(fd)),
        Err(error) => Err(connect_error(error)),
    }
}

/// Makes an unconnected datagram socket for the family of `remote` that reports the network's errors
/// (`IP_RECVERR`): UDP, or an ICMP echo socket, icmp(7).
pub(crate) fn open_datagram(
    protocol: Protocol,
    remote: SocketAddr,
) -> Result<UdpSocket, ConnectError> {
    let protocol = match (protocol, remote) {
        (Protocol::Icmp, SocketAddr::V4(_)) => SockProtocol::Icmp,
        (Protocol::Icmp, SocketAddr::V6(_)) => SockProtocol::IcmpV6,
        (Protocol::Tcp | Protocol::Udp, _) => SockProtocol::Udp,
    };
    let fd = make(remote, SockType::Datagram, protocol).map_err(connect_error)?;
    match remote {
        SocketAddr::V4(_) => try_option(&fd, sockopt::Ipv4RecvErr, &true),
        SocketAddr::V6(_) => {
            try_option(&fd, sockopt::Ipv6V6Only, &true);
            try_option(&fd, sockopt::Ipv6RecvErr, &true);
        }
    }
    try_option(&fd, sockopt::RcvBuf, &RECEIVE_QUEUE);
    Ok(UdpSocket::from(fd))
}

/// Has the system send keep-alives after `idle` without traffic.
pub(crate) fn keep_alive(stream: &TcpStream, idle: Duration) {
    let idle = idle.as_secs().clamp(1, KEEP_ALIVE_LONGEST);
    try_option(stream, TcpKeepIdle, &(idle as u32));
    try_option(stream, TcpKeepInterval, &(idle.min(KEEP_ALIVE_INTERVAL) as u32));
    try_option(stream, TcpKeepCount, &KEEP_ALIVE_PROBES);
    try_option(stream, sockopt::KeepAlive, &true);
}

/// Makes the close of this connection a RST.
pub(crate) fn reset_on_close(stream: &TcpStream) {
    try_option(stream, Linger, &libc::linger { l_onoff: 1, l_linger: 0 });
}

/// Whether datagrams carry "don't fragment" and are checked against the path's MTU, or are fragmented where needed.
pub(crate) fn set_dont_fragment(socket: &UdpSocket, ipv6: bool, on: bool) {
    let (level, name, value) = match (ipv6, on) {
        (false, true) => (libc::IPPROTO_IP, libc::IP_MTU_DISCOVER, libc::IP_PMTUDISC_DO),
        (false, false) => (libc::IPPROTO_IP, libc::IP_MTU_DISCOVER, libc::IP_PMTUDISC_DONT),
        (true, true) => (libc::IPPROTO_IPV6, libc::IPV6_MTU_DISCOVER, libc::IPV6_PMTUDISC_DO),
        (true, false) => (libc::IPPROTO_IPV6, libc::IPV6_MTU_DISCOVER, libc::IPV6_PMTUDISC_DONT),
    };
    let length = size_of_val(&value) as libc::socklen_t;
    // SAFETY: the descriptor is open for the time of the call, and the pointer is to an int of the length told.
    #[expect(unsafe_code, reason = "an option that nix does not have")]
    let result = unsafe {
        libc::setsockopt(socket.as_raw_fd(), level, name, (&raw const value).cast(), length)
    };
    if result != 0 {
        log::debug!("path MTU discovery could not be switched: {}", io::Error::last_os_error());
    }
}

/// Why a connection could not be made, from what the system says.
#[expect(clippy::wildcard_enum_match_arm, reason = "the system's list of errors is not ours")]
pub(crate) fn connect_error(error: Errno) -> ConnectError {
    match error {
        Errno::ECONNREFUSED | Errno::ECONNRESET => ConnectError::Refused,
        Errno::ENETUNREACH | Errno::ENETDOWN | Errno::EAFNOSUPPORT | Errno::EPROTONOSUPPORT => {
            ConnectError::NetworkUnreachable
        }
        Errno::ETIMEDOUT => ConnectError::TimedOut,
        Errno::EACCES | Errno::EPERM => ConnectError::Denied,
        Errno::EMFILE
        | Errno::ENFILE
        | Errno::EADDRNOTAVAIL
        | Errno::EAGAIN
        | Errno::ENOBUFS
        | Errno::ENOMEM => ConnectError::Exhausted,
        _ => ConnectError::HostUnreachable,
    }
}

/// What the network reports about a destination, from the system's error for it.
#[expect(clippy::wildcard_enum_match_arm, reason = "the system's list of errors is not ours")]
pub(crate) fn remote_error(error: Errno) -> RemoteError {
    match error {
        Errno::ECONNREFUSED => RemoteError::PortUnreachable,
        Errno::ENETUNREACH | Errno::ENETDOWN => RemoteError::NetworkUnreachable,
        _ => RemoteError::HostUnreachable,
    }
}

/// Whether a socket for this remote is of the IPv6 family.
pub(crate) fn is_ipv6(remote: SocketAddr) -> bool {
    matches!(remote.ip(), IpAddr::V6(_))
}

fn make(remote: SocketAddr, kind: SockType, protocol: SockProtocol) -> Result<OwnedFd, Errno> {
    let family = if is_ipv6(remote) { AddressFamily::Inet6 } else { AddressFamily::Inet };
    socket::socket(family, kind, SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC, protocol)
}

/// Sets an option whose failure costs comfort only.
fn try_option<O: SetSockOpt>(socket: &impl AsFd, option: O, value: &O::Val) {
    if let Err(error) = setsockopt(socket, option, value) {
        log::debug!("a socket option was not taken: {error}");
    }
}
