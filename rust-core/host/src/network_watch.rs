//! Tells when the host's own network may have changed: addresses, routes, or the file that names its DNS servers.

use std::fs;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::Path;

use nix::errno::Errno;
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};
use nix::sys::socket::{
    AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, bind, recv, socket,
};
use runtime::Network;

/// The file that names the DNS servers, resolv.conf(5).
const RESOLV_CONF: &str = "/etc/resolv.conf";

/// Descriptors that become readable when something changes. Nothing is looked at in between.
pub(crate) struct NetworkWatch {
    routes: OwnedFd,
    files: Option<Inotify>,
}

impl NetworkWatch {
    /// Begins to watch.
    pub(crate) fn start() -> Result<Self, Errno> {
        let routes = socket(
            AddressFamily::Netlink,
            SockType::Raw,
            SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK,
            SockProtocol::NetlinkRoute,
        )?;
        let groups = libc::RTMGRP_LINK
            | libc::RTMGRP_IPV4_IFADDR
            | libc::RTMGRP_IPV4_ROUTE
            | libc::RTMGRP_IPV6_IFADDR
            | libc::RTMGRP_IPV6_ROUTE;
        bind(routes.as_raw_fd(), &NetlinkAddr::new(0, groups.cast_unsigned()))?;
        let files = watch_file();
        if let Err(error) = &files {
            log::warn!("changes of {RESOLV_CONF} go unnoticed: {error}");
        }
        Ok(NetworkWatch { routes, files: files.ok() })
    }

    /// The network as it is now.
    pub(crate) fn present() -> Network {
        runtime::network::detect(Path::new(RESOLV_CONF))
    }

    /// What to sleep on.
    pub(crate) fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        [Some(self.routes.as_fd()), self.files.as_ref().map(AsFd::as_fd)].into_iter().flatten()
    }

    /// Whether something may have changed since the last call; never blocks.
    pub(crate) fn changed(&mut self) -> bool {
        let mut changed = false;
        let mut message = [0; 8192];
        loop {
            match recv(self.routes.as_raw_fd(), &mut message, MsgFlags::empty()) {
                // ENOBUFS: there were more changes than the socket holds.
                Ok(_) | Err(Errno::ENOBUFS) => changed = true,
                Err(Errno::EINTR) => {}
                Err(_) => break,
            }
        }
        while let Some(Ok(_)) = self.files.as_ref().map(Inotify::read_events) {
            changed = true;
        }
        changed
    }
}

/// Watches the folders of the file and of what it links to: programs replace it as a whole.
fn watch_file() -> Result<Inotify, Errno> {
    let inotify = Inotify::init(InitFlags::IN_CLOEXEC | InitFlags::IN_NONBLOCK)?;
    let interest =
        AddWatchFlags::IN_CLOSE_WRITE | AddWatchFlags::IN_MOVED_TO | AddWatchFlags::IN_CREATE;
    let file = Path::new(RESOLV_CONF);
    let target = fs::canonicalize(file).ok();
    for folder in [Some(file), target.as_deref()].into_iter().flatten().filter_map(Path::parent) {
        inotify.add_watch(folder, interest)?;
    }
    Ok(inotify)
}
