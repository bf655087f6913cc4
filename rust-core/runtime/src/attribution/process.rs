//! One process, its program and its descriptors, as `/proc/PID` shows them.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, open, openat, readlinkat};
use nix::sys::stat::{FileStat, Mode, fstat, fstatat};
use nix::unistd::{Whence, lseek64};

/// A process that may hold the sockets asked for.
///
/// The descriptor of its directory stays with this very process: when its number is given to another one, reading
/// through the descriptor fails.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) pid: u32,
    directory: OwnedFd,
    program: Arc<str>,
    /// Numbers of descriptors where sockets were found, the latest at the end.
    hits: VecDeque<u32>,
}

/// How a search of all descriptors ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Search {
    Found,
    /// This process does not hold the socket.
    NotHere,
    /// The descriptors may not be read, or time was up.
    GaveUp,
}

impl Process {
    /// Opens `/proc/PID`; `proc` is where procfs is mounted.
    pub(super) fn open(proc: &Path, pid: u32) -> io::Result<Process> {
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let directory = open(&proc.join(pid.to_string()), flags, Mode::empty())?;
        let mut process = Process { pid, directory, program: "".into(), hits: VecDeque::new() };
        process.read_program()?;
        Ok(process)
    }

    /// The path of the program that runs now; it changes when the process executes another.
    pub(super) fn program(&self) -> &Arc<str> {
        &self.program
    }

    /// Reads the program's path anew.
    ///
    /// # Errors
    /// The process has ended.
    pub(super) fn read_program(&mut self) -> io::Result<()> {
        let path = match readlinkat(&self.directory, "exe") {
            Ok(path) => path,
            // Not ours to read: the name of its main thread must do.
            Err(Errno::EACCES | Errno::EPERM) => self.read_name()?.into(),
            Err(error) => return Err(error.into()),
        };
        let path = String::from_utf8_lossy(path.as_bytes());
        let path = path.strip_suffix(" (deleted)").unwrap_or(&path);
        if *self.program != *path {
            self.program = path.into();
        }
        Ok(())
    }

    /// Whether the process lives in the network namespace with this device and inode.
    pub(super) fn is_in(&self, namespace: (u64, u64)) -> bool {
        fstatat(&self.directory, "ns/net", AtFlags::empty())
            .is_ok_and(|stat| identity(&stat) == namespace)
    }

    /// The user id that the process runs under; that of root where it is protected from us.
    pub(super) fn uid(&self) -> Option<u32> {
        fstat(&self.directory).ok().map(|stat| stat.st_uid)
    }

    /// Looks at the descriptor hit last and at the next few: where a program's new socket usually is.
    pub(super) fn probe_next(&mut self, link: &OsStr) -> bool {
        let Some(&last) = self.hits.back() else { return false };
        (last..last.saturating_add(PROBED_NEXT)).any(|number| self.probe(number, link))
    }

    /// Looks at the descriptors hit before, the one hit longest ago first: it is the likeliest to have been closed
    /// and taken for a new socket.
    pub(super) fn probe_hits(&mut self, link: &OsStr) -> bool {
        (0..self.hits.len()).any(|index| self.probe(self.hits[index], link))
    }

    /// Whether sockets were found here before.
    pub(super) fn was_hit(&self) -> bool {
        !self.hits.is_empty()
    }

    /// Looks at all descriptors, from the one hit last upwards and then at those below it.
    pub(super) fn search(&mut self, link: &OsStr, until: Instant) -> Search {
        let from = self.hits.back().copied().unwrap_or(0);
        match self.search_from(from, link, until) {
            Search::NotHere if from > 0 => self.search_from(0, link, until),
            search @ (Search::Found | Search::NotHere | Search::GaveUp) => search,
        }
    }

    fn search_from(&mut self, from: u32, link: &OsStr, until: Instant) -> Search {
        let Ok(mut descriptors) = self.open_descriptors(from) else {
            // Ended since it was listed, or protected from us.
            return if self.read_program().is_err() { Search::NotHere } else { Search::GaveUp };
        };
        for entry in descriptors.iter() {
            let number = entry.ok().and_then(|entry| entry.file_name().to_str().ok()?.parse().ok());
            if number.is_some_and(|number| self.probe(number, link)) {
                return Search::Found;
            }
            if Instant::now() >= until {
                return Search::GaveUp;
            }
        }
        Search::NotHere
    }

    fn open_descriptors(&self, from: u32) -> nix::Result<Dir> {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let directory = openat(&self.directory, "fd", flags, Mode::empty())?;
        // The kernel counts positions in this directory by descriptor number, after "." and "..".
        lseek64(directory.as_fd(), i64::from(from) + 2, Whence::SeekSet)?;
        Dir::from_fd(directory)
    }

    /// Whether the descriptor is this socket; notes the hit.
    fn probe(&mut self, number: u32, link: &OsStr) -> bool {
        let held =
            readlinkat(&self.directory, format!("fd/{number}").as_str()).is_ok_and(|is| is == link);
        if held {
            self.hits.retain(|hit| *hit != number);
            self.hits.push_back(number);
            if self.hits.len() > MAX_HITS {
                self.hits.pop_front();
            }
        }
        held
    }

    fn read_name(&self) -> io::Result<String> {
        let file =
            openat(&self.directory, "comm", OFlag::O_RDONLY | OFlag::O_CLOEXEC, Mode::empty())?;
        Ok(io::read_to_string(std::fs::File::from(file))?.trim_end().to_owned())
    }
}

/// What tells one namespace from another: namespaces(7).
pub(super) fn identity(stat: &FileStat) -> (u64, u64) {
    (stat.st_dev, stat.st_ino)
}

/// Descriptor numbers probed from the last hit on: enough for a name lookup's sockets and a pipe between two
/// connections.
const PROBED_NEXT: u32 = 6;
/// Descriptor numbers remembered: a client with this many connections at once that closes and opens them in turn
/// uses the same numbers again. All are probed in some 80 µs.
const MAX_HITS: usize = 128;
