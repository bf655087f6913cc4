//! Where other threads leave what the engine's thread shall do, and how they wake it.

use std::os::fd::{AsFd, BorrowedFd};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};

use engine::{Audit, Network};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::eventfd::{EfdFlags, EventFd};

use crate::audit::Recording;
use crate::rules::InForce;
use crate::stats::Stats;
use crate::tun::Tun;

/// What the session can ask of the engine's thread.
pub(crate) enum Command {
    /// Decide by these rules from now on, open flows too.
    SetRules(InForce),
    /// The network below changed; the label is for the log.
    SetNetwork(Network, Arc<str>),
    /// Read from and write to this TUN with this MTU from now on; let the old one go.
    ReplaceTun(Tun, usize),
    /// Listen to this from now on.
    BeginAudit(Audit),
    /// Listen no longer, and send what was heard.
    EndAudit(SyncSender<Recording>),
    /// Tell what the audit has heard up to now.
    AuditSoFar(SyncSender<Recording>),
    /// Send a snapshot of the counters.
    Stats(SyncSender<Stats>),
    /// End every flow, and then the thread.
    Stop,
}

/// A queue of commands with a descriptor that epoll watches, edge-triggered.
pub(crate) struct Mailbox {
    commands: Mutex<Vec<Command>>,
    wake: EventFd,
}

impl Mailbox {
    /// An empty one.
    pub(crate) fn new() -> nix::Result<Self> {
        let flags = EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK;
        Ok(Mailbox { commands: Mutex::default(), wake: EventFd::from_flags(flags)? })
    }

    /// Leaves a command, and wakes the thread.
    pub(crate) fn post(&self, command: Command) {
        self.commands.lock().unwrap_or_else(PoisonError::into_inner).push(command);
        self.wake();
    }

    /// Wakes the thread: something was left here or elsewhere. Never blocks.
    pub(crate) fn wake(&self) {
        if let Err(error) = self.wake.write(1) {
            log::error!("the engine could not be woken: {error}");
        }
    }

    /// Sleeps until the next wake-up, for a thread that has no epoll any more.
    pub(crate) fn wait(&self) -> nix::Result<()> {
        match poll(&mut [PollFd::new(self.wake.as_fd(), PollFlags::POLLIN)], PollTimeout::NONE) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error),
        }
        match self.wake.read() {
            Ok(_) | Err(Errno::EAGAIN | Errno::EINTR) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Takes what was left, in order.
    pub(crate) fn take(&self) -> Vec<Command> {
        std::mem::take(&mut *self.commands.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl AsFd for Mailbox {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}
