//! The engine's thread: waits, hands the engine what happened, lets it answer, and waits again.
//!
//! A turn takes in everything that is there before any flow answers, which is what makes an answer carry a whole batch.
//! The thread sleeps without a time-out; a timer is armed for the engine's next expiry and for nothing else.

use std::sync::Arc;

use engine::{Engine, FlowId, Instant, Intake};
use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::time::{TimeSpec, TimeValLike};
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
use wire::Owner;

use crate::audit::Recording;
use crate::capture::Tap;
use crate::clock;
use crate::edge::Edge;
use crate::events::{Fault, Faults};
use crate::mailbox::{Command, Mailbox};
use crate::pcapng::Direction;
use crate::rules::InForce;
use crate::stats::Stats;
use crate::token::Token;
use crate::tun::{Tun, TunRead};
use crate::world::World;

/// Packets taken from the TUN in one turn: its whole queue (500 packets), but not an endless stream.
const PACKETS_A_TURN: usize = 512;
/// Readiness events taken in one turn; more wait in the kernel.
const EVENTS_A_TURN: usize = 512;

/// Everything the thread owns.
pub(crate) struct EventLoop {
    engine: Engine,
    intake: Intake,
    /// The engine's outside.
    pub(crate) world: World,
    epoll: Arc<Epoll>,
    timer: Timer,
    rules: InForce,
    edge: Edge,
    mailbox: Arc<Mailbox>,
    /// Owners found, on their way to the engine.
    owners: Vec<(FlowId, Owner)>,
    ready: Vec<EpollEvent>,
    tun: TunState,
    faults: Faults,
}

/// How the TUN is watched.
struct TunState {
    /// It may hold packets.
    readable: bool,
    /// Whether epoll also tells when it takes packets again.
    awaits_writable: bool,
    /// It is gone, and the front end knows.
    gone: bool,
}

impl EventLoop {
    /// Ready to run.
    ///
    /// # Errors
    /// The system has no descriptor left.
    pub(crate) fn new(
        engine: Engine,
        mtu: usize,
        world: World,
        epoll: Arc<Epoll>,
        mailbox: Arc<Mailbox>,
        faults: Faults,
        rules: InForce,
    ) -> nix::Result<Self> {
        let timer = Timer::new()?;
        let edge = EpollFlags::EPOLLIN | EpollFlags::EPOLLET;
        epoll.add(&timer.fd, EpollEvent::new(edge, Token::Timer.to_bits()))?;
        epoll.add(&*mailbox, EpollEvent::new(edge, Token::Wake.to_bits()))?;
        epoll.add(&world.tun, tun_interest(false))?;
        let mut edge = Edge::new(Arc::clone(&epoll));
        edge.set(rules.edge())?;
        Ok(EventLoop {
            engine,
            intake: Intake::new(mtu),
            world,
            epoll,
            timer,
            rules,
            edge,
            mailbox,
            owners: Vec::new(),
            ready: vec![EpollEvent::empty(); EVENTS_A_TURN],
            tun: TunState { readable: false, awaits_writable: false, gone: false },
            faults,
        })
    }

    /// Runs until it is told to stop; then every flow has ended with its record.
    ///
    /// # Errors
    /// The system does not let us wait any more.
    pub(crate) fn run(&mut self) -> nix::Result<()> {
        loop {
            let count = self.wait()?;
            let now = clock::now();
            let stop = self.take_events(count, now);
            if self.tun.readable {
                self.read_tun(now);
            }
            self.ask_owners(now);
            if stop {
                self.engine.end(now, &mut self.world);
                return Ok(());
            }
            self.engine.handle_timeout(now, &mut self.world);
            self.engine.flush(now, &mut self.world);
            self.watch_tun();
        }
    }

    /// After a failure: nothing passes, but the TUN stays open, so that nothing passes beside it either. Returns when the
    /// session is stopped.
    pub(crate) fn stand_closed(&mut self) -> nix::Result<()> {
        loop {
            for command in self.mailbox.take() {
                match command {
                    Command::ReplaceTun(tun, _) => self.world.tun = tun,
                    Command::Stop => return Ok(()),
                    Command::SetRules(_)
                    | Command::SetNetwork(..)
                    | Command::BeginAudit(_)
                    | Command::EndAudit(_)
                    | Command::AuditSoFar(_)
                    | Command::Stats(_) => {}
                }
            }
            self.mailbox.wait()?;
        }
    }

    /// Sleeps until there is something to do.
    fn wait(&mut self) -> nix::Result<usize> {
        let timeout = if self.engine.has_work() {
            EpollTimeout::ZERO
        } else {
            self.timer.arm(self.engine.poll_timeout())?;
            EpollTimeout::NONE
        };
        loop {
            match self.epoll.wait(&mut self.ready, timeout) {
                Err(Errno::EINTR) => {}
                result => return result,
            }
        }
    }

    /// Hands the engine what epoll told; `true` to stop.
    fn take_events(&mut self, count: usize, now: Instant) -> bool {
        let mut woken = false;
        self.world.ports.begin_turn();
        for at in 0..count {
            let (flags, token) = (self.ready[at].events(), Token::from_bits(self.ready[at].data()));
            match token {
                Some(Token::Tun) => self.tun_event(flags),
                Some(Token::Wake) => woken = true,
                Some(Token::Timer) => self.timer.fired(),
                Some(Token::Edge) => self.renew_rules(now),
                Some(Token::Flow(index, generation)) => {
                    self.connection_event(index, generation, flags, now);
                }
                Some(Token::Port(index, generation)) => {
                    if let Some(port) = self.world.ports.event(index, generation, flags) {
                        self.engine.handle_port_ready(port);
                    }
                }
                None => log::error!("epoll told of something unknown"),
            }
        }
        woken && self.take_messages(now)
    }

    fn tun_event(&mut self, flags: EpollFlags) {
        if flags.contains(EpollFlags::EPOLLOUT) {
            self.engine.handle_tun_writable(&mut self.world);
        }
        self.tun.readable |=
            flags.intersects(EpollFlags::EPOLLIN | EpollFlags::EPOLLERR | EpollFlags::EPOLLHUP);
    }

    fn connection_event(&mut self, index: u32, generation: u32, flags: EpollFlags, now: Instant) {
        let Some(event) = self.world.connections.event(index, generation, flags) else { return };
        if let Some(result) = event.connected {
            self.engine.handle_connected(event.flow, result, now, &mut self.world);
            if result.is_err() {
                return;
            }
        }
        self.engine.handle_ready(event.flow, event.ready);
    }

    /// Does what other threads left for this one; `true` to stop.
    fn take_messages(&mut self, now: Instant) -> bool {
        self.world.attribution.take_answers(&mut self.owners);
        for (flow, owner) in self.owners.drain(..) {
            self.engine.handle_owner(flow, &owner, now, &mut self.world);
        }
        let mut stop = false;
        for command in self.mailbox.take() {
            match command {
                Command::SetRules(rules) => {
                    self.rules = rules;
                    self.apply_rules(now);
                }
                Command::SetNetwork(network, label) => {
                    self.world.recorder.set_network_label(label);
                    self.engine.set_network(network, now, &mut self.world);
                }
                Command::ReplaceTun(tun, mtu) => self.replace_tun(tun, mtu, now),
                Command::BeginAudit(audit) => {
                    self.engine.set_audit(Some(audit), now, &mut self.world);
                    self.world.recorder.audit = Some(Recording::begin(audit));
                }
                Command::EndAudit(reply) => {
                    self.engine.set_audit(None, now, &mut self.world);
                    if let Some(recording) = self.world.recorder.audit.take() {
                        // Whoever asked may have gone.
                        drop(reply.try_send(recording.end()));
                    }
                }
                Command::AuditSoFar(reply) => {
                    if let Some(recording) = &self.world.recorder.audit {
                        drop(reply.try_send(recording.clone().end()));
                    }
                }
                // Whoever asked may have gone.
                Command::Stats(reply) => drop(reply.try_send(self.stats())),
                Command::Stop => stop = true,
            }
        }
        stop
    }

    /// The time of day has come at which the rules say something else, or the clock was set.
    fn renew_rules(&mut self, now: Instant) {
        self.rules.renew();
        self.apply_rules(now);
    }

    fn apply_rules(&mut self, now: Instant) {
        self.engine.set_policy(Arc::clone(&self.rules.policy), now, &mut self.world);
        if let Err(error) = self.edge.set(self.rules.edge()) {
            log::error!("rules that depend on the time stay as they are now: {error}");
        }
    }

    /// Sends the turn's questions to attribution.
    fn ask_owners(&mut self, now: Instant) {
        self.owners.extend(self.world.attribution.flush().map(|flow| (flow, Owner::Unknown)));
        for (flow, owner) in self.owners.drain(..) {
            self.engine.handle_owner(flow, &owner, now, &mut self.world);
        }
    }

    fn stats(&self) -> Stats {
        Stats {
            engine: self.engine.stats(),
            attribution: self.world.attribution.stats(),
            packets_out: self.world.packets_out,
            blocked_questions: self.world.recorder.blocked_questions(),
            records_lost: self.world.recorder.lost(),
            events_missed: self.world.recorder.missed(),
            capture_lost: self.world.tap.as_ref().map_or(0, Tap::lost),
        }
    }

    /// Takes in what waits on the TUN, up to the budget.
    fn read_tun(&mut self, now: Instant) {
        self.tun.readable = false; // epoll says so again while packets wait
        let EventLoop { engine, intake, world, .. } = self;
        let mut gone = None;
        for _ in 0..PACKETS_A_TURN {
            let space = intake.space();
            match world.tun.read(space) {
                TunRead::Packet(length) => {
                    if let Some(tap) = &mut world.tap {
                        tap.packet(Direction::FromApp, &space[..length]);
                    }
                    intake.commit(length, |packet| engine.handle_packet(packet, now, world));
                }
                TunRead::Dry => break,
                TunRead::Gone(error) => {
                    gone = Some(error);
                    break;
                }
            }
        }
        intake.flush(|packet| engine.handle_packet(packet, now, world));
        if let Some(error) = gone {
            self.lose_tun(error);
        }
    }

    /// The TUN will give no packet any more: stop watching it, say so, and keep every flow for the next one.
    fn lose_tun(&mut self, error: Errno) {
        if std::mem::replace(&mut self.tun.gone, true) {
            return;
        }
        let _ = self.epoll.delete(&self.world.tun); // one that is gone may be unknown to epoll too
        self.faults.raise(Fault::TunGone(error.desc().to_owned()));
    }

    /// New in, then old out: what waits on the old TUN is still taken in.
    fn replace_tun(&mut self, tun: Tun, mtu: usize, now: Instant) {
        if let Err(error) = self.epoll.add(&tun, tun_interest(false)) {
            self.faults.raise(Fault::TunGone(error.desc().to_owned()));
            return;
        }
        if !self.tun.gone {
            self.read_tun(now);
        }
        self.world.tun = tun;
        self.tun = TunState { readable: true, awaits_writable: false, gone: false };
        self.faults.clear();
        self.intake = Intake::new(mtu);
        self.engine.set_mtu(mtu);
        self.engine.handle_tun_writable(&mut self.world);
    }

    /// Asks epoll to tell when a full TUN takes packets again, and only then.
    fn watch_tun(&mut self) {
        let awaits = self.engine.waits_for_tun();
        if awaits == self.tun.awaits_writable || self.tun.gone {
            return;
        }
        match self.epoll.modify(&self.world.tun, &mut tun_interest(awaits)) {
            Ok(()) => self.tun.awaits_writable = awaits,
            Err(error) => log::error!("the TUN can not be watched: {error}"),
        }
    }
}

/// Level-triggered, so that a batch cut short by its budget goes on in the next turn.
fn tun_interest(writable: bool) -> EpollEvent {
    let flags =
        if writable { EpollFlags::EPOLLIN | EpollFlags::EPOLLOUT } else { EpollFlags::EPOLLIN };
    EpollEvent::new(flags, Token::Tun.to_bits())
}

/// One timer, set only when it must ring earlier than it is set to. It may ring once too often after work was done before
/// its time, and costs no system call while packets flow and expiries move away.
struct Timer {
    fd: TimerFd,
    armed: Option<Instant>,
}

impl Timer {
    fn new() -> nix::Result<Self> {
        let flags = TimerFlags::TFD_CLOEXEC | TimerFlags::TFD_NONBLOCK;
        Ok(Timer { fd: TimerFd::new(ClockId::CLOCK_BOOTTIME, flags)?, armed: None })
    }

    /// Rings at `expiry` at the latest; with `None` it rings no more.
    fn arm(&mut self, expiry: Option<Instant>) -> nix::Result<()> {
        match (expiry, self.armed) {
            (Some(expiry), Some(armed)) if armed <= expiry => Ok(()),
            (Some(expiry), _) => {
                // Zero would switch the timer off.
                let at = TimeSpec::microseconds(expiry.total_micros().max(1));
                self.fd.set(Expiration::OneShot(at), TimerSetTimeFlags::TFD_TIMER_ABSTIME)?;
                self.armed = Some(expiry);
                Ok(())
            }
            (None, Some(_)) => {
                self.armed = None;
                self.fd.unset()
            }
            (None, None) => Ok(()),
        }
    }

    fn fired(&mut self) {
        self.armed = None;
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

    use super::*;

    fn after(millis: i64) -> Option<Instant> {
        Some(Instant::from_micros(clock::now().total_micros() + millis * 1_000))
    }

    /// Waits for the timer, without end if it is not set.
    fn ring(timer: &Timer) {
        let mut fds = [PollFd::new(timer.fd.as_fd(), PollFlags::POLLIN)];
        assert_eq!(poll(&mut fds, PollTimeout::NONE), Ok(1));
    }

    fn is_set(timer: &Timer) -> bool {
        timer.fd.get().unwrap().is_some()
    }

    #[test]
    fn the_timer_rings_for_the_earliest_expiry() {
        let mut timer = Timer::new().unwrap();
        timer.arm(after(3_600_000)).unwrap();
        let soon = after(1);
        timer.arm(soon).unwrap();
        ring(&timer);
        assert!(Some(clock::now()) >= soon);
        timer.fired();
        timer.arm(Some(Instant::from_micros(0))).unwrap(); // long due
        ring(&timer);
    }

    #[test]
    fn nothing_to_wait_for_is_no_timer() {
        let mut timer = Timer::new().unwrap();
        timer.arm(None).unwrap();
        assert!(!is_set(&timer));
        timer.arm(after(3_600_000)).unwrap();
        assert!(is_set(&timer));
        timer.arm(None).unwrap();
        assert!(!is_set(&timer));
    }
}
