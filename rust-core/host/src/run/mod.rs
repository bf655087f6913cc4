//! `hushwall run`: a command in a network namespace whose only way out is our TUN.
//!
//! Two processes. The *inside* ([`inside`], this program started again, so that nothing has to be safe between fork
//! and exec) makes the namespaces, the TUN and the resolver's files, hands the TUN out, waits for "go" and becomes the
//! command. The *outside* ([`run`]) stays in the caller's network, runs the engine on the TUN and watches the command.

mod addresses;
mod command;
mod descriptors;
mod identity;
mod namespace;
mod netlink;
mod resolver_files;

use std::os::fd::{AsFd, OwnedFd};

use nix::errno::Errno;
use runtime::Attributor;
use runtime::Settings;
use runtime::attribution::{LinuxAttributor, ProcNet, Processes, SockDiag, SocketTable};
use serde::{Deserialize, Serialize};

use self::addresses::Addresses;
use self::command::Child;
use self::descriptors::Channel;
use self::namespace::Identity;
use crate::args::{InsideArguments, RunArguments};
use crate::failure::{Failure, HUSHWALL_FAILED};
use crate::session::{Firewall, Plan, Show, Tunnel};
use crate::signals::{self, Signals, Told};

/// What the outside sends when the engine runs.
const GO: &[u8] = b"go";
/// The largest packet that goes to the TUN: what the kernel has memory for at once.
const LARGEST_PACKET: u16 = Settings::LARGEST_PACKET as u16;

/// What the inside has to prepare.
#[derive(Debug, Serialize, Deserialize)]
struct Setup {
    mtu: u16,
    addresses: Addresses,
    identity: Identity,
}

/// What the inside tells: the descriptors that come along are the TUN and the sock_diag socket.
#[derive(Debug, Serialize, Deserialize)]
enum Report {
    Ready,
    Failed(Failure),
}

/// Runs the command behind the firewall; the command's exit code.
pub(crate) fn run(arguments: &RunArguments) -> Result<u8, Failure> {
    let setup = Setup {
        mtu: arguments.mtu,
        addresses: Addresses::choose(),
        identity: identity::wanted(arguments.user.as_deref())?,
    };
    let plan = Plan::prepare(&arguments.session)?;
    let mut signals =
        Signals::take().map_err(|error| Failure::new("taking over signals", error))?;
    let (channel, theirs) =
        Channel::pair().map_err(|error| Failure::new("making a socket pair", error))?;
    let text = serde_json::to_string(&setup)
        .map_err(|error| Failure::new("describing the namespace", error))?;
    let child = Child::start(theirs, &text, &arguments.command)?;
    let (tun, diagnosis) = match receive_ready(&channel) {
        Ok(descriptors) => descriptors,
        Err(None) => return Ok(child.wait()),
        Err(Some(failure)) => {
            child.wait();
            return Err(failure);
        }
    };
    let tunnel = attributor(&child, diagnosis).map(|attributor| Tunnel {
        tun,
        mtu: setup.mtu,
        largest_packet: LARGEST_PACKET,
        dns_addresses: vec![setup.addresses.resolver4.into(), setup.addresses.resolver6.into()],
        attributor,
    });
    let mut firewall =
        match tunnel.and_then(|tunnel| Firewall::start(plan, tunnel, show(arguments))) {
            Ok(firewall) => firewall,
            Err(failure) => {
                drop(channel);
                child.wait();
                return Err(failure);
            }
        };
    let outcome = command_ended(&channel, &child, &mut firewall, &mut signals);
    firewall.finish(outcome.is_ok());
    outcome
}

/// Prepares the inside and becomes the command. What fails is told to the outside, which tells the user.
pub(crate) fn inside(arguments: &InsideArguments) -> Result<u8, Failure> {
    let channel = Channel::inherited(arguments.socket).map_err(|error| {
        Failure::new("meeting the outside", error).hint("this is for hushwall's own use")
    })?;
    // The outside blocks them for itself, and execve passes that on.
    signals::release().map_err(|error| Failure::new("releasing signals", error))?;
    let failure = match prepare(&channel, &arguments.setup) {
        Ok(Some(setup)) => command::become_command(&arguments.command, &setup.identity.variables),
        // The outside has given up, and said why.
        Ok(None) => return Ok(HUSHWALL_FAILED),
        Err(failure) => failure,
    };
    let code = failure.code;
    if tell(&channel, &Report::Failed(failure.clone()), &[]).is_err() {
        return Err(failure);
    }
    Ok(code)
}

/// Everything up to the command; `None` where the outside does not say "go".
fn prepare(channel: &Channel, setup: &str) -> Result<Option<Setup>, Failure> {
    let setup: Setup = serde_json::from_str(setup)
        .map_err(|error| Failure::new("reading what to prepare", error))?;
    let privilege = namespace::enter()?;
    let tun = namespace::open_tun(&setup.addresses, setup.mtu)?;
    let diagnosis = namespace::open_diagnosis()?;
    resolver_files::mount_over(setup.addresses.resolver4)?;
    let meeting = |error: Errno| Failure::new("handing the TUN over", error);
    tell(channel, &Report::Ready, &[&tun, &diagnosis]).map_err(meeting)?;
    // From here on the outside alone holds the TUN: when it ends, nothing leaves.
    drop((tun, diagnosis));
    if channel.receive().map_err(meeting)?.0 != GO {
        return Ok(None);
    }
    namespace::become_user(&setup.identity, privilege)?;
    Ok(Some(setup))
}

fn tell(channel: &Channel, report: &Report, descriptors: &[&OwnedFd]) -> Result<(), Errno> {
    let message = serde_json::to_vec(report).map_err(|_| Errno::EINVAL)?;
    let descriptors: Vec<_> = descriptors.iter().map(|descriptor| descriptor.as_fd()).collect();
    channel.send(&message, &descriptors)
}

/// The TUN and the sock_diag socket; no failure where the inside ended without a word.
fn receive_ready(channel: &Channel) -> Result<(OwnedFd, OwnedFd), Option<Failure>> {
    let failed = |error: &dyn std::fmt::Display| Failure::new("preparing the namespace", error);
    let (message, descriptors) = channel.receive().map_err(|error| failed(&error))?;
    if message.is_empty() {
        return Err(None);
    }
    match serde_json::from_slice(&message).map_err(|error| failed(&error))? {
        Report::Failed(failure) => Err(Some(failure)),
        Report::Ready => <[OwnedFd; 2]>::try_from(descriptors)
            .map(|[tun, diagnosis]| (tun, diagnosis))
            .map_err(|_| Some(failed(&"descriptors are missing"))),
    }
}

/// Lets the command begin, and sleeps until it ends, passing signals on.
fn command_ended(
    channel: &Channel,
    child: &Child,
    firewall: &mut Firewall,
    signals: &mut Signals,
) -> Result<u8, Failure> {
    channel.send(GO, &[]).map_err(|error| Failure::new("starting the command", error))?;
    // The channel closes where the command has begun.
    match receive_ready(channel) {
        Err(None) => {}
        Ok(_) => return Err(Failure::new("starting the command", "the inside is out of step")),
        Err(Some(failure)) => {
            child.wait();
            return Err(failure);
        }
    }
    firewall.watch(signals, |told| {
        if let Some(Told::End { signal, to_us_alone: true }) = told {
            child.signal(signal);
        }
        child.ended()
    })
}

/// Who owns the connections of the namespace that this child is in.
fn attributor(child: &Child, diagnosis: OwnedFd) -> Result<Box<dyn Attributor>, Failure> {
    let failed = |error: std::io::Error| Failure::new("looking up who owns connections", error);
    let mut tables: Vec<Box<dyn SocketTable>> = vec![Box::new(SockDiag::new(diagnosis))];
    match ProcNet::open(&child.proc_folder().join("net")) {
        Ok(table) => tables.push(Box::new(table)),
        Err(error) => log::warn!("the namespace's /proc/net cannot be read: {error}"),
    }
    let processes = Processes::new(Some(&child.proc_folder().join("ns/net"))).map_err(failed)?;
    Ok(Box::new(LinuxAttributor::new(tables, processes)))
}

fn show(arguments: &RunArguments) -> Show {
    match (arguments.session.json, arguments.quiet) {
        (true, _) => Show::Json,
        (false, true) => Show::Problems,
        (false, false) => Show::Text,
    }
}
