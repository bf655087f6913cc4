//! Waiting for a condition, never for a time.

use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take on a busy machine before a test gives up.
pub const DEADLINE: Duration = Duration::from_secs(30);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(10);

/// Looks again and again until there is something; panics with `what` at the deadline.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + DEADLINE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "waited in vain: {what}");
        thread::sleep(PAUSE);
    }
}
