//! TCP load: connections that carry one byte each way, closed at once or held open.

use std::{
    io::{self, BufRead, ErrorKind, Read, Write},
    net::{SocketAddrV4, TcpStream},
    os::fd::AsRawFd,
    time::{Duration, Instant},
};

use nix::{
    errno::Errno,
    sys::{
        epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout},
        socket::{self, AddressFamily, SockFlag, SockType, SockaddrIn},
    },
};
use serde::Serialize;

use crate::{LONGEST, latency::Latencies, target::Targets};

/// Nothing came back for this long: what is still open counts as failed.
const STALLED: Duration = Duration::from_secs(4);

/// How many connections are being opened at a time in [`hold`].
const HOLD_AT_ONCE: usize = 64;

/// What a run did. Times are in microseconds from `connect()` to the echoed byte.
#[derive(Serialize)]
pub(crate) struct Connected {
    ok: usize,
    failed: usize,
    seconds: f64,
    per_second: f64,
    p50_us: Option<u32>,
    p99_us: Option<u32>,
}

/// Opens `number` connections, at most `at_once` at a time, sends a byte on each, waits for it and
/// closes.
pub(crate) fn connect(targets: Targets, number: usize, at_once: usize) -> io::Result<Connected> {
    let mut run = Run::new(targets, number, false)?;
    run.all(at_once)
}

/// Opens `number` connections as [`connect`] does and keeps them, prints what that came to, then
/// answers each line on stdin with how many of them still echo. Ends with stdin.
pub(crate) fn hold(targets: Targets, number: usize) -> io::Result<()> {
    let mut run = Run::new(targets, number, true)?;
    let connected = run.all(HOLD_AT_ONCE)?;
    crate::print(&connected)?;
    for line in io::stdin().lock().lines() {
        line?;
        println!("{{\"alive\":{}}}", run.echo_on_all()?);
    }
    Ok(())
}

struct Connection {
    stream: TcpStream,
    began: Instant,
    state: State,
}

#[derive(PartialEq)]
enum State {
    Connecting,
    Echoing,
    Held,
}

struct Run {
    targets: Targets,
    number: usize,
    hold: bool,
    epoll: Epoll,
    /// Indexed by descriptor.
    connections: Vec<Option<Connection>>,
    under_way: usize,
    started: usize,
    ok: usize,
    failed: usize,
    latencies: Latencies,
}

impl Run {
    fn new(targets: Targets, number: usize, hold: bool) -> io::Result<Run> {
        Ok(Run {
            targets,
            number,
            hold,
            epoll: Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?,
            connections: Vec::new(),
            under_way: 0,
            started: 0,
            ok: 0,
            failed: 0,
            latencies: Latencies::with_capacity(number),
        })
    }

    fn all(&mut self, at_once: usize) -> io::Result<Connected> {
        let began = Instant::now();
        let mut moved = began;
        let mut events = [EpollEvent::empty(); 256];
        while self.ok + self.failed < self.number && began.elapsed() < LONGEST {
            while self.under_way < at_once && self.started < self.number {
                self.start()?;
            }
            let count = self.epoll.wait(&mut events, EpollTimeout::from(200u8))?;
            let now = Instant::now();
            if count > 0 {
                moved = now;
            } else if now - moved > STALLED {
                break;
            }
            for event in &events[..count] {
                self.handle(event.data() as usize)?;
            }
        }
        let seconds = began.elapsed().as_secs_f64();
        Ok(Connected {
            ok: self.ok,
            failed: self.number - self.ok,
            seconds,
            per_second: self.ok as f64 / seconds,
            p50_us: self.latencies.percentile(0.5),
            p99_us: self.latencies.percentile(0.99),
        })
    }

    fn start(&mut self) -> io::Result<()> {
        let began = Instant::now();
        let target = self.targets.tcp(self.started);
        self.started += 1;
        let Ok(stream) = begin_connecting(target) else {
            self.failed += 1;
            return Ok(());
        };
        let index = stream.as_raw_fd() as usize;
        self.epoll.add(&stream, EpollEvent::new(EpollFlags::EPOLLOUT, index as u64))?;
        if self.connections.len() <= index {
            self.connections.resize_with(index + 1, || None);
        }
        self.connections[index] = Some(Connection { stream, began, state: State::Connecting });
        self.under_way += 1;
        Ok(())
    }

    /// Takes the connection at `index` one step on.
    fn handle(&mut self, index: usize) -> io::Result<()> {
        let Some(connection) = &mut self.connections[index] else { return Ok(()) };
        match connection.state {
            State::Connecting => {
                if connection.stream.write(b"x").is_err() {
                    self.over(index, false);
                    return Ok(());
                }
                connection.state = State::Echoing;
                let mut event = EpollEvent::new(EpollFlags::EPOLLIN, index as u64);
                self.epoll.modify(&connection.stream, &mut event)?;
            }
            State::Echoing => match connection.stream.read(&mut [0]) {
                Ok(1) if self.hold => {
                    self.epoll.delete(&connection.stream)?;
                    self.over(index, true);
                }
                Ok(count) => self.over(index, count == 1),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(_) => self.over(index, false),
            },
            State::Held => {}
        }
        Ok(())
    }

    /// The byte has come back, or never will.
    fn over(&mut self, index: usize, ok: bool) {
        self.under_way -= 1;
        if !ok {
            self.failed += 1;
            self.connections[index] = None;
            return;
        }
        self.ok += 1;
        if let Some(connection) = &mut self.connections[index] {
            self.latencies.push(connection.began.elapsed());
            connection.state = State::Held;
        }
        if !self.hold {
            self.connections[index] = None;
        }
    }

    /// Sends a byte on every held connection and counts the bytes that come back. As many at a time
    /// as when they were opened: a TUN queues 500 packets, and the rest would be sent late.
    fn echo_on_all(&mut self) -> io::Result<usize> {
        let held: Vec<&TcpStream> = self
            .connections
            .iter()
            .flatten()
            .filter(|connection| connection.state == State::Held)
            .map(|connection| &connection.stream)
            .collect();
        let mut alive = 0;
        for mut streams in held.chunks(HOLD_AT_ONCE).map(<[&TcpStream]>::to_vec) {
            streams.retain_mut(|stream| stream.write(b"x").is_ok());
            for mut stream in streams {
                stream.set_nonblocking(false)?;
                stream.set_read_timeout(Some(STALLED))?;
                alive += usize::from(matches!(stream.read(&mut [0]), Ok(1)));
                stream.set_nonblocking(true)?;
            }
        }
        Ok(alive)
    }
}

/// A connection under way; std can only wait for it.
fn begin_connecting(target: SocketAddrV4) -> io::Result<TcpStream> {
    let flags = SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC;
    let fd = socket::socket(AddressFamily::Inet, SockType::Stream, flags, None)?;
    match socket::connect(fd.as_raw_fd(), &SockaddrIn::from(target)) {
        Ok(()) | Err(Errno::EINPROGRESS) => {}
        Err(error) => return Err(error.into()),
    }
    let stream = TcpStream::from(fd);
    stream.set_nodelay(true)?;
    Ok(stream)
}
