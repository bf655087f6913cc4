//! The user's rules, and the policy that they come to here and now.
//!
//! What rules say depends on the network, the screen and the time. So the session keeps the rules together with the
//! situation, compiles them anew when either changes, and has the policy itself say until when it holds.

use std::sync::Arc;

use policy::{Document, Moment, Policy, PolicyError, Resources, Situation};

/// The rules, and all that they depend on besides the time. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// What the user wrote.
    pub document: Arc<Document>,
    /// What the document refers to: lists, places.
    pub resources: Resources,
    /// The state of the device.
    pub situation: Situation,
}

impl Rules {
    /// What the rules come to at that moment.
    ///
    /// # Errors
    /// What is wrong with the document, or missing of what it refers to.
    pub fn compile(&self, moment: &Moment) -> Result<Policy, PolicyError> {
        Policy::compile(&self.document, &self.resources, &self.situation, moment)
    }

    /// The rules with their policy of this moment, by this clock for the time of day.
    pub(crate) fn in_force(&self, clock: fn() -> Moment) -> Result<InForce, PolicyError> {
        let policy = Arc::new(self.compile(&clock())?);
        Ok(InForce { rules: self.clone(), policy, clock })
    }
}

/// Rules that were compiled.
#[derive(Clone, Debug)]
pub(crate) struct InForce {
    rules: Rules,
    /// What they come to.
    pub(crate) policy: Arc<Policy>,
    clock: fn() -> Moment,
}

impl InForce {
    /// When they have to be compiled again, in Unix seconds; `None` where no time changes them.
    pub(crate) fn edge(&self) -> Option<u64> {
        self.policy.valid_until()
    }

    /// Compiles them again, for the moment that it is now.
    pub(crate) fn renew(&mut self) {
        match self.rules.compile(&(self.clock)()) {
            Ok(policy) => self.policy = Arc::new(policy),
            // The same document was compiled before, so this is a fault of ours. What held goes on.
            Err(error) => log::error!("the rules of a new moment cannot be told: {error}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use policy::{Refusal, Subject, Verdict};
    use wire::{FlowKey, Owner, Protocol};

    use super::*;

    fn rules(text: &str) -> Rules {
        let document = Arc::new(Document::parse(text).unwrap());
        Rules { document, ..Rules::default() }
    }

    fn at(unix_seconds: u64) -> Moment {
        Moment { unix_seconds, utc_offset_at: |_| 0 }
    }

    fn verdict(in_force: &InForce) -> Verdict {
        let key = FlowKey {
            protocol: Protocol::Tcp,
            local: "10.0.0.1:5000".parse().unwrap(),
            remote: "192.0.2.1:443".parse().unwrap(),
        };
        in_force.policy.decide(&Subject { owner: &Owner::Unknown, key: &key, names: &[] }).verdict
    }

    #[test]
    fn a_pause_is_over_at_its_end() {
        let blocked = Verdict::Block(Refusal::Reset);
        let rules = rules(
            r#"{"version":1,"default_mode":"block","unknown_mode":"block","pause":{"until":2000}}"#,
        );
        static NOW: AtomicU64 = AtomicU64::new(1000);
        let mut in_force = rules.in_force(|| at(NOW.load(Ordering::Relaxed))).unwrap();
        assert_eq!((in_force.edge(), verdict(&in_force)), (Some(2000), Verdict::Allow));
        NOW.store(1999, Ordering::Relaxed);
        in_force.renew();
        assert_eq!((in_force.edge(), verdict(&in_force)), (Some(2000), Verdict::Allow));
        NOW.store(2000, Ordering::Relaxed);
        in_force.renew();
        assert_eq!((in_force.edge(), verdict(&in_force)), (None, blocked));
    }

    #[test]
    fn rules_without_a_time_hold_for_ever() {
        let in_force = rules(r#"{"version":1}"#).in_force(|| at(0)).unwrap();
        assert_eq!((in_force.edge(), verdict(&in_force)), (None, Verdict::Allow));
    }
}
