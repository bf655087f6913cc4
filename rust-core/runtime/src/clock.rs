//! The engine's clock, how its instants become times of day, and the time of day that rules speak of.
//!
//! The clock is `CLOCK_BOOTTIME`, which goes on while the machine sleeps. What the engine times belongs to the world
//! outside, which does not sleep along: NAT mappings, the lifetime of DNS answers, the length of a connection in
//! the log. After a long doze everything due is due at once, and the turn that wakes reads the TUN before it looks at
//! timers, so an answer that waits there counts before its time-out does. The clock itself wakes no sleeping machine.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use engine::Instant;
use nix::time::{ClockId, clock_gettime};
use policy::Moment;

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

/// This moment by the wall clock and the time zone of this device, also where the zone has just been changed.
pub fn moment() -> Moment {
    // SAFETY: reads the zone anew, under the C library's own lock; nothing in this process changes the environment.
    #[expect(unsafe_code, reason = "no safe interface knows the zone of the device")]
    unsafe {
        tzset();
    }
    let unix_micros = micros(ClockId::CLOCK_REALTIME);
    Moment { unix_seconds: u64::try_from(unix_micros / 1_000_000).unwrap_or(0), utc_offset_at }
}

/// Seconds east of UTC at that moment (Unix seconds) in the time zone of this device; 0 where that cannot be told.
pub fn utc_offset_at(unix_seconds: u64) -> i32 {
    let Ok(seconds) = libc::time_t::try_from(unix_seconds) else { return 0 };
    // SAFETY: a struct of numbers and a pointer, all of which may be zero.
    #[expect(unsafe_code, reason = "room for what localtime_r writes")]
    let mut local: libc::tm = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to live values of this frame; localtime_r(3) writes the second and keeps neither.
    #[expect(unsafe_code, reason = "no safe interface knows the zone of the device")]
    let told = unsafe { libc::localtime_r(&raw const seconds, &raw mut local) };
    if told.is_null() { 0 } else { i32::try_from(local.tm_gmtoff).unwrap_or(0) }
}

#[expect(unsafe_code, reason = "in every C library of Unix, and not in the libc crate")]
unsafe extern "C" {
    /// tzset(3).
    fn tzset();
}

fn micros(clock: ClockId) -> i64 {
    // Fails only for a clock that the kernel lacks; both exist since Linux 2.6.39.
    let micros = clock_gettime(clock).map_or(0, |time| Duration::from(time).as_micros());
    i64::try_from(micros).unwrap_or(i64::MAX)
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
    fn the_zones_offset_is_whole_minutes_of_at_most_a_day() {
        for unix_seconds in [0, moment().unix_seconds, 1_800_000_000] {
            let offset = utc_offset_at(unix_seconds);
            assert!(offset % 60 == 0 && offset.abs() < 86_400, "{offset}");
        }
        assert_eq!(utc_offset_at(u64::MAX), 0);
    }

    #[test]
    fn a_moment_before_1970_is_1970() {
        let clock = WallClock { offset_micros: -10 };
        assert_eq!(clock.unix_micros(Instant::from_micros(5)), 0);
    }
}
