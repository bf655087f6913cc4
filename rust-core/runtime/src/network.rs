//! What the network below offers, asked of the system without sending a packet.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::path::Path;

use engine::Network;

/// Connecting a datagram socket makes the kernel look for a route and a source address, and sends nothing. The targets
/// are root name servers' addresses (a.root-servers.net): global, and never to be renumbered into something local.
const PROBE_IPV4: (Ipv4Addr, u16) = (Ipv4Addr::new(198, 41, 0, 4), 53);
const PROBE_IPV6: (Ipv6Addr, u16) = (Ipv6Addr::new(0x2001, 0x503, 0xba3e, 0, 0, 0, 2, 0x30), 53);

const DNS_PORT: u16 = 53;
/// As many as resolv.conf(5) uses.
const MAX_RESOLVERS: usize = 3;

/// The families with a way out, and the resolvers that this file (`/etc/resolv.conf`) names.
///
/// A stub resolver on a loopback address is taken as it stands: the engine's sockets are on the same host. A file that
/// cannot be read names none.
pub fn detect(resolv_conf: &Path) -> Network {
    let text = fs::read_to_string(resolv_conf).unwrap_or_default();
    Network {
        ipv4: routes((Ipv4Addr::UNSPECIFIED, 0).into(), PROBE_IPV4.into()),
        ipv6: routes((Ipv6Addr::UNSPECIFIED, 0).into(), PROBE_IPV6.into()),
        resolvers: resolvers(&text),
    }
}

/// The name servers that a resolv.conf(5) names, best first. Link-local ones are left out where their interface is not
/// told by number.
pub fn resolvers(resolv_conf: &str) -> Vec<SocketAddr> {
    resolv_conf
        .lines()
        .filter_map(|line| {
            let mut words = line.split_ascii_whitespace();
            (words.next()? == "nameserver").then_some(())?;
            let address: IpAddr = words.next()?.parse().ok()?;
            Some(SocketAddr::new(address, DNS_PORT))
        })
        .take(MAX_RESOLVERS)
        .collect()
}

fn routes(from: SocketAddr, to: SocketAddr) -> bool {
    UdpSocket::bind(from).and_then(|socket| socket.connect(to)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resolv_conf_gives_its_servers_in_order() {
        let text = "# nameserver 192.0.2.9\nsearch example\nnameserver 127.0.0.53\n\
                    nameserver\t2001:db8::1\nnameserver fe80::1%eth0\nnameserver nonsense\nnameserver\n";
        let expected: Vec<SocketAddr> =
            vec!["127.0.0.53:53".parse().unwrap(), "[2001:db8::1]:53".parse().unwrap()];
        assert_eq!(resolvers(text), expected);
        assert_eq!(resolvers(""), []);
    }

    #[test]
    fn a_file_that_is_not_there_names_no_resolver() {
        assert_eq!(detect(Path::new("/nonexistent/resolv.conf")).resolvers, []);
    }

    #[test]
    fn loopback_is_always_routed_and_a_reserved_address_never() {
        assert!(routes((Ipv4Addr::UNSPECIFIED, 0).into(), (Ipv4Addr::LOCALHOST, 9).into()));
        assert!(!routes((Ipv4Addr::LOCALHOST, 0).into(), (Ipv6Addr::LOCALHOST, 9).into()));
    }
}
