//! The reading side of the log.

use std::path::Path;

use rusqlite::Connection;

use crate::error::StoreError;
use crate::open;

/// Reads a log; may live beside its writer, in other threads or processes. Each call sees one consistent moment.
pub struct Reader {
    pub(crate) connection: Connection,
}

impl Reader {
    /// Opens the log at this path.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is none, [`StoreError::NewerVersion`] and [`StoreError::Foreign`] for files
    /// that are not for us, [`StoreError::Damaged`] for one that cannot be read.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Ok(Reader { connection: open::open_reader(path.as_ref())? })
    }
}
