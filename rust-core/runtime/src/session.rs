//! A running firewall on one TUN: its threads, started and stopped together.

use std::any::Any;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io::{self, Write};
use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use engine::{Engine, Limits, Network, Settings};
use nix::sys::epoll::{Epoll, EpollCreateFlags};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use policy::Policy;
use store::Store;

use crate::attribution::{Attribution, Attributor};
use crate::event_loop::EventLoop;
use crate::events::{EventSender, Fault, Faults};
use crate::mailbox::{Command, Mailbox};
use crate::recorder::Recorder;
use crate::slabs::MappedSlabs;
use crate::stats::Stats;
use crate::tun::Tun;
use crate::world::World;
use crate::writer::LogQueue;
use crate::{capture, clock, writer};

/// An owner that is found later than this comes too late to be waited for: half of the engine's own deadline.
const OWNER_DEADLINE: Duration = Duration::from_millis(250);

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
    /// The user's rules.
    pub policy: Arc<Policy>,
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
        let engine = Engine::new(settings, config.policy, random(), slabs, clock::now());

        let faults = Faults::new(config.events.clone());
        let mut session = Session {
            mailbox: Arc::clone(&mailbox),
            faults: faults.clone(),
            engine: None,
            log: None,
            capture: None,
        };
        let tap = match config.capture.map(capture::start).transpose() {
            Ok(started) => started.map(|(tap, thread)| {
                session.capture = Some(thread);
                tap
            }),
            Err(error) => return Err(StartError::Capture(error)),
        };
        if let Some(store) = config.log {
            let queue = Arc::<LogQueue>::default();
            let thread = writer::start(Arc::clone(&queue), store, config.events.clone())
                .map_err(StartError::System)?;
            session.log = Some((queue, thread));
        }
        let queue = session.log.as_ref().map(|(queue, _)| Arc::clone(queue));
        let recorder = Recorder::new(queue, config.events, config.network_label.into());
        let epoll = Arc::new(Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).map_err(system)?);
        let world = World::new(tun, &epoll, attribution, recorder, tap);
        let event_loop = EventLoop::new(engine, config.mtu, world, epoll, mailbox, faults.clone())
            .map_err(system)?;
        let thread = thread::Builder::new()
            .name("hushwall-engine".into())
            .spawn(move || run(event_loop, &faults))
            .map_err(StartError::System)?;
        session.engine = Some(thread);
        Ok(session)
    }

    /// Decides by this policy from now on; open flows are decided anew, and cut where they are now blocked.
    pub fn set_policy(&self, policy: Arc<Policy>) {
        self.mailbox.post(Command::SetPolicy(policy));
    }

    /// The network below has changed; the label is for the log.
    pub fn set_network(&self, network: Network, label: &str) {
        self.mailbox.post(Command::SetNetwork(network, label.into()));
    }

    /// Goes over to another TUN with this MTU. Packets that wait on the old one are still carried, then it is closed;
    /// connections go on.
    pub fn replace_tun(&self, tun: OwnedFd, mtu: usize) {
        self.mailbox.post(Command::ReplaceTun(tun, mtu));
    }

    /// The counters as they stand; `None` from a session that has failed.
    pub fn stats(&self) -> Option<Stats> {
        let (reply, answer) = sync_channel(1);
        self.mailbox.post(Command::Stats(reply));
        answer.recv().ok()
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
    let why = match panic::catch_unwind(AssertUnwindSafe(|| event_loop.run())) {
        Ok(Ok(())) => return,
        Ok(Err(error)) => error.to_string(),
        Err(panic) => message_of(&*panic),
    };
    faults.raise(Fault::Failed(why));
    if let Err(error) = event_loop.stand_closed() {
        log::error!("the firewall cannot even stand still: {error}");
    }
}

fn message_of(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "an internal error".to_owned())
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
