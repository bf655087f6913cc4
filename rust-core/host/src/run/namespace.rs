//! The inside: namespaces of its own, a TUN as the only way out, and the caller's identity back before the command.

use std::fs;
use std::io;
use std::net::IpAddr;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::Path;

use nix::errno::Errno;
use nix::mount::{MsFlags, mount};
use nix::net::if_::if_nametoindex;
use nix::sched::{CloneFlags, unshare};
use nix::sys::socket::{AddressFamily, SockFlag, SockProtocol, SockType, socket};
use nix::unistd::{Gid, Uid, getegid, geteuid, setgroups, setresgid, setresuid};
use serde::{Deserialize, Serialize};

use super::addresses::{Addresses, PREFIX4, PREFIX6};
use super::netlink::Netlink;
use crate::failure::Failure;

/// The TUN's name inside.
const INTERFACE: &str = "hushwall";
/// Where the kernel hands out TUN descriptors.
const TUN_DEVICE: &str = "/dev/net/tun";

/// Who the command runs as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    /// The user.
    pub(super) uid: u32,
    /// The user's own group.
    pub(super) gid: u32,
    /// All groups of the user.
    pub(super) groups: Vec<u32>,
    /// Environment variables that name the user.
    pub(super) variables: Vec<(String, String)>,
}

/// Whose privileges the namespaces rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Privilege {
    /// The caller's own: root.
    Own,
    /// A user namespace, in which only the caller's own uid and gid exist.
    UserNamespace,
}

/// Leaves the caller's network and mounts for new ones. This process must have one thread only.
pub(super) fn enter() -> Result<Privilege, Failure> {
    let (uid, gid) = (geteuid(), getegid());
    let privilege = leave()?;
    if privilege == Privilege::UserNamespace {
        map_identity(uid, gid).map_err(|error| {
            Failure::new("mapping your user id into the namespace", error)
                .hint("run hushwall as root: sudo hushwall run --user \"$USER\" -- CMD")
        })?;
    }
    // What is mounted in here stays in here; what the host mounts later still comes in.
    mount(None::<&str>, "/", None::<&str>, MsFlags::MS_REC | MsFlags::MS_SLAVE, None::<&str>)
        .map_err(|error| Failure::new("keeping mounts apart from the host's", error))?;
    show_own_interfaces();
    Ok(privilege)
}

/// Opens the TUN and makes it the only way out of this namespace.
pub(super) fn open_tun(addresses: &Addresses, mtu: u16) -> Result<OwnedFd, Failure> {
    let tun = create_tun()?;
    configure(addresses, mtu)
        .map_err(|error| Failure::new("setting up the network of the namespace", error))?;
    allow_ping();
    Ok(tun)
}

/// A socket that answers who owns the connections of this namespace, sock_diag(7).
pub(super) fn open_diagnosis() -> Result<OwnedFd, Failure> {
    socket(
        AddressFamily::Netlink,
        SockType::Raw,
        SockFlag::SOCK_CLOEXEC,
        SockProtocol::NetlinkSockDiag,
    )
    .map_err(|error| Failure::new("opening a sock_diag socket", error))
}

/// Becomes the user that the command runs as. In a user namespace only the caller exists.
pub(super) fn become_user(identity: &Identity, privilege: Privilege) -> Result<(), Failure> {
    if geteuid().as_raw() == identity.uid && getegid().as_raw() == identity.gid {
        return Ok(());
    }
    let failed = |error| Failure::new(format!("becoming the user {}", identity.uid), error);
    if privilege == Privilege::UserNamespace {
        return Err(failed(Errno::EPERM).hint("only root may name another user with --user"));
    }
    let (uid, gid) = (Uid::from_raw(identity.uid), Gid::from_raw(identity.gid));
    let groups: Vec<Gid> = identity.groups.iter().map(|&group| Gid::from_raw(group)).collect();
    setgroups(&groups).map_err(failed)?;
    setresgid(gid, gid, gid).map_err(failed)?;
    setresuid(uid, uid, uid).map_err(failed)
}

/// With the caller's own privileges where they reach, else through a user namespace.
fn leave() -> Result<Privilege, Failure> {
    let wanted = CloneFlags::CLONE_NEWNET | CloneFlags::CLONE_NEWNS;
    let Err(alone) = unshare(wanted) else { return Ok(Privilege::Own) };
    match unshare(wanted | CloneFlags::CLONE_NEWUSER) {
        Ok(()) => Ok(Privilege::UserNamespace),
        Err(error) => Err(Failure::new(
            "making a network namespace",
            format!(
                "not with your own rights ({alone}), and not through a user namespace ({error})"
            ),
        )
        .hint(advice())),
    }
}

/// What forbids user namespaces here, as far as the system says.
fn advice() -> &'static str {
    let setting = |path: &str| fs::read_to_string(path).map(|text| text.trim().to_owned()).ok();
    let is = |path, value: &str| setting(path).as_deref() == Some(value);
    if is("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1") {
        "AppArmor forbids user namespaces here: run hushwall as root (sudo hushwall run --user \"$USER\" -- CMD), \
         or allow them: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"
    } else if is("/proc/sys/kernel/unprivileged_userns_clone", "0") {
        "user namespaces are turned off: run hushwall as root (sudo hushwall run --user \"$USER\" -- CMD), \
         or allow them: sudo sysctl kernel.unprivileged_userns_clone=1"
    } else if is("/proc/sys/user/max_user_namespaces", "0") {
        "user namespaces are turned off: run hushwall as root (sudo hushwall run --user \"$USER\" -- CMD), \
         or allow them: sudo sysctl user.max_user_namespaces=10000"
    } else {
        "run hushwall as root: sudo hushwall run --user \"$USER\" -- CMD; \
         in a container, give it CAP_SYS_ADMIN and CAP_NET_ADMIN"
    }
}

/// The command sees its own uid and gid; all others are nobody's, user_namespaces(7).
fn map_identity(uid: Uid, gid: Gid) -> io::Result<()> {
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/uid_map", format!("{uid} {uid} 1"))?;
    fs::write("/proc/self/gid_map", format!("{gid} {gid} 1"))
}

fn create_tun() -> Result<OwnedFd, Failure> {
    let tun = fs::OpenOptions::new().read(true).write(true).open(TUN_DEVICE).map_err(|error| {
        let hint = if error.kind() == io::ErrorKind::PermissionDenied {
            "let everybody open it, as most systems do: sudo chmod 666 /dev/net/tun; or run hushwall as root"
        } else {
            "load the driver: sudo modprobe tun; in a container, pass the device in"
        };
        Failure::new(format!("opening {TUN_DEVICE}"), error).hint(hint)
    })?;
    let tun = OwnedFd::from(tun);
    name_interface(&tun).map_err(|error| {
        Failure::new("making a TUN interface", error)
            .hint("run hushwall as root, or in a container with CAP_NET_ADMIN")
    })?;
    Ok(tun)
}

/// TUNSETIFF: one IP packet a read, nothing in front of it.
fn name_interface(tun: &OwnedFd) -> Result<(), Errno> {
    let mut name = [0; libc::IFNAMSIZ];
    for (to, from) in name.iter_mut().zip(INTERFACE.bytes()) {
        *to = from as libc::c_char;
    }
    let flags = (libc::IFF_TUN | libc::IFF_NO_PI) as libc::c_short;
    let request = libc::ifreq {
        ifr_name: name,
        ifr_ifru: libc::__c_anonymous_ifr_ifru { ifru_flags: flags },
    };
    #[expect(unsafe_code, reason = "TUNSETIFF has no safe wrapper")]
    // SAFETY: the descriptor is open, and the kernel reads and writes one ifreq, which outlives the call.
    let result = unsafe { libc::ioctl(tun.as_raw_fd(), libc::TUNSETIFF, &raw const request) };
    Errno::result(result).map(drop)
}

fn configure(addresses: &Addresses, mtu: u16) -> Result<(), Errno> {
    let mut netlink = Netlink::open()?;
    netlink.bring_up(if_nametoindex("lo")?, None)?;
    let index = if_nametoindex(INTERFACE)?;
    // The kernel's own chatter (router solicitations, link-local addresses) would only wake the engine.
    setting(&format!("net/ipv6/conf/{INTERFACE}/disable_ipv6"), "0");
    setting(&format!("net/ipv6/conf/{INTERFACE}/accept_ra"), "0");
    setting(&format!("net/ipv6/conf/{INTERFACE}/addr_gen_mode"), "1");
    netlink.bring_up(index, Some(u32::from(mtu)))?;
    let local4 = IpAddr::V4(addresses.local4);
    netlink.add_address(index, local4, PREFIX4)?;
    netlink.add_default_route(index, local4)?;
    let local6 = IpAddr::V6(addresses.local6);
    match netlink.add_address(index, local6, PREFIX6) {
        Ok(()) => netlink.add_default_route(index, local6),
        // A kernel without IPv6 has none in here either: nothing can leave that way.
        Err(Errno::EOPNOTSUPP | Errno::EAFNOSUPPORT | Errno::EACCES) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Has /sys show this namespace's interfaces and not the host's, as ip-netns(8) does. What fails costs comfort, not safety.
fn show_own_interfaces() {
    let flags = MsFlags::MS_RDONLY | MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    if let Err(error) = mount(Some("sysfs"), "/sys", Some("sysfs"), flags, None::<&str>) {
        log::debug!("/sys stays as it is: {error}");
    }
}

/// Lets every user inside send ICMP echo, icmp(7). In a user namespace only the caller's group has a number.
fn allow_ping() {
    let path = "net/ipv4/ping_group_range";
    if !setting(path, "0 2147483647") {
        let own = getegid();
        setting(path, &format!("{own} {own}"));
    }
}

/// Writes a kernel setting of this namespace. What fails costs comfort, not safety.
fn setting(path: &str, value: &str) -> bool {
    let written = fs::write(Path::new("/proc/sys").join(path), value);
    if let Err(error) = &written {
        log::debug!("{path} stays as it is: {error}");
    }
    written.is_ok()
}
