//! UDP load: requests of 64 bytes and their responses, over long-lived ports or with a new port for
//! each request (which makes each one a new flow for the engine).

use std::{
    io::{self, ErrorKind},
    net::{Ipv4Addr, UdpSocket},
    os::fd::AsFd,
    time::{Duration, Instant},
};

use nix::sys::{
    epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout},
    resource::{Resource, getrlimit},
};
use serde::Serialize;

use crate::{latency::Latencies, target::Targets};

/// A request without a response for this long is lost.
const LOST_AFTER: Duration = Duration::from_secs(1);

/// How often lost requests are looked for.
const SCAN_EVERY: Duration = Duration::from_millis(100);

/// Samples kept: more than any run of a minute makes here.
const MOST_SAMPLES: usize = 8_000_000;

/// What to send.
pub(crate) struct Load {
    pub(crate) targets: Targets,
    /// Ports that take turns.
    pub(crate) flows: usize,
    /// Requests under way.
    pub(crate) at_once: usize,
    /// The run ends after this long,
    pub(crate) longest: Duration,
    /// or with this many requests.
    pub(crate) requests: usize,
    /// A new port for each request.
    pub(crate) new_ports: bool,
}

/// What came of it. Times are in microseconds from request to response.
#[derive(Serialize)]
pub(crate) struct Answered {
    sent: usize,
    ok: usize,
    lost: usize,
    per_second: f64,
    p50_us: Option<u32>,
    p99_us: Option<u32>,
}

/// Sends for the whole duration or until all requests are answered or lost. Those still under way at
/// its end count neither way.
pub(crate) fn run(load: &Load) -> io::Result<Answered> {
    let (soft, _) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if load.flows as u64 + 16 > soft {
        return Err(io::Error::other(format!("{} flows, but {soft} descriptors", load.flows)));
    }
    let mut run = Run {
        epoll: Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?,
        load,
        flows: Vec::with_capacity(load.flows),
        opened: 0,
        under_way: 0,
        next: 0,
        sent: 0,
        lost: 0,
        ok: 0,
        latencies: Latencies::with_capacity(MOST_SAMPLES),
    };
    run.all()
}

struct Flow {
    socket: UdpSocket,
    /// When its request left, while one is under way.
    asked: Option<Instant>,
}

struct Run<'a> {
    epoll: Epoll,
    load: &'a Load,
    flows: Vec<Flow>,
    opened: usize,
    under_way: usize,
    next: usize,
    sent: usize,
    lost: usize,
    ok: usize,
    latencies: Latencies,
}

impl Run<'_> {
    fn all(&mut self) -> io::Result<Answered> {
        for index in 0..self.load.flows {
            let flow = self.open(index)?;
            self.flows.push(flow);
        }
        let began = Instant::now();
        let mut scanned = began;
        let mut events = [EpollEvent::empty(); 256];
        while began.elapsed() < self.load.longest && self.ok + self.lost < self.load.requests {
            self.ask();
            let count = self.epoll.wait(&mut events, EpollTimeout::from(20u8))?;
            let now = Instant::now();
            for event in &events[..count] {
                self.take_answer(event.data() as usize, now)?;
            }
            if now - scanned > SCAN_EVERY {
                scanned = now;
                self.give_up_on_lost(now)?;
            }
        }
        Ok(Answered {
            sent: self.sent,
            ok: self.ok,
            lost: self.lost,
            per_second: self.ok as f64 / began.elapsed().as_secs_f64(),
            p50_us: self.latencies.percentile(0.5),
            p99_us: self.latencies.percentile(0.99),
        })
    }

    /// A fresh port for flow `index`.
    fn open(&mut self, index: usize) -> io::Result<Flow> {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        socket.connect(self.load.targets.udp(self.opened))?;
        socket.set_nonblocking(true)?;
        self.opened += 1;
        self.epoll.add(socket.as_fd(), EpollEvent::new(EpollFlags::EPOLLIN, index as u64))?;
        Ok(Flow { socket, asked: None })
    }

    /// Sends on the flows in turn until enough requests are under way.
    fn ask(&mut self) {
        for _ in 0..self.flows.len() {
            if self.under_way >= self.load.at_once || self.sent == self.load.requests {
                return;
            }
            let flow = &mut self.flows[self.next];
            if flow.asked.is_none() {
                if flow.socket.send(&[7; 64]).is_err() {
                    return;
                }
                flow.asked = Some(Instant::now());
                self.under_way += 1;
                self.sent += 1;
            }
            self.next = (self.next + 1) % self.flows.len();
        }
    }

    fn take_answer(&mut self, index: usize, now: Instant) -> io::Result<()> {
        let flow = &mut self.flows[index];
        let answer = flow.socket.recv(&mut [0; 512]);
        if matches!(&answer, Err(error) if error.kind() == ErrorKind::WouldBlock) {
            return Ok(());
        }
        if let Some(asked) = flow.asked.take() {
            self.under_way -= 1;
            if answer.is_ok() {
                self.ok += 1;
                self.latencies.push(now - asked);
            } else {
                self.lost += 1;
            }
        }
        self.renew(index)
    }

    fn give_up_on_lost(&mut self, now: Instant) -> io::Result<()> {
        for index in 0..self.flows.len() {
            if self.flows[index].asked.is_some_and(|asked| now - asked > LOST_AFTER) {
                self.flows[index].asked = None;
                self.under_way -= 1;
                self.lost += 1;
                self.renew(index)?;
            }
        }
        Ok(())
    }

    /// Closes the flow's port and takes another one, where the load wants that.
    fn renew(&mut self, index: usize) -> io::Result<()> {
        if self.load.new_ports {
            self.flows[index] = self.open(index)?;
        }
        Ok(())
    }
}
