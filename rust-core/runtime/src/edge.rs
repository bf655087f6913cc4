//! The timer for the moment at which the rules change by themselves. It runs by the time of day, since rules do, and is
//! only there while the rules have such a moment.

use std::sync::Arc;

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollEvent, EpollFlags};
use nix::sys::time::{TimeSpec, TimeValLike};
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};

use crate::token::Token;

/// The latest moment that is told apart from all later ones, in Unix seconds: in the year 2242.
const LATEST: i64 = 1 << 33;

/// The timer, where there is one.
pub(crate) struct Edge {
    epoll: Arc<Epoll>,
    timer: Option<TimerFd>,
}

impl Edge {
    /// No timer yet; one will report through `epoll` as [`Token::Edge`].
    pub(crate) fn new(epoll: Arc<Epoll>) -> Self {
        Edge { epoll, timer: None }
    }

    /// Reports at this moment (Unix seconds), and earlier where somebody sets the clock: then all moments are others.
    pub(crate) fn set(&mut self, at: Option<u64>) -> nix::Result<()> {
        let Some(at) = at else {
            // Closing it takes it out of epoll too.
            self.timer = None;
            return Ok(());
        };
        // Zero would switch the timer off.
        let at = TimeSpec::seconds(i64::try_from(at).unwrap_or(LATEST).clamp(1, LATEST));
        let timer = match &self.timer {
            Some(timer) => timer,
            None => self.timer.insert(open(&self.epoll)?),
        };
        // Takes note of a clock that was set, which would be reported again otherwise. There may be nothing to take.
        let _nothing = timer.wait();
        let flags =
            TimerSetTimeFlags::TFD_TIMER_ABSTIME | TimerSetTimeFlags::TFD_TIMER_CANCEL_ON_SET;
        match timer.set(Expiration::OneShot(at), flags) {
            // The clock was set just now, and the timer is set all the same: timerfd_create(2).
            Err(Errno::ECANCELED) => timer.set(Expiration::OneShot(at), flags),
            result => result,
        }
    }
}

fn open(epoll: &Epoll) -> nix::Result<TimerFd> {
    let timer =
        TimerFd::new(ClockId::CLOCK_REALTIME, TimerFlags::TFD_CLOEXEC | TimerFlags::TFD_NONBLOCK)?;
    let edge = EpollFlags::EPOLLIN | EpollFlags::EPOLLET;
    epoll.add(&timer, EpollEvent::new(edge, Token::Edge.to_bits()))?;
    Ok(timer)
}

#[cfg(test)]
mod tests {
    use nix::sys::epoll::{EpollCreateFlags, EpollTimeout};

    use super::*;

    fn reported(epoll: &Epoll, timeout: EpollTimeout) -> usize {
        epoll.wait(&mut [EpollEvent::empty(); 2], timeout).unwrap()
    }

    #[test]
    fn a_moment_that_has_come_is_reported_each_time_it_is_set() {
        let epoll = Arc::new(Epoll::new(EpollCreateFlags::empty()).unwrap());
        let mut edge = Edge::new(Arc::clone(&epoll));
        for _ in 0..2 {
            edge.set(Some(0)).unwrap();
            assert_eq!(reported(&epoll, EpollTimeout::NONE), 1);
        }
    }

    #[test]
    fn a_moment_that_is_taken_back_or_moved_away_is_not_reported() {
        let epoll = Arc::new(Epoll::new(EpollCreateFlags::empty()).unwrap());
        let mut edge = Edge::new(Arc::clone(&epoll));
        edge.set(Some(1)).unwrap();
        edge.set(Some(u64::MAX)).unwrap();
        assert_eq!(reported(&epoll, EpollTimeout::ZERO), 0);
        edge.set(Some(1)).unwrap();
        edge.set(None).unwrap();
        assert_eq!(reported(&epoll, EpollTimeout::ZERO), 0);
    }
}
