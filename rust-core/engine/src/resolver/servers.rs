//! What is known of the name servers: who failed lately, and who does not repeat the case of letters.

use std::collections::HashMap;
use std::net::SocketAddr;

use smoltcp::time::{Duration, Instant};

/// A server that failed is asked last for this long: long enough that not every question waits for it, short enough that
/// one lost datagram does no lasting harm.
const FAILED: Duration = Duration::from_secs(30);
/// Answers in another case, one after the other, before a server is asked in lower case: one could be forged.
const OTHER_CASE: u8 = 2;
/// Servers remembered; a network has two or three, and apps bring a few of their own.
const REMEMBERED: usize = 64;

/// What is known of them, until the network changes.
#[derive(Debug, Default)]
pub(crate) struct Servers {
    known: HashMap<SocketAddr, Health>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Health {
    failed_until: Option<Instant>,
    other_case: u8,
}

impl Servers {
    /// Puts those that failed lately last; the others keep their order.
    pub(crate) fn sort(&self, servers: &mut [SocketAddr], now: Instant) {
        let has_failed = |server: &SocketAddr| {
            self.known.get(server).and_then(|health| health.failed_until) > Some(now)
        };
        servers.sort_by_key(has_failed);
    }

    /// The server did not answer, or could not be reached.
    pub(crate) fn failed(&mut self, server: SocketAddr, now: Instant) {
        self.health(server).failed_until = Some(now + FAILED);
    }

    /// The server has answered, and repeated the question exactly.
    pub(crate) fn answered(&mut self, server: SocketAddr) {
        if let Some(health) = self.known.get_mut(&server) {
            health.failed_until = None;
            if health.other_case < OTHER_CASE {
                health.other_case = 0;
            }
        }
    }

    /// The server has answered with letters in another case.
    pub(crate) fn answered_in_other_case(&mut self, server: SocketAddr) {
        let health = self.health(server);
        health.other_case = health.other_case.saturating_add(1);
    }

    /// Whether the case of letters can be relied on.
    pub(crate) fn keeps_case(&self, server: SocketAddr) -> bool {
        self.known.get(&server).is_none_or(|health| health.other_case < OTHER_CASE)
    }

    /// Another network: the same address may be another server there.
    pub(crate) fn forget(&mut self) {
        self.known.clear();
    }

    fn health(&mut self, server: SocketAddr) -> &mut Health {
        if self.known.len() >= REMEMBERED && !self.known.contains_key(&server) {
            self.known.clear();
        }
        self.known.entry(server).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_failed_lately_comes_last() {
        let [a, b, c] = [1, 2, 3].map(|last| SocketAddr::from(([192, 0, 2, last], 53)));
        let at = Instant::from_secs;
        let mut servers = Servers::default();
        servers.failed(a, at(100));
        let order = |servers: &Servers, now| {
            let mut order = [a, b, c];
            servers.sort(&mut order, now);
            order
        };
        assert_eq!(order(&servers, at(129)), [b, c, a]);
        assert_eq!(order(&servers, at(130)), [a, b, c]);
        servers.failed(b, at(130));
        servers.answered(b);
        assert_eq!(order(&servers, at(131)), [a, b, c]);
    }

    #[test]
    fn a_server_has_to_change_the_case_twice_in_a_row() {
        let server = SocketAddr::from(([192, 0, 2, 1], 53));
        let mut servers = Servers::default();
        servers.answered_in_other_case(server);
        servers.answered(server);
        servers.answered_in_other_case(server);
        assert!(servers.keeps_case(server));
        servers.answered_in_other_case(server);
        assert!(!servers.keeps_case(server));
        servers.answered(server);
        assert!(!servers.keeps_case(server), "asked in lower case, it answers in lower case");
        servers.forget();
        assert!(servers.keeps_case(server));
    }
}
