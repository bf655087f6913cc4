//! The user's rules, ready to be searched: by host, by address, by place, by app; in each place the weightiest first.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;

use wire::{FlowKey, HostName, Owner};

use crate::PolicyError;
use crate::decision::Reason;
use crate::document::{Document, Group};
use crate::error::twice;
use crate::ranges::Prefix;
use crate::rule::{CountryCode, Rule, RuleVerdict};
use crate::situation::{Moment, Situation};
use crate::weight::Weight;

/// What a rule is held against, besides a name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) owner: &'a Owner,
    pub(crate) key: &'a FlowKey,
    pub(crate) country: Option<[u8; 2]>,
    pub(crate) asn: Option<u32>,
    /// It is about a question for the name, not a connection: where to is not known yet.
    pub(crate) is_question: bool,
}

/// All rules of a document.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    all: Vec<Compiled>,
    by_host: HashMap<Arc<str>, Vec<u32>>,
    by_prefix: HashMap<Prefix, Vec<u32>>,
    prefix_lengths: Vec<u8>,
    by_network: HashMap<u32, Vec<u32>>,
    by_country: HashMap<CountryCode, Vec<u32>>,
    by_app: HashMap<Arc<str>, Vec<u32>>,
    /// Those for everyone that no table above has.
    others: Vec<u32>,
    /// Whose rules speak about hosts.
    host_rules: Owners,
    /// Whose rules allow hosts.
    host_allowances: Owners,
}

/// A rule with what follows from it.
#[derive(Clone, Debug)]
pub(crate) struct Compiled {
    pub(crate) rule: Rule,
    pub(crate) weight: Weight,
    /// It is turned on, its conditions hold, and its end has not come.
    pub(crate) holds: bool,
    text: Arc<str>,
    who: Who,
}

#[derive(Clone, Debug)]
enum Who {
    Everyone,
    Group(HashSet<Arc<str>>),
    App(Arc<str>, Option<u32>),
}

#[derive(Clone, Debug, Default)]
struct Owners {
    everyone: bool,
    apps: HashSet<Arc<str>>,
}

impl Rules {
    pub(crate) fn compile(
        document: &Document,
        situation: &Situation,
        moment: &Moment,
    ) -> Result<Self, PolicyError> {
        let groups = groups(&document.groups)?;
        let mut rules = Rules::default();
        for (number, rule) in document.rules.iter().enumerate() {
            let path = format!("rules[{number}]");
            let who = who(rule, &groups, &path)?;
            if rule.host.is_some() && rule.exact_host.is_some() {
                let message = "a rule has either \"host\" or \"exact_host\"";
                return Err(PolicyError::new(path, message));
            }
            let ended = rule.until.is_some_and(|until| until <= moment.unix_seconds);
            let met = rule.when.as_ref().is_none_or(|when| when.holds(situation, moment));
            rules.all.push(Compiled {
                weight: Weight::of(rule),
                holds: rule.enabled && met && !ended,
                text: rule.to_string().into(),
                who,
                rule: rule.clone(),
            });
        }
        refuse_doubles(&document.rules)?;
        rules.fill_tables();
        Ok(rules)
    }

    /// The weightiest rule that speaks, with its place in the document.
    pub(crate) fn speaking(
        &self,
        facts: &Facts<'_>,
        name: Option<&HostName>,
    ) -> Option<(usize, &Compiled)> {
        let mut best: Option<(usize, &Compiled)> = None;
        let mut look = |bucket: Option<&Vec<u32>>| {
            let rules = bucket.into_iter().flatten().map(|&at| at as usize);
            let first = rules
                .map(|at| (at, &self.all[at]))
                .find(|(_, rule)| rule.holds && rule.fits(facts, name));
            if let Some(found) = first
                && best.is_none_or(|(_, before)| found.1.weight > before.weight)
            {
                best = Some(found);
            }
        };
        if !self.by_host.is_empty() {
            for suffix in name.into_iter().flat_map(HostName::suffixes) {
                look(self.by_host.get(suffix));
            }
        }
        if !facts.is_question {
            let address = facts.key.remote.ip();
            for &length in &self.prefix_lengths {
                look(self.by_prefix.get(&Prefix::of(address, length)));
            }
            look(facts.asn.and_then(|asn| self.by_network.get(&asn)));
            look(facts.country.and_then(|letters| self.by_country.get(&CountryCode(letters))));
        }
        if !self.by_app.is_empty() {
            for package in packages(facts.owner) {
                look(self.by_app.get(package));
            }
        }
        look(Some(&self.others));
        best
    }

    /// Every rule that is turned on and fits, whether its conditions hold or not, the weightiest first.
    pub(crate) fn fitting(
        &self,
        facts: &Facts<'_>,
        name: Option<&HostName>,
    ) -> Vec<(usize, &Compiled)> {
        let all = self.all.iter().enumerate();
        let mut fitting: Vec<_> =
            all.filter(|(_, rule)| rule.rule.enabled && rule.fits(facts, name)).collect();
        fitting.sort_by_key(|(_, rule)| Reverse(rule.weight));
        fitting
    }

    /// Every rule, the weightiest first; of the same weight, in the order of the document.
    pub(crate) fn by_weight(&self) -> Vec<(usize, &Compiled)> {
        let mut rules: Vec<_> = self.all.iter().enumerate().collect();
        rules.sort_by_key(|(_, rule)| Reverse(rule.weight));
        rules
    }

    /// Whether a name could change what the rules say about this owner's connections.
    pub(crate) fn ask_for_names(&self, owner: &Owner) -> bool {
        self.host_rules.have(owner)
    }

    /// The same for a rule of the owner's own, not one for everyone.
    pub(crate) fn ask_for_names_of_this_app(&self, owner: &Owner) -> bool {
        packages(owner).any(|package| self.host_rules.apps.contains(package))
    }

    /// Whether some host is allowed to this owner.
    pub(crate) fn allow_some_host(&self, owner: &Owner) -> bool {
        self.host_allowances.have(owner)
    }

    /// Whether some rule allows this owner connections by something else than the host.
    pub(crate) fn allow_without_host(&self, facts: &Facts<'_>) -> Option<(usize, &Compiled)> {
        self.all.iter().enumerate().find(|(_, compiled)| {
            let rule = &compiled.rule;
            let has_no_host = rule.host.is_none() && rule.exact_host.is_none();
            compiled.holds
                && has_no_host
                && rule.verdict == RuleVerdict::Allow
                && compiled.who.fits(facts.owner)
        })
    }

    /// The first time at which a rule begins or ceases to hold by itself.
    pub(crate) fn next_change(&self, moment: &Moment) -> Option<u64> {
        let edges = self.all.iter().filter(|compiled| compiled.rule.enabled).flat_map(|compiled| {
            let rule = &compiled.rule;
            let end = rule.until.filter(|until| *until > moment.unix_seconds);
            let has_ended = rule.until.is_some() && end.is_none();
            let edge =
                rule.when.as_ref().filter(|_| !has_ended).and_then(|when| when.next_change(moment));
            end.into_iter().chain(edge)
        });
        edges.min()
    }

    fn fill_tables(&mut self) {
        let mut order: Vec<u32> = (0..self.all.len() as u32).collect();
        order.retain(|&at| self.all[at as usize].rule.enabled);
        order.sort_by_key(|&at| Reverse(self.all[at as usize].weight));
        for at in order {
            let Compiled { rule, who, .. } = &self.all[at as usize];
            if let Some(host) = rule.host.as_ref().or(rule.exact_host.as_ref()) {
                self.host_rules.add(who);
                if rule.verdict == RuleVerdict::Allow {
                    self.host_allowances.add(who);
                }
                self.by_host.entry(host.as_str().into()).or_default().push(at);
            } else if let Some(addresses) = &rule.addresses {
                for prefix in addresses.prefixes() {
                    self.by_prefix.entry(prefix).or_default().push(at);
                    if !self.prefix_lengths.contains(&prefix.length) {
                        self.prefix_lengths.push(prefix.length);
                    }
                }
            } else if let Some(asn) = rule.asn {
                self.by_network.entry(asn).or_default().push(at);
            } else if let Some(country) = rule.country {
                self.by_country.entry(country).or_default().push(at);
            } else {
                match who {
                    Who::Everyone => self.others.push(at),
                    Who::App(app, _) => self.by_app.entry(app.clone()).or_default().push(at),
                    Who::Group(apps) => {
                        for app in apps {
                            self.by_app.entry(app.clone()).or_default().push(at);
                        }
                    }
                }
            }
        }
    }
}

impl Compiled {
    /// The reason, if this rule at this place decides.
    pub(crate) fn reason(&self, place: usize) -> Reason {
        Reason::Rule { number: place as u32, verdict: self.rule.verdict, text: self.text.clone() }
    }

    /// Whether it speaks about this, its conditions aside.
    fn fits(&self, facts: &Facts<'_>, name: Option<&HostName>) -> bool {
        let Rule { host, exact_host, addresses, ports, protocol, country, asn, .. } = &self.rule;
        let is_under = |host: &HostName| {
            name.is_some_and(|name| name.suffixes().any(|suffix| suffix == host.as_str()))
        };
        let names_it = host.as_ref().is_none_or(is_under)
            && exact_host.as_ref().is_none_or(|host| name == Some(host));
        let further = addresses.is_some()
            || ports.is_some()
            || protocol.is_some()
            || country.is_some()
            || asn.is_some();
        let where_to = if facts.is_question && further {
            // Another port or address of that name may be meant: what is allowed there must be found first, and what is
            // blocked there is blocked there.
            (host.is_some() || exact_host.is_some()) && self.rule.verdict == RuleVerdict::Allow
        } else {
            addresses.is_none_or(|addresses| addresses.contains(facts.key.remote.ip()))
                && ports.is_none_or(|ports| ports.contains(facts.key.remote.port()))
                && protocol.is_none_or(|protocol| facts.key.protocol == protocol.into())
                && country.is_none_or(|country| facts.country == Some(country.0))
                && asn.is_none_or(|asn| facts.asn == Some(asn))
        };
        names_it && where_to && self.who.fits(facts.owner)
    }
}

impl Who {
    fn fits(&self, owner: &Owner) -> bool {
        match self {
            Who::Everyone => true,
            Who::Group(apps) => packages(owner).any(|package| apps.contains(package)),
            Who::App(app, uid) => {
                packages(owner).any(|package| package == &**app)
                    && uid.is_none_or(|uid| owner.id().is_some_and(|id| id.uid == uid))
            }
        }
    }
}

impl Owners {
    fn add(&mut self, who: &Who) {
        match who {
            Who::Everyone => self.everyone = true,
            Who::Group(apps) => self.apps.extend(apps.iter().cloned()),
            Who::App(app, _) => drop(self.apps.insert(app.clone())),
        }
    }

    fn have(&self, owner: &Owner) -> bool {
        self.everyone || packages(owner).any(|package| self.apps.contains(package))
    }
}

/// The names of an owner: its own, and those of all packages where several share a user id.
pub(crate) fn packages(owner: &Owner) -> impl Iterator<Item = &str> {
    let name = owner.id().map(|id| &*id.name);
    let parts = name.filter(|name| name.contains(',')).into_iter().flat_map(|name| name.split(','));
    name.into_iter().chain(parts.map(str::trim))
}

fn groups(groups: &[Group]) -> Result<HashMap<&str, &Group>, PolicyError> {
    let mut by_name = HashMap::new();
    for (number, group) in groups.iter().enumerate() {
        if by_name.insert(group.name.as_str(), group).is_some() {
            return Err(twice(format!("groups[{number}].name"), "group", &group.name));
        }
    }
    Ok(by_name)
}

fn who(rule: &Rule, groups: &HashMap<&str, &Group>, path: &str) -> Result<Who, PolicyError> {
    match (&rule.app, &rule.group) {
        (Some(_), Some(_)) => Err(PolicyError::new(path, "a rule is for an app or for a group")),
        (Some(app), None) => Ok(Who::App(app.as_str().into(), rule.uid)),
        (None, _) if rule.uid.is_some() => {
            Err(PolicyError::new(format!("{path}.uid"), "a user id needs an \"app\" beside it"))
        }
        (None, None) => Ok(Who::Everyone),
        (None, Some(name)) => {
            let group = groups.get(name.as_str()).ok_or_else(|| {
                let message = format!("there is no group {name:?} in \"groups\"");
                PolicyError::new(format!("{path}.group"), message)
            })?;
            Ok(Who::Group(group.apps.iter().map(|app| app.as_str().into()).collect()))
        }
    }
}

/// Two rules that are turned on and differ in nothing but verdict, end or remark would leave the user guessing.
fn refuse_doubles(rules: &[Rule]) -> Result<(), PolicyError> {
    let mut seen = HashMap::new();
    for (number, rule) in rules.iter().enumerate().filter(|(_, rule)| rule.enabled) {
        let bare = (
            (&rule.app, rule.uid, &rule.group, &rule.when, rule.until.is_some()),
            (&rule.host, &rule.exact_host, rule.addresses, rule.ports),
            (rule.protocol, rule.country, rule.asn),
        );
        if let Some(earlier) = seen.insert(bare, number) {
            let message = format!("rules[{earlier}] is about the same; leave one of the two");
            return Err(PolicyError::new(format!("rules[{number}]"), message));
        }
    }
    Ok(())
}

/// Whether any rule asks for a country or a network, and which.
pub(crate) fn asks_for_places(document: &Document) -> Option<String> {
    let place = document.rules.iter().position(|rule| rule.country.is_some() || rule.asn.is_some());
    place.map(|number| format!("rules[{number}]"))
}

/// Of one address, what the rules ask for.
pub(crate) fn place_of(
    places: Option<&Arc<dyn crate::Places>>,
    address: IpAddr,
) -> (Option<[u8; 2]>, Option<u32>) {
    places.map_or((None, None), |places| (places.country(address), places.asn(address)))
}
