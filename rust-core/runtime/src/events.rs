//! What a session tells its front end while it runs. A slow front end misses events; it never holds up a packet.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use engine::FlowRecord;
use store::{StoreError, Trouble};

use crate::logged;

/// Something the front end may want to show.
#[derive(Debug)]
pub enum Event {
    /// A connection was decided, moved data or ended; a later one replaces the earlier of the same flow.
    Connection(Box<Connection>),
    /// The session cannot do its work any more, or not all of it.
    Fault(Fault),
    /// About the log.
    Log(LogEvent),
}

/// A connection as it stands, with times of day.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The engine's record.
    pub record: FlowRecord,
    /// When its first packet came.
    pub started: SystemTime,
    /// The moment the record speaks of.
    pub at: SystemTime,
    /// What kind of network carries it, as the log calls it.
    pub network: Arc<str>,
}

impl Connection {
    /// The same as the log keeps it, but for where its remote is.
    pub fn logged(&self) -> store::Connection {
        let times = (logged::unix_ms(self.started), logged::unix_ms(self.at));
        logged::connection(&self.record, &self.network, None, times)
    }
}

/// What went wrong with a session.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The TUN is gone. Connections live on and wait for `Session::replace_tun`.
    #[error("the TUN is gone ({0}); replace it to go on")]
    TunGone(String),
    /// The engine's thread failed. The TUN stays open and nothing passes: stop the session and start another.
    #[error("the engine failed, and nothing passes: {0}")]
    Failed(String),
}

/// What happened to the log. Connections are carried all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogEvent {
    /// Writing failed, or the log could not even be opened; said once, until it works again.
    Failed {
        /// What kind of failure.
        trouble: Trouble,
        /// The reason, in words.
        message: String,
    },
    /// Writing works again.
    Recovered,
    /// The file was found damaged. It was moved, and a new one was begun.
    SetAside {
        /// Where the damaged file is now.
        moved_to: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// This many records did not reach the log since this was last said.
    Lost(u64),
}

impl From<&StoreError> for LogEvent {
    fn from(error: &StoreError) -> Self {
        LogEvent::Failed { trouble: error.trouble(), message: error.to_string() }
    }
}

/// The session's end of the channel.
#[derive(Clone, Debug)]
pub struct EventSender {
    sender: SyncSender<Event>,
    missed: Arc<AtomicU64>,
    wants_connections: bool,
}

/// A channel that holds up to `capacity` events for the front end.
pub fn channel(capacity: usize) -> (EventSender, Receiver<Event>) {
    let (sender, receiver) = sync_channel(capacity);
    (EventSender { sender, missed: Arc::default(), wants_connections: true }, receiver)
}

impl EventSender {
    /// The same channel for a front end that wants to hear of problems, and not of each connection.
    #[must_use]
    pub fn problems_only(self) -> Self {
        EventSender { wants_connections: false, ..self }
    }

    /// Whether connections are told.
    pub(crate) fn wants_connections(&self) -> bool {
        self.wants_connections
    }

    /// How many events the front end missed because it was slow.
    pub fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }

    /// Sends an event, if there is room and somebody listens.
    pub fn send(&self, event: Event) {
        match self.sender.try_send(event) {
            Ok(()) | Err(TrySendError::Disconnected(_)) => {}
            Err(TrySendError::Full(_)) => {
                self.missed.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// Where faults are told: to the front end at once, and to whoever asks later.
#[derive(Clone, Default)]
pub(crate) struct Faults {
    standing: Arc<Mutex<Option<Fault>>>,
    events: Option<EventSender>,
}

impl Faults {
    /// Tells them to this front end.
    pub(crate) fn new(events: Option<EventSender>) -> Self {
        Faults { standing: Arc::default(), events }
    }

    /// Something went wrong.
    pub(crate) fn raise(&self, fault: Fault) {
        log::error!("{fault}");
        *self.lock() = Some(fault.clone());
        if let Some(events) = &self.events {
            events.send(Event::Fault(fault));
        }
    }

    /// It is well again.
    pub(crate) fn clear(&self) {
        *self.lock() = None;
    }

    /// What is wrong now.
    pub(crate) fn standing(&self) -> Option<Fault> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Fault>> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_front_end_misses_events_and_is_told_how_many() {
        let (sender, receiver) = channel(1);
        for lost in 1..=3 {
            sender.send(Event::Log(LogEvent::Lost(lost)));
        }
        assert_eq!(sender.missed(), 2);
        assert!(matches!(receiver.try_recv(), Ok(Event::Log(LogEvent::Lost(1)))));
        assert!(receiver.try_recv().is_err());
        drop(receiver);
        sender.send(Event::Log(LogEvent::Recovered)); // nobody listens: harmless
        assert_eq!(sender.missed(), 2);
    }
}
