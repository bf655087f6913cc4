//! What a table of sockets says about a flow, and which of its rows speaks for the flow best.

use std::io;
use std::net::SocketAddr;

use wire::{FlowKey, Protocol};

/// A way to look up the socket of a flow: the kernel's `sock_diag`, or the texts of `/proc/net`.
pub trait SocketTable: Send {
    /// The socket with this five-tuple, seen from the app's side; `None` if there is none.
    ///
    /// # Errors
    /// The table cannot answer for this protocol or at all; another one may.
    fn find(&mut self, key: &FlowKey) -> io::Result<Option<SocketInfo>>;
}

/// What the kernel knows of the owner of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketInfo {
    /// The user id of the socket's creator, as the user namespace of the asking descriptor maps it.
    pub uid: u32,
    /// The inode of the socket: `socket:[N]` of `/proc/PID/fd`. 0 once its program has closed it.
    pub inode: u64,
}

/// One socket of a table. IPv4-mapped IPv6 addresses are told as IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// The program's side; the address may be unspecified.
    pub(super) local: SocketAddr,
    /// The other side; address and port are unspecified for a socket that is not connected.
    pub(super) remote: SocketAddr,
    /// The kernel's number for the state of the socket, as in `include/net/tcp_states.h`.
    pub(super) state: u8,
    pub(super) info: SocketInfo,
}

impl Row {
    /// How well this socket fits the flow; `None` if it cannot have sent it.
    ///
    /// UDP sockets need not be connected nor bound to one address, and a connected one may still send elsewhere.
    fn fit(&self, key: &FlowKey) -> Option<u8> {
        if self.local.port() != key.local.port() || matches!(self.state, TIME_WAIT | LISTEN) {
            return None;
        }
        let local = match fit_address(self.local, key.local)? {
            Fit::Exact => 3,
            Fit::Wildcard => 2,
            Fit::DualStack => 1,
        };
        let remote = if key.protocol == Protocol::Icmp {
            // The row's remote port means nothing here.
            fit_address(self.remote, key.remote)
        } else if self.remote == key.remote {
            Some(Fit::Exact)
        } else {
            fit_address(self.remote, key.remote).filter(|fit| *fit != Fit::Exact)
        };
        match (key.protocol, remote) {
            (_, Some(Fit::Exact)) => Some(8 + local),
            (Protocol::Tcp, _) => None,
            (Protocol::Udp | Protocol::Icmp, Some(Fit::Wildcard | Fit::DualStack)) => {
                Some(4 + local)
            }
            (Protocol::Udp | Protocol::Icmp, None) => Some(local),
        }
    }
}

/// The row that fits the flow best; the first one among equals.
pub(super) fn best_fit(rows: impl Iterator<Item = Row>, key: &FlowKey) -> Option<SocketInfo> {
    let mut best: Option<(u8, SocketInfo)> = None;
    for row in rows {
        if let Some(fit) = row.fit(key)
            && best.is_none_or(|(before, _)| fit > before)
        {
            best = Some((fit, row.info));
        }
    }
    best.map(|(_, info)| info)
}

/// The kernel's state of a connection whose program is done with it (and whose row tells no owner).
pub(super) const TIME_WAIT: u8 = 6;
/// A listening socket: never the one that began a flow.
pub(super) const LISTEN: u8 = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    Exact,
    /// Unspecified, same address family.
    Wildcard,
    /// Unspecified IPv6: takes IPv4 too, unless it is IPv6 only, which the tables do not tell.
    DualStack,
}

fn fit_address(row: SocketAddr, flow: SocketAddr) -> Option<Fit> {
    if row.ip() == flow.ip() {
        return Some(Fit::Exact);
    }
    match (row.ip().is_unspecified(), row.is_ipv4(), flow.is_ipv4()) {
        (true, true, true) | (true, false, false) => Some(Fit::Wildcard),
        (true, false, true) => Some(Fit::DualStack),
        (true, true, false) | (false, _, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(local: &str, remote: &str, inode: u64) -> Row {
        Row {
            local: local.parse().unwrap(),
            remote: remote.parse().unwrap(),
            state: 7,
            info: SocketInfo { uid: 1000, inode },
        }
    }

    fn key(protocol: Protocol, local: &str, remote: &str) -> FlowKey {
        FlowKey { protocol, local: local.parse().unwrap(), remote: remote.parse().unwrap() }
    }

    fn best(rows: &[Row], key: &FlowKey) -> Option<u64> {
        best_fit(rows.iter().copied(), key).map(|info| info.inode)
    }

    #[test]
    fn a_connected_socket_comes_before_a_bound_one_and_that_before_a_wildcard() {
        let udp = key(Protocol::Udp, "10.0.0.1:5000", "192.0.2.1:53");
        let mut rows = vec![
            row("[::]:5000", "[::]:0", 1),
            row("0.0.0.0:5000", "0.0.0.0:0", 2),
            row("10.0.0.1:5000", "0.0.0.0:0", 3),
            row("10.0.0.1:5000", "192.0.2.1:53", 4),
            row("10.0.0.1:5001", "192.0.2.1:53", 5),
            row("10.0.0.2:5000", "192.0.2.1:53", 6),
        ];
        assert_eq!(best(&rows, &udp), Some(4));
        rows.remove(3);
        assert_eq!(best(&rows, &udp), Some(3));
        rows.remove(2);
        assert_eq!(best(&rows, &udp), Some(2));
        rows.remove(1);
        assert_eq!(best(&rows, &udp), Some(1));
        rows.remove(0);
        assert_eq!(best(&rows, &udp), None);
    }

    #[test]
    fn a_connected_udp_socket_may_send_elsewhere() {
        let rows = [row("10.0.0.1:5000", "192.0.2.1:53", 1)];
        assert_eq!(best(&rows, &key(Protocol::Udp, "10.0.0.1:5000", "192.0.2.9:53")), Some(1));
    }

    #[test]
    fn tcp_must_fit_whole_and_a_listener_or_time_wait_is_no_owner() {
        let tcp = key(Protocol::Tcp, "10.0.0.1:5000", "192.0.2.1:443");
        let mut one = row("10.0.0.1:5000", "192.0.2.1:443", 1);
        assert_eq!(best(&[row("10.0.0.1:5000", "192.0.2.2:443", 1)], &tcp), None);
        assert_eq!(best(&[row("0.0.0.0:5000", "0.0.0.0:0", 1)], &tcp), None);
        assert_eq!(best(&[one], &tcp), Some(1));
        for state in [TIME_WAIT, LISTEN] {
            one.state = state;
            assert_eq!(best(&[one], &tcp), None);
        }
    }

    #[test]
    fn an_ipv4_wildcard_does_not_own_ipv6() {
        let rows = [row("0.0.0.0:5000", "0.0.0.0:0", 1)];
        assert_eq!(best(&rows, &key(Protocol::Udp, "[fd00::1]:5000", "[2001:db8::1]:53")), None);
    }
}
