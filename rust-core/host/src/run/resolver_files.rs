//! Name service inside goes through the tunnel: the files that say so, mounted over the host's.
//!
//! A program finds its DNS server in resolv.conf, the way to it in nsswitch.conf, and a resolver on the host by a
//! local socket, which a network namespace does not close. The first two are replaced, the last is hidden; the
//! host's own files are not touched.
//!
//! Two limits: a program that asks a resolver by D-Bus still reaches it, and where /etc/resolv.conf is a plain file that
//! the host replaces meanwhile, the command sees the new one (mount_namespaces(7)); its questions still pass through us.

use std::fs;
use std::io;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use nix::mount::{MntFlags, MsFlags, mount, umount2};

use crate::failure::Failure;

/// The DNS servers' file, resolv.conf(5).
const RESOLV_CONF: &str = "/etc/resolv.conf";
/// Which name services to ask in which order, nsswitch.conf(5).
const NSSWITCH_CONF: &str = "/etc/nsswitch.conf";
/// Services that answer from files, or over the network that we see.
const SERVICES_KEPT: [&str; 3] = ["files", "myhostname", "dns"];
/// Folders whose sockets answer questions for names in place of the DNS.
const SOCKET_FOLDERS: [&str; 4] =
    ["/run/systemd/resolve", "/run/nscd", "/run/avahi-daemon", "/var/run/nscd"];
/// Where the new files lie while they are mounted; a folder that every system has, covered only for that moment.
const STAGES: [&str; 4] = ["/tmp", "/var/tmp", "/mnt", "/home"];

/// Mounts everything in this (private) mount namespace, so that names are asked at `resolver`.
pub(super) fn mount_over(resolver: Ipv4Addr) -> Result<(), Failure> {
    let failed = |what: String| move |error: io::Error| Failure::new(what, error);
    let resolv_conf = inside_file(resolver, &fs::read_to_string(RESOLV_CONF).unwrap_or_default());
    let target = fs::canonicalize(RESOLV_CONF).ok();
    let services = fs::read_to_string(NSSWITCH_CONF).ok().and_then(|text| without_resolvers(&text));

    let hidden = socket_folders();
    for folder in &hidden {
        mount_empty(folder).map_err(failed(format!("hiding {}", folder.display())))?;
    }
    let stage = Stage::mount(target.as_deref())
        .map_err(failed("making room for resolv.conf".to_owned()))?;
    let file = stage
        .write("resolv.conf", &resolv_conf)
        .map_err(failed("writing resolv.conf".to_owned()))?;
    match &target {
        // Hidden with its folder: a resolver that replaces its file on the host does not reach ours.
        Some(target) if hidden.iter().any(|folder| target.starts_with(folder)) => {
            fs::copy(&file, target).map(drop)
        }
        Some(target) => bind(&file, target),
        None => stage.overlay_missing(&file),
    }
    .map_err(|error| {
        Failure::new(format!("mounting over {RESOLV_CONF}"), error)
            .hint(format!("make sure that there is a file {RESOLV_CONF}: sudo touch {RESOLV_CONF}"))
    })?;
    if let Some(services) = services {
        let file = stage
            .write("nsswitch.conf", &services)
            .map_err(failed("writing nsswitch.conf".to_owned()))?;
        bind(&file, Path::new(NSSWITCH_CONF))
            .map_err(failed(format!("mounting over {NSSWITCH_CONF}")))?;
    }
    stage.uncover().map_err(failed("clearing up after resolv.conf".to_owned()))
}

/// Our server; the host's search list and options.
fn inside_file(resolver: Ipv4Addr, host_file: &str) -> String {
    let mut text = format!("nameserver {resolver}\n");
    for line in host_file.lines() {
        if matches!(line.split_whitespace().next(), Some("search" | "domain" | "options")) {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// The same file with only those services for host names that come to us; `None` where nothing has to change.
fn without_resolvers(nsswitch: &str) -> Option<String> {
    let is_hosts = |line: &str| {
        line.trim_start()
            .strip_prefix("hosts")
            .is_some_and(|rest| rest.trim_start().starts_with(':'))
    };
    let hosts = nsswitch.lines().find(|line| is_hosts(line))?;
    let services = hosts.split_once(':')?.1.split('#').next()?;
    if services.split_whitespace().all(|service| SERVICES_KEPT.contains(&service)) {
        return None;
    }
    let lines = nsswitch
        .lines()
        .map(|line| if is_hosts(line) { "hosts: files myhostname dns" } else { line });
    Some(lines.flat_map(|line| [line, "\n"]).collect())
}

/// Those that this host has, each once, whatever links lead there.
fn socket_folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        SOCKET_FOLDERS.iter().filter_map(|folder| fs::canonicalize(folder).ok()).collect();
    folders.sort();
    folders.dedup();
    folders
}

/// A small file system in memory, mounted where it disturbs nobody. The files stay alive through their mounts.
struct Stage(PathBuf);

impl Stage {
    fn mount(target: Option<&Path>) -> io::Result<Self> {
        let folder = STAGES
            .iter()
            .map(PathBuf::from)
            .filter(|stage| stage.is_dir())
            .find(|stage| !target.is_some_and(|target| target.starts_with(stage)))
            .ok_or(io::ErrorKind::NotFound)?;
        mount_empty(&folder)?;
        Ok(Stage(folder))
    }

    fn write(&self, name: &str, text: &str) -> io::Result<PathBuf> {
        let path = self.0.join(name);
        fs::write(&path, text)?;
        Ok(path)
    }

    /// /etc without a usable resolv.conf: a layer over /etc that has one.
    fn overlay_missing(&self, file: &Path) -> io::Result<()> {
        let (upper, work) = (self.0.join("upper"), self.0.join("work"));
        fs::create_dir(&upper)?;
        fs::create_dir(&work)?;
        fs::copy(file, upper.join("resolv.conf"))?;
        let layers =
            format!("lowerdir=/etc,upperdir={},workdir={}", upper.display(), work.display());
        Ok(mount(
            Some("overlay"),
            "/etc",
            Some("overlay"),
            MsFlags::empty(),
            Some(layers.as_str()),
        )?)
    }

    fn uncover(self) -> io::Result<()> {
        Ok(umount2(&self.0, MntFlags::MNT_DETACH)?)
    }
}

fn mount_empty(folder: &Path) -> io::Result<()> {
    Ok(mount(Some("tmpfs"), folder, Some("tmpfs"), MsFlags::empty(), Some("mode=0755"))?)
}

fn bind(file: &Path, over: &Path) -> io::Result<()> {
    Ok(mount(Some(file), over, None::<&str>, MsFlags::MS_BIND, None::<&str>)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_inside_names_our_server_and_keeps_search_and_options() {
        let host = "# made by something\nnameserver 127.0.0.53\nsearch lan example.org\noptions edns0 trust-ad\n";
        let inside = inside_file(Ipv4Addr::new(10, 1, 2, 1), host);
        assert_eq!(inside, "nameserver 10.1.2.1\nsearch lan example.org\noptions edns0 trust-ad\n");
    }

    #[test]
    fn services_that_ask_a_program_of_the_host_are_left_out() {
        let text = "passwd: files systemd\nhosts:  mymachines resolve [!UNAVAIL=return] files myhostname dns\nethers: files\n";
        let expected = "passwd: files systemd\nhosts: files myhostname dns\nethers: files\n";
        assert_eq!(without_resolvers(text).unwrap(), expected);
        assert_eq!(without_resolvers("hosts:\tfiles dns # plain\n"), None);
        assert_eq!(without_resolvers("passwd: files\n"), None);
    }
}
