//! Real sockets on the loopback interface, asked about by both tables and by the whole attributor.

use std::io::{self, Read};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;

use nix::sys::socket::{setsockopt, sockopt};
use nix::unistd::geteuid;
use wire::{AppId, FlowKey, Owner, Protocol};

use super::*;

const TABLE_NAMES: [&str; 2] = ["sock_diag", "/proc/net"];

/// What each of the tables, opened anew, says of the flow.
fn ask_both(key: &FlowKey) -> [Option<SocketInfo>; 2] {
    let mut diag = SockDiag::open().unwrap();
    let mut proc = ProcNet::open(Path::new("/proc/net")).unwrap();
    [diag.find(key).unwrap(), proc.find(key).unwrap()]
}

/// Asserts that both tables find exactly this socket for the flow.
fn assert_found(socket: &impl AsRawFd, key: &FlowKey) {
    let link = std::fs::read_link(format!("/proc/self/fd/{}", socket.as_raw_fd())).unwrap();
    for (table, found) in TABLE_NAMES.iter().zip(ask_both(key)) {
        let found = found.unwrap_or_else(|| panic!("{table} does not find {key:?}"));
        assert_eq!(format!("socket:[{}]", found.inode), link.to_str().unwrap(), "{table}, {key:?}");
        assert_eq!(found.uid, geteuid().as_raw(), "{table}, {key:?}");
    }
}

fn key(protocol: Protocol, local: SocketAddr, remote: SocketAddr) -> FlowKey {
    let canonical = |at: SocketAddr| SocketAddr::new(at.ip().to_canonical(), at.port());
    FlowKey { protocol, local: canonical(local), remote: canonical(remote) }
}

fn at(address: &str) -> SocketAddr {
    address.parse().unwrap()
}

#[test]
fn tcp_of_both_families_and_ipv4_in_ipv6() {
    for (listen, connect) in
        [("127.0.0.1:0", "127.0.0.1"), ("[::1]:0", "::1"), ("127.0.0.1:0", "::ffff:127.0.0.1")]
    {
        let listener = TcpListener::bind(listen).unwrap();
        let remote = SocketAddr::new(
            connect.parse::<IpAddr>().unwrap(),
            listener.local_addr().unwrap().port(),
        );
        let client = TcpStream::connect(remote).unwrap();
        assert_found(&client, &key(Protocol::Tcp, client.local_addr().unwrap(), remote));
    }
}

#[test]
fn a_listener_is_not_the_owner_of_a_flow_from_its_port() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let flow = key(Protocol::Tcp, listener.local_addr().unwrap(), at("127.0.0.1:1"));
    assert_eq!(ask_both(&flow), [None, None]);
}

#[test]
fn udp_connected_bound_wildcard_dual_stack_and_closed() {
    for (bind, local, remote) in [
        ("127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:9"),
        ("0.0.0.0:0", "127.0.0.1:0", "127.0.0.1:9"),
        ("0.0.0.0:0", "10.99.0.1:0", "192.0.2.1:53"),
        ("[::]:0", "[::1]:0", "[2001:db8::1]:53"),
        ("[::]:0", "10.99.0.1:0", "192.0.2.1:53"),
        ("[::ffff:127.0.0.1]:0", "127.0.0.1:0", "127.0.0.1:9"),
    ] {
        let socket = UdpSocket::bind(bind).unwrap();
        let mut local = at(local);
        local.set_port(socket.local_addr().unwrap().port());
        let flow = key(Protocol::Udp, local, at(remote));
        assert_found(&socket, &flow);
        let before = ask_both(&flow);
        drop(socket);
        // Another program may have taken the port by now.
        for (before, after) in before.iter().zip(ask_both(&flow)) {
            assert_ne!(*before, after, "closed");
        }
    }
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let local = socket.local_addr().unwrap();
    socket.connect("127.0.0.1:9").unwrap();
    assert_found(&socket, &key(Protocol::Udp, local, at("127.0.0.1:9")));
    // Connected, and sends elsewhere all the same.
    assert_found(&socket, &key(Protocol::Udp, local, at("127.0.0.1:10")));
}

/// The kernel counts its way to where the last read of a table ended, and passes over as many rows as went meanwhile.
#[test]
fn no_socket_is_missed_in_a_long_table_while_others_come_and_go() {
    let stay: Vec<UdpSocket> = (0..100).map(|_| UdpSocket::bind("127.0.0.1:0").unwrap()).collect();
    let (end, ended) = mpsc::channel::<()>();
    let busy = std::thread::spawn(move || {
        while ended.try_recv() == Err(mpsc::TryRecvError::Empty) {
            drop([(); 20].map(|()| UdpSocket::bind("127.0.0.1:0").unwrap()));
        }
    });
    let mut table = ProcNet::open(Path::new("/proc/net")).unwrap();
    let missed = (0..20)
        .flat_map(|_| &stay)
        .filter(|socket| {
            let flow = key(Protocol::Udp, socket.local_addr().unwrap(), at("127.0.0.1:9"));
            table.find(&flow).unwrap().is_none()
        })
        .count();
    drop(end);
    busy.join().unwrap();
    assert_eq!(missed, 0);
}

#[test]
fn a_socket_bound_to_a_device_is_found() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    setsockopt(&socket, sockopt::BindToDevice, &"lo".into()).unwrap();
    let flow = key(Protocol::Udp, socket.local_addr().unwrap(), at("127.0.0.1:9"));
    assert_found(&socket, &flow);
}

#[test]
fn pings_are_left_to_the_other_table() {
    let flow = key(Protocol::Icmp, at("127.0.0.1:7"), at("127.0.0.1:0"));
    let refused = SockDiag::open().unwrap().find(&flow).unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::Unsupported);
    // That one answers, whether or not somebody pings just now.
    assert!(ProcNet::open(Path::new("/proc/net")).unwrap().find(&flow).is_ok());
}

/// A table that cannot answer.
struct Broken;

impl SocketTable for Broken {
    fn find(&mut self, _key: &FlowKey) -> io::Result<Option<SocketInfo>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[test]
fn the_connection_of_another_users_program_is_attributed_to_it_by_the_second_table_too() {
    let tables: [fn() -> Box<dyn SocketTable>; 2] = [
        || Box::new(SockDiag::open().unwrap()),
        || Box::new(ProcNet::open(Path::new("/proc/net")).unwrap()),
    ];
    for table in tables {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let remote = listener.local_addr().unwrap();
        let script = format!("exec 3<>/dev/tcp/127.0.0.1/{} && read line <&3", remote.port());
        let mut command = Command::new("/bin/bash");
        command.args(["-c", &script]);
        let mut uid = geteuid().as_raw();
        if uid == 0 {
            uid = 65534;
            command.uid(uid);
        }
        let mut child = command.spawn().unwrap();
        let (mut server, local) = listener.accept().unwrap();
        let processes = Processes::new(Some(Path::new("/proc/self/ns/net"))).unwrap();
        let mut attributor = LinuxAttributor::new(vec![Box::new(Broken), table()], processes);
        let owner = attributor.owner_of(&key(Protocol::Tcp, local, remote));
        server.shutdown(std::net::Shutdown::Write).unwrap();
        server.read_to_end(&mut Vec::new()).unwrap();
        child.wait().unwrap();
        let bash = std::fs::canonicalize("/bin/bash").unwrap();
        let name = bash.to_str().unwrap().into();
        assert_eq!(owner, Some(Owner::App(AppId { uid, name })));
    }
}

#[test]
fn another_network_namespace_is_asked_from_outside() {
    if geteuid().is_root() {
        return in_a_namespace();
    }
    let status = Command::new("unshare")
        .args(["--user", "--map-root-user", "--net"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "attribution::tests::another_network_namespace_is_asked_from_outside"])
        .status();
    assert!(status.unwrap().success());
}

/// A thread in a network namespace of its own has a socket there that only its namespace's tables know.
fn in_a_namespace() {
    let (tell, told) = mpsc::channel();
    let (end, ended) = mpsc::channel::<()>();
    let inside = std::thread::spawn(move || {
        nix::sched::unshare(nix::sched::CloneFlags::CLONE_NEWNET).unwrap();
        let socket = UdpSocket::bind("0.0.0.0:5353").unwrap();
        let path = std::fs::canonicalize("/proc/thread-self").unwrap().join("ns/net");
        tell.send(path).unwrap();
        let _ = ended.recv();
        drop(socket);
    });
    let path = told.recv().unwrap();
    let flow = key(Protocol::Udp, at("10.99.0.1:5353"), at("192.0.2.99:53"));
    let mut diag = SockDiag::in_namespace(&path).unwrap();
    let found = diag.find(&flow).unwrap().unwrap();
    let mut proc =
        super::in_namespace(&path, || ProcNet::open(Path::new("/proc/thread-self/net"))).unwrap();
    assert_eq!(proc.find(&flow).unwrap(), Some(found));
    assert!(LinuxAttributor::in_namespace(&path).unwrap().owner_of(&flow).is_some());
    assert!(ask_both(&flow).into_iter().flatten().all(|other| other.inode != found.inode));
    drop(end);
    inside.join().unwrap();
}
