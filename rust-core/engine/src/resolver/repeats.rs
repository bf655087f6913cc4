//! Blocked questions that come again and again.
//!
//! Some apps ask for a blocked name in a loop. What is answered then may be kept longer each time, so that whatever cache lies
//! between asks less often; and the log gets one row that counts, not a row for each time.

use std::collections::HashMap;

use policy::Decision;
use smoltcp::time::{Duration, Instant};
use wire::{HostName, Owner};

use crate::outside::FlowId;
use crate::record::Traffic;

/// How many seconds clients may keep the first answer: long enough that an app that keeps asking is mostly answered by the
/// system's cache, short enough that a user who allows the name waits no longer than that.
pub(crate) const FIRST_TTL: u32 = 60;
/// However often it asks, the app of a user who allows the name waits no longer than ten minutes.
const LONGEST_TTL: u32 = 600;
/// Not asked for this long, a question is forgotten: twice the longest TTL, so that asking on each expiry counts as repeating.
const QUIET: Duration = Duration::from_secs(20 * 60);
/// One row counts repeats for this long; then another begins, so that the log still shows when things were asked.
const ROW: Duration = Duration::from_secs(3600);
/// Half of the questions remembered, about 200 octets each. Who asks for ever new names repeats none.
const GENERATION: usize = 512;

/// One question for a blocked name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct BlockedQuestion {
    pub(crate) owner: Owner,
    pub(crate) name: Option<HostName>,
    pub(crate) record_type: u16,
}

/// What is remembered of it.
#[derive(Clone, Debug)]
pub(crate) struct Repeat {
    /// How many seconds its answer may be kept this time.
    pub(crate) ttl: u32,
    /// Its row in the log.
    pub(crate) record: FlowId,
    /// When that row began.
    pub(crate) started: Instant,
    /// All that the row stands for.
    pub(crate) traffic: Traffic,
    last: Instant,
    /// The name is free, but was an alias of a blocked one: why, and until when that holds.
    alias: Option<(Decision, Instant)>,
}

/// Blocked questions of late, bounded: two generations, the older of which is forgotten when the younger is full.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    young: HashMap<BlockedQuestion, Repeat>,
    old: HashMap<BlockedQuestion, Repeat>,
}

impl Repeats {
    /// A blocked question was asked, and is answered now; `true` if it was not the first time. `record` becomes its row where
    /// it has none.
    pub(crate) fn note(
        &mut self,
        question: BlockedQuestion,
        record: FlowId,
        now: Instant,
    ) -> (&mut Repeat, bool) {
        let known = self.take(&question, now);
        let is_repeat = known.is_some();
        let mut repeat = match known {
            Some(known) => Repeat { ttl: (known.ttl * 2).min(LONGEST_TTL), last: now, ..known },
            None => Repeat {
                ttl: FIRST_TTL,
                record,
                started: now,
                traffic: Traffic::default(),
                last: now,
                alias: None,
            },
        };
        if now >= repeat.started + ROW {
            repeat = Repeat { record, started: now, traffic: Traffic::default(), ..repeat };
        }
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        (self.young.entry(question).insert_entry(repeat).into_mut(), is_repeat)
    }

    /// Why the question was blocked by an alias of its name, while that holds: it need not be asked again.
    pub(crate) fn alias(&self, question: &BlockedQuestion, now: Instant) -> Option<Decision> {
        let known = self.young.get(question).or_else(|| self.old.get(question))?;
        let (decision, until) = known.alias.as_ref()?;
        (now < *until).then(|| decision.clone())
    }

    /// Another policy is in force.
    pub(crate) fn forget(&mut self) {
        *self = Repeats::default();
    }

    fn take(&mut self, question: &BlockedQuestion, now: Instant) -> Option<Repeat> {
        let known = self.young.remove(question).or_else(|| self.old.remove(question))?;
        (now < known.last + QUIET).then_some(known)
    }
}

impl Repeat {
    /// Counts a question of this size, and its answer.
    pub(crate) fn count(&mut self, question: usize, answer: usize) {
        self.traffic.packets_up += 1;
        self.traffic.packets_down += 1;
        self.traffic.bytes_up += question as u64;
        self.traffic.bytes_down += answer as u64;
    }

    /// Its row in the log is this one from now on.
    pub(crate) fn begin_row(&mut self, record: FlowId, started: Instant) {
        self.record = record;
        self.started = started;
        self.traffic = Traffic::default();
    }

    /// Where the decision speaks of another name, that is an alias of the one asked for: it holds for as long as the answer
    /// may be kept.
    pub(crate) fn remember_alias(
        &mut self,
        decision: &Decision,
        asked: Option<&HostName>,
        now: Instant,
    ) {
        let is_alias = decision.evidence.as_ref().is_some_and(|it| Some(&it.name) != asked);
        self.alias =
            is_alias.then(|| (decision.clone(), now + Duration::from_secs(self.ttl.into())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(number: u32) -> BlockedQuestion {
        let name = HostName::parse(format!("n{number}.example").as_bytes()).ok();
        BlockedQuestion { owner: Owner::Unknown, name, record_type: 1 }
    }

    fn id(index: u32) -> FlowId {
        FlowId { index, generation: 0 }
    }

    fn ttl(repeats: &mut Repeats, number: u32, seconds: i64) -> u32 {
        repeats.note(question(number), id(9), Instant::from_secs(seconds)).0.ttl
    }

    #[test]
    fn each_repeat_may_be_kept_longer_up_to_a_bound() {
        let mut repeats = Repeats::default();
        let ttls: Vec<_> = (0..6).map(|second| ttl(&mut repeats, 1, second)).collect();
        assert_eq!(ttls, [60, 120, 240, 480, 600, 600]);
        assert_eq!(ttl(&mut repeats, 2, 6), 60, "another question is another matter");
        assert_eq!(ttl(&mut repeats, 1, 5 + 1199), 600);
        assert_eq!(ttl(&mut repeats, 1, 5 + 1199 + 1200), 60, "forgotten when quiet");
        repeats.forget();
        assert_eq!(ttl(&mut repeats, 1, 5 + 1199 + 1201), 60);
    }

    #[test]
    fn repeats_share_a_row_for_an_hour() {
        let mut repeats = Repeats::default();
        let mut row = |index, seconds| {
            let now = Instant::from_secs(seconds);
            let (repeat, is_repeat) = repeats.note(question(1), id(index), now);
            repeat.count(30, 46);
            (repeat.record.index, repeat.traffic.packets_up, repeat.traffic.bytes_down, is_repeat)
        };
        assert_eq!(row(5, 0), (5, 1, 46, false));
        for minutes in 1..=5 {
            assert_eq!(row(6, minutes * 600).0, 5);
        }
        assert_eq!(row(7, 3599), (5, 7, 7 * 46, true));
        assert_eq!(row(8, 3600), (8, 1, 46, true));
    }

    #[test]
    fn who_asks_for_ever_new_names_does_not_fill_the_memory() {
        let mut repeats = Repeats::default();
        for number in 0..10_000 {
            ttl(&mut repeats, number, 0);
            assert!(repeats.young.len() + repeats.old.len() <= 2 * GENERATION);
        }
        assert_eq!(ttl(&mut repeats, 9_999, 1), 120);
    }
}
