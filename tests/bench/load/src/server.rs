//! The far end: echoes every byte of every TCP connection and every UDP datagram.
//!
//! Sockets of connections stay blocking: each is read once when epoll says that it is readable, and
//! what is echoed always fits its send buffer here (clients wait for their byte).

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream, UdpSocket},
    os::fd::{AsFd, AsRawFd},
};

use nix::sys::{
    epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout},
    socket::{setsockopt, sockopt},
};

use crate::target::{FIRST_TCP_PORT, TCP_PORTS, Targets, UDP_PORT};

/// Datagrams taken from one socket before the next one's turn.
const DATAGRAMS_A_TURN: usize = 64;

/// The server must never be what drops datagrams.
const UDP_BUFFER: usize = 8 << 20;

enum Socket {
    Listener(TcpListener),
    Connection(TcpStream),
    Datagrams(UdpSocket),
}

/// Serves until the process is ended. Prints `{"ready":true}` once all ports are open.
pub(crate) fn serve(targets: Targets) -> io::Result<()> {
    let mut server =
        Server { epoll: Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?, sockets: vec![] };
    for port in FIRST_TCP_PORT..FIRST_TCP_PORT + TCP_PORTS {
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))?;
        listener.set_nonblocking(true)?;
        server.add(Socket::Listener(listener))?;
    }
    // A socket for each address, so that an answer leaves from the address that was asked.
    for address in targets.addresses() {
        let socket = UdpSocket::bind(SocketAddrV4::new(address, UDP_PORT))?;
        socket.set_nonblocking(true)?;
        setsockopt(&socket, sockopt::RcvBufForce, &UDP_BUFFER)?;
        setsockopt(&socket, sockopt::SndBufForce, &UDP_BUFFER)?;
        server.add(Socket::Datagrams(socket))?;
    }
    println!("{{\"ready\":true}}");
    server.run()
}

struct Server {
    epoll: Epoll,
    /// Indexed by descriptor.
    sockets: Vec<Option<Socket>>,
}

impl Server {
    fn add(&mut self, socket: Socket) -> io::Result<()> {
        let fd = match &socket {
            Socket::Listener(listener) => listener.as_fd(),
            Socket::Connection(stream) => stream.as_fd(),
            Socket::Datagrams(socket) => socket.as_fd(),
        };
        let index = fd.as_raw_fd() as usize;
        self.epoll.add(fd, EpollEvent::new(EpollFlags::EPOLLIN, index as u64))?;
        if self.sockets.len() <= index {
            self.sockets.resize_with(index + 1, || None);
        }
        self.sockets[index] = Some(socket);
        Ok(())
    }

    fn run(&mut self) -> io::Result<()> {
        let mut events = [EpollEvent::empty(); 256];
        let mut buffer = vec![0; 65_536];
        loop {
            let count = self.epoll.wait(&mut events, EpollTimeout::NONE)?;
            for event in &events[..count] {
                self.handle(event.data() as usize, &mut buffer)?;
            }
        }
    }

    fn handle(&mut self, index: usize, buffer: &mut [u8]) -> io::Result<()> {
        match &self.sockets[index] {
            Some(Socket::Listener(_)) => self.accept(index)?,
            Some(Socket::Datagrams(socket)) => echo_datagrams(socket, buffer),
            Some(Socket::Connection(stream)) if echo(stream, buffer) => {}
            Some(Socket::Connection(_)) | None => self.sockets[index] = None,
        }
        Ok(())
    }

    fn accept(&mut self, index: usize) -> io::Result<()> {
        while let Some(Socket::Listener(listener)) = &self.sockets[index] {
            match listener.accept() {
                Ok((stream, _)) => {
                    stream.set_nodelay(true)?;
                    self.add(Socket::Connection(stream))?;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                // A connection that was reset while it waited.
                Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// False when the connection is over.
fn echo(mut stream: &TcpStream, buffer: &mut [u8]) -> bool {
    match stream.read(buffer) {
        Ok(0) | Err(_) => false,
        Ok(length) => stream.write_all(&buffer[..length]).is_ok(),
    }
}

fn echo_datagrams(socket: &UdpSocket, buffer: &mut [u8]) {
    for _ in 0..DATAGRAMS_A_TURN {
        let Ok((length, from)) = socket.recv_from(buffer) else { return };
        // A lost answer is the client's to count.
        let _lost = socket.send_to(&buffer[..length], from);
    }
}
