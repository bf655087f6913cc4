//! Which rules never speak, and why: what a user wrote and waits for in vain.

use crate::document::{Document, Mode};
use crate::rule::Rule;
use crate::weight::Weight;
use crate::when::When;

/// Why a rule never speaks from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unused {
    /// It is turned off.
    Off,
    /// It has ended, at this time in seconds since 1970.
    Ended(u64),
    /// Its group has no apps.
    EmptyGroup,
    /// This entry of `apps`, by its place from 0, blocks the app, and wins.
    AppBlocked(usize),
    /// This rule, by its place from 0, is stronger and about all that this one is about.
    Covered(usize),
}

impl Document {
    /// Why the rule at this place, from 0, never speaks after `now` (seconds since 1970), where that is plain to see; none where
    /// it may speak, and where there is no such rule.
    pub fn unused(&self, number: usize, now: u64) -> Option<Unused> {
        let rule = self.rules.get(number)?;
        if !rule.enabled {
            return Some(Unused::Off);
        }
        if let Some(until) = rule.until.filter(|until| *until <= now) {
            return Some(Unused::Ended(until));
        }
        if rule.group.is_some() && self.apps_of(rule).is_empty() {
            return Some(Unused::EmptyGroup);
        }
        self.blocking_mode(rule)
            .map(Unused::AppBlocked)
            .or_else(|| self.covering(number, rule).map(Unused::Covered))
    }

    /// The entry of `apps` that blocks the app and is as specific as the rule.
    fn blocking_mode(&self, rule: &Rule) -> Option<usize> {
        let app = rule.app.as_ref()?;
        let mode = Weight::of_mode(rule.uid.is_some(), true);
        self.apps.iter().position(|entry| {
            entry.app == *app
                && entry.uid == rule.uid
                && entry.mode == Mode::Block
                && mode > Weight::of(rule)
        })
    }

    fn covering(&self, number: usize, rule: &Rule) -> Option<usize> {
        let weight = Weight::of(rule);
        self.rules.iter().enumerate().position(|(place, other)| {
            let over = Weight::of(other);
            other.enabled
                && (over > weight || (over == weight && place < number))
                && self.is_for_all_of(other, rule)
                && is_about_all_of(other, rule)
        })
    }

    fn is_for_all_of(&self, other: &Rule, rule: &Rule) -> bool {
        match (&other.app, &other.group) {
            (None, None) => true,
            (Some(app), _) => {
                let uid = other.uid.is_none() || other.uid == rule.uid;
                let apps = self.apps_of(rule);
                uid && !apps.is_empty() && apps.iter().all(|of_rule| *of_rule == app)
            }
            (None, Some(_)) => {
                let (all, apps) = (self.apps_of(other), self.apps_of(rule));
                !apps.is_empty() && apps.iter().all(|app| all.contains(app))
            }
        }
    }

    /// The apps that the rule names; none where it is for everyone.
    fn apps_of<'a>(&'a self, rule: &'a Rule) -> Vec<&'a String> {
        let group = self.groups.iter().find(|group| rule.group.as_ref() == Some(&group.name));
        rule.app.iter().chain(group.into_iter().flat_map(|group| &group.apps)).collect()
    }
}

/// Whether `other` fits and holds wherever and whenever `rule` does.
fn is_about_all_of(other: &Rule, rule: &Rule) -> bool {
    let has_further =
        other.matchers() > u32::from(other.host.is_some() || other.exact_host.is_some());
    // A question for a name is passed by what allows the name on one port, and not stopped by what blocks it on one.
    let differs_in_questions = has_further && other.verdict != rule.verdict;
    let name = rule.host.as_ref().or(rule.exact_host.as_ref());
    let host = other.host.as_ref().is_none_or(|host| {
        name.is_some_and(|name| name.suffixes().any(|suffix| suffix == host.as_str()))
    });
    let exact_host = other.exact_host.is_none() || other.exact_host == rule.exact_host;
    let until = other.until.is_none_or(|end| rule.until.is_some_and(|until| until <= end));
    let when = other.when.as_ref().is_none_or(|other| {
        rule.when.as_ref().is_some_and(|when| holds_with(other, when)) || other.count() == 0
    });
    !differs_in_questions
        && host
        && exact_host
        && same(&other.addresses, &rule.addresses)
        && same(&other.ports, &rule.ports)
        && same(&other.protocol, &rule.protocol)
        && same(&other.country, &rule.country)
        && same(&other.asn, &rule.asn)
        && until
        && when
}

/// Whether `other` holds whenever `when` does.
fn holds_with(other: &When, when: &When) -> bool {
    within(&when.networks, &other.networks)
        && within(&when.days, &other.days)
        && within(&when.ssids, &other.ssids)
        && same(&other.roaming, &when.roaming)
        && same(&other.metered, &when.metered)
        && same(&other.screen, &when.screen)
        && same(&other.time, &when.time)
}

/// Whether what `other` asks for, if anything, is just what the rule asks for.
fn same<T: PartialEq>(other: &Option<T>, rule: &Option<T>) -> bool {
    other.is_none() || other == rule
}

/// Whether one of `some` is always one of `all`; an empty list asks for nothing.
fn within<T: PartialEq>(some: &[T], all: &[T]) -> bool {
    all.is_empty() || (!some.is_empty() && some.iter().all(|one| all.contains(one)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told of the last rule.
    fn last(rules: &str) -> Option<Unused> {
        let text = format!(
            r#"{{"version":1,"groups":[{{"name":"g","apps":["a"]}},{{"name":"none","apps":[]}}],
                "apps":[{{"app":"b","mode":"block"}}],"rules":[{rules}]}}"#
        );
        let document = Document::parse(&text).unwrap();
        document.unused(document.rules.len() - 1, 1000)
    }

    #[test]
    fn what_never_speaks_is_told_with_its_reason() {
        for (rules, unused) in [
            (r#"{"verdict":"block","host":"x.example","enabled":false}"#, Unused::Off),
            (r#"{"verdict":"block","host":"x.example","until":1000}"#, Unused::Ended(1000)),
            (r#"{"verdict":"block","group":"none"}"#, Unused::EmptyGroup),
            (r#"{"verdict":"allow","app":"b"}"#, Unused::AppBlocked(0)),
            // Both have one condition; of the same weight, block decides.
            (
                r#"{"verdict":"block","host":"x.example","when":{"networks":["wifi","mobile"]}},
                   {"verdict":"allow","host":"x.example","when":{"networks":["wifi"]}}"#,
                Unused::Covered(0),
            ),
            // Of the same weight and verdict, the earlier.
            (
                r#"{"verdict":"block","when":{"days":["mon","tue"]}},{"verdict":"block","when":{"days":["tue"]}}"#,
                Unused::Covered(0),
            ),
            // An app is stronger than a group that has just this app.
            (
                r#"{"verdict":"allow","app":"a","host":"example"},{"verdict":"block","group":"g","host":"x.example"}"#,
                Unused::Covered(0),
            ),
        ] {
            assert_eq!(last(rules), Some(unused), "{rules}");
        }
    }

    #[test]
    fn what_may_speak_some_time_is_not_called_unused() {
        for rules in [
            r#"{"verdict":"block","host":"x.example","until":1001}"#,
            r#"{"verdict":"allow","app":"b","host":"x.example"}"#,
            r#"{"verdict":"allow","app":"b","when":{"screen":"on"}}"#,
            // The stronger one is off, ends earlier, has other hours, or is about less.
            r#"{"verdict":"block","app":"a","host":"example","enabled":false},{"verdict":"allow","host":"x.example"}"#,
            r#"{"verdict":"block","app":"a","until":2000},{"verdict":"allow","app":"a"}"#,
            r#"{"verdict":"block","when":{"time":"01:00-02:00"}},{"verdict":"allow","when":{"time":"01:00-03:00"}}"#,
            r#"{"verdict":"block","app":"a"},{"verdict":"allow","group":"g","host":"x.example"},{"verdict":"allow","host":"x.example"}"#,
            r#"{"verdict":"block","host":"a.example","ports":"443"},{"verdict":"allow","host":"a.example","protocol":"tcp"}"#,
            // On the question for the name only the second speaks.
            r#"{"verdict":"block","app":"a","host":"a.example","ports":"443"},{"verdict":"allow","group":"g","host":"a.example","ports":"443"}"#,
            r#"{"verdict":"block","when":{"networks":["wifi"]}},{"verdict":"block","when":{"screen":"off"}}"#,
        ] {
            assert_eq!(last(rules), None, "{rules}");
        }
    }
}
