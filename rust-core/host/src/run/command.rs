//! The command as a child: started on the inside, watched from the outside.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, raise};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use crate::failure::{COMMAND_NOT_FOUND, COMMAND_NOT_RUNNABLE, Failure};

/// Added to a signal's number where a signal ended the command, as shells do.
const ENDED_BY_SIGNAL: i32 = 128;

/// The process that prepares the inside and then becomes the command.
pub(super) struct Child(Pid);

impl Child {
    /// Starts this program again as the inside, with its end of the channel.
    pub(super) fn start(
        socket: OwnedFd,
        setup: &str,
        command: &[OsString],
    ) -> Result<Self, Failure> {
        // Its own binary: the path may have been replaced since.
        let child = Command::new("/proc/self/exe")
            .arg0("hushwall")
            .args(["__inside", &socket.as_raw_fd().to_string(), setup, "--"])
            .args(command)
            .spawn()
            .map_err(|error| Failure::new("starting the inside", error))?;
        drop(socket);
        Ok(Child(Pid::from_raw(child.id().cast_signed())))
    }

    /// Its folder in /proc.
    pub(super) fn proc_folder(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}", self.0))
    }

    /// Passes a signal on.
    pub(super) fn signal(&self, signal: Signal) {
        // It may have ended just now; then nobody needs the signal.
        let _gone = kill(self.0, signal);
    }

    /// Looks whether it has ended: its exit code as a shell would tell it.
    pub(super) fn ended(&self) -> Option<u8> {
        match waitpid(self.0, Some(WaitPidFlag::WNOHANG | WaitPidFlag::WUNTRACED)) {
            Ok(WaitStatus::Stopped(_, _)) => {
                self.stop_together();
                None
            }
            Ok(status) => exit_code(status),
            Err(_) => None,
        }
    }

    /// Waits until it has ended.
    pub(super) fn wait(&self) -> u8 {
        loop {
            match waitpid(self.0, None) {
                Err(Errno::EINTR) => {}
                Ok(status) => {
                    if let Some(code) = exit_code(status) {
                        return code;
                    }
                }
                Err(_) => return crate::failure::HUSHWALL_FAILED,
            }
        }
    }

    /// Suspended in a terminal: stops this process too, so that the user's shell takes over; both go on together.
    fn stop_together(&self) {
        if io::stdin().is_terminal() && raise(Signal::SIGSTOP).is_ok() {
            self.signal(Signal::SIGCONT);
        }
    }
}

/// Becomes the command; returns only where it cannot be run.
pub(super) fn become_command(command: &[OsString], variables: &[(String, String)]) -> Failure {
    let Some((program, arguments)) = command.split_first() else {
        return Failure::new("running the command", "there is none");
    };
    let what = format!("running {}", program.display());
    let error =
        Command::new(program).args(arguments).envs(variables.iter().map(|(k, v)| (k, v))).exec();
    let failure = Failure::new(what, &error).code(COMMAND_NOT_RUNNABLE);
    if error.kind() == io::ErrorKind::NotFound {
        failure
            .hint("is it spelled right, and installed? a script also needs the program of its first line")
            .code(COMMAND_NOT_FOUND)
    } else if error.kind() == io::ErrorKind::PermissionDenied {
        failure.hint("make the file executable, or name the program that reads it")
    } else {
        failure
    }
}

/// `None` for a child that goes on.
fn exit_code(status: WaitStatus) -> Option<u8> {
    if let WaitStatus::Exited(_, code) = status {
        Some(code as u8)
    } else if let WaitStatus::Signaled(_, signal, _) = status {
        Some((ENDED_BY_SIGNAL + signal as i32) as u8)
    } else {
        None
    }
}
