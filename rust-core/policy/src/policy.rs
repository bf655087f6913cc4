//! The compiled policy, and how it decides.
//!
//! The order: the app's mode, the user's host rules, the lists. Among host rules the longest that fits a name speaks
//! for it; a document has no two of the same host. Each name seen for a connection is judged for itself, and the most
//! blocked one wins: a name that is free does not free another. Guesses (names that others resolved to the address)
//! speak only where there is no better evidence, or a shared address would block the innocent.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use lists::Suffixes;
use wire::{AppId, HostName, NameSource, Owner};

use crate::document::{Document, HostVerdict, Mode, VERSION};
use crate::{Decision, Evidence, PolicyError, Reason, Refusal, Subject, Verdict};

/// An immutable snapshot of a policy, ready to decide.
#[derive(Clone, Debug)]
pub struct Policy {
    default_mode: Mode,
    unknown_mode: Mode,
    refusal: Refusal,
    apps: HashMap<Arc<str>, AppModes>,
    hosts: HashMap<Arc<str>, HostVerdict>,
    lists: Vec<List>,
    /// Whether any name is blocked at all.
    blocks_names: bool,
}

/// The modes of the apps of one name.
#[derive(Clone, Debug, Default)]
struct AppModes {
    any_uid: Option<Mode>,
    by_uid: HashMap<u32, Mode>,
}

#[derive(Clone, Debug)]
struct List {
    name: Arc<str>,
    hosts: Suffixes,
}

impl Policy {
    /// Compiles a document.
    ///
    /// # Errors
    /// [`PolicyError`] with the place: another version, or the same app, host or list twice.
    pub fn from_document(document: &Document) -> Result<Self, PolicyError> {
        if document.version != VERSION {
            let message = format!("this program reads version {VERSION} of the format");
            return Err(PolicyError::new("version", message));
        }
        let hosts = compile_hosts(document)?;
        let lists = compile_lists(document)?;
        Ok(Policy {
            default_mode: document.default_mode,
            unknown_mode: document.unknown_mode,
            refusal: document.refusal,
            apps: compile_apps(document)?,
            blocks_names: hosts.values().any(|verdict| *verdict == HostVerdict::Block)
                || lists.iter().any(|list| !list.hosts.is_empty()),
            hosts,
            lists,
        })
    }

    /// Decides about one connection. Allocates nothing: what the decision holds is shared with the policy and the
    /// subject.
    pub fn decide(&self, subject: &Subject<'_>) -> Decision {
        match self.mode(subject.owner) {
            Mode::Allow => {
                Decision { verdict: Verdict::Allow, reason: Reason::AppAllowed, evidence: None }
            }
            Mode::Block => Decision {
                verdict: Verdict::Block(self.refusal),
                reason: Reason::AppBlocked,
                evidence: None,
            },
            Mode::Filtered => self.decide_by_names(subject.names),
        }
    }

    /// Whether a name could change the verdict on this owner's connections: not where the app's mode decides alone,
    /// nor where no name is blocked at all.
    pub fn names_matter(&self, owner: &Owner) -> bool {
        self.blocks_names && self.mode(owner) == Mode::Filtered
    }

    fn mode(&self, owner: &Owner) -> Mode {
        match owner {
            Owner::App(id) | Owner::System(id) => self.app_mode(id).unwrap_or(self.default_mode),
            Owner::Unknown => self.unknown_mode,
        }
    }

    fn app_mode(&self, id: &AppId) -> Option<Mode> {
        let modes = self.apps.get(&*id.name)?;
        modes.by_uid.get(&id.uid).copied().or(modes.any_uid)
    }

    /// The most blocked name decides; among equals, the one with the strongest evidence.
    fn decide_by_names(&self, names: &[Evidence]) -> Decision {
        let only_guesses = names.iter().all(|evidence| evidence.source == NameSource::Guess);
        let strongest = strongest(names);
        let judged = names
            .iter()
            .filter(|evidence| only_guesses || evidence.source != NameSource::Guess)
            .map(|evidence| (self.judge(&evidence.name), evidence))
            .max_by_key(|(reason, evidence)| {
                (
                    severity(reason),
                    strongest == Some(*evidence),
                    std::cmp::Reverse(rank(evidence.source)),
                )
            });
        let Some((reason, evidence)) = judged else {
            return Decision {
                verdict: Verdict::Allow,
                reason: Reason::NothingAgainst,
                evidence: None,
            };
        };
        let verdict = match reason {
            Reason::AppBlocked | Reason::HostBlocked(_) | Reason::Listed { .. } => {
                Verdict::Block(self.refusal)
            }
            Reason::AppAllowed | Reason::HostAllowed(_) | Reason::NothingAgainst => Verdict::Allow,
        };
        Decision { verdict, reason, evidence: Some(evidence.clone()) }
    }

    /// What speaks about one name.
    fn judge(&self, name: &HostName) -> Reason {
        let rule = name.suffixes().find_map(|suffix| self.hosts.get_key_value(suffix));
        match rule {
            Some((suffix, HostVerdict::Allow)) => return Reason::HostAllowed(suffix.clone()),
            Some((suffix, HostVerdict::Block)) => return Reason::HostBlocked(suffix.clone()),
            None => {}
        }
        self.lists
            .iter()
            .find_map(|list| {
                let entry = list.hosts.lookup(name)?;
                Some(Reason::Listed { list: list.name.clone(), entry })
            })
            .unwrap_or(Reason::NothingAgainst)
    }
}

impl Default for Policy {
    /// That of the default document: nothing is blocked.
    fn default() -> Self {
        Policy {
            default_mode: Mode::default(),
            unknown_mode: Mode::default(),
            refusal: Refusal::default(),
            apps: HashMap::new(),
            hosts: HashMap::new(),
            lists: Vec::new(),
            blocks_names: false,
        }
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
    }
}

/// The higher, the more blocked; a rule that allows says more than nothing.
fn severity(reason: &Reason) -> u8 {
    match reason {
        Reason::AppBlocked | Reason::HostBlocked(_) => 3,
        Reason::Listed { .. } => 2,
        Reason::AppAllowed | Reason::HostAllowed(_) => 1,
        Reason::NothingAgainst => 0,
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

fn compile_hosts(document: &Document) -> Result<HashMap<Arc<str>, HostVerdict>, PolicyError> {
    let mut hosts = HashMap::new();
    for (index, rule) in document.hosts.iter().enumerate() {
        match hosts.entry(Arc::from(rule.host.as_str())) {
            Entry::Vacant(free) => free.insert(rule.verdict),
            Entry::Occupied(_) => {
                return Err(twice(format!("hosts[{index}].host"), "host", rule.host.as_str()));
            }
        };
    }
    Ok(hosts)
}

fn compile_lists(document: &Document) -> Result<Vec<List>, PolicyError> {
    let mut lists: Vec<List> = Vec::new();
    for (index, list) in document.lists.iter().enumerate() {
        if lists.iter().any(|earlier| *earlier.name == list.name) {
            return Err(twice(format!("lists[{index}].name"), "list", &list.name));
        }
        lists.push(List { name: list.name.as_str().into(), hosts: list.hosts.iter().collect() });
    }
    Ok(lists)
}

fn twice(path: String, what: &str, name: &str) -> PolicyError {
    PolicyError::new(
        path,
        format!("the {what} {name:?} stands here a second time; leave one of the two"),
    )
}

#[cfg(test)]
mod tests;
