//! Opening the file: telling a log from nothing, from a damaged file, and from what must not be touched.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use rusqlite::{Connection, OpenFlags};

use crate::error::StoreError;
use crate::{schema, upgrade};

/// What [`Store::open`](crate::Store::open) found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// There was no log; a new one was begun.
    Fresh,
    /// The log goes on.
    Existing,
    /// The file was damaged. It was moved, and a new one was begun: tell the user.
    SetAside {
        /// Where the damaged file is now.
        corrupt_file_moved_to: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// How long a connection waits for another one: far longer than any of ours holds the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The writer's cache in KiB. The system caches the file, so this only has to hold the pages of one batch.
const WRITER_CACHE_KIB: i64 = 1024;

/// A reader's cache in KiB, filled as far as it reads: the subjects of a large log.
const READER_CACHE_KIB: i64 = 8192;

/// The write-ahead log is cut back to this many bytes once its pages are in the file.
const WAL_BYTES: i64 = 4 << 20;

/// Opens the file for its one writer. The lock is held as long as the [`Flock`] lives.
pub(crate) fn open_writer(path: &Path) -> Result<(Connection, Flock<File>, Opened), StoreError> {
    let lock = lock(path)?;
    let (mut connection, opened) = match identify(path)? {
        Identity::Nothing => (create(path)?, Opened::Fresh),
        Identity::Log => (connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?, Opened::Existing),
        Identity::Damaged(reason) => {
            let corrupt_file_moved_to = set_aside(path)?;
            (create(path)?, Opened::SetAside { corrupt_file_moved_to, reason })
        }
    };
    upgrade::upgrade(&mut connection)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    // What the log forgets is overwritten, not only marked as free.
    connection.pragma_update_and_check(None, "secure_delete", "ON", |_| Ok(()))?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    connection.pragma_update_and_check(None, "journal_size_limit", WAL_BYTES, |_| Ok(()))?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok((connection, lock, opened))
}

/// Opens the file for reading, beside its writer or without one. A log of an older format is brought up to today's.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let missing = || StoreError::Missing { path: path.into() };
    let length = length(path)?.ok_or_else(missing)?;
    if length == 0 {
        return Err(missing());
    }
    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let version = check_marks(path, &connection)?.ok_or_else(missing)?;
    if version < schema::VERSION {
        // Whoever writes this log now has done it before.
        let _lock = lock(path)?;
        upgrade::upgrade(&mut connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?)?;
        connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    }
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// Moves the file out of the way, with what SQLite keeps beside it; tells where it went.
pub(crate) fn set_aside(path: &Path) -> Result<PathBuf, StoreError> {
    let mut seconds =
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let mut to = beside(path, &format!(".corrupt-{seconds}"));
    while to.exists() {
        seconds += 1;
        to = beside(path, &format!(".corrupt-{seconds}"));
    }
    // The file itself goes last: a kill in between leaves it to be found damaged again.
    for suffix in ["-wal", "-shm", ""] {
        match fs::rename(beside(path, suffix), beside(&to, suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(cannot_open(path, error));
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(to)
}

/// What lies at the path.
enum Identity {
    /// No file, or an empty one.
    Nothing,
    /// A log of this version or an older one.
    Log,
    /// What was a log once, and why it is none now.
    Damaged(String),
}

/// Looks at the file through a connection that cannot write: what is not ours must stay as it is.
fn identify(path: &Path) -> Result<Identity, StoreError> {
    if length(path)?.unwrap_or(0) == 0 {
        return Ok(Identity::Nothing);
    }
    let examined = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY).and_then(|connection| {
        if check_marks(path, &connection)?.is_none() {
            return Ok(Identity::Nothing);
        }
        let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        Ok(if found == "ok" { Identity::Log } else { Identity::Damaged(found) })
    });
    match examined {
        Err(StoreError::Damaged(reason)) => Ok(Identity::Damaged(reason)),
        other => other,
    }
}

/// Reads whose file it is and tells its version; `None` for a database with nothing in it.
fn check_marks(path: &Path, connection: &Connection) -> Result<Option<i64>, StoreError> {
    let application: i64 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if application != schema::APPLICATION_ID {
        let objects: i64 =
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        let empty = application == 0 && version == 0 && objects == 0;
        return if empty { Ok(None) } else { Err(StoreError::Foreign { path: path.into() }) };
    }
    if version > schema::VERSION {
        return Err(StoreError::NewerVersion {
            path: path.into(),
            found: version,
            known: schema::VERSION,
        });
    }
    if version < 1 {
        return Err(StoreError::Damaged(format!("no log ever had format {version}")));
    }
    Ok(Some(version))
}

/// Begins a log in a file that is empty or not there.
fn create(path: &Path) -> Result<Connection, StoreError> {
    let mut connection =
        connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    schema::create(&mut connection)?;
    Ok(connection)
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(|error| cannot_open(path, error))?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

/// Takes the one writer's place. A file of its own carries the lock: opening and closing the database beside SQLite
/// would end SQLite's own locks on it (fcntl(2), "Record locking"). By flock(2) itself: `File::try_lock` of Rust's standard
/// library does not know Android.
fn lock(path: &Path) -> Result<Flock<File>, StoreError> {
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(beside(path, "-lock"))
        .map_err(|error| cannot_open(path, error))?;
    match Flock::lock(lock, FlockArg::LockExclusiveNonblock) {
        Ok(lock) => Ok(lock),
        Err((_, Errno::EWOULDBLOCK)) => Err(StoreError::InUse { path: path.into() }),
        Err((_, error)) => Err(cannot_open(path, error)),
    }
}

/// The file's length in bytes; `None` where there is none.
fn length(path: &Path) -> Result<Option<u64>, StoreError> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(Some(metadata.len())),
        Ok(_) => Err(cannot_open(path, "it is no plain file")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot_open(path, error)),
    }
}

/// The path with something appended to its last part.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn cannot_open(path: &Path, reason: impl std::fmt::Display) -> StoreError {
    StoreError::CannotOpen { path: path.into(), reason: reason.to_string() }
}
