//! From a socket's inode to the program that holds it: proc(5), `/proc/PID/fd`.
//!
//! The kernel has no direct answer, so this looks where the socket probably is (programs connect in bursts, and take
//! the next free descriptor numbers), and only then everywhere, within a bound of time.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use wire::{AppId, Owner};

use super::allowance::Allowance;
use super::process::{Process, Search, identity};
use super::table::SocketInfo;

/// The processes of one network namespace, or all of them.
#[derive(Debug)]
pub struct Processes {
    proc: PathBuf,
    /// Device and inode of the namespace.
    namespace: Option<(u64, u64)>,
    /// Names of users by uid.
    users: HashMap<u32, Arc<str>>,
    /// Processes that hits were made in, the latest first.
    known: Vec<Process>,
    /// The only program of a uid, if there is just one, and when that was found out.
    only: HashMap<u32, (Instant, Option<Arc<str>>)>,
    searches: Allowance,
}

impl Processes {
    /// Looks among the processes whose network namespace is the one at this path, or among all.
    ///
    /// # Errors
    /// The path cannot be read.
    pub fn new(namespace: Option<&Path>) -> io::Result<Processes> {
        let namespace = match namespace {
            Some(path) => Some(identity(&nix::sys::stat::stat(path)?)),
            None => None,
        };
        Ok(Processes {
            proc: "/proc".into(),
            namespace,
            users: read_users(&fs::read_to_string("/etc/passwd").unwrap_or_default()),
            known: Vec::new(),
            only: HashMap::new(),
            searches: Allowance::new(SEARCHES, SEARCHES_ONE_IN),
        })
    }

    /// Who owns the socket: the program that holds it. Where that cannot be found out, the only program that runs
    /// under the socket's uid; else the uid, with the name of its user. A socket of root's that no process holds is
    /// the system's own.
    pub fn owner(&mut self, socket: SocketInfo) -> Owner {
        let SocketInfo { uid, inode } = socket;
        let held = if inode == 0 { Held::CannotTell } else { self.holder(inode) };
        let program = match held {
            Held::By(program) => Some(program),
            Held::CannotTell if inode == 0 && uid == 0 => None,
            Held::CannotTell => self.only_program(uid),
            Held::ByNobody => None,
        };
        match program {
            Some(name) => Owner::App(AppId { uid, name }),
            None if uid == 0 => Owner::System(AppId { uid, name: "root".into() }),
            None => Owner::App(AppId { uid, name: self.user(uid) }),
        }
    }

    fn holder(&mut self, inode: u64) -> Held {
        let link = OsString::from(format!("socket:[{inode}]"));
        if let Some(program) = self.probe(&link) {
            return Held::By(program);
        }
        let Some(until) = self.searches.begin() else { return Held::CannotTell };
        let held = self.search(&link, until);
        self.searches.end();
        held
    }

    /// Looks where sockets were found before.
    fn probe(&mut self, link: &OsStr) -> Option<Arc<str>> {
        let index = self
            .known
            .iter_mut()
            .position(|process| process.probe_next(link))
            .or_else(|| self.known.iter_mut().position(|process| process.probe_hits(link)))?;
        self.known[..=index].rotate_right(1);
        let process = self.known.first_mut()?;
        // It may have executed another program since; if it ended just now, the old one is right.
        let _ = process.read_program();
        Some(Arc::clone(process.program()))
    }

    /// Looks at all descriptors of all processes, the newest process first: it is the likeliest to be new here, and
    /// the older one, where both hold the socket, has given it to the newer.
    fn search(&mut self, link: &OsStr, until: Instant) -> Held {
        self.known.retain_mut(|process| process.read_program().is_ok());
        let mut held = Held::ByNobody;
        for pid in self.pids() {
            let Some(mut process) = self.take_process(pid) else { continue };
            let search = process.search(link, until);
            let program = Arc::clone(process.program());
            if search == Search::Found {
                self.known.insert(0, process);
                self.known.truncate(MAX_KNOWN);
                return Held::By(program);
            }
            if process.was_hit() {
                self.known.push(process);
            }
            if search == Search::GaveUp {
                held = Held::CannotTell;
            }
            if Instant::now() >= until {
                return Held::CannotTell;
            }
        }
        held
    }

    /// The only program that runs under the uid, as found at most a second ago.
    fn only_program(&mut self, uid: u32) -> Option<Arc<str>> {
        let now = Instant::now();
        if let Some((at, program)) = self.only.get(&uid)
            && now.duration_since(*at) < ONLY_KEPT
        {
            return program.clone();
        }
        let mut programs = self
            .pids()
            .into_iter()
            .filter_map(|pid| self.open_process(pid))
            .filter(|process| process.uid() == Some(uid))
            .map(|process| Arc::clone(process.program()));
        let program = programs.next().filter(|first| programs.all(|other| other == *first));
        self.only.retain(|_, (at, _)| now.duration_since(*at) < ONLY_KEPT);
        self.only.insert(uid, (now, program.clone()));
        program
    }

    /// The numbers of all processes, the newest first (as far as numbers tell).
    fn pids(&self) -> Vec<u32> {
        let entries = fs::read_dir(&self.proc).into_iter().flatten().flatten();
        let mut pids: Vec<u32> =
            entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
        pids.sort_unstable_by_key(|pid| std::cmp::Reverse(*pid));
        pids
    }

    fn take_process(&mut self, pid: u32) -> Option<Process> {
        match self.known.iter().position(|process| process.pid == pid) {
            Some(index) => Some(self.known.remove(index)),
            None => self.open_process(pid),
        }
    }

    fn open_process(&self, pid: u32) -> Option<Process> {
        let process = Process::open(&self.proc, pid).ok()?;
        self.namespace.is_none_or(|namespace| process.is_in(namespace)).then_some(process)
    }

    fn user(&self, uid: u32) -> Arc<str> {
        self.users.get(&uid).cloned().unwrap_or_else(|| format!("uid {uid}").into())
    }
}

/// Who holds a socket.
enum Held {
    /// A process that runs this program.
    By(Arc<str>),
    /// All processes were looked at: it was closed, or never had a process.
    ByNobody,
    /// Some process could not be looked at, or time was up.
    CannotTell,
}

/// Processes remembered; each costs a descriptor of ours, and a few microseconds for each socket of another one.
const MAX_KNOWN: usize = 16;
/// A search through a process with 10,000 descriptors takes some 10 ms: this much at once, then a quarter of the time,
/// so that sockets that cannot be found do not take the thread from those that can.
const SEARCHES: Duration = Duration::from_millis(100);
const SEARCHES_ONE_IN: u32 = 4;
/// How long the answer to "which is the only program of this uid?" is kept: finding it out takes milliseconds.
const ONLY_KEPT: Duration = Duration::from_secs(1);

/// The users of passwd(5): read as a file, since the system's user directory may be asked over the network.
fn read_users(passwd: &str) -> HashMap<u32, Arc<str>> {
    let user = |line: &str| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        Some((fields.nth(1)?.parse().ok()?, name.into()))
    };
    passwd.lines().filter_map(user).collect()
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;
    use std::os::fd::AsRawFd;
    use std::process::{Command, Stdio};

    use super::*;

    const AN_HOUR: Duration = Duration::from_secs(3600);
    /// Of no user's in any test's system.
    const NOBODYS_UID: u32 = 4_000_000_000;

    fn processes(searches: Duration) -> Processes {
        Processes { searches: Allowance::new(searches, u32::MAX), ..Processes::new(None).unwrap() }
    }

    fn socket_info(socket: &impl AsRawFd, uid: u32) -> SocketInfo {
        let inode = nix::sys::stat::stat(format!("/proc/self/fd/{}", socket.as_raw_fd()).as_str());
        SocketInfo { uid, inode: inode.unwrap().st_ino }
    }

    fn app(uid: u32, name: &str) -> Owner {
        Owner::App(AppId { uid, name: name.into() })
    }

    fn this_program() -> String {
        fs::read_link("/proc/self/exe").unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn many_sockets_of_one_program_are_all_found() {
        let mut processes = processes(AN_HOUR);
        let sockets: Vec<_> = (0..500).map(|_| UdpSocket::bind("127.0.0.1:0").unwrap()).collect();
        for socket in &sockets {
            assert_eq!(processes.owner(socket_info(socket, 7)), app(7, &this_program()));
        }
    }

    #[test]
    fn descriptors_used_again_and_the_next_ones_are_found_without_a_search() {
        let mut processes = processes(AN_HOUR);
        let sockets: Vec<_> = (0..20).map(|_| UdpSocket::bind("127.0.0.1:0").unwrap()).collect();
        for socket in &sockets {
            processes.owner(socket_info(socket, 7));
        }
        processes.searches = Allowance::new(Duration::ZERO, u32::MAX);
        for socket in &sockets {
            assert_eq!(processes.owner(socket_info(socket, 7)), app(7, &this_program()));
        }
    }

    #[test]
    fn a_socket_handed_to_another_program_belongs_to_that_program() {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let info = socket_info(&socket, 7);
        let mut processes = processes(AN_HOUR);
        assert_eq!(processes.owner(info), app(7, &this_program()));

        // The child executes one program after another, and holds the socket as its standard output.
        let stdout = Stdio::from(std::os::fd::OwnedFd::from(socket));
        let mut child = Command::new("/bin/sh")
            .args(["-c", "read line && exec cat"])
            .stdin(Stdio::piped())
            .stdout(stdout)
            .spawn()
            .unwrap();
        let shell = fs::canonicalize("/bin/sh").unwrap();
        assert_eq!(processes.owner(info), app(7, shell.to_str().unwrap()));

        use std::io::Write;
        child.stdin.as_mut().unwrap().write_all(b"go\n").unwrap();
        let cat = fs::canonicalize("/bin/cat").unwrap();
        let exe = format!("/proc/{}/exe", child.id());
        while fs::read_link(&exe).unwrap() != cat {
            std::thread::yield_now();
        }
        assert_eq!(processes.owner(info), app(7, cat.to_str().unwrap()));

        drop(child.stdin.take());
        child.wait().unwrap();
        assert_eq!(processes.owner(info), app(7, &processes.user(7)), "closed with its program");
    }

    #[test]
    fn what_nobody_holds_has_at_least_its_uid() {
        let gone = |uid| {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            socket_info(&socket, uid)
        };
        // In a namespace without a process, so that it is certain that nobody holds the sockets.
        let mut processes = Processes { namespace: Some((0, 0)), ..processes(AN_HOUR) };
        processes.users = read_users(
            "root:x:0:0:root:/root:/bin/sh\nbroken\n:x:y\nanna:x:1000:1000::/:/bin/sh\n",
        );
        assert_eq!(processes.owner(gone(1000)), app(1000, "anna"));
        assert_eq!(processes.owner(gone(NOBODYS_UID)), app(NOBODYS_UID, "uid 4000000000"));
        let root = Owner::System(AppId { uid: 0, name: "root".into() });
        assert_eq!(processes.owner(gone(0)), root);
        assert_eq!(processes.owner(SocketInfo { uid: 0, inode: 0 }), root);
    }

    #[test]
    fn with_no_time_to_search_the_only_program_of_the_uid_speaks() {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let mut processes = processes(Duration::ZERO);
        let now = Instant::now() + AN_HOUR;
        processes.only.insert(NOBODYS_UID, (now, Some("/usr/bin/only".into())));
        assert_eq!(
            processes.owner(socket_info(&socket, NOBODYS_UID)),
            app(NOBODYS_UID, "/usr/bin/only")
        );
        let closed = SocketInfo { uid: NOBODYS_UID, inode: 0 };
        assert_eq!(processes.owner(closed), app(NOBODYS_UID, "/usr/bin/only"));
    }

    #[test]
    fn processes_of_another_namespace_are_not_looked_at() {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let mut processes = Processes { namespace: Some((0, 0)), ..processes(AN_HOUR) };
        let info = socket_info(&socket, NOBODYS_UID);
        assert_eq!(processes.owner(info), app(NOBODYS_UID, "uid 4000000000"));
    }
}
