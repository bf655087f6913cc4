//! The messages of `sock_diag` for internet sockets: sock_diag(7), netlink(7), `linux/inet_diag.h`.
//!
//! Bytes in, rows out, and back; the descriptor is [`super::sock_diag`]'s.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::table::{Row, SocketInfo};

/// The length of a request in bytes: a netlink header and an `inet_diag_req_v2`.
pub(super) const REQUEST_LENGTH: usize = HEADER + 56;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    /// The number that the replies carry too.
    pub(super) sequence: u32,
    /// All sockets that fit, instead of the one that a packet would reach.
    pub(super) dump: bool,
    /// `IPPROTO_TCP` or `IPPROTO_UDP`.
    pub(super) protocol: u8,
    /// A dump tells only sockets of the family of these addresses.
    pub(super) source: SocketAddr,
    pub(super) destination: SocketAddr,
}

impl Request {
    /// The request as the kernel reads it.
    pub(super) fn to_bytes(self) -> [u8; REQUEST_LENGTH] {
        let mut bytes = Writer { bytes: [0; REQUEST_LENGTH], at: 0 };
        let dump = if self.dump { libc::NLM_F_DUMP } else { 0 };
        bytes.put(&(REQUEST_LENGTH as u32).to_ne_bytes());
        bytes.put(&SOCK_DIAG_BY_FAMILY.to_ne_bytes());
        bytes.put(&((libc::NLM_F_REQUEST | dump) as u16).to_ne_bytes());
        bytes.put(&self.sequence.to_ne_bytes());
        bytes.put(&0u32.to_ne_bytes());

        let family = if self.source.is_ipv4() { libc::AF_INET } else { libc::AF_INET6 };
        bytes.put(&[family as u8, self.protocol, 0, 0]);
        bytes.put(&ALL_STATES.to_ne_bytes());
        bytes.put(&self.source.port().to_be_bytes());
        bytes.put(&self.destination.port().to_be_bytes());
        bytes.put(&octets(self.source.ip()));
        bytes.put(&octets(self.destination.ip()));
        bytes.put(&0u32.to_ne_bytes());
        bytes.put(&NO_COOKIE);
        bytes.bytes
    }
}

/// One message of the kernel's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    Socket(Row),
    /// The end of a dump, or a refusal: 0 or an errno value.
    End(i32),
    /// Cut short, or of a kind that was not asked for.
    Nonsense,
}

/// The messages of one datagram from the kernel, each with its sequence number.
pub(super) fn replies(datagram: &[u8]) -> impl Iterator<Item = (u32, Reply)> {
    let mut rest = datagram;
    std::iter::from_fn(move || {
        let header = rest;
        let length = word(header, 0)? as usize;
        let kind = half(header, 4)?;
        let sequence = word(header, 8)?;
        if length < HEADER {
            rest = &[];
            return Some((sequence, Reply::Nonsense));
        }
        let body = header.get(HEADER..length);
        // Each message begins at a multiple of four bytes.
        rest = header.get(length.next_multiple_of(4)..).unwrap_or_default();
        let reply = body.and_then(|body| parse_body(kind, body)).unwrap_or(Reply::Nonsense);
        Some((sequence, reply))
    })
}

const HEADER: usize = 16;
const SOCK_DIAG_BY_FAMILY: u16 = 20;
const ALL_STATES: u32 = u32::MAX;
/// `INET_DIAG_NOCOOKIE`: whichever socket it is.
const NO_COOKIE: [u8; 8] = [0xff; 8];

fn parse_body(kind: u16, body: &[u8]) -> Option<Reply> {
    match i32::from(kind) {
        libc::NLMSG_ERROR => Some(Reply::End((word(body, 0)? as i32).wrapping_neg())),
        // Where the dump could not begin, its end carries the reason.
        libc::NLMSG_DONE => {
            Some(Reply::End(word(body, 0).map_or(0, |error| (error as i32).wrapping_neg())))
        }
        kind if kind == i32::from(SOCK_DIAG_BY_FAMILY) => parse_socket(body).map(Reply::Socket),
        _ => Some(Reply::Nonsense),
    }
}

/// `struct inet_diag_msg`.
fn parse_socket(body: &[u8]) -> Option<Row> {
    let family = *body.first()?;
    let state = *body.get(1)?;
    let endpoint = |port: usize, address: usize| -> Option<SocketAddr> {
        let port = u16::from_be_bytes(body.get(port..port + 2)?.try_into().ok()?);
        let octets: [u8; 16] = body.get(address..address + 16)?.try_into().ok()?;
        let ip = if i32::from(family) == libc::AF_INET {
            let [a, b, c, d, ..] = octets;
            IpAddr::V4(Ipv4Addr::new(a, b, c, d))
        } else {
            IpAddr::V6(Ipv6Addr::from(octets)).to_canonical()
        };
        Some(SocketAddr::new(ip, port))
    };
    Some(Row {
        local: endpoint(4, 8)?,
        remote: endpoint(6, 24)?,
        state,
        info: SocketInfo { uid: word(body, 64)?, inode: u64::from(word(body, 68)?) },
    })
}

fn octets(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(ip) => {
            let mut octets = [0; 16];
            octets[..4].copy_from_slice(&ip.octets());
            octets
        }
        IpAddr::V6(ip) => ip.octets(),
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

struct Writer {
    bytes: [u8; REQUEST_LENGTH],
    at: usize,
}

impl Writer {
    fn put(&mut self, field: &[u8]) {
        self.bytes[self.at..self.at + field.len()].copy_from_slice(field);
        self.at += field.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u16, body: &[u8]) -> Vec<u8> {
        let length = (HEADER + body.len()) as u32;
        let mut bytes = length.to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.extend([0; 2]);
        bytes.extend(7u32.to_ne_bytes());
        bytes.extend([0; 4]);
        bytes.extend(body);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    fn socket_body() -> Vec<u8> {
        let mut body = vec![libc::AF_INET6 as u8, 2, 0, 0];
        body.extend(5000u16.to_be_bytes());
        body.extend(443u16.to_be_bytes());
        body.extend("::ffff:10.0.0.1".parse::<Ipv6Addr>().unwrap().octets());
        body.extend("::ffff:192.0.2.1".parse::<Ipv6Addr>().unwrap().octets());
        body.extend([0; 12 + 12]);
        body.extend(1000u32.to_ne_bytes());
        body.extend(4711u32.to_ne_bytes());
        body
    }

    fn row() -> Row {
        Row {
            local: "10.0.0.1:5000".parse().unwrap(),
            remote: "192.0.2.1:443".parse().unwrap(),
            state: 2,
            info: SocketInfo { uid: 1000, inode: 4711 },
        }
    }

    #[test]
    fn a_datagram_with_several_messages_is_read_whole() {
        let mut datagram = message(SOCK_DIAG_BY_FAMILY, &socket_body());
        datagram.extend(message(libc::NLMSG_NOOP as u16, &[1]));
        datagram.extend(message(libc::NLMSG_DONE as u16, &0i32.to_ne_bytes()));
        let expected = [(7, Reply::Socket(row())), (7, Reply::Nonsense), (7, Reply::End(0))];
        assert_eq!(replies(&datagram).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_refusal_carries_its_errno() {
        for errno in [libc::ENOENT, libc::EPERM, 0] {
            let datagram = message(libc::NLMSG_ERROR as u16, &(-errno).to_ne_bytes());
            assert_eq!(replies(&datagram).next(), Some((7, Reply::End(errno))));
        }
        let worst = message(libc::NLMSG_ERROR as u16, &i32::MIN.to_ne_bytes());
        assert_eq!(replies(&worst).next(), Some((7, Reply::End(i32::MIN))));
    }

    #[test]
    fn what_is_cut_or_garbled_never_becomes_a_socket() {
        let whole = message(SOCK_DIAG_BY_FAMILY, &socket_body());
        for length in 0..whole.len() {
            assert!(
                replies(&whole[..length]).all(|(_, reply)| reply == Reply::Nonsense),
                "{length}"
            );
            let short = message(SOCK_DIAG_BY_FAMILY, &whole[HEADER..HEADER.max(length)]);
            assert_eq!(replies(&short).next(), Some((7, Reply::Nonsense)), "{length}");
        }
        for length in [0u32, 1, 15, 17, u32::MAX] {
            let mut garbled = whole.clone();
            garbled[..4].copy_from_slice(&length.to_ne_bytes());
            assert!(replies(&garbled).all(|(_, reply)| reply == Reply::Nonsense), "{length}");
        }
    }
}
