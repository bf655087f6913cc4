//! What can go wrong with the log, in words that say what to do.

use std::path::PathBuf;

use rusqlite::ErrorCode;

/// Why the log could not be opened, written or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no log at this path; it is made when the program first runs.
    #[error("there is no log at {}; run something first, or name another file", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// Another process writes this log now.
    #[error("the log {} is being written by another process; end that one first, or name another file", path.display())]
    InUse {
        /// The log.
        path: PathBuf,
    },
    /// The file was written by a newer version of the program. It was not touched.
    #[error(
        "the log {} has format {found}, this program knows {known} at most; use the newer program, or name another file",
        path.display()
    )]
    NewerVersion {
        /// The log.
        path: PathBuf,
        /// The version of its format.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// The file is an SQLite database of another program. It was not touched.
    #[error("{} is the database of another program; name another file for the log", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file or its folder cannot be used.
    #[error("the log {} cannot be opened: {reason}; see that its folder is there and may be written", path.display())]
    CannotOpen {
        /// The log.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The disk is full. What was written before stays.
    #[error("the disk is full: nothing more is logged until there is space")]
    DiskFull,
    /// The file or its disk is read-only.
    #[error("the log cannot be written: the file or its disk is read-only")]
    ReadOnly,
    /// The file is damaged. A writer sets it aside and begins a new one, see [`Store::start_over`](crate::Store::start_over).
    #[error("the log is damaged ({0}); it is set aside the next time the firewall starts")]
    Damaged(String),
    /// Another connection held the file for longer than a writer waits.
    #[error("the log is busy; try again")]
    Busy,
    /// Anything else that SQLite says.
    #[error("the log's database failed: {0}")]
    Database(#[source] rusqlite::Error),
}

/// The kinds of errors that a user can do something about, each its own thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Space has to be made.
    StorageFull,
    /// The newer program has to be used again, or this one be updated.
    NewerVersion,
    /// Anything else.
    Other,
}

impl StoreError {
    /// What kind of error it is.
    pub fn trouble(&self) -> Trouble {
        match self {
            StoreError::DiskFull => Trouble::StorageFull,
            StoreError::NewerVersion { .. } => Trouble::NewerVersion,
            StoreError::Missing { .. }
            | StoreError::InUse { .. }
            | StoreError::Foreign { .. }
            | StoreError::CannotOpen { .. }
            | StoreError::ReadOnly
            | StoreError::Damaged(_)
            | StoreError::Busy
            | StoreError::Database(_) => Trouble::Other,
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        if let rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::Utf8Error(..) = error
        {
            return StoreError::Damaged(error.to_string());
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => StoreError::DiskFull,
            Some(ErrorCode::ReadOnly) => StoreError::ReadOnly,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                StoreError::Damaged(error.to_string())
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
            _ => StoreError::Database(error),
        }
    }
}
