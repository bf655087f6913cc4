//! Ranges of addresses and of ports, as a document writes them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Addresses of one family from the first to the last: `203.0.113.7`, `203.0.113.0/24` or `203.0.113.1-203.0.113.9`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AddressRange {
    first: IpAddr,
    last: IpAddr,
}

/// Ports from the first to the last: `443` or `5222-5223`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PortRange {
    first: u16,
    last: u16,
}

/// An aligned block of addresses; IPv4 addresses as their IPv6 form (RFC 4291 section 2.5.5.2), so that one table holds both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Prefix {
    pub(crate) length: u8,
    pub(crate) bits: u128,
}

impl AddressRange {
    /// Whether the address is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.first.is_ipv4() == address.is_ipv4() && (self.first..=self.last).contains(&address)
    }

    /// The first address and the last, of the same family.
    pub fn bounds(&self) -> (IpAddr, IpAddr) {
        (self.first, self.last)
    }

    /// How narrow it is: 128 for one address, less by one for each doubling. So IPv4 and IPv6 are compared by how many
    /// addresses they have.
    pub(crate) fn narrowness(&self) -> u32 {
        (mapped(self.last) - mapped(self.first)).leading_zeros()
    }

    /// The least number of prefixes that make it up.
    pub(crate) fn prefixes(&self) -> Vec<Prefix> {
        let (mut at, last) = (mapped(self.first), mapped(self.last));
        let mut prefixes = Vec::new();
        loop {
            // The largest block that begins here and does not reach beyond the end.
            let mut free = at.trailing_zeros();
            while at | low_bits(free) > last {
                free -= 1;
            }
            prefixes.push(Prefix { length: (128 - free) as u8, bits: at });
            match (at | low_bits(free)).checked_add(1) {
                Some(next) if next <= last => at = next,
                Some(_) | None => return prefixes,
            }
        }
    }
}

impl Prefix {
    /// The block of this length that the address lies in.
    pub(crate) fn of(address: IpAddr, length: u8) -> Self {
        Prefix { length, bits: mapped(address) & !low_bits(u32::from(128 - length)) }
    }
}

impl PortRange {
    /// Whether the port is in it.
    pub fn contains(&self, port: u16) -> bool {
        (self.first..=self.last).contains(&port)
    }

    /// The first port and the last.
    pub fn bounds(&self) -> (u16, u16) {
        (self.first, self.last)
    }

    /// How many ports it leaves out.
    pub(crate) fn narrowness(&self) -> u32 {
        65_536 - (u32::from(self.last) - u32::from(self.first) + 1)
    }
}

impl FromStr for AddressRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let address = |text: &str| {
            let address = text.trim().parse::<IpAddr>().map(|address| address.to_canonical());
            address.map_err(|_| format!("{text:?} is not an IP address"))
        };
        if let Some((first, length)) = text.split_once('/') {
            let first = address(first)?;
            let most = if first.is_ipv4() { 32 } else { 128 };
            let length: u32 =
                length.parse().ok().filter(|length| *length <= most).ok_or_else(|| {
                    format!("{length:?} is not the length of a prefix: 0 to {most}")
                })?;
            return prefix(first, most - length);
        }
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let (first, last) = (address(first)?, address(last)?);
        if first.is_ipv4() != last.is_ipv4() || last < first {
            return Err(format!("from {first} to {last} is not a range"));
        }
        Ok(AddressRange { first, last })
    }
}

impl FromStr for PortRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let port = |text: &str| {
            let port = text.trim().parse::<u16>();
            port.map_err(|_| format!("{text:?} is not a port: 0 to 65535"))
        };
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let (first, last) = (port(first)?, port(last)?);
        if last < first {
            return Err(format!("from {first} to {last} is not a range"));
        }
        Ok(PortRange { first, last })
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.prefixes()[..] {
            _ if self.first == self.last => write!(f, "{}", self.first),
            [only] => {
                let before = if self.first.is_ipv4() { 96 } else { 0 };
                write!(f, "{}/{}", self.first, only.length - before)
            }
            _ => write!(f, "{}-{}", self.first, self.last),
        }
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.first == self.last {
            true => write!(f, "{}", self.first),
            false => write!(f, "{}-{}", self.first, self.last),
        }
    }
}

impl TryFrom<String> for AddressRange {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl TryFrom<String> for PortRange {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<AddressRange> for String {
    fn from(range: AddressRange) -> String {
        range.to_string()
    }
}

impl From<PortRange> for String {
    fn from(range: PortRange) -> String {
        range.to_string()
    }
}

/// The range of all addresses that differ from this one in its last `free` bits only.
fn prefix(first: IpAddr, free: u32) -> Result<AddressRange, String> {
    let rest = low_bits(free);
    if mapped(first) & rest != 0 {
        return Err(format!(
            "{first} has bits behind its prefix: write the first address of the range"
        ));
    }
    let last = match first {
        IpAddr::V4(first) => Ipv4Addr::from_bits(first.to_bits() | rest as u32).into(),
        IpAddr::V6(first) => Ipv6Addr::from_bits(first.to_bits() | rest).into(),
    };
    Ok(AddressRange { first, last })
}

/// So many ones, up to 128.
fn low_bits(count: u32) -> u128 {
    u128::MAX.checked_shl(count).map_or(u128::MAX, |high| !high)
}

fn mapped(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_written_as_it_is_read() {
        for text in [
            "203.0.113.7",
            "203.0.113.0/24",
            "203.0.113.1-203.0.113.9",
            "2001:db8::/32",
            "0.0.0.0/0",
            "::/0",
            "2001:db8::1",
        ] {
            assert_eq!(text.parse::<AddressRange>().unwrap().to_string(), text);
        }
        for text in ["443", "5222-5223", "0-65535"] {
            assert_eq!(text.parse::<PortRange>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_range_is_told() {
        for (text, words) in [
            ("example.org", "not an IP address"),
            ("203.0.113.0/33", "0 to 32"),
            ("203.0.113.7/24", "bits behind its prefix"),
            ("203.0.113.9-203.0.113.1", "not a range"),
            ("203.0.113.1-2001:db8::", "not a range"),
        ] {
            let error = text.parse::<AddressRange>().unwrap_err();
            assert!(error.contains(words), "{error}");
        }
        for text in ["70000", "443-80", "https", ""] {
            assert!(text.parse::<PortRange>().is_err(), "{text}");
        }
    }

    #[test]
    fn prefixes_hold_just_the_addresses_of_the_range() {
        let range: AddressRange = "198.51.100.5-198.51.100.130".parse().unwrap();
        let prefixes = range.prefixes();
        for last in 0..=255 {
            let address: IpAddr = Ipv4Addr::new(198, 51, 100, last).into();
            let found = prefixes.iter().any(|p| Prefix::of(address, p.length) == *p);
            assert_eq!(found, range.contains(address), "{address}");
        }
        assert_eq!("0.0.0.0/0".parse::<AddressRange>().unwrap().prefixes().len(), 1);
        let all = "::/0".parse::<AddressRange>().unwrap();
        assert!(!all.contains("203.0.113.7".parse().unwrap()), "IPv4 is no part of IPv6");
    }
}
