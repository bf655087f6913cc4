//! The addresses inside the tunnel: chosen so that they hide nothing the host can reach.

use std::net::{Ipv4Addr, Ipv6Addr};

use nix::ifaddrs::getifaddrs;
use serde::{Deserialize, Serialize};

/// Prefix length of the tunnel's IPv4 network: the command's address and the resolver's.
pub(super) const PREFIX4: u8 = 30;
/// Prefix length of the tunnel's IPv6 network.
pub(super) const PREFIX6: u8 = 64;
/// The tunnel's IPv6 network: unique local (RFC 4193), not routed anywhere, "hushwal" in ASCII after the prefix.
const NETWORK6: [u16; 4] = [0xfd68, 0x7573, 0x6877, 0x616c];

/// The tunnel's addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Addresses {
    /// The command's own.
    pub(super) local4: Ipv4Addr,
    /// Where name service answers.
    pub(super) resolver4: Ipv4Addr,
    /// The command's own.
    pub(super) local6: Ipv6Addr,
    /// Where name service answers.
    pub(super) resolver6: Ipv6Addr,
}

impl Addresses {
    /// Chooses addresses that none of this host's networks has.
    pub(super) fn choose() -> Self {
        let routes = std::fs::read_to_string("/proc/net/route").unwrap_or_default();
        Self::avoiding(&[interface_networks(), routed_networks(&routes)].concat())
    }

    /// The first /30 in the upper half of 10.0.0.0/8, from its middle on, that meets none of the `taken`.
    fn avoiding(taken: &[Network4]) -> Self {
        let first = u32::from(Ipv4Addr::new(10, 213, 97, 0));
        let free = (0..=0x1F_FFFF)
            .map(|step: u32| (first & 0xFF00_0000) | (first.wrapping_add(step << 11) & 0x00FF_FFFC))
            .find(|&network| !taken.iter().any(|taken| taken.meets(network)))
            .unwrap_or(first);
        let address6 = |host| {
            let [a, b, c, d] = NETWORK6;
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, host)
        };
        Addresses {
            local4: Ipv4Addr::from(free | 2),
            resolver4: Ipv4Addr::from(free | 1),
            local6: address6(2),
            resolver6: address6(1),
        }
    }
}

/// An IPv4 network of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network4 {
    address: u32,
    mask: u32,
}

impl Network4 {
    /// Whether the /30 at `network` shares an address with this.
    fn meets(self, network: u32) -> bool {
        let coarser = self.mask & (u32::MAX << (32 - u32::from(PREFIX4)));
        self.address & coarser == network & coarser
    }
}

fn interface_networks() -> Vec<Network4> {
    let Ok(interfaces) = getifaddrs() else { return Vec::new() };
    interfaces
        .filter_map(|interface| {
            let address = interface.address?.as_sockaddr_in()?.ip();
            let mask = interface.netmask?.as_sockaddr_in()?.ip();
            Some(Network4 { address: address.into(), mask: mask.into() })
        })
        .collect()
}

/// The destinations in /proc/net/route, which are hexadecimal in the byte order of the machine; not the default route.
fn routed_networks(table: &str) -> Vec<Network4> {
    let field = |text: Option<&str>| {
        u32::from_str_radix(text?, 16).ok().map(|value| u32::from_be_bytes(value.to_ne_bytes()))
    };
    table
        .lines()
        .filter_map(|line| {
            let mut fields = line.split_whitespace().skip(1);
            let address = field(fields.next())?;
            let mask = field(fields.nth(5))?;
            Some(Network4 { address, mask })
        })
        .filter(|network| network.mask != 0)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(address: [u8; 4], prefix: u32) -> Network4 {
        Network4 { address: u32::from_be_bytes(address), mask: u32::MAX << (32 - prefix) }
    }

    #[test]
    fn resolver_and_command_share_one_network_of_four() {
        let chosen = Addresses::avoiding(&[]);
        assert_eq!(u32::from(chosen.local4) & !3, u32::from(chosen.resolver4) & !3);
        assert_eq!(chosen.local4.octets()[3] & 3, 2);
        assert_eq!(chosen.resolver4.octets()[3] & 3, 1);
        assert!(chosen.local6.is_unique_local());
    }

    #[test]
    fn networks_of_the_host_are_avoided() {
        let free = u32::from(Addresses::avoiding(&[]).local4);
        for taken in [
            vec![network([10, 213, 0, 0], 16)],
            vec![network([10, 128, 0, 0], 9)],
            vec![network([10, 213, 97, 2], 32), network([10, 213, 105, 3], 32)],
        ] {
            let chosen = u32::from(Addresses::avoiding(&taken).local4);
            assert_ne!(chosen, free, "{taken:?}");
            assert!(!taken.iter().any(|taken| taken.meets(chosen)), "{taken:?}");
            assert_eq!(chosen >> 24, 10);
        }
    }

    #[test]
    fn a_host_that_has_all_of_it_still_gets_addresses() {
        assert_eq!(Addresses::avoiding(&[network([10, 0, 0, 0], 8)]), Addresses::avoiding(&[]));
    }

    #[cfg(target_endian = "little")]
    #[test]
    fn routes_are_read_and_the_default_route_is_none() {
        let table = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n\
                     eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n\
                     eth0\t0000D50A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n";
        assert_eq!(routed_networks(table), [network([10, 213, 0, 0], 16)]);
    }
}
