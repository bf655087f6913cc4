//! Questions that are blocked: answered here, to be kept longer each time, and counted in one record.

use names::dns;
use policy::{BlockedDns, Decision, Verdict};
use smoltcp::time::Instant;
use wire::Owner;

use crate::engine::Engine;
use crate::outside::Outside;
use crate::record::{FlowRecord, RecordState};
use crate::resolver::lookup::Asker;
use crate::resolver::repeats::BlockedQuestion;

impl Engine {
    /// Answers a question whose decision is to block it in a server's place. `was_open`: it was told of before as one that is
    /// being asked.
    pub(crate) fn deny(
        &mut self,
        mut asker: Asker,
        owner: &Owner,
        was_open: bool,
        now: Instant,
        out: &mut impl Outside,
    ) {
        let question = BlockedQuestion::of(&asker, owner);
        let (repeat, is_repeat) = self.resolver.repeats.note(question, asker.record, now);
        self.counters.blocked_repeats += u64::from(is_repeat);
        if was_open {
            // Its row stands in the log already.
            repeat.begin_row(asker.record, asker.started);
            repeat.remember_alias(&asker.decision, asker.name.as_ref(), now);
        }
        let mut answer = Vec::new();
        let denial = match self.policy.blocked_dns() {
            BlockedDns::Unspecified => dns::Denial::Unspecified,
            BlockedDns::NxDomain => dns::Denial::NxDomain,
            BlockedDns::NoData => dns::Denial::NoData,
        };
        if dns::blocked_answer(&asker.message, denial, repeat.ttl, &mut answer).is_err() {
            return;
        }
        repeat.count(asker.message.len(), answer.len());
        asker.record = repeat.record;
        out.record(FlowRecord {
            started: repeat.started,
            traffic: repeat.traffic,
            ..asker.as_record(owner, RecordState::Blocked, answer.len(), now)
        });
        self.answer_app(&asker, &answer, now, out);
    }

    /// Why the question was blocked by an alias of its name lately, while that answer holds: it need not be asked again.
    pub(crate) fn known_alias(
        &self,
        asker: &Asker,
        owner: &Owner,
        now: Instant,
    ) -> Option<Decision> {
        self.resolver.repeats.alias(&BlockedQuestion::of(asker, owner), now)
    }

    /// Another policy is in force: whose question is now blocked is told so, and what was learned by the old one is
    /// forgotten.
    pub(crate) fn judge_questions_anew(&mut self, now: Instant, out: &mut impl Outside) {
        self.resolver.repeats.forget();
        for index in self.resolver.lookups.indices().collect::<Vec<_>>() {
            let Some(lookup) = self.resolver.lookups.get_mut(index) else { continue };
            let owner = lookup.wanted.owner.clone();
            let mut waiting = Vec::new();
            for mut asker in std::mem::take(&mut lookup.askers) {
                asker.decision = self.judge(&owner, &asker.key, asker.name.as_ref());
                if asker.decision.verdict == Verdict::Allow {
                    waiting.push(asker);
                } else {
                    self.deny(asker, &owner, true, now, out);
                }
            }
            let nobody_waits = waiting.is_empty();
            if let Some(lookup) = self.resolver.lookups.get_mut(index) {
                lookup.askers = waiting;
            }
            if nobody_waits {
                self.end_lookup(index, out);
            }
        }
    }
}

impl BlockedQuestion {
    fn of(asker: &Asker, owner: &Owner) -> Self {
        BlockedQuestion {
            owner: owner.clone(),
            name: asker.name.clone(),
            record_type: asker.record_type,
        }
    }
}
