//! Answers of the servers, on their way to the apps: their aliases are judged, their names remembered.

use names::dns::{self, Response};
use policy::{Decision, Reason, RuleVerdict};
use smoltcp::time::Instant;
use wire::{HostName, NameSource, Owner, Protocol};

use crate::engine::Engine;
use crate::outside::Outside;
use crate::record::RecordState;
use crate::resolver::lookup::Asker;

/// A name counts for its address at least this long: apps hold on to addresses beyond the TTL, and zero TTLs exist.
const LEAST_LIFE_MS: u64 = 10 * 60 * 1000;

impl Engine {
    /// A server has answered: all who asked are told. The answer can be read.
    pub(crate) fn answered(
        &mut self,
        index: u32,
        mut answer: Vec<u8>,
        now: Instant,
        out: &mut impl Outside,
    ) {
        let Some(lookup) = self.end_lookup(index, out) else { return };
        let owner = &lookup.wanted.owner;
        let aliases = dns::aliases(&answer).unwrap_or_default();
        let mut is_for_somebody = false;
        for mut asker in lookup.askers {
            if let Some(decision) = self.blocked_alias(&asker, owner, &aliases) {
                asker.decision = decision;
                self.deny(asker, owner, true, now, out);
                continue;
            }
            if asker.key.protocol == Protocol::Tcp && dns::is_truncated(&answer) {
                self.fail_question(&asker, owner, dns::RCODE_SERVER_FAILURE, now, out);
                continue;
            }
            is_for_somebody = true;
            dns::restore(&mut answer, &asker.message, lookup.end);
            out.record(asker.as_record(owner, RecordState::Closed, answer.len(), now));
            self.answer_app(&asker, &answer, now, out);
        }
        if is_for_somebody && let Ok(response) = Response::parse(&answer) {
            self.learn(owner, response, now);
        }
    }

    /// No server is left to ask: the apps get the best that there is, or a failure.
    pub(crate) fn give_up(&mut self, index: u32, now: Instant, out: &mut impl Outside) {
        let fallback = self.resolver.lookups.get_mut(index).and_then(|it| it.fallback.take());
        let code = fallback.as_deref().and_then(dns::rcode).filter(|&code| code > 0);
        if let Some(fallback) = fallback.filter(|answer| dns::aliases(answer).is_ok()) {
            return self.answered(index, fallback, now, out);
        }
        let Some(lookup) = self.end_lookup(index, out) else { return };
        let code = code.unwrap_or(dns::RCODE_SERVER_FAILURE);
        for asker in &lookup.askers {
            self.fail_question(asker, &lookup.wanted.owner, code, now, out);
        }
    }

    /// The engine ends: so do all questions.
    pub(crate) fn end_lookups(&mut self, now: Instant, out: &mut impl Outside) {
        for index in self.resolver.lookups.indices().collect::<Vec<_>>() {
            let Some(lookup) = self.end_lookup(index, out) else { continue };
            for asker in &lookup.askers {
                out.record(asker.as_record(&lookup.wanted.owner, RecordState::Closed, 0, now));
            }
        }
    }

    /// The decision that blocks one of these names, which the one asked for is an alias of.
    ///
    /// Only what speaks of the alias itself counts: an app that may reach but a few hosts gets these by whatever aliases they
    /// have. What the user allows by its own name stays allowed, and what a list protects is not undone by another list.
    fn blocked_alias(
        &self,
        asker: &Asker,
        owner: &Owner,
        aliases: &[HostName],
    ) -> Option<Decision> {
        let asked = &asker.decision.reason;
        if matches!(asked, Reason::Rule { .. }) {
            return None;
        }
        let is_protected = matches!(asked, Reason::Protected { .. });
        aliases.iter().map(|alias| self.judge(owner, &asker.key, Some(alias))).find(|decision| {
            match decision.reason {
                Reason::Rule { verdict, .. } => verdict == RuleVerdict::Block,
                Reason::Listed { .. } => !is_protected,
                Reason::Lockdown
                | Reason::Paused
                | Reason::AppAllowed
                | Reason::AppBlocked
                | Reason::Protected { .. }
                | Reason::NotListed
                | Reason::DefaultAllowed
                | Reason::DefaultBlocked
                | Reason::NothingAgainst => false,
            }
        })
    }

    /// Remembers under which names its owner knows addresses now.
    fn learn(&mut self, owner: &Owner, response: Response, now: Instant) {
        let now_ms = now.total_millis().max(0) as u64;
        for name in response.public_names {
            self.public_names.insert(owner, name, now_ms + LEAST_LIFE_MS);
        }
        for (address, ttl) in response.addresses {
            let life = (u64::from(ttl) * 1000).max(LEAST_LIFE_MS);
            let name = response.name.clone();
            self.names.insert(owner, address, name, NameSource::Dns, now_ms + life);
        }
    }
}
