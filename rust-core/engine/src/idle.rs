//! Which flow has been idle longest: one list for each time-out, so that the next expiry and the oldest idle flow are each
//! one look away.
//!
//! Lists are linked through arrays by flow index. A flow that moves data goes to its list's end in O(1); no timer is
//! touched for it.

use smoltcp::time::{Duration, Instant};

use crate::settings::{DNS_IDLE, REFUSED_IDLE, TCP_IDLE, UDP_IDLE};

/// What decides a flow's time-out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IdleClass {
    Tcp,
    Udp,
    Dns,
    Refused,
}

const CLASSES: [IdleClass; 4] =
    [IdleClass::Tcp, IdleClass::Udp, IdleClass::Dns, IdleClass::Refused];
const NONE: u32 = u32::MAX;

impl IdleClass {
    fn timeout(self) -> Duration {
        match self {
            IdleClass::Tcp => TCP_IDLE,
            IdleClass::Udp => UDP_IDLE,
            IdleClass::Dns => DNS_IDLE,
            IdleClass::Refused => REFUSED_IDLE,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Link {
    previous: u32,
    next: u32,
    class: Option<IdleClass>,
    since: Instant,
}

const UNLINKED: Link = Link { previous: NONE, next: NONE, class: None, since: Instant::ZERO };

#[derive(Clone, Copy, Debug)]
struct List {
    oldest: u32,
    newest: u32,
}

/// All flows by idleness.
#[derive(Debug)]
pub(crate) struct IdleLists {
    links: Vec<Link>,
    lists: [List; CLASSES.len()],
}

impl IdleLists {
    pub(crate) fn new() -> Self {
        IdleLists { links: Vec::new(), lists: [List { oldest: NONE, newest: NONE }; CLASSES.len()] }
    }

    /// The flow is active now: it goes to the end of this class's list, whichever list it was in.
    pub(crate) fn touch(&mut self, flow: u32, class: IdleClass, now: Instant) {
        let newest = self.lists[class as usize].newest;
        if newest == flow {
            self.links[flow as usize].since = now;
            return;
        }
        self.remove(flow);
        if self.links.len() <= flow as usize {
            self.links.resize(flow as usize + 1, UNLINKED);
        }
        let newest = self.lists[class as usize].newest;
        self.links[flow as usize] =
            Link { previous: newest, next: NONE, class: Some(class), since: now };
        match newest {
            NONE => self.lists[class as usize].oldest = flow,
            before => self.links[before as usize].next = flow,
        }
        self.lists[class as usize].newest = flow;
    }

    /// The flow is gone. Harmless if it was in no list.
    pub(crate) fn remove(&mut self, flow: u32) {
        let Some(&Link { previous, next, class: Some(class), .. }) = self.links.get(flow as usize)
        else {
            return;
        };
        match previous {
            NONE => self.lists[class as usize].oldest = next,
            before => self.links[before as usize].next = next,
        }
        match next {
            NONE => self.lists[class as usize].newest = previous,
            after => self.links[after as usize].previous = previous,
        }
        self.links[flow as usize] = UNLINKED;
    }

    fn oldest(&self, class: IdleClass) -> Option<u32> {
        Some(self.lists[class as usize].oldest).filter(|&flow| flow != NONE)
    }

    /// The flows of this class, the longest idle first.
    pub(crate) fn oldest_first(&self, class: IdleClass) -> impl Iterator<Item = u32> {
        let next =
            |&flow: &u32| Some(self.links.get(flow as usize)?.next).filter(|&next| next != NONE);
        std::iter::successors(self.oldest(class), next)
    }

    /// When the flow was last active.
    fn active_at(&self, flow: u32) -> Instant {
        self.links.get(flow as usize).map_or(Instant::ZERO, |link| link.since)
    }

    /// A flow whose time is over, if there is one.
    pub(crate) fn expired(&self, now: Instant) -> Option<u32> {
        CLASSES.iter().find_map(|&class| {
            self.oldest(class).filter(|&flow| self.active_at(flow) + class.timeout() <= now)
        })
    }

    /// When the next flow's time is over.
    pub(crate) fn next_expiry(&self) -> Option<Instant> {
        let expiry =
            |&class: &IdleClass| Some(self.active_at(self.oldest(class)?) + class.timeout());
        CLASSES.iter().filter_map(expiry).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_idle_flow_comes_first_and_activity_moves_it_back() {
        let at = Instant::from_secs;
        let mut idle = IdleLists::new();
        for flow in 0..3 {
            idle.touch(flow, IdleClass::Udp, at(i64::from(flow)));
        }
        idle.touch(0, IdleClass::Udp, at(9));
        assert_eq!(idle.oldest(IdleClass::Udp), Some(1));
        idle.remove(1);
        assert_eq!(idle.oldest(IdleClass::Udp), Some(2));
        assert_eq!(idle.next_expiry(), Some(at(2) + UDP_IDLE));
        assert_eq!(idle.expired(at(2) + UDP_IDLE), Some(2));
        assert_eq!(idle.expired(at(1) + UDP_IDLE), None);
    }

    #[test]
    fn a_flow_is_in_one_list_only() {
        let mut idle = IdleLists::new();
        idle.touch(7, IdleClass::Udp, Instant::ZERO);
        idle.touch(7, IdleClass::Refused, Instant::ZERO);
        assert_eq!((idle.oldest(IdleClass::Udp), idle.oldest(IdleClass::Refused)), (None, Some(7)));
        idle.remove(7);
        idle.remove(7);
        assert_eq!(idle.next_expiry(), None);
    }
}
