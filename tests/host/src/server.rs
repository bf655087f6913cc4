//! Servers of a few lines, on threads of the test, with their sockets in the lab.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::lab::{Lab, Side};

/// How many connections a server has taken.
#[derive(Clone, Debug, Default)]
pub struct Connections(Arc<AtomicUsize>);

impl Connections {
    /// So far.
    pub fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// Listens on an address of the servers and gives each connection a thread. Its port, and the count.
/// The threads end with the connections, or with the test's process.
pub fn serve(
    lab: &Lab,
    address: &str,
    handle: impl Fn(TcpStream) -> io::Result<()> + Send + Sync + 'static,
) -> (SocketAddr, Connections) {
    let address: SocketAddr = address.parse().unwrap();
    let listener = lab.inside(Side::Server, || TcpListener::bind(address).unwrap());
    // The backlog of std is 128 (4096 in newer versions): 2,000 connections at once need more.
    nix::sys::socket::listen(&listener, nix::sys::socket::Backlog::new(4096).unwrap()).unwrap();
    let bound = listener.local_addr().unwrap();
    let connections = Connections::default();
    let counter = connections.clone();
    let handle = Arc::new(handle);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (Ok(stream), handle) = (stream, handle.clone()) else { return };
            counter.0.fetch_add(1, Ordering::SeqCst);
            // What goes wrong in a connection shows at its other end.
            thread::Builder::new().stack_size(128 << 10).spawn(move || handle(stream)).unwrap();
        }
    });
    (bound, connections)
}

/// Sends everything back until the other side has finished.
pub fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut block = [0; 16 * 1024];
    loop {
        match stream.read(&mut block)? {
            0 => return stream.shutdown(std::net::Shutdown::Write),
            length => stream.write_all(&block[..length])?,
        }
    }
}

/// A UDP server that sends every datagram back from where it came to. Its port. Its thread ends with the test's process.
pub fn echo_datagrams(lab: &Lab, address: &str) -> u16 {
    let address: SocketAddr = address.parse().unwrap();
    let socket = lab.inside(Side::Server, || UdpSocket::bind(address).unwrap());
    let port = socket.local_addr().unwrap().port();
    thread::spawn(move || {
        let mut datagram = vec![0; 65_536];
        // An error is an earlier answer that nobody took.
        loop {
            if let Ok((length, peer)) = socket.recv_from(&mut datagram) {
                let _unanswered = socket.send_to(&datagram[..length], peer);
            }
        }
    });
    port
}
