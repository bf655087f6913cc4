//! A running firewall on one TUN: its threads, started and stopped together.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io::{self, Write};
use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use engine::{Audit, Engine, Limits, Network, Settings};
use nix::sys::epoll::{Epoll, EpollCreateFlags};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use policy::{Document, Moment, Places, PolicyError, Resources, Situation};
use store::{Store, StoreError};

use crate::attribution::{Attribution, Attributor};
use crate::audit::Recording;
use crate::event_loop::EventLoop;
use crate::events::{EventSender, Fault, Faults};
use crate::mailbox::{Command, Mailbox};
use crate::recorder::Recorder;
use crate::rules::Rules;
use crate::slabs::MappedSlabs;
use crate::stats::Stats;
use crate::tun::Tun;
use crate::world::World;
use crate::writer::{LogQueue, Task};
use crate::{capture, clock, writer};

/// An owner that is not looked for by then is not looked for any more: somewhat less than the engine waits.
const OWNER_DEADLINE: Duration = Duration::from_secs(4);

/// What a session is started with.
pub struct Config {
    /// The TUN, without packet information headers; the session owns it from now on.
    pub tun: OwnedFd,
    /// Its MTU in bytes.
    pub mtu: usize,
    /// The largest IP packet written to it, see [`Settings::largest_packet`].
    pub largest_packet: usize,
    /// The tunnel's own resolver addresses.
    pub dns_addresses: Vec<IpAddr>,
    /// The network below.
    pub network: Network,
    /// What the log calls that network: `wifi`, `mobile`, `linux`.
    pub network_label: String,
    /// The user's rules. Their places, if they have some, also tell the log where each connection went.
    pub rules: Rules,
    /// Who can tell whose a connection is.
    pub attributor: Box<dyn Attributor>,
    /// The log.
    pub log: Option<Store>,
    /// The front end.
    pub events: Option<EventSender>,
    /// Where to write every packet to, as pcapng.
    pub capture: Option<Box<dyn Write + Send>>,
}

/// Why a session could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The rules cannot be used.
    #[error(transparent)]
    Rules(#[from] PolicyError),
    /// The TUN's descriptor cannot be used.
    #[error("the TUN cannot be used: {0}; give an open TUN descriptor")]
    Tun(#[source] io::Error),
    /// The capture's file cannot be written.
    #[error("the capture cannot be written: {0}")]
    Capture(#[source] io::Error),
    /// No descriptor, thread or memory left.
    #[error("the system has no room for the firewall: {0}")]
    System(#[source] io::Error),
}

/// A running firewall. Dropping it stops it.
pub struct Session {
    /// The rules that were told last.
    rules: Mutex<Rules>,
    /// The time of day.
    moment: fn() -> Moment,
    mailbox: Arc<Mailbox>,
    faults: Faults,
    engine: Option<JoinHandle<()>>,
    log: Option<(Arc<LogQueue>, JoinHandle<()>)>,
    capture: Option<JoinHandle<()>>,
}

impl Session {
    /// Starts the threads; packets are carried from now on.
    ///
    /// Raises the process's limit of open descriptors as far as it may go, since each connection takes one.
    ///
    /// # Errors
    /// [`StartError`]; nothing runs then, and the TUN is closed.
    pub fn start(config: Config) -> Result<Session, StartError> {
        Session::start_by(config, clock::moment)
    }

    /// The same by another clock for the time of day.
    fn start_by(config: Config, moment: fn() -> Moment) -> Result<Session, StartError> {
        let in_force = config.rules.in_force(moment)?;
        let limits = Limits::for_descriptors(raise_descriptors());
        let tun = Tun::new(config.tun).map_err(StartError::Tun)?;
        let mailbox = Arc::new(Mailbox::new().map_err(system)?);
        let wake = Arc::clone(&mailbox);
        let attribution =
            Attribution::start(config.attributor, OWNER_DEADLINE, move || wake.wake())
                .map_err(StartError::System)?;
        let settings = Settings {
            mtu: config.mtu,
            largest_packet: config.largest_packet,
            dns_addresses: config.dns_addresses,
            network: config.network,
            limits,
        };
        let slabs = Box::new(MappedSlabs::new(limits.flows));
        let policy = Arc::clone(&in_force.policy);
        let engine = Engine::new(settings, policy, random(), slabs, clock::now());

        let faults = Faults::new(config.events.clone());
        let places = config.rules.resources.places.clone();
        let mut session = Session {
            rules: Mutex::new(config.rules),
            moment,
            mailbox: Arc::clone(&mailbox),
            faults: faults.clone(),
            engine: None,
            log: None,
            capture: None,
        };
        let tap = session.start_capture(config.capture)?;
        let queue = session.start_log(config.log, config.events.clone(), places)?;
        let recorder = Recorder::new(queue, config.events, config.network_label.into());
        let epoll = Arc::new(Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).map_err(system)?);
        let world = World::new(tun, &epoll, attribution, recorder, tap);
        let faults_of_loop = faults.clone();
        let event_loop =
            EventLoop::new(engine, config.mtu, world, epoll, mailbox, faults_of_loop, in_force)
                .map_err(system)?;
        let thread = thread::Builder::new()
            .name("hushwall-engine".into())
            .spawn(move || run(event_loop, &faults))
            .map_err(StartError::System)?;
        session.engine = Some(thread);
        Ok(session)
    }

    /// Starts the thread that writes the capture, if there is to be one.
    fn start_capture(
        &mut self,
        file: Option<Box<dyn Write + Send>>,
    ) -> Result<Option<capture::Tap>, StartError> {
        let Some(file) = file else { return Ok(None) };
        let (tap, thread) = capture::start(file).map_err(StartError::Capture)?;
        self.capture = Some(thread);
        Ok(Some(tap))
    }

    /// Starts the thread that writes the log, if there is to be one.
    fn start_log(
        &mut self,
        store: Option<Store>,
        events: Option<EventSender>,
        places: Option<Arc<dyn Places>>,
    ) -> Result<Option<Arc<LogQueue>>, StartError> {
        let Some(store) = store else { return Ok(None) };
        let queue = Arc::<LogQueue>::default();
        let thread =
            writer::start(Arc::clone(&queue), store, events, places).map_err(StartError::System)?;
        self.log = Some((Arc::clone(&queue), thread));
        Ok(Some(queue))
    }

    /// Decides by these rules from now on; open flows are decided anew, and cut where they are now blocked.
    ///
    /// # Errors
    /// What is wrong with the rules; those from before stay.
    pub fn set_rules(
        &self,
        document: Arc<Document>,
        resources: Resources,
    ) -> Result<(), PolicyError> {
        self.change_rules(|rules| {
            rules.document = document;
            rules.resources = resources;
        })
    }

    /// The device's state is another, and with it perhaps what rules hold: open flows are decided anew.
    ///
    /// # Errors
    /// As [`Session::set_rules`].
    pub fn set_situation(&self, situation: Situation) -> Result<(), PolicyError> {
        self.change_rules(|rules| rules.situation = situation)
    }

    /// Rules, resources and situation, all at once.
    ///
    /// # Errors
    /// As [`Session::set_rules`].
    pub fn replace_rules(&self, rules: Rules) -> Result<(), PolicyError> {
        self.change_rules(|standing| *standing = rules)
    }

    fn change_rules(&self, change: impl FnOnce(&mut Rules)) -> Result<(), PolicyError> {
        let mut standing = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rules = standing.clone();
        change(&mut rules);
        self.mailbox.post(Command::SetRules(rules.in_force(self.moment)?));
        *standing = rules;
        Ok(())
    }

    /// The network below has changed; the label is for the log.
    pub fn set_network(&self, network: Network, label: &str) {
        self.mailbox.post(Command::SetNetwork(network, label.into()));
    }

    /// Goes over to another TUN with this MTU. Packets that wait on the old one are still carried, then it is closed;
    /// connections go on.
    ///
    /// # Errors
    /// The descriptor cannot be used; the session stays with the TUN it has.
    pub fn replace_tun(&self, tun: OwnedFd, mtu: usize) -> io::Result<()> {
        self.mailbox.post(Command::ReplaceTun(Tun::new(tun)?, mtu));
        Ok(())
    }

    /// The counters as they stand; `None` from a session that has failed.
    pub fn stats(&self) -> Option<Stats> {
        self.ask_stats().recv().ok()
    }

    /// Asks the engine's thread for its counters. The answer shows that it is alive; none comes from a session that has failed.
    pub fn ask_stats(&self) -> Receiver<Stats> {
        let (reply, answer) = sync_channel(1);
        self.mailbox.post(Command::Stats(reply));
        answer
    }

    /// Begins an audit: what is meant is listened to from its next connection on. One that goes on is dropped.
    pub fn begin_audit(&self, audit: Audit) {
        self.mailbox.post(Command::BeginAudit(audit));
    }

    /// Ends the audit, and hands out what it has heard; `None` where there is none, and from a session that has failed.
    pub fn end_audit(&self) -> Option<Recording> {
        let (reply, answer) = sync_channel(1);
        self.mailbox.post(Command::EndAudit(reply));
        answer.recv().ok()
    }

    /// Asks the engine's thread what the audit has heard up to now; it goes on. No answer comes where there is none, and from a
    /// session that has failed.
    pub fn ask_audit(&self) -> Receiver<Recording> {
        let (reply, answer) = sync_channel(1);
        self.mailbox.post(Command::AuditSoFar(reply));
        answer
    }

    /// Forgets everything that the log has. Without a log there is nothing to do.
    ///
    /// # Errors
    /// As [`Store::clear`].
    pub fn clear_log(&self) -> Result<(), StoreError> {
        let (reply, answer) = sync_channel(1);
        self.ask_log(Task::Clear(reply));
        answer.recv().unwrap_or(Ok(()))
    }

    /// Writes to this log from now on, and moves there what the log so far has; tells how many connections were moved. A
    /// session that was started without a log stays without one.
    ///
    /// # Errors
    /// As [`Store::take_in`]; what could not be moved is still where it was.
    pub fn replace_log(&self, log: Store) -> Result<usize, StoreError> {
        let (reply, answer) = sync_channel(1);
        self.ask_log(Task::Replace(Box::new(log), reply));
        answer.recv().unwrap_or(Ok(0))
    }

    fn ask_log(&self, task: Task) {
        if let Some((queue, _)) = &self.log {
            queue.ask(task);
        }
    }

    /// What is wrong with the session, if anything.
    pub fn fault(&self) -> Option<Fault> {
        self.faults.standing()
    }

    /// Ends every connection, writes what the log and the capture still lack, and closes the TUN.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A thread that panicked has said so; there is nothing to add to it here.
        if let Some(thread) = self.engine.take() {
            self.mailbox.post(Command::Stop);
            let _ = thread.join();
        }
        if let Some((queue, thread)) = self.log.take() {
            queue.close();
            let _ = thread.join();
        }
        if let Some(thread) = self.capture.take() {
            let _ = thread.join();
        }
    }
}

/// The engine's thread from start to end. A failure never lets a packet pass beside the firewall.
fn run(mut event_loop: EventLoop, faults: &Faults) {
    let Some(why) = failure(|| event_loop.run()) else { return };
    faults.raise(Fault::Failed(why));
    if let Err(error) = event_loop.stand_closed() {
        log::error!("the firewall cannot even stand still: {error}");
    }
}

/// Why the work failed, by an error or a panic; `None` if it came to its end.
fn failure(work: impl FnOnce() -> nix::Result<()>) -> Option<String> {
    let panic = match panic::catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(())) => return None,
        Ok(Err(error)) => return Some(error.to_string()),
        Err(panic) => panic,
    };
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    Some(text.unwrap_or_else(|| "an internal error".to_owned()))
}

/// Raises the soft limit of descriptors to the hard one, and says how many there may be.
fn raise_descriptors() -> usize {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap_or((1024, 1024));
    let limit = match setrlimit(Resource::RLIMIT_NOFILE, hard, hard) {
        Ok(()) => hard,
        Err(error) => {
            log::warn!("the limit of open descriptors stays at {soft}: {error}");
            soft
        }
    };
    usize::try_from(limit).unwrap_or(usize::MAX)
}

/// 64 bits of the system's randomness, through the keys that the standard library draws for its hash maps.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

fn system(error: nix::Error) -> StartError {
    StartError::System(error.into())
}

#[cfg(test)]
mod tests {
    use std::net::{SocketAddr, UdpSocket};
    use std::path::Path;
    use std::sync::atomic::{AtomicU64, Ordering};

    use engine::RecordState;
    use nix::errno::Errno;
    use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
    use store::{Filter, Options, Reader};
    use tempfile::TempDir;
    use wire::{AppId, FlowKey, Owner, Packet, Transport};

    use super::*;
    use crate::events::{Event, channel};
    use crate::testing::udp_packet;

    struct Always(Owner);

    impl Attributor for Always {
        fn owner_of(&mut self, _: &FlowKey) -> Option<Owner> {
            Some(self.0.clone())
        }
    }

    /// The apps' end of something that behaves as a TUN does: packets with borders.
    struct Apps(OwnedFd);

    fn tun() -> (OwnedFd, Apps) {
        let flags = SockFlag::SOCK_CLOEXEC;
        let (tun, apps) =
            socketpair(AddressFamily::Unix, SockType::SeqPacket, None, flags).unwrap();
        (tun, Apps(apps))
    }

    impl Apps {
        fn send(&self, packet: &[u8]) {
            assert_eq!(nix::unistd::write(&self.0, packet), Ok(packet.len()));
        }

        /// The payload of the next UDP packet, and who sent it to whom.
        fn datagram(&self) -> (Vec<u8>, FlowKey) {
            let mut space = [0; 2000];
            loop {
                let length = nix::unistd::read(&self.0, &mut space).unwrap();
                let packet = Packet::parse(&space[..length]).unwrap();
                if let Transport::Udp(datagram) = packet.payload {
                    return (datagram.payload.to_vec(), packet.flow_key().unwrap());
                }
            }
        }
    }

    fn app_address() -> SocketAddr {
        SocketAddr::from(([10, 0, 0, 1], 5000))
    }

    fn start(tun: OwnedFd, log: Option<&Path>) -> (Session, Receiver<Event>) {
        start_with(tun, log, Rules::default(), clock::moment)
    }

    fn start_with(
        tun: OwnedFd,
        log: Option<&Path>,
        rules: Rules,
        moment: fn() -> Moment,
    ) -> (Session, Receiver<Event>) {
        let (events, received) = channel(100);
        let owner = Owner::App(AppId { uid: 1000, name: "/usr/bin/app".into() });
        let config = Config {
            tun,
            mtu: 1500,
            largest_packet: 1500,
            dns_addresses: Vec::new(),
            network: Network { ipv4: true, ipv6: false, resolvers: Vec::new() },
            network_label: "linux".to_owned(),
            rules,
            attributor: Box::new(Always(owner)),
            log: log.map(|path| Store::open(path, Options::default()).unwrap().0),
            events: Some(events),
            capture: None,
        };
        (Session::start_by(config, moment).unwrap(), received)
    }

    /// A server that answers one datagram with "pong".
    fn answer_one(server: &UdpSocket) {
        let mut space = [0; 100];
        let (length, from) = server.recv_from(&mut space).unwrap();
        assert_eq!(&space[..length], b"ping");
        server.send_to(b"pong", from).unwrap();
    }

    #[test]
    fn a_datagram_goes_out_its_answer_comes_back_and_both_are_told_and_logged() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("log");
        let server = UdpSocket::bind("127.0.0.1:0").unwrap();
        let remote = server.local_addr().unwrap();
        let (tun, apps) = tun();
        let (session, events) = start(tun, Some(&path));
        apps.send(&udp_packet(app_address(), remote, b"ping"));
        answer_one(&server);
        let (answer, key) = apps.datagram();
        assert_eq!(answer, b"pong");
        assert_eq!((key.local, key.remote), (remote, app_address()));

        let Ok(Event::Connection(connection)) = events.recv() else { panic!("no connection") };
        assert_eq!(connection.record.owner.to_string(), "/usr/bin/app");
        assert_eq!(connection.record.key.remote, remote);
        assert_eq!(session.stats().unwrap().attribution.answered, 1);

        session.stop();
        let page = Reader::open(&path).unwrap().page(&Filter::default(), None, 10).unwrap();
        let logged = &page.rows[0].connection;
        assert_eq!(page.rows.len(), 1);
        assert_eq!((logged.key.local, logged.key.remote), (app_address(), remote));
        assert_eq!((logged.bytes_up, logged.bytes_down), (4, 4));
        assert_eq!(logged.state, store::State::Closed);
        assert_eq!(&*logged.network, "linux");
    }

    #[test]
    fn a_flow_lives_on_when_its_tun_is_replaced() {
        let server = UdpSocket::bind("127.0.0.1:0").unwrap();
        let remote = server.local_addr().unwrap();
        let (old_tun, old_apps) = tun();
        let (session, events) = start(old_tun, None);
        old_apps.send(&udp_packet(app_address(), remote, b"ping"));
        answer_one(&server);
        old_apps.datagram();

        drop(old_apps);
        while !matches!(events.recv().unwrap(), Event::Fault(Fault::TunGone(_))) {}
        assert!(session.fault().is_some());
        let (new_tun, new_apps) = tun();
        session.replace_tun(new_tun, 1400).unwrap();
        new_apps.send(&udp_packet(app_address(), remote, b"ping"));
        answer_one(&server);
        assert_eq!(new_apps.datagram().0, b"pong");
        assert_eq!(session.fault(), None);
        let stats = session.stats().unwrap();
        assert_eq!((stats.engine.flows, stats.attribution.answered), (1, 1), "the same flow");
    }

    #[test]
    fn a_log_is_replaced_by_another_which_gets_what_it_had_and_is_cleared() {
        let folder = TempDir::new().unwrap();
        let (buffer, path) = (folder.path().join("buffer"), folder.path().join("log"));
        let rows = |path: &Path| {
            let page = Reader::open(path).unwrap().page(&Filter::default(), None, 10).unwrap();
            page.rows.len()
        };
        let server = UdpSocket::bind("127.0.0.1:0").unwrap();
        let (tun, apps) = tun();
        let (session, _events) = start(tun, Some(&buffer));
        open_flow(&apps, &server);
        let block = document(r#"{"version":1,"default_mode":"block"}"#);
        session.set_rules(block, Resources::default()).unwrap();
        session.stats().unwrap(); // the flow is cut, and its record on its way
        let log = Store::open(&path, Options::default()).unwrap().0;
        assert_eq!(session.replace_log(log).unwrap(), 1);
        assert_eq!((rows(&buffer), rows(&path)), (0, 1));
        apps.send(&udp_packet(app_address(), server.local_addr().unwrap(), b"ping"));
        session.stats().unwrap();
        session.clear_log().unwrap();
        assert_eq!(rows(&path), 0);
        session.stop();
    }

    fn document(text: &str) -> Arc<Document> {
        Arc::new(Document::parse(text).unwrap())
    }

    /// Sends a datagram that is answered, so that its flow is open.
    fn open_flow(apps: &Apps, server: &UdpSocket) {
        apps.send(&udp_packet(app_address(), server.local_addr().unwrap(), b"ping"));
        answer_one(server);
        assert_eq!(apps.datagram().0, b"pong");
    }

    /// Waits until the flow is cut.
    fn wait_for_block(events: &Receiver<Event>) {
        let is_block = |event: &Event| match event {
            Event::Connection(connection) => connection.record.state == RecordState::Blocked,
            Event::Fault(_) | Event::Log(_) => false,
        };
        while !is_block(&events.recv().unwrap()) {}
    }

    #[test]
    fn new_rules_cut_open_flows_and_bad_ones_change_nothing() {
        let server = UdpSocket::bind("127.0.0.1:0").unwrap();
        let (tun, apps) = tun();
        let (session, events) = start(tun, None);
        open_flow(&apps, &server);
        let future = Arc::new(Document { version: 1000, ..Document::default() });
        assert!(session.set_rules(future, Resources::default()).is_err());
        open_flow(&apps, &server);
        let block = document(r#"{"version":1,"default_mode":"block"}"#);
        session.set_rules(block, Resources::default()).unwrap();
        wait_for_block(&events);
        session
            .set_situation(Situation { screen_on: Some(false), ..Situation::default() })
            .unwrap();
        assert_eq!(session.stats().unwrap().engine.flows, 0, "the rules are still the same");
    }

    #[test]
    fn the_end_of_a_pause_cuts_open_flows() {
        static NOW: AtomicU64 = AtomicU64::new(1000);
        let moment = || Moment { unix_seconds: NOW.load(Ordering::Relaxed), utc_offset_at: |_| 0 };
        let server = UdpSocket::bind("127.0.0.1:0").unwrap();
        let (tun, apps) = tun();
        let paused = r#"{"version":1,"default_mode":"block","pause":{"until":2000}}"#;
        let rules = Rules { document: document(paused), ..Rules::default() };
        // By the system's clock that end has long come, so the timer rings until the session's clock agrees.
        let (_session, events) = start_with(tun, None, rules, moment);
        open_flow(&apps, &server);
        NOW.store(2000, Ordering::Relaxed);
        wait_for_block(&events);
    }

    #[test]
    fn a_session_that_is_dropped_closes_its_tun() {
        let (tun, apps) = tun();
        let (session, _events) = start(tun, None);
        drop(session);
        assert_eq!(nix::unistd::read(&apps.0, &mut [0; 10]), Ok(0));
    }

    #[test]
    fn a_panic_or_an_error_of_the_engines_thread_is_a_failure_with_its_reason() {
        assert_eq!(failure(|| Ok(())), None);
        assert!(failure(|| Err(Errno::EBADF)).is_some());
        assert_eq!(failure(|| panic!("the reason")).as_deref(), Some("the reason"));
        assert_eq!(failure(|| panic!("number {}", 7)).as_deref(), Some("number 7"));
    }
}
