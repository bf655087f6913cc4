//! Names that the public DNS does not have: where their questions belong.
//!
//! RFC 6761 (localhost, invalid, test), RFC 6762 (local), RFC 7686 (onion), RFC 8375 (home.arpa), RFC 6303 and RFC 6761 (the
//! reverse of private ranges), and `internal`, which ICANN keeps for private use.

use wire::HostName;

/// Where a question belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Realm {
    /// The DNS.
    Public,
    /// The network at hand: its own servers may know the name (most home routers answer for `.local` and for single
    /// labels), and no other server is to learn of it.
    Local,
    /// This device.
    Localhost,
    /// Nobody: there is no such name in any DNS.
    Nowhere,
}

impl Realm {
    /// The realm of a name.
    pub(crate) fn of(name: &HostName) -> Self {
        let text = name.as_str();
        let is = |zone: &str| {
            text.strip_suffix(zone).is_some_and(|front| front.is_empty() || front.ends_with('.'))
        };
        if is("localhost") {
            Realm::Localhost
        } else if ["invalid", "onion"].into_iter().any(is) {
            Realm::Nowhere
        } else if !text.contains('.') || LOCAL.into_iter().any(is) || is_private_reverse(text) {
            Realm::Local
        } else {
            Realm::Public
        }
    }
}

const LOCAL: [&str; 4] = ["local", "home.arpa", "internal", "test"];
/// Reverse zones of addresses that are private, link-local, shared or unspecified, of each address family.
const IPV4_ZONES: [&str; 5] = ["0", "10", "127", "254.169", "168.192"];
const IPV6_ZONES: [&str; 6] = ["c.f", "d.f", "8.e.f", "9.e.f", "a.e.f", "b.e.f"];
/// The first 31 digits of `::` and `::1`.
const ZEROES: usize = 31;

/// Whether this is the reverse name of an address, or of a range of addresses, that means something in one network only.
fn is_private_reverse(name: &str) -> bool {
    let within = |address: &str, zone: &str| {
        address.strip_suffix(zone).is_some_and(|front| front.is_empty() || front.ends_with('.'))
    };
    if let Some(address) = name.strip_suffix(".in-addr.arpa") {
        let mut labels = address.rsplit('.').map(|label| label.parse::<u8>().ok());
        let first_two = (labels.next().flatten(), labels.next().flatten());
        return IPV4_ZONES.into_iter().any(|zone| within(address, zone))
            || matches!(first_two, (Some(172), Some(16..=31)) | (Some(100), Some(64..=127)));
    }
    let Some(address) = name.strip_suffix(".ip6.arpa") else { return false };
    let is_first_block = address.rsplit('.').take_while(|digit| *digit == "0").count() >= ZEROES;
    is_first_block || IPV6_ZONES.into_iter().any(|zone| within(address, zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn realm(name: &str) -> Realm {
        Realm::of(&HostName::parse(name.as_bytes()).unwrap())
    }

    #[test]
    fn each_special_name_has_its_place() {
        for name in ["localhost", "a.localhost"] {
            assert_eq!(realm(name), Realm::Localhost, "{name}");
        }
        for name in ["x.invalid", "onion", "expyuzz4wqqyqhjn.onion"] {
            assert_eq!(realm(name), Realm::Nowhere, "{name}");
        }
        for name in ["printer.local", "router", "nas.home.arpa", "git.internal", "host.test"] {
            assert_eq!(realm(name), Realm::Local, "{name}");
        }
        for name in ["shop.example", "notlocalhost.example", "local.example", "mylocal.org"] {
            assert_eq!(realm(name), Realm::Public, "{name}");
        }
    }

    #[test]
    fn the_reverse_of_private_ranges_is_local() {
        let ones = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa";
        for name in [
            "4.3.2.10.in-addr.arpa",
            "10.in-addr.arpa",
            "1.1.168.192.in-addr.arpa",
            "1.0.16.172.in-addr.arpa",
            "1.0.31.172.in-addr.arpa",
            "1.0.64.100.in-addr.arpa",
            "1.0.254.169.in-addr.arpa",
            "8.b.d.0.d.f.ip6.arpa",
            "0.8.e.f.ip6.arpa",
            ones,
        ] {
            assert_eq!(realm(name), Realm::Local, "{name}");
        }
        for name in [
            "4.3.2.11.in-addr.arpa",
            "1.2.0.110.in-addr.arpa",
            "1.0.32.172.in-addr.arpa",
            "1.0.128.100.in-addr.arpa",
            "8.8.8.8.in-addr.arpa",
            "8.b.d.0.1.0.0.2.ip6.arpa",
        ] {
            assert_eq!(realm(name), Realm::Public, "{name}");
        }
    }
}
