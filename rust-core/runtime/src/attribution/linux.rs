//! The attributor of the Linux program: a socket table for uid and inode, the processes for the program.

use std::io;
use std::path::Path;

use wire::{AppId, FlowKey, Owner};

use super::namespace::in_namespace;
use super::table::SocketInfo;
use super::{Attributor, ProcNet, Processes, SockDiag, SocketTable};

/// Attributes the flows of one network namespace.
pub struct LinuxAttributor {
    tables: Vec<Box<dyn SocketTable>>,
    /// Tells the program; without it the user is the owner.
    processes: Option<Processes>,
}

impl LinuxAttributor {
    /// Asks the tables in this order: a later one only where an earlier one cannot answer (not where it says that
    /// there is no such socket).
    pub fn new(tables: Vec<Box<dyn SocketTable>>, processes: Processes) -> LinuxAttributor {
        LinuxAttributor { tables, processes: Some(processes) }
    }

    /// Attributes the flows of the network namespace at `path` (`/proc/PID/ns/net`), by [`SockDiag`] and [`ProcNet`].
    ///
    /// # Errors
    /// As [`in_namespace`], or neither table can be opened there.
    pub fn in_namespace(path: &Path) -> io::Result<LinuxAttributor> {
        let tables = in_namespace(path, open_tables)?;
        Ok(LinuxAttributor::new(tables, Processes::new(Some(path))?))
    }

    /// Names the user of each flow and not its program, as Android does: one question to the kernel, and no look at the
    /// descriptors of processes.
    #[must_use]
    pub fn by_user(self) -> LinuxAttributor {
        LinuxAttributor { processes: None, ..self }
    }

    /// Attributes the flows of the present network namespace.
    ///
    /// # Errors
    /// Neither table can be opened.
    pub fn open() -> io::Result<LinuxAttributor> {
        let path = Path::new("/proc/thread-self/ns/net");
        Ok(LinuxAttributor::new(open_tables()?, Processes::new(Some(path))?))
    }
}

impl Attributor for LinuxAttributor {
    fn owner_of(&mut self, key: &FlowKey) -> Option<Owner> {
        for table in &mut self.tables {
            match table.find(key) {
                Ok(found) => return Some(self.owner(found?)),
                Err(error) => {
                    log::debug!("a socket table cannot answer for {}: {error}", key.protocol);
                }
            }
        }
        None
    }
}

impl LinuxAttributor {
    fn owner(&mut self, socket: SocketInfo) -> Owner {
        match &mut self.processes {
            Some(processes) => processes.owner(socket),
            None => {
                Owner::App(AppId { uid: socket.uid, name: format!("uid {}", socket.uid).into() })
            }
        }
    }
}

fn open_tables() -> io::Result<Vec<Box<dyn SocketTable>>> {
    let mut tables: Vec<Box<dyn SocketTable>> = Vec::new();
    match SockDiag::open() {
        Ok(table) => tables.push(Box::new(table)),
        Err(error) => log::warn!("no sock_diag, connections are looked up in /proc/net: {error}"),
    }
    match ProcNet::open(Path::new("/proc/thread-self/net")) {
        Ok(table) => tables.push(Box::new(table)),
        Err(error) if tables.is_empty() => return Err(error),
        Err(error) => log::warn!("/proc/net cannot be read, pings will have no owner: {error}"),
    }
    Ok(tables)
}
