//! Where addresses are, for the policy and the log, from the octets of a file of places.

use std::fmt;
use std::net::IpAddr;

use lists::Bytes;

/// A file of places, mapped or part of the program, for rules that ask for a country or
/// a network. As [`Resources::places`](policy::Resources) it also tells the log where each connection went.
pub struct AddressPlaces(pub geo::Places<Bytes>);

impl AddressPlaces {
    /// All that is known of an address.
    pub fn lookup(&self, address: IpAddr) -> geo::Place<'_> {
        self.0.lookup(address)
    }
}

impl policy::Places for AddressPlaces {
    fn country(&self, address: IpAddr) -> Option<[u8; 2]> {
        self.0.country(address).map(|geo::Country(letters)| letters)
    }

    fn asn(&self, address: IpAddr) -> Option<u32> {
        self.0.network(address).map(|network| network.number)
    }
}

impl fmt::Debug for AddressPlaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
