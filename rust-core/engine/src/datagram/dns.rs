//! DNS over UDP: a blocked question is answered here and never leaves; an answer teaches us names.

use names::dns::{self, Query, Response};
use policy::Verdict;
use smoltcp::time::Instant;
use wire::NameSource;

use crate::engine::Engine;
use crate::outside::Outside;

/// A name counts for its address at least this long: apps hold on to addresses beyond the TTL, and zero TTLs exist.
const LEAST_LIFE_MS: u64 = 10 * 60 * 1000;

impl Engine {
    /// Whether a datagram to port 53 may go on. A blocked question is answered; what is no query passes.
    pub(crate) fn pass_question(
        &mut self,
        index: u32,
        payload: &[u8],
        now: Instant,
        out: &mut impl Outside,
    ) -> bool {
        let Ok(query) = Query::parse(payload) else { return true };
        if self.ask(index, &query, now, out) == Verdict::Allow {
            return true;
        }
        self.answer_blocked(index, payload, now, out);
        false
    }

    /// Reads the answer that lies in the datagram buffer: remembers its names, and replaces it where the name asked for is
    /// an alias of a blocked one. False if it was replaced.
    pub(crate) fn pass_answer(
        &mut self,
        index: u32,
        len: usize,
        now: Instant,
        out: &mut impl Outside,
    ) -> bool {
        let Ok(response) = Response::parse(self.datagrams.payload(len)) else { return true };
        let Some(flow) = self.flows.get(index) else { return false };
        if self.blocks_any(flow, &response.chain) {
            // The answer carries the question, and with the response bit cleared it is a query again.
            let mut question = self.datagrams.payload(len).to_vec();
            if let Some(flags) = question.get_mut(2) {
                *flags &= 0x7f;
            }
            self.answer_blocked(index, &question, now, out);
            return false;
        }
        let now_ms = now.total_millis().max(0) as u64;
        for (address, ttl) in response.addresses {
            let life = (u64::from(ttl) * 1000).max(LEAST_LIFE_MS);
            self.names.insert(
                &flow.owner,
                address,
                response.name.clone(),
                NameSource::Dns,
                now_ms + life,
            );
        }
        true
    }

    /// Answers a question in the resolver's place.
    fn answer_blocked(&mut self, index: u32, query: &[u8], now: Instant, out: &mut impl Outside) {
        let mut answer = Vec::new();
        if dns::blocked_answer(query, &mut answer).is_err() {
            return;
        }
        let Some(flow) = self.flows.get_mut(index) else { return };
        flow.traffic.packets_down += 1;
        flow.traffic.bytes_down += answer.len() as u64;
        let key = flow.key;
        let Some(space) = self.datagrams.space().get_mut(..answer.len()) else { return };
        space.copy_from_slice(&answer);
        self.deliver(&key, answer.len(), out);
        self.note_moved(index, now);
    }
}
