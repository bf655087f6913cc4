//! The kernel's own answer to "whose socket is this?": sock_diag(7) over netlink.
//!
//! TCP and UDP are looked up in the kernel's hash tables, in some microseconds. What that lookup cannot find (a socket
//! bound to a device, a connected UDP socket that sends elsewhere) is looked for among all sockets of the local port.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::Path;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, recv, send, socket,
};
use wire::{FlowKey, Protocol};

use super::allowance::Allowance;
use super::inet_diag::{Reply, Request, replies};
use super::namespace::in_namespace;
use super::table::{Row, SocketInfo, SocketTable, best_fit};

/// A `NETLINK_SOCK_DIAG` socket, and with it the sockets of the namespace that it was made in.
#[derive(Debug)]
pub struct SockDiag {
    socket: OwnedFd,
    sequence: u32,
    buffer: Box<[u8]>,
    dumps: Allowance,
}

impl SockDiag {
    /// Uses a socket that was made elsewhere: by a process inside the namespace that is asked about.
    ///
    /// The uids it tells are those of its maker's user namespace.
    pub fn new(socket: OwnedFd) -> SockDiag {
        SockDiag {
            socket,
            sequence: 0,
            buffer: vec![0; DATAGRAM].into_boxed_slice(),
            dumps: Allowance::new(DUMPS, DUMPS_ONE_IN),
        }
    }

    /// Asks about the present network namespace.
    ///
    /// # Errors
    /// The system has no `sock_diag` (EPROTONOSUPPORT), does not allow it, or is out of descriptors.
    pub fn open() -> io::Result<SockDiag> {
        let socket = socket(
            AddressFamily::Netlink,
            SockType::Raw,
            SockFlag::SOCK_CLOEXEC,
            SockProtocol::NetlinkSockDiag,
        )?;
        Ok(SockDiag::new(socket))
    }

    /// Asks about the network namespace at `path`, such as `/proc/PID/ns/net`.
    ///
    /// # Errors
    /// As [`in_namespace`] and [`SockDiag::open`].
    pub fn in_namespace(path: &Path) -> io::Result<SockDiag> {
        in_namespace(path, SockDiag::open)
    }

    /// Looks the socket up as the kernel does for a packet that comes from the remote.
    fn look_up(&mut self, protocol: u8, key: &FlowKey) -> io::Result<Option<Row>> {
        // For UDP the kernel reads the request as such a packet's header: its source is the remote.
        let (source, destination) = match key.protocol {
            Protocol::Udp => (key.remote, key.local),
            Protocol::Tcp | Protocol::Icmp => (key.local, key.remote),
        };
        let request = Request { sequence: 0, dump: false, protocol, source, destination };
        let mut found = None;
        match self.ask(request, |row| found = Some(row))? {
            0 | libc::ENOENT => Ok(found),
            errno => Err(io::Error::from_raw_os_error(errno)),
        }
    }

    /// Looks among all sockets of the local port, of either address family where the flow is IPv4.
    fn search(&mut self, protocol: u8, key: &FlowKey) -> io::Result<Option<SocketInfo>> {
        let families: &[IpAddr] = if key.local.is_ipv4() {
            &[IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)]
        } else {
            &[IpAddr::V6(Ipv6Addr::UNSPECIFIED)]
        };
        // In a dump a port of 0 means any; an unconnected UDP socket has no remote port to ask for.
        let remote_port = if key.protocol == Protocol::Tcp { key.remote.port() } else { 0 };
        let mut rows = Vec::new();
        for &family in families {
            let request = Request {
                sequence: 0,
                dump: true,
                protocol,
                source: SocketAddr::new(family, key.local.port()),
                destination: SocketAddr::new(family, remote_port),
            };
            // ENOENT here is the kernel's word for "no module for this protocol".
            match self.ask(request, |row| rows.push(row))? {
                0 => {}
                errno => return Err(io::Error::from_raw_os_error(errno)),
            }
        }
        Ok(best_fit(rows.into_iter(), key))
    }

    /// Sends one request and reads until its end: 0 or an errno value of the kernel's.
    ///
    /// The kernel answers within the system calls themselves, so there is nothing to wait for.
    fn ask(&mut self, request: Request, mut sink: impl FnMut(Row)) -> io::Result<i32> {
        self.sequence = self.sequence.wrapping_add(1);
        let sequence = self.sequence;
        let bytes = Request { sequence, ..request }.to_bytes();
        send(self.socket.as_raw_fd(), &bytes, MsgFlags::MSG_DONTWAIT)?;
        loop {
            let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_TRUNC;
            let length = match recv(self.socket.as_raw_fd(), &mut self.buffer, flags) {
                Err(Errno::EINTR) => continue,
                length => length?,
            };
            let datagram = self.buffer.get(..length).ok_or(Errno::EMSGSIZE)?;
            for (_, reply) in replies(datagram).filter(|(of, _)| *of == sequence) {
                match reply {
                    Reply::Socket(row) => {
                        sink(row);
                        if !request.dump {
                            return Ok(0);
                        }
                    }
                    Reply::End(errno) => return Ok(errno),
                    Reply::Nonsense => return Err(Errno::EBADMSG.into()),
                }
            }
        }
    }
}

impl SocketTable for SockDiag {
    fn find(&mut self, key: &FlowKey) -> io::Result<Option<SocketInfo>> {
        let protocol = match key.protocol {
            Protocol::Tcp => libc::IPPROTO_TCP as u8,
            Protocol::Udp => libc::IPPROTO_UDP as u8,
            Protocol::Icmp => return Err(io::ErrorKind::Unsupported.into()),
        };
        if let Some(row) = self.look_up(protocol, key)?
            && let Some(info) = best_fit(std::iter::once(row), key)
        {
            return Ok(Some(info));
        }
        if self.dumps.begin().is_none() {
            return Ok(None);
        }
        let found = self.search(protocol, key);
        self.dumps.end();
        found
    }
}

/// Space for one datagram of the kernel's: it fills as much as it is offered, at least 8 KiB.
const DATAGRAM: usize = 16 * 1024;
/// Walking a whole socket table takes up to a millisecond on a large machine: this many at once, then a quarter of
/// the time, so that one program's raw packets cannot take the thread from the others.
const DUMPS: Duration = Duration::from_millis(50);
const DUMPS_ONE_IN: u32 = 4;
