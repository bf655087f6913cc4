//! The files that rules refer to, mapped: indices of lists, and where addresses are.

use std::io;
use std::path::Path;

use geo::PlacesError;
use lists::{Bytes, Index, IndexError};

use crate::mapped::MappedFile;
use crate::places::AddressPlaces;

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
pub fn places(path: &Path) -> Result<AddressPlaces, ResourceError> {
    let file = MappedFile::open(path)?;
    geo::verify(file.as_ref())?;
    Ok(AddressPlaces(geo::Places::open(Bytes::new(file))?))
}
