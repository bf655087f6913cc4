//! One firewall as the app holds it: its rules and its log from `open` to `close`, its session from `start` to `stop`.

mod lists;
mod orders;
mod questions;
mod user_lists;

use std::os::fd::OwnedFd;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use policy::{Document, Resources, Situation};
use report::audit::Audit;
use runtime::{Event, EventSender, Fault, LogEvent, Rules, Session};
use store::Store;

use crate::attributor::{AppAnswers, PhoneAttributor};
use crate::error::{Code, CoreError};
use crate::journal::Journal;
use crate::messages::events::{EventTold, Events};
use crate::messages::state::{Config, NetworkMessage, PolicyMessage, Start};
use crate::owners::Owners;
use crate::resources::{Files, Known};

/// Events that wait for the app at most; a screen that follows asks several times a second.
const EVENTS: usize = 4096;
/// Events of one answer at most: some 200 KB of JSON.
const EVENTS_AT_ONCE: usize = 512;

/// A firewall. Of its locks the session's is taken first, and held while what a session is started with changes: none starts
/// with what was just replaced.
pub(crate) struct Core {
    sdk: u32,
    owners: Owners,
    files: Mutex<Files>,
    rules: Mutex<Rules>,
    network: Mutex<NetworkMessage>,
    journal: Mutex<Journal>,
    session: Mutex<Option<Running>>,
    /// What the last audit has heard, in memory only, until another begins.
    last_audit: Mutex<Option<Audit>>,
    /// None once it is closed; with the last sender gone, whoever waits for events wakes.
    sender: Mutex<Option<EventSender>>,
    inbox: Mutex<Inbox>,
}

struct Inbox {
    receiver: Receiver<Event>,
    /// Events lost, of which the app knows.
    missed: u64,
}

struct Running {
    session: Session,
    start: Start,
    /// What it writes is the buffer.
    on_buffer: bool,
}

impl Core {
    /// A core that does not run yet. Nothing is read or written before it is needed.
    pub(crate) fn open(config: Config) -> Self {
        let (sender, receiver) = runtime::channel(EVENTS);
        let journal = Journal::new(&config);
        let nothing = NetworkMessage {
            ipv4: true,
            ipv6: true,
            resolvers: Vec::new(),
            label: "other".to_owned(),
        };
        Core {
            sdk: config.sdk,
            owners: Owners::default(),
            files: Mutex::new(Files::new(config.lists, config.user_lists, config.places)),
            rules: Mutex::default(),
            network: Mutex::new(nothing),
            journal: Mutex::new(journal),
            session: Mutex::default(),
            last_audit: Mutex::default(),
            sender: Mutex::new(Some(sender)),
            inbox: Mutex::new(Inbox { receiver, missed: 0 }),
        }
    }

    /// Carries packets on this TUN from now on. A session that runs goes over to it, and its connections go on.
    ///
    /// # Errors
    /// `tun`, `policy`, `system`; the TUN is closed then, and a session that ran goes on as it was.
    pub(crate) fn start(
        &self,
        tun: OwnedFd,
        app: Box<dyn AppAnswers>,
        start: Start,
    ) -> Result<(), CoreError> {
        let mut running = lock(&self.session);
        if let Some(Running { session, start: before, .. }) = running.as_ref()
            && before.fits(&start)
            && !matches!(session.fault(), Some(Fault::Failed(_)))
        {
            return session
                .replace_tun(tun, start.mtu.into())
                .map_err(|error| CoreError::new(Code::Tun, error));
        }
        // One that failed, or has other addresses, cannot go on.
        drop(running.take());
        let sender = lock(&self.sender).clone().ok_or_else(CoreError::closed)?;
        let (log, on_buffer) = self.open_journal(&sender);
        let network = lock(&self.network).clone();
        let session = Session::start(runtime::Config {
            tun,
            mtu: start.mtu.into(),
            largest_packet: start.largest_packet.max(start.mtu).into(),
            dns_addresses: start.dns_addresses.clone(),
            network: network.network(),
            network_label: network.label,
            rules: self.rules(),
            attributor: Box::new(PhoneAttributor::new(self.sdk, app, self.owners.clone())),
            log,
            events: Some(sender),
            capture: None,
        })?;
        *running = Some(Running { session, start, on_buffer });
        Ok(())
    }

    /// Ends every connection and closes the TUN; the log stays readable. Does nothing where nothing runs.
    pub(crate) fn stop(&self) {
        drop(lock(&self.session).take());
    }

    /// Stops, and wakes whoever waits for events. The handle is gone already.
    pub(crate) fn close(&self) {
        self.stop();
        drop(lock(&self.sender).take());
    }

    /// Decides by these rules from now on.
    ///
    /// # Errors
    /// `policy`, `policy-version`; the rules from before stay.
    pub(crate) fn set_policy(&self, message: PolicyMessage) -> Result<(), CoreError> {
        let document = parse(message.document.get())?;
        let running = lock(&self.session);
        let mut standing = lock(&self.rules);
        let situation =
            message.situation.map_or_else(|| standing.situation.clone(), Situation::from);
        let rules = Rules { document: Arc::new(document), resources: self.resources(), situation };
        rules.compile(&runtime::moment())?;
        self.owners.set(message.apps.into_iter().map(|app| (app.uid, app.name)));
        if let Some(running) = running.as_ref() {
            running.session.replace_rules(rules.clone())?;
        }
        *standing = rules;
        Ok(())
    }

    /// The network below is this one from now on.
    pub(crate) fn set_network(&self, message: NetworkMessage) -> Result<(), CoreError> {
        let running = lock(&self.session);
        if let Some(running) = running.as_ref() {
            running.session.set_network(message.network(), &message.label);
        }
        *lock(&self.network) = message;
        Ok(())
    }

    /// Waits for something to happen, for this long at most.
    ///
    /// # Errors
    /// `closed`: the core was closed meanwhile.
    pub(crate) fn next_events(&self, patience: Duration) -> Result<Events, CoreError> {
        let mut inbox = lock(&self.inbox);
        let first = match inbox.receiver.recv_timeout(patience) {
            Ok(event) => Some(event),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return Err(CoreError::closed()),
        };
        let known = self.known();
        let all = first.into_iter().chain(inbox.receiver.try_iter()).take(EVENTS_AT_ONCE);
        let events = all.map(|event| EventTold::new(&event, &known)).collect();
        let missed = lock(&self.sender).as_ref().map_or(inbox.missed, EventSender::missed);
        let newly_missed = missed - inbox.missed;
        inbox.missed = missed;
        Ok(Events { events, missed: newly_missed })
    }

    /// What to write, and whether it is the buffer. Without a usable log the firewall runs all the same, and the app is told.
    fn open_journal(&self, sender: &EventSender) -> (Option<Store>, bool) {
        let journal = lock(&self.journal);
        match journal.open(sender) {
            Ok(store) => (store, !journal.has_log()),
            Err(error) => {
                sender.send(Event::Log(LogEvent::from(&error)));
                (None, false)
            }
        }
    }

    /// The app's rules; before it gave any, those of an empty document, under which the built-in lists count.
    fn rules(&self) -> Rules {
        let mut rules = lock(&self.rules).clone();
        if rules.resources.built_in.is_none() {
            rules.resources = self.resources();
        }
        rules
    }

    /// The lists and places of this moment.
    fn resources(&self) -> Resources {
        let mut files = lock(&self.files);
        files.refresh();
        files.resources()
    }

    fn known(&self) -> Known {
        lock(&self.files).known()
    }
}

impl Start {
    /// Whether a session that was started so can go over to a TUN that is to be started like the other.
    fn fits(&self, other: &Start) -> bool {
        self.largest_packet == other.largest_packet && self.dns_addresses == other.dns_addresses
    }
}

/// The document, as the user's app wrote it.
fn parse(text: &str) -> Result<Document, CoreError> {
    Document::parse(text).map_err(|error| {
        let newer = error.path == "version" && version(text) > Some(policy::VERSION);
        let code = if newer { Code::PolicyVersion } else { Code::Policy };
        CoreError::new(code, error)
    })
}

fn version(text: &str) -> Option<u64> {
    let document: serde_json::Value = serde_json::from_str(text).ok()?;
    document.get("version")?.as_u64()
}

/// What a panic left behind is whole: nothing here is changed in more than one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
