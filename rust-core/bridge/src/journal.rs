//! Where connections are written: the log, or before the device's first unlock a buffer beside it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use runtime::{Event, EventSender, LogEvent};
use store::{Opened, Options, Reader, Store, StoreError};

use crate::error::CoreError;
use crate::messages::state::Config;

/// What the buffer holds at most: some ten thousand connections.
const BUFFER_BYTES: u64 = 4 << 20;

/// The files, and which of them is the one to write.
pub(crate) struct Journal {
    log: Option<PathBuf>,
    buffer: Option<PathBuf>,
    retention: Duration,
}

impl Journal {
    /// As the app configured it.
    pub(crate) fn new(config: &Config) -> Self {
        let retention = Duration::from_secs(24 * 3600) * config.log_retention_days;
        Journal { log: config.log.clone(), buffer: config.buffer.clone(), retention }
    }

    /// The device was unlocked, and this is the log from now on.
    pub(crate) fn set_log(&mut self, log: PathBuf) {
        self.log = Some(log);
    }

    /// Whether the log itself is written.
    pub(crate) fn has_log(&self) -> bool {
        self.log.is_some()
    }

    /// Opens what is to be written; a log gets what the buffer has. `None` without any file.
    ///
    /// # Errors
    /// The file cannot be used, see [`Store::open`].
    pub(crate) fn open(&self, events: &EventSender) -> Result<Option<Store>, StoreError> {
        let Some(path) = self.log.as_ref() else {
            return self.buffer.as_ref().map(|path| self.open_buffer(path)).transpose();
        };
        let (mut store, opened) = Store::open(path, self.options())?;
        match opened {
            Opened::Fresh | Opened::Existing => {}
            Opened::SetAside { corrupt_file_moved_to: moved_to, reason } => {
                events.send(Event::Log(LogEvent::SetAside { moved_to, reason }));
            }
        }
        // What the buffer has is no reason to be without a log.
        if let Err(error) = self.empty_buffer(&mut store) {
            log::warn!("what was kept before the unlock stays where it is: {error}");
        }
        Ok(Some(store))
    }

    /// Moves what the buffer has into the log; tells how many connections that were.
    ///
    /// # Errors
    /// As of [`Store::take_in`].
    pub(crate) fn empty_buffer(&self, log: &mut Store) -> Result<usize, StoreError> {
        match &self.buffer {
            Some(path) if path.exists() => log.take_in(self.open_buffer(path)?),
            Some(_) | None => Ok(0),
        }
    }

    /// Opens the log itself and nothing more.
    ///
    /// # Errors
    /// As of [`Store::open`].
    pub(crate) fn open_log(&self) -> Result<Option<Store>, StoreError> {
        let open = |path| Store::open(path, self.options()).map(|(store, _)| store);
        self.log.as_ref().map(open).transpose()
    }

    /// To read what was written; `None` where nothing has been yet.
    ///
    /// # Errors
    /// The file cannot be used, see [`Reader::open`].
    pub(crate) fn reader(&self) -> Result<Option<Reader>, CoreError> {
        let Some(path) = self.log.as_ref().or(self.buffer.as_ref()) else { return Ok(None) };
        match Reader::open(path) {
            Ok(reader) => Ok(Some(reader)),
            Err(StoreError::Missing { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn open_buffer(&self, path: &Path) -> Result<Store, StoreError> {
        let options = Options { retention_bytes: BUFFER_BYTES, ..self.options() };
        Ok(Store::open(path, options)?.0)
    }

    fn options(&self) -> Options {
        Options { retention_age: self.retention, ..Options::default() }
    }
}
