//! The engine's clock, and how its instants become times of day.
//!
//! The clock is `CLOCK_BOOTTIME`, which goes on while the machine sleeps. What the engine times belongs to the world
//! outside, which does not sleep along: NAT mappings, the lifetime of DNS answers, the length of a connection in
//! the log. After a long doze everything due is due at once, and the turn that wakes reads the TUN before it looks at
//! timers, so an answer that waits there counts before its time-out does. The clock itself wakes no sleeping machine.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use engine::Instant;
use nix::time::{ClockId, clock_gettime};

/// Microseconds since the machine started, time asleep included.
pub(crate) fn now() -> Instant {
    Instant::from_micros(micros(ClockId::CLOCK_BOOTTIME))
}

/// The difference between the time of day and the engine's clock at one moment.
///
/// Taken anew for each batch, so that a corrected clock corrects the log from then on.
#[derive(Clone, Copy)]
pub(crate) struct WallClock {
    offset_micros: i64,
}

impl WallClock {
    /// As the clocks stand now.
    pub(crate) fn read() -> Self {
        let offset_micros =
            micros(ClockId::CLOCK_REALTIME).saturating_sub(micros(ClockId::CLOCK_BOOTTIME));
        WallClock { offset_micros }
    }

    /// Microseconds since 1970 of an instant of the engine; never before 1970.
    pub(crate) fn unix_micros(self, at: Instant) -> u64 {
        u64::try_from(at.total_micros().saturating_add(self.offset_micros)).unwrap_or(0)
    }

    /// The time of day of an instant of the engine.
    pub(crate) fn system_time(self, at: Instant) -> SystemTime {
        UNIX_EPOCH + Duration::from_micros(self.unix_micros(at))
    }
}

fn micros(clock: ClockId) -> i64 {
    // Fails only for a clock that the kernel lacks; both exist since Linux 2.6.39.
    clock_gettime(clock).map_or(0, |time| time.tv_sec() * 1_000_000 + time.tv_nsec() / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_becomes_the_time_of_day_it_was() {
        let before = SystemTime::now();
        let at = WallClock::read().system_time(now());
        let after = SystemTime::now();
        let slack = Duration::from_millis(1); // both clocks are cut to microseconds
        assert!(at + slack >= before && at <= after + slack, "{before:?} {at:?} {after:?}");
    }

    #[test]
    fn a_moment_before_1970_is_1970() {
        let clock = WallClock { offset_micros: -10 };
        assert_eq!(clock.unix_micros(Instant::from_micros(5)), 0);
    }
}
