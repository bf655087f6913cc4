//! How specific a rule is: the most specific that fits decides. `docs/policy.md` has the order as a table for users.

use crate::rule::{Rule, RuleVerdict};

/// Compared field by field from the first: the greater decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Weight {
    who: Who,
    what: What,
    /// Among the same kind: the longer suffix, the narrower range.
    narrowness: u32,
    /// Matchers besides the one that `what` tells.
    further: u32,
    conditions: u32,
    temporary: bool,
    blocks: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Everyone,
    Group,
    App,
    AppAndUid,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Anything,
    Protocol,
    Ports,
    Country,
    Network,
    Addresses,
    HostSuffix,
    ExactHost,
}

impl Weight {
    /// The weight of a rule.
    pub(crate) fn of(rule: &Rule) -> Self {
        let who = match (&rule.app, rule.uid, &rule.group) {
            (Some(_), Some(_), _) => Who::AppAndUid,
            (Some(_), None, _) => Who::App,
            (None, _, Some(_)) => Who::Group,
            (None, _, None) => Who::Everyone,
        };
        let (what, narrowness) = what(rule);
        Weight {
            who,
            what,
            narrowness,
            further: rule.matchers().saturating_sub(1),
            conditions: rule.when.as_ref().map_or(0, crate::When::count),
            temporary: rule.until.is_some(),
            blocks: rule.verdict == RuleVerdict::Block,
        }
    }

    /// The weight of an app's mode: a rule for that app about anything.
    pub(crate) fn of_mode(with_uid: bool, blocks: bool) -> Self {
        Weight {
            who: if with_uid { Who::AppAndUid } else { Who::App },
            what: What::Anything,
            narrowness: 0,
            further: 0,
            conditions: 0,
            temporary: false,
            blocks,
        }
    }
}

fn what(rule: &Rule) -> (What, u32) {
    if rule.exact_host.is_some() {
        (What::ExactHost, 0)
    } else if let Some(host) = &rule.host {
        (What::HostSuffix, host.as_str().len() as u32)
    } else if let Some(addresses) = &rule.addresses {
        (What::Addresses, addresses.narrowness())
    } else if rule.asn.is_some() {
        (What::Network, 0)
    } else if rule.country.is_some() {
        (What::Country, 0)
    } else if let Some(ports) = &rule.ports {
        (What::Ports, ports.narrowness())
    } else if rule.protocol.is_some() {
        (What::Protocol, 0)
    } else {
        (What::Anything, 0)
    }
}
