//! The firewall as both commands run it: prepared before anything starts, watched while it runs, finished in order.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::net::IpAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::mpsc::Receiver;
use std::thread::{self, JoinHandle};

use collection::Collection;
use jiff::tz::TimeZone;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use policy::Situation;
use runtime::Network;
use runtime::{Attributor, Config, Event, EventSender, LogEvent, Rules, Session};
use store::{Opened, Options, Store};

use crate::args::{RulesArguments, SessionArguments};
use crate::audit_file::AuditFile;
use crate::failure::Failure;
use crate::lists_file;
use crate::network_watch::NetworkWatch;
use crate::rules_files;
use crate::shown::Shown;
use crate::signals::{Signals, Told};
use crate::situation;
use crate::summary::Summary;
use crate::terminal::{Paint, counted, harmless};

/// Events that wait to be shown at most; beyond it a slow terminal misses some, and is told how many.
const EVENTS: usize = 16_384;
/// What the log calls the network under the firewall here.
const NETWORK_LABEL: &str = "linux";

/// What to show on the standard error output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Show {
    /// A line for each connection, and a summary.
    Text,
    /// A JSON object for each change of a connection.
    Json,
    /// Only what goes wrong.
    Problems,
}

/// Everything the user named, opened and checked.
pub(crate) struct Plan {
    rules: Rules,
    /// Where the rules came from.
    files: RulesArguments,
    log: Option<Store>,
    capture: Option<Box<dyn Write + Send>>,
    audit: Option<AuditFile>,
}

/// The TUN, and what is known about its other side.
pub(crate) struct Tunnel {
    /// The descriptor.
    pub(crate) tun: OwnedFd,
    /// The MTU in bytes.
    pub(crate) mtu: u16,
    /// The largest packet to write to it, in bytes.
    pub(crate) largest_packet: u16,
    /// Its own resolver addresses.
    pub(crate) dns_addresses: Vec<IpAddr>,
    /// Who knows whose its connections are.
    pub(crate) attributor: Box<dyn Attributor>,
}

/// The running firewall.
pub(crate) struct Firewall {
    session: Session,
    events: EventSender,
    printer: JoinHandle<Summary>,
    show: Show,
    watch: NetworkWatch,
    network: Network,
    situation: Situation,
    files: RulesArguments,
    audit: Option<AuditFile>,
}

impl Plan {
    /// Reads the rules and opens the log and the capture.
    pub(crate) fn prepare(arguments: &SessionArguments) -> Result<Self, Failure> {
        let rules = rules_files::rules(&arguments.rules, situation::present())?;
        let log = arguments.log.as_deref().map(open_log).transpose()?;
        let capture = arguments.pcap.as_deref().map(open_capture);
        let audit = arguments.audit.as_deref().map(|path| open_audit(path, arguments.values));
        let files = arguments.rules.clone();
        Ok(Plan { rules, files, log, capture: capture.transpose()?, audit: audit.transpose()? })
    }
}

impl Firewall {
    /// Starts the engine on the TUN. Signals have to be taken over before: its threads inherit that.
    pub(crate) fn start(plan: Plan, tunnel: Tunnel, show: Show) -> Result<Self, Failure> {
        let failed = |error: &dyn std::fmt::Display| Failure::new("starting the firewall", error);
        // Watched before it is looked at, so that no change is missed.
        let watch = NetworkWatch::start().map_err(|error| failed(&error))?;
        let network = NetworkWatch::present();
        let situation = situation::present();
        let rules = Rules { situation: situation.clone(), ..plan.rules };
        let (events, receiver) = runtime::channel(EVENTS);
        let events = if show == Show::Problems { events.problems_only() } else { events };
        let session = Session::start(Config {
            tun: tunnel.tun,
            mtu: tunnel.mtu.into(),
            largest_packet: tunnel.largest_packet.max(tunnel.mtu).into(),
            dns_addresses: tunnel.dns_addresses,
            network: network.clone(),
            network_label: NETWORK_LABEL.to_owned(),
            rules,
            attributor: tunnel.attributor,
            log: plan.log,
            events: Some(events.clone()),
            capture: plan.capture,
        })
        .map_err(|error| failed(&error))?;
        let printer = thread::Builder::new()
            .name("hushwall-shows".into())
            .spawn(move || print(&receiver, show))
            .map_err(|error| failed(&error))?;
        let Plan { files, audit, .. } = plan;
        if let Some(file) = &audit {
            session.begin_audit(file.audit);
        }
        Ok(Firewall { session, events, printer, show, watch, network, situation, files, audit })
    }

    /// Sleeps until a signal tells something that `answer` takes for the end; follows the network meanwhile, and reads the
    /// rules again on SIGHUP where there are files of them.
    /// `answer` is asked once with no signal, before the first sleep.
    pub(crate) fn watch<T>(
        &mut self,
        signals: &mut Signals,
        mut answer: impl FnMut(Option<Told>) -> Option<T>,
    ) -> Result<T, Failure> {
        let failed = |error: Errno| Failure::new("waiting for signals", error);
        if let Some(end) = answer(None) {
            return Ok(end);
        }
        loop {
            let mut waiting = vec![PollFd::new(signals.as_fd(), PollFlags::POLLIN)];
            waiting.extend(self.watch.descriptors().map(|fd| PollFd::new(fd, PollFlags::POLLIN)));
            match poll(&mut waiting, PollTimeout::NONE) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(error) => return Err(failed(error)),
            }
            while let Some(told) = signals.next().map_err(failed)? {
                if told.asks_to_reload() && self.has_files() {
                    self.reload();
                } else if let Some(end) = answer(Some(told)) {
                    return Ok(end);
                }
            }
            if self.watch.changed() {
                self.follow_network();
            }
        }
    }

    /// Ends every connection, closes log and capture, shows the summary where one is wanted, and writes the audit.
    pub(crate) fn finish(self, with_summary: bool) {
        let fault = self.session.fault();
        let recording = self.audit.as_ref().and_then(|_| self.session.end_audit());
        self.session.stop();
        let missed = self.events.missed();
        drop(self.events);
        let Ok(summary) = self.printer.join() else { return };
        if missed > 0 && self.show != Show::Problems {
            eprintln!(
                "hushwall: the terminal was too slow: {missed} changes are not shown; the log has them"
            );
        }
        if with_summary && self.show == Show::Text && fault.is_none() {
            eprint!("{}", summary.text(Paint::on(&io::stderr())));
        }
        if let Some(file) = self.audit
            && let Err(failure) = file.write(recording)
        {
            failure.print();
        }
    }

    fn follow_network(&mut self) {
        let network = NetworkWatch::present();
        if network != self.network {
            self.session.set_network(network.clone(), NETWORK_LABEL);
            self.network = network;
        }
        let situation = situation::present();
        if situation != self.situation {
            match self.session.set_situation(situation.clone()) {
                Ok(()) => self.situation = situation,
                Err(error) => say(&format!("hushwall: {error}")),
            }
        }
    }

    fn has_files(&self) -> bool {
        let kept =
            || lists_file::default_folder().is_some_and(|folder| Collection::exists(&folder));
        self.files.policy.is_some() || self.files.lists.is_some() || kept()
    }

    /// Reads the rules and the lists again. What has a fault changes nothing.
    fn reload(&self) {
        let outcome = rules_files::rules(&self.files, self.situation.clone()).and_then(|rules| {
            let Rules { document, resources, .. } = rules;
            let told = format!(
                "hushwall: the rules were read again: {}, {}",
                counted(document.rules.len(), "rule"),
                counted(document.lists.len(), "list")
            );
            self.session
                .set_rules(document, resources)
                .map_err(|error| Failure::new("changing the rules", error))?;
            say(&told);
            Ok(())
        });
        if let Err(failure) = outcome {
            failure.and_hint("the rules from before stay").print();
        }
    }
}

/// The capture's file, emptied.
fn open_capture(path: &Path) -> Result<Box<dyn Write + Send>, Failure> {
    match private_file().truncate(true).open(path) {
        Ok(file) => Ok(Box::new(file)),
        Err(error) => Err(Failure::new(format!("writing packets to {}", path.display()), error)
            .hint("give --pcap a file in a folder that you may write to")),
    }
}

fn open_audit(path: &Path, keeps_values: bool) -> Result<AuditFile, Failure> {
    match private_file().truncate(true).open(path) {
        Ok(file) => Ok(AuditFile::new(path, file, keeps_values)),
        Err(error) => Err(Failure::new(format!("writing the audit to {}", path.display()), error)
            .hint("give --audit a file in a folder that you may write to")),
    }
}

fn open_log(path: &Path) -> Result<Store, Failure> {
    let what = format!("opening the log {}", path.display());
    // An empty file is a fresh log. Should this fail, the store says why.
    let _made = private_file().open(path);
    let (store, opened) =
        Store::open(path, Options::default()).map_err(|error| Failure::new(&what, error))?;
    match opened {
        Opened::Fresh | Opened::Existing => {}
        Opened::SetAside { corrupt_file_moved_to, reason } => {
            warn_set_aside(&corrupt_file_moved_to, &reason);
        }
    }
    Ok(store)
}

/// To write a file that only its owner may read if it is new: it tells what somebody did.
fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).mode(0o600);
    options
}

/// The printing thread: until the session and the firewall have let go of the channel.
fn print(events: &Receiver<Event>, show: Show) -> Summary {
    let paint = Paint::on(&io::stderr());
    let zone = TimeZone::system();
    let mut summary = Summary::default();
    for event in events {
        match event {
            Event::Connection(connection) => {
                let shown = Shown::live(&connection);
                let is_news = summary.add(&shown) || shown.has_failed();
                match show {
                    Show::Text if is_news => say(&shown.live_line(&zone, paint)),
                    Show::Json if is_news || shown.is_question || !shown.is_open() => {
                        say(&shown.json());
                    }
                    Show::Text | Show::Json | Show::Problems => {}
                }
            }
            // The runtime warns of these too, and the logger prints that.
            Event::Fault(_) | Event::Log(LogEvent::Failed { .. }) => {}
            Event::Log(LogEvent::Recovered) => say("hushwall: the log is written again"),
            Event::Log(LogEvent::SetAside { moved_to, reason }) => {
                warn_set_aside(&moved_to, &reason);
            }
            Event::Log(LogEvent::Lost(records)) => {
                say(&format!("hushwall: {records} records did not reach the log"));
            }
        }
    }
    summary
}

fn warn_set_aside(moved_to: &Path, reason: &str) {
    let (moved_to, reason) = (moved_to.display().to_string(), harmless(reason));
    say(&format!(
        "hushwall: the log was damaged ({reason}); it is now {}, and a new one was begun",
        harmless(&moved_to)
    ));
}

/// One line in one write, so that it does not mix with the command's own output. A closed output is nobody's fault.
fn say(line: &str) {
    let _unread = io::stderr().write_all(format!("{line}\n").as_bytes());
}
