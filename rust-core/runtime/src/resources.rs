//! The files that rules refer to, mapped: indices of lists, and where addresses are.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::path::Path;

use geo::PlacesError;
use lists::{Bytes, Index, IndexError};

use crate::mapped::MappedFile;

/// Why such a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ResourceError {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] io::Error),
    /// It is no index of lists, or damaged.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// It does not tell places, or is damaged.
    #[error(transparent)]
    Places(#[from] PlacesError),
}

/// The index of lists at this path, mapped, and read once to be sure that it is whole.
///
/// # Errors
/// [`ResourceError`] as it says.
pub fn list_index(path: &Path) -> Result<Index<Bytes>, ResourceError> {
    let file = MappedFile::open(path)?;
    lists::verify(file.as_ref())?;
    Ok(Index::open(Bytes::new(file))?)
}

/// Where addresses are, by the file at this path, mapped, and read once to be sure that it is whole.
///
/// # Errors
/// [`ResourceError`] as it says.
pub fn places(path: &Path) -> Result<MappedPlaces, ResourceError> {
    let file = MappedFile::open(path)?;
    geo::verify(file.as_ref())?;
    Ok(AddressPlaces::new(geo::Places::open(file)?))
}

/// Where addresses are, by a file that is mapped.
pub type MappedPlaces = AddressPlaces<MappedFile>;

/// Where addresses are, for rules that ask for a country or a network. As [`Resources::places`](policy::Resources) it also
/// tells the log where each connection went.
pub struct AddressPlaces<B>(geo::Places<B>);

impl<B: AsRef<[u8]>> AddressPlaces<B> {
    /// By these octets of a file, mapped or part of the program.
    pub fn new(places: geo::Places<B>) -> Self {
        AddressPlaces(places)
    }

    /// All that is known of an address.
    pub fn lookup(&self, address: IpAddr) -> geo::Place<'_> {
        self.0.lookup(address)
    }
}

impl<B: AsRef<[u8]> + Send + Sync> policy::Places for AddressPlaces<B> {
    fn country(&self, address: IpAddr) -> Option<[u8; 2]> {
        self.0.country(address).map(|country| country.0)
    }

    fn asn(&self, address: IpAddr) -> Option<u32> {
        self.0.network(address).map(|network| network.number)
    }
}

impl<B> fmt::Debug for AddressPlaces<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
