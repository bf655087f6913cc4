//! Two network namespaces and a wire: *uplink*, where hushwall's own sockets live, and *server*, which stands for the
//! internet and has every server's addresses. Nothing leads out of the two.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use nix::sched::{CloneFlags, setns};
use tempfile::TempDir;

use crate::process::Process;
use crate::until;

/// Which namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Where hushwall's sockets live.
    Uplink,
    /// Where the servers are.
    Server,
}

/// The namespaces, and a folder for files. Dropping it takes all away.
#[derive(Debug)]
pub struct Lab {
    uplink: String,
    server: String,
    folder: TempDir,
    resolver: Option<Process>,
}

impl Lab {
    /// The servers' address on the wire; the name server listens there.
    pub const SERVER4: &str = "192.0.2.2";
    /// The same, IPv6.
    pub const SERVER6: &str = "2001:db8:1::2";
    /// `tracker.test`: an address that no other host has.
    pub const TRACKER4: &str = "198.51.100.66";
    /// The same, IPv6.
    pub const TRACKER6: &str = "2001:db8:51::66";
    /// Strings in the TXT record of `big.test`: with them the answer is over 3,000 bytes.
    pub const BIG_STRINGS: usize = 15;

    /// Makes namespaces, wire and addresses; the MTU of the wire is 1,500.
    pub fn new() -> Self {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("hushbb-{}-{number}", std::process::id());
        let folder = tempfile::Builder::new().prefix("hushbb-").tempdir().unwrap();
        // Servers and commands that are not root's must reach their files.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let lab = Lab {
            uplink: format!("{name}-up"),
            server: format!("{name}-srv"),
            folder,
            resolver: None,
        };
        lab.build();
        lab
    }

    /// A lab with a name server: `host.test` is the servers' address, `tracker.test` the tracker's, `alias.test` is an
    /// alias of it, `big.test` has a long TXT record; all else does not exist.
    pub fn with_names() -> Self {
        let mut lab = Self::new();
        lab.start_name_server(Self::SERVER4);
        lab
    }

    /// The uplink's network has another name server from now on, and the old one is gone.
    pub fn move_name_server(&mut self) {
        const ADDRESS: &str = "192.0.2.3";
        self.resolver = None;
        self.ip(Side::Server, &format!("address add {ADDRESS}/24 dev wire"));
        self.start_name_server(ADDRESS);
        self.name_server_is(ADDRESS);
        // As on a change of networks, an address comes with it.
        self.ip(Side::Uplink, "address add 192.0.2.8/24 dev uplink");
    }

    fn name_server_is(&self, address: &str) {
        // `ip netns exec` mounts it over /etc/resolv.conf.
        fs::write(self.etc_folder().join("resolv.conf"), format!("nameserver {address}\n"))
            .unwrap();
    }

    fn start_name_server(&mut self, address: &str) {
        let big: Vec<String> = (0..Self::BIG_STRINGS).map(|n| format!("{n:0>220}")).collect();
        let process = Process::start(
            self.command(Side::Server, "dnsmasq")
                .args([
                    "--keep-in-foreground",
                    "--conf-file=/dev/null",
                    "--no-resolv",
                    "--no-hosts",
                ])
                .args([
                    "--local=/test/",
                    "--local-ttl=60",
                    "--edns-packet-max=4096",
                    "--user=root",
                    "--pid-file",
                ])
                .args(["--log-queries", "--log-facility=-", "--bind-interfaces"])
                .arg(format!("--listen-address={address}"))
                .arg(format!("--host-record=host.test,{},{}", Self::SERVER4, Self::SERVER6))
                .arg(format!("--host-record=four.test,{}", Self::SERVER4))
                .arg(format!("--host-record=tracker.test,{},{}", Self::TRACKER4, Self::TRACKER6))
                .arg("--cname=alias.test,tracker.test")
                .arg(format!("--txt-record=big.test,{}", big.join(",")))
                .stderr(File::create(self.path("dns.log")).unwrap()),
        );
        self.resolver = Some(process);
        self.wait_for_port(address, 53);
    }

    /// How often the name server was asked for this name, in whichever case of its letters.
    pub fn questions(&self, name: &str) -> usize {
        let log = fs::read_to_string(self.path("dns.log")).unwrap().to_ascii_lowercase();
        log.lines()
            .filter(|line| line.contains("query[") && line.contains(&format!(" {name} ")))
            .count()
    }

    /// A program in a namespace, with the uplink's resolv.conf where that is the side.
    pub fn command(&self, side: Side, program: impl AsRef<OsStr>) -> Command {
        // A shell that was started in the background ignores SIGINT, and so would all that it starts.
        let mut command = Command::new("env");
        command
            .args(["--default-signal=INT", "ip", "netns", "exec", self.name(side)])
            .arg(program)
            .current_dir(self.folder.path());
        // Nothing of the user's own may change what the programs do.
        for variable in [
            "http_proxy",
            "https_proxy",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
            "all_proxy",
            "RUST_LOG",
            "HUSHWALL_LISTS",
            "HUSHWALL_LOG",
            "XDG_DATA_HOME",
        ] {
            command.env_remove(variable);
        }
        command.env("HOME", self.folder.path()).env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
        command
    }

    /// Runs a program there and returns its output; it must succeed.
    pub fn run(&self, side: Side, line: &str) -> String {
        let mut words = line.split_whitespace();
        let output = self.command(side, words.next().unwrap()).args(words).output().unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a script of `clients/` there, without hushwall, and returns its output; it must succeed.
    pub fn python(&self, side: Side, script: &str, arguments: &str) -> String {
        self.run(
            side,
            &format!("python3 {}/clients/{script} {arguments}", env!("CARGO_MANIFEST_DIR")),
        )
    }

    /// Runs `act` on a thread inside a namespace: sockets that it opens stay there.
    pub fn inside<T: Send>(&self, side: Side, act: impl FnOnce() -> T + Send) -> T {
        let namespace = File::open(Path::new("/run/netns").join(self.name(side))).unwrap();
        thread::scope(|scope| {
            let inside = scope.spawn(|| {
                setns(&namespace, CloneFlags::CLONE_NEWNET).unwrap();
                act()
            });
            inside.join().unwrap()
        })
    }

    /// Waits until a TCP server answers there.
    pub fn wait_for_port(&self, address: &str, port: u16) {
        let address: IpAddr = address.parse().unwrap();
        self.inside(Side::Server, || {
            until(&format!("a server on {address} port {port}"), || {
                std::net::TcpStream::connect((address, port)).ok()
            });
        });
    }

    /// One more namespace, without any way out; its name, as ip-netns(8) knows it.
    pub fn app_namespace(&self) -> String {
        let name = self.apps();
        ip(&format!("netns add {name}"));
        ip(&format!("-n {name} link set lo up"));
        name
    }

    /// A file in the lab's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the lab's folder.
    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, contents).unwrap();
        path
    }

    /// Makes `ca.pem` (self-signed, for every name of the lab) and `key.pem` where they are not there yet.
    pub fn certificate(&self) -> (PathBuf, PathBuf) {
        let (certificate, key) = (self.path("ca.pem"), self.path("key.pem"));
        if !certificate.exists() {
            let names = format!(
                "subjectAltName=DNS:host.test,DNS:four.test,DNS:tracker.test,IP:{},IP:{}",
                Self::SERVER4,
                Self::SERVER6
            );
            self.run(
                Side::Server,
                &format!(
                    "openssl req -x509 -addext basicConstraints=critical,CA:FALSE -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 2 -subj /CN=lab \
                     -addext {names} -keyout key.pem -out ca.pem"
                ),
            );
        }
        (certificate, key)
    }

    fn name(&self, side: Side) -> &str {
        match side {
            Side::Uplink => &self.uplink,
            Side::Server => &self.server,
        }
    }

    fn apps(&self) -> String {
        format!("{}-apps", self.uplink)
    }

    fn build(&self) {
        fs::create_dir_all(self.etc_folder()).unwrap();
        self.name_server_is(Self::SERVER4);
        let (uplink, server) = (&self.uplink, &self.server);
        ip(&format!("netns add {uplink}\nnetns add {server}"));
        ip(&format!("link add uplink netns {uplink} type veth peer name wire netns {server}"));
        self.ip(Side::Uplink, "link set lo up\nlink set uplink up");
        self.ip(Side::Server, "link set lo up\nlink set wire up");
        // As systemd sets it for all users; a new namespace allows nobody.
        self.inside(Side::Uplink, || {
            fs::write("/proc/sys/net/ipv4/ping_group_range", "0 2147483647").unwrap();
        });
        self.uplink_addresses();
        self.ip(
            Side::Server,
            &format!(
                "address add {}/24 dev wire\naddress add {}/64 dev wire nodad\n\
                 address add {}/32 dev lo\naddress add {}/128 dev lo nodad",
                Self::SERVER4,
                Self::SERVER6,
                Self::TRACKER4,
                Self::TRACKER6
            ),
        );
    }

    /// Gives the uplink its addresses and default routes (again).
    pub fn uplink_addresses(&self) {
        self.ip(
            Side::Uplink,
            "address replace 192.0.2.1/24 dev uplink\naddress replace 2001:db8:1::1/64 dev uplink nodad\n\
             route replace 192.0.2.0/24 dev uplink src 192.0.2.1\n\
             route replace default via 192.0.2.2\n-6 route replace default via 2001:db8:1::2",
        );
    }

    /// Several commands of ip(8) inside a namespace, one a line.
    pub fn ip(&self, side: Side, lines: &str) {
        for line in lines.lines() {
            ip(&format!("-n {} {}", self.name(side), line.trim()));
        }
    }

    fn etc_folder(&self) -> PathBuf {
        Path::new("/etc/netns").join(&self.uplink)
    }
}

impl Default for Lab {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.resolver = None;
        for name in [&self.uplink, &self.server, &self.apps()] {
            let _gone =
                Command::new("ip").args(["netns", "del", name]).stderr(Stdio::null()).status();
        }
        let _gone = fs::remove_dir_all(self.etc_folder());
    }
}

fn ip(lines: &str) {
    for line in lines.lines() {
        let output = Command::new("ip").args(line.split_whitespace()).output().unwrap();
        assert!(output.status.success(), "ip {line}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
