//! When a flow wants to be looked at again: retransmissions, deadlines. One lazy heap for all flows.
//!
//! A flow has at most one alarm that counts, the earliest it asked for. An alarm may ring early, because the flow has moved
//! on since: the flow then asks anew. So an acknowledged retransmission costs nothing, and idle means asleep.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use smoltcp::time::Instant;

use crate::outside::FlowId;

/// All alarms.
#[derive(Debug, Default)]
pub(crate) struct Alarms {
    heap: BinaryHeap<Reverse<(Instant, FlowId)>>,
}

impl Alarms {
    /// The flow wants to be looked at, at the latest at `at`. `armed` is the flow's own note of its alarm.
    pub(crate) fn set(&mut self, armed: &mut Option<Instant>, flow: FlowId, at: Instant) {
        if armed.is_none_or(|earlier| at < earlier) {
            *armed = Some(at);
            self.heap.push(Reverse((at, flow)));
        }
    }

    /// Takes one alarm whose time has come. It counts if the flow lives and its note says this very time.
    pub(crate) fn ring(&mut self, now: Instant) -> Option<(Instant, FlowId)> {
        let &Reverse((at, _)) = self.heap.peek()?;
        if at <= now { self.heap.pop().map(|Reverse(alarm)| alarm) } else { None }
    }

    /// When the next one rings.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }
}
