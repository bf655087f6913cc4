//! Why a connection passes or not: everything that speaks about it, in order of weight.

use crate::decision::{Decision, Evidence, Reason, Subject};
use crate::policy::Policy;
use crate::rules::{self, Facts};

/// A decision with all that was considered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What is decided.
    pub decision: Decision,
    /// What speaks about it, for each name in turn (or once, without a name): what decides comes first, then the user's
    /// rules by weight, then the lists.
    pub considered: Vec<Considered>,
}

/// One part of the policy that speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Considered {
    /// What it says, and on which grounds.
    pub reason: Reason,
    /// The name that it speaks about.
    pub evidence: Option<Evidence>,
    /// Its conditions hold now; if not, it only would speak.
    pub holds: bool,
    /// It is what decided.
    pub decisive: bool,
}

impl Policy {
    /// Decides as [`Policy::decide`], and tells everything that speaks about the connection.
    pub fn explain(&self, subject: &Subject<'_>) -> Explanation {
        let decision = self.decide(subject);
        let Subject { owner, key, names } = *subject;
        let (country, asn) = rules::place_of(self.places(), key.remote.ip());
        let facts = Facts { owner, key, country, asn, is_question: false };
        let mut considered = Vec::new();
        if names.is_empty() {
            self.consider(&facts, None, &decision, &mut considered);
        }
        for evidence in names {
            self.consider(&facts, Some(evidence), &decision, &mut considered);
        }
        if !considered.iter().any(|considered| considered.decisive) {
            let Decision { reason, evidence, .. } = decision.clone();
            considered.insert(0, Considered { reason, evidence, holds: true, decisive: true });
        }
        Explanation { decision, considered }
    }

    /// Every rule of the user's, those that are turned off too, the weightiest first.
    pub fn rules_by_weight(&self) -> Vec<Considered> {
        let rules = self.rules().by_weight().into_iter();
        rules
            .map(|(place, rule)| Considered {
                reason: rule.reason(place),
                evidence: None,
                holds: rule.holds,
                decisive: false,
            })
            .collect()
    }

    /// What speaks about one name. What would decide without the others is told even if it is no rule: a mode, a default.
    fn consider(
        &self,
        facts: &Facts<'_>,
        evidence: Option<&Evidence>,
        decision: &Decision,
        considered: &mut Vec<Considered>,
    ) {
        let name = evidence.map(|evidence| &evidence.name);
        let own = self.judge(facts, name);
        let is_about = decision.evidence.as_ref() == evidence;
        let rules = self.rules().fitting(facts, name);
        let rules = rules.into_iter().map(|(place, rule)| (rule.reason(place), rule.holds));
        let lists = self.lists().speaking(facts, name).into_iter().map(|reason| (reason, true));
        let others = rules.chain(lists).filter(|(reason, _)| *reason != own);
        for (reason, holds) in [(own.clone(), true)].into_iter().chain(others) {
            let decisive = is_about && reason == decision.reason;
            considered.push(Considered { reason, evidence: evidence.cloned(), holds, decisive });
        }
    }
}
