//! Signals as events: those that end a program are told, not obeyed, so that the log is closed and the summary shown.

use std::os::fd::{AsFd, BorrowedFd};

use nix::errno::Errno;
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};

/// No signal is blocked any more: what a program that is executed expects.
pub(crate) fn release() -> Result<(), Errno> {
    SigSet::empty().thread_set_mask()
}

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// To end (SIGINT, SIGTERM, SIGHUP, SIGQUIT).
    End {
        /// Which signal.
        signal: Signal,
        /// A process sent it to us alone. One from the terminal has reached the whole process group.
        to_us_alone: bool,
    },
    /// A child has ended or stopped.
    Child,
}

impl Told {
    /// SIGHUP from a process: daemons read their settings again then. One from the terminal says that it is gone.
    pub(crate) fn asks_to_reload(self) -> bool {
        match self {
            Told::End { signal, to_us_alone } => signal == Signal::SIGHUP && to_us_alone,
            Told::Child => false,
        }
    }
}

/// The signals of this process, from now on.
pub(crate) struct Signals(SignalFd);

impl Signals {
    /// Takes the signals over. Threads that start later inherit this; so this comes first.
    pub(crate) fn take() -> Result<Self, Errno> {
        let mut set = SigSet::empty();
        for signal in
            [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT, Signal::SIGCHLD]
        {
            set.add(signal);
        }
        set.thread_block()?;
        SignalFd::with_flags(&set, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK).map(Signals)
    }

    /// The next signal that waits, if there is one.
    pub(crate) fn next(&mut self) -> Result<Option<Told>, Errno> {
        let Some(info) = self.0.read_signal()? else { return Ok(None) };
        let signal = Signal::try_from(info.ssi_signo as i32)?;
        if signal == Signal::SIGCHLD {
            return Ok(Some(Told::Child));
        }
        Ok(Some(Told::End { signal, to_us_alone: info.ssi_code != libc::SI_KERNEL }))
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
