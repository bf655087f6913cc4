//! Lookups in a file of places.

use std::fmt;
use std::net::IpAddr;
use std::ops::Range;

use crate::file::{self, HeaderError, Sections};
use crate::ranges::{Family, key};
use crate::table::Table;

/// Places over the octets of their file: a slice, a vector or mapped memory.
#[derive(Clone)]
pub struct Places<B> {
    bytes: B,
    sections: Sections,
    /// Where each network's entry begins.
    networks: Vec<u32>,
}

/// Why octets are no such file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlacesError {
    /// Something else altogether.
    #[error("this is no file of places")]
    NotPlaces,
    /// Made by another version of the program.
    #[error("the file of places has format {0}, which this program does not read: make it again")]
    Version(u32),
    /// It has another length than its header says, or its contents have changed.
    #[error("the file of places is cut short or damaged: make it again")]
    Damaged,
}

/// What is known of an address; what is not known is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place<'p> {
    /// The country that its server is in.
    pub country: Option<Country>,
    /// Who announces it.
    pub network: Option<Network<'p>>,
}

/// A country or territory by its two letters, ISO 3166-1.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country(pub [u8; 2]);

/// Letters and name of each country, after tzdata's iso3166.tab (public domain).
const NAMES: &str = include_str!("countries.txt");

/// An autonomous system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network<'p> {
    /// Its number, RFC 6793.
    pub number: u32,
    /// Who it is.
    pub name: &'p str,
}

impl<B: AsRef<[u8]>> Places<B> {
    /// Opens a file by its header; the rest is not read, see [`verify`].
    ///
    /// # Errors
    /// [`PlacesError`] says what is wrong.
    pub fn open(bytes: B) -> Result<Self, PlacesError> {
        let sections = file::sections(bytes.as_ref())?;
        let mut networks = Vec::new();
        let mut at = sections.networks.start;
        while at < sections.networks.end {
            networks.push(at as u32);
            let length = bytes.as_ref().get(at + 4).ok_or(PlacesError::Damaged)?;
            at += 5 + usize::from(*length);
        }
        Ok(Places { bytes, sections, networks })
    }

    /// What is known of an address. IPv4 within IPv6 is taken for what it is.
    pub fn lookup(&self, address: IpAddr) -> Place<'_> {
        Place { country: self.country(address), network: self.network(address) }
    }

    /// The country of an address.
    pub fn country(&self, address: IpAddr) -> Option<Country> {
        let value = self.value(0, address).checked_sub(1)?;
        let countries = self.section(&self.sections.countries).as_chunks().0;
        countries.get(usize::from(value)).copied().map(Country)
    }

    /// The network of an address.
    pub fn network(&self, address: IpAddr) -> Option<Network<'_>> {
        let value = self.value(2, address).checked_sub(1)?;
        let at = *self.networks.get(usize::from(value))? as usize;
        let (entry, rest) = self.bytes.as_ref().get(at..)?.split_at_checked(5)?;
        let &[a, b, c, d, length] = entry else { return None };
        let name = str::from_utf8(rest.get(..usize::from(length))?).ok()?;
        Some(Network { number: u32::from_le_bytes([a, b, c, d]), name })
    }

    /// The text to be shown with what comes from this file.
    pub fn attribution(&self) -> &str {
        str::from_utf8(self.section(&self.sections.attribution)).unwrap_or_default()
    }

    /// The value of an address in the two tables, of IPv4 and IPv6, that begin at `first`.
    fn value(&self, first: usize, address: IpAddr) -> u16 {
        let (family, key) = key(address);
        let number = match family {
            Family::V4 => first,
            Family::V6 => first + 1,
        };
        let (blocks, stream) = &self.sections.tables[number];
        let blocks = self.section(blocks).as_chunks().0;
        Table { blocks, stream: self.section(stream) }.value(key)
    }

    fn section(&self, section: &Range<usize>) -> &[u8] {
        self.bytes.as_ref().get(section.clone()).unwrap_or_default()
    }
}

/// Reads a whole file and compares it with its checksum: once when it was brought in, not at each start.
///
/// # Errors
/// [`PlacesError`], as of [`Places::open`].
pub fn verify(file: &[u8]) -> Result<(), PlacesError> {
    Places::open(file)?;
    if file::is_whole(file) { Ok(()) } else { Err(PlacesError::Damaged) }
}

impl Country {
    /// Its two letters.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Its English name; none for letters that stand for nothing.
    pub fn name(&self) -> Option<&'static str> {
        let of_this = |line: &&str| line.as_bytes().starts_with(&self.0);
        NAMES.lines().find(of_this)?.get(3..)
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<B> fmt::Debug for Places<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Places").field("networks", &self.networks.len()).finish_non_exhaustive()
    }
}

impl From<HeaderError> for PlacesError {
    fn from(error: HeaderError) -> Self {
        match error {
            HeaderError::Magic => PlacesError::NotPlaces,
            HeaderError::Version(version) => PlacesError::Version(version),
            HeaderError::Damaged => PlacesError::Damaged,
        }
    }
}
