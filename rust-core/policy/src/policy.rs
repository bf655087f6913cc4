//! The compiled policy, and how it decides.
//!
//! The order: lockdown, pause, then the most specific of the user's rules and the app's mode, then the lists; the whole of
//! it is a table in `docs/policy.md`. Each name seen for a connection is judged for itself, and the most blocked one wins:
//! a name that is free does not free another. Guesses (names that others resolved to the address) speak only where there
//! is no better evidence, or a shared address would block the innocent.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use ::lists::{Bytes, Index};
use wire::{FlowKey, HostName, NameSource, Owner};

use crate::decision::{Decision, Evidence, Reason, Refusal, Subject, Verdict};
use crate::document::{BlockedDns, Document, List, Mode, VERSION};
use crate::error::{PolicyError, twice};
use crate::listed::Lists;
use crate::rules::{self, Facts, Rules, packages};
use crate::situation::{Moment, Situation};
use crate::weight::Weight;

/// An immutable snapshot of a policy as it holds in one situation, ready to decide.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    default_mode: Mode,
    unknown_mode: Mode,
    refusal: Refusal,
    blocked_dns: BlockedDns,
    /// What holds for everything, before any rule.
    overall: Option<Overall>,
    apps: HashMap<Arc<str>, AppModes>,
    rules: Rules,
    lists: Lists,
    /// Given only where a rule asks for it.
    places: Option<Arc<dyn Places>>,
    blocks_names_by_list: bool,
    screen_on: Option<bool>,
    valid_until: Option<u64>,
}

/// What a document refers to and does not have itself.
#[derive(Clone, Debug, Default)]
pub struct Resources {
    /// Lists that count without being named. A document that names one, without hosts and addresses of its own, turns it
    /// on or off or adds exceptions; one that has a list of the same name with hosts of its own replaces it. One without
    /// hosts and addresses is the list of its name in an index file.
    pub built_in: Option<Arc<[List]>>,
    /// The index files of the lists. A list is found by its name, in the first file that has it.
    pub lists: Vec<Arc<Index<Bytes>>>,
    /// Where addresses are.
    pub places: Option<Arc<dyn Places>>,
}

/// Where addresses are.
pub trait Places: std::fmt::Debug + Send + Sync {
    /// The country, by its two letters.
    fn country(&self, address: IpAddr) -> Option<[u8; 2]>;
    /// The network, by the number of its autonomous system.
    fn asn(&self, address: IpAddr) -> Option<u32>;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Overall {
    Lockdown,
    Paused,
}

/// The modes of the apps of one name.
#[derive(Clone, Debug, Default)]
struct AppModes {
    any_uid: Option<Mode>,
    by_uid: HashMap<u32, Mode>,
}

impl Policy {
    /// Compiles a document for a situation. Rules whose conditions do not hold, or whose end has come, do not speak: at
    /// another time ([`Policy::valid_until`]) or in another situation, compile again.
    ///
    /// # Errors
    /// [`PolicyError`] with the place: another version, the same thing twice, a group or list that there is not, or a rule
    /// by place without data for it.
    pub fn compile(
        document: &Document,
        resources: &Resources,
        situation: &Situation,
        moment: &Moment,
    ) -> Result<Self, PolicyError> {
        if document.version != VERSION {
            let message = format!("this program reads version {VERSION} of the format");
            return Err(PolicyError::new("version", message));
        }
        let asks_for_places = rules::asks_for_places(document);
        if let (Some(path), None) = (&asks_for_places, &resources.places) {
            let message = "rules by country or network need the data of where addresses are, which is not here";
            return Err(PolicyError::new(path, message));
        }
        let rules = Rules::compile(document, situation, moment)?;
        let lists = Lists::compile(document, resources)?;
        let pause_end = document.pause.map(|pause| pause.until.unwrap_or(u64::MAX));
        let pause_end = pause_end.filter(|end| *end > moment.unix_seconds);
        let overall = match (document.lockdown, pause_end) {
            (true, _) => Some(Overall::Lockdown),
            (false, Some(_)) => Some(Overall::Paused),
            (false, None) => None,
        };
        let pause_end = pause_end.filter(|end| *end < u64::MAX);
        Ok(Policy {
            default_mode: document.default_mode,
            unknown_mode: document.unknown_mode,
            refusal: document.refusal,
            blocked_dns: document.blocked_dns,
            overall,
            apps: compile_apps(document)?,
            blocks_names_by_list: lists.block_names(),
            screen_on: situation.screen_on,
            valid_until: rules.next_change(moment).into_iter().chain(pause_end).min(),
            places: resources.places.clone().filter(|_| asks_for_places.is_some()),
            rules,
            lists,
        })
    }

    /// Compiles a document that refers to nothing outside, as of 1970 on a network of no known kind.
    ///
    /// # Errors
    /// As [`Policy::compile`].
    pub fn from_document(document: &Document) -> Result<Self, PolicyError> {
        let moment = Moment { unix_seconds: 0, utc_offset_at: |_| 0 };
        Self::compile(document, &Resources::default(), &Situation::default(), &moment)
    }

    /// When it ceases to be right by itself, in seconds since 1970: a condition of time changes, a rule or a pause ends.
    pub fn valid_until(&self) -> Option<u64> {
        self.valid_until
    }

    /// Whether the screen is on in the situation that it was compiled for; `None` where nobody told.
    pub fn screen_on(&self) -> Option<bool> {
        self.screen_on
    }

    /// How a question for a blocked name is answered.
    pub fn blocked_dns(&self) -> BlockedDns {
        self.blocked_dns
    }

    /// Decides about one connection. Allocates nothing: what the decision holds is shared with the policy and the
    /// subject.
    pub fn decide(&self, subject: &Subject<'_>) -> Decision {
        let (country, asn) = rules::place_of(self.places.as_ref(), subject.key.remote.ip());
        let Subject { owner, key, names } = *subject;
        self.decide_on(&Facts { owner, key, country, asn, is_question: false }, names)
    }

    /// Decides about a question for a name; `key` is the flow that it came in. Rules that ask for more than the host speak
    /// only for it, not against it: where the connection will go is not known yet.
    pub fn decide_question(&self, owner: &Owner, key: &FlowKey, name: &HostName) -> Decision {
        let facts = Facts { owner, key, country: None, asn: None, is_question: true };
        let names = [Evidence { name: name.clone(), source: NameSource::Dns }];
        Decision { provisional: false, ..self.decide_on(&facts, &names) }
    }

    /// Whether a name could change the verdict on this owner's connections.
    pub fn names_matter(&self, owner: &Owner) -> bool {
        if self.overall.is_some() {
            return false;
        }
        match self.app_mode(owner).map_or_else(|| self.mode_without(owner), |(mode, _)| mode) {
            Mode::Listed => true,
            Mode::Filtered => self.blocks_names_by_list || self.rules.ask_for_names(owner),
            Mode::Allow | Mode::Block if self.app_mode(owner).is_some() => {
                self.rules.ask_for_names_of_this_app(owner)
            }
            Mode::Allow | Mode::Block => self.rules.ask_for_names(owner),
        }
    }

    pub(crate) fn rules(&self) -> &Rules {
        &self.rules
    }

    pub(crate) fn lists(&self) -> &Lists {
        &self.lists
    }

    pub(crate) fn places(&self) -> Option<&Arc<dyn Places>> {
        self.places.as_ref()
    }

    fn decide_on(&self, facts: &Facts<'_>, names: &[Evidence]) -> Decision {
        let (reason, evidence) = match self.overall {
            Some(Overall::Lockdown) => (Reason::Lockdown, None),
            Some(Overall::Paused) => (Reason::Paused, None),
            None => self.most_blocked(facts, names),
        };
        let verdict = if reason.allows() { Verdict::Allow } else { Verdict::Block(self.refusal) };
        let is_weak = evidence.is_none_or(|evidence| {
            matches!(evidence.source, NameSource::Guess | NameSource::SystemDns)
        });
        let provisional = verdict != Verdict::Allow
            && is_weak
            && self.overall.is_none()
            && (evidence.is_some()
                || reason == Reason::NotListed
                || self.rules.allow_some_host(facts.owner));
        Decision { verdict, reason, evidence: evidence.cloned(), provisional }
    }

    /// The most blocked name decides; among equals, the one with the strongest evidence.
    fn most_blocked<'n>(
        &self,
        facts: &Facts<'_>,
        names: &'n [Evidence],
    ) -> (Reason, Option<&'n Evidence>) {
        let is_weak =
            |evidence: &Evidence| matches!(evidence.source, NameSource::Guess | NameSource::Hidden);
        let only_guesses = names.iter().all(is_weak);
        let strongest = strongest(names);
        let judged = names
            .iter()
            .filter(|evidence| match evidence.source {
                NameSource::Hidden => false,
                NameSource::Guess => only_guesses,
                NameSource::Dns
                | NameSource::SystemDns
                | NameSource::Sni
                | NameSource::SniOuter
                | NameSource::QuicSni
                | NameSource::HttpHost
                | NameSource::HttpDns => true,
            })
            .map(|evidence| (self.judge(facts, Some(&evidence.name)), evidence))
            .max_by_key(|(reason, evidence)| {
                (severity(reason), strongest == Some(*evidence), Reverse(rank(evidence.source)))
            });
        match judged {
            Some((reason, evidence)) => (reason, Some(evidence)),
            None => (self.judge(facts, None), None),
        }
    }

    /// What decides about one name, or about a connection without one.
    pub(crate) fn judge(&self, facts: &Facts<'_>, name: Option<&HostName>) -> Reason {
        let rule = self.rules.speaking(facts, name);
        let mode = self.app_mode(facts.owner);
        if let Some((mode, weight)) = mode
            && rule.is_none_or(|(_, rule)| weight > rule.weight)
        {
            match mode {
                Mode::Allow => return Reason::AppAllowed,
                Mode::Block => return Reason::AppBlocked,
                Mode::Filtered | Mode::Listed => {}
            }
        }
        if let Some((place, rule)) = rule {
            return rule.reason(place);
        }
        match mode.map_or_else(|| self.mode_without(facts.owner), |(mode, _)| mode) {
            Mode::Allow => Reason::DefaultAllowed,
            Mode::Block => Reason::DefaultBlocked,
            Mode::Filtered => self.lists.judge(facts, name),
            Mode::Listed => match self.rules.allow_without_host(facts) {
                Some((place, rule)) if facts.is_question => rule.reason(place),
                Some(_) | None => Reason::NotListed,
            },
        }
    }

    /// The mode of an owner that has none of its own.
    fn mode_without(&self, owner: &Owner) -> Mode {
        match owner {
            Owner::App(_) | Owner::System(_) => self.default_mode,
            Owner::Unknown => self.unknown_mode,
        }
    }

    /// The owner's own mode, and its weight beside rules; where several packages share a user id, the most blocked.
    fn app_mode(&self, owner: &Owner) -> Option<(Mode, Weight)> {
        let uid = owner.id()?.uid;
        let modes = packages(owner).filter_map(|package| {
            let modes = self.apps.get(package)?;
            let with_uid = modes.by_uid.get(&uid);
            let mode = *with_uid.or(modes.any_uid.as_ref())?;
            Some((mode, Weight::of_mode(with_uid.is_some(), mode == Mode::Block)))
        });
        modes.max_by_key(|(mode, _)| match mode {
            Mode::Allow => 0,
            Mode::Filtered => 1,
            Mode::Listed => 2,
            Mode::Block => 3,
        })
    }
}

/// The name that says most about what a connection is for, for logs and screens.
///
/// A name that the app resolved *and* named in the connection comes first: of several names on a shared address it is
/// the one meant. Then by source: resolved by the owner, seen in the connection, resolved by the system, guessed.
pub fn strongest(names: &[Evidence]) -> Option<&Evidence> {
    let confirmed = |evidence: &Evidence| {
        evidence.source == NameSource::Dns
            && names
                .iter()
                .any(|other| other.source != NameSource::Dns && other.name == evidence.name)
    };
    names.iter().min_by_key(|evidence| (!confirmed(evidence), rank(evidence.source)))
}

/// 0 is the strongest source.
fn rank(source: NameSource) -> u8 {
    match source {
        NameSource::Dns => 0,
        NameSource::Sni | NameSource::QuicSni | NameSource::HttpHost | NameSource::HttpDns => 1,
        NameSource::SniOuter => 2,
        NameSource::SystemDns => 3,
        NameSource::Guess => 4,
        NameSource::Hidden => 5,
    }
}

/// The higher, the more blocked; what allows says more than nothing.
fn severity(reason: &Reason) -> u8 {
    let is_by_list = matches!(reason, Reason::Listed { .. } | Reason::Protected { .. });
    let is_nothing = matches!(reason, Reason::NothingAgainst | Reason::DefaultAllowed);
    match (reason.allows(), is_by_list, is_nothing) {
        (false, false, _) => 3,
        (false, true, _) => 2,
        (true, _, false) => 1,
        (true, _, true) => 0,
    }
}

fn compile_apps(document: &Document) -> Result<HashMap<Arc<str>, AppModes>, PolicyError> {
    let mut apps: HashMap<Arc<str>, AppModes> = HashMap::new();
    for (index, entry) in document.apps.iter().enumerate() {
        let modes = apps.entry(entry.app.as_str().into()).or_default();
        let earlier = match entry.uid {
            Some(uid) => modes.by_uid.insert(uid, entry.mode),
            None => modes.any_uid.replace(entry.mode),
        };
        if earlier.is_some() {
            return Err(twice(format!("apps[{index}]"), "app", &entry.app));
        }
    }
    Ok(apps)
}

#[cfg(test)]
mod tests;
