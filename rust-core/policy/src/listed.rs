//! The lists that count: those built in, those that a document brings itself, and those of the index file.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use lists::{Bytes, Index, ListId, ListSet};
use wire::{HostName, Owner, Protocol};

use crate::PolicyError;
use crate::decision::{Entry, Reason};
use crate::document::{Document, List, ListException, ListedAddresses, Role};
use crate::error::twice;
use crate::policy::Resources;
use crate::ranges::{PortRange, Prefix};
use crate::rules::{Facts, packages};

/// All lists that count.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lists {
    /// The lists that are not in the index file: those built in, then the document's.
    own: Vec<Own>,
    by_host: HashMap<Arc<str>, Vec<u16>>,
    by_prefix: HashMap<Prefix, Vec<Listed>>,
    prefix_lengths: Vec<u8>,
    compiled: Vec<Compiled>,
}

#[derive(Clone, Debug)]
struct Own {
    name: Arc<str>,
    role: Role,
    exceptions: Exceptions,
}

/// For whom a list does not count.
#[derive(Clone, Debug, Default)]
struct Exceptions(Vec<Exception>);

#[derive(Clone, Debug)]
struct Exception {
    apps: HashSet<Arc<str>>,
    hosts: Option<HashSet<Arc<str>>>,
}

/// An entry for addresses.
#[derive(Clone, Debug)]
struct Listed {
    list: u16,
    ports: Option<PortRange>,
    protocol: Option<Protocol>,
    text: Arc<str>,
}

/// The lists of an index file that the document names.
#[derive(Clone, Debug)]
struct Compiled {
    index: Arc<Index<Bytes>>,
    names: Vec<Arc<str>>,
    block: ListSet,
    protect: ListSet,
    exceptions: Vec<(ListId, Exceptions)>,
}

impl Lists {
    pub(crate) fn compile(document: &Document, resources: &Resources) -> Result<Self, PolicyError> {
        let mut lists = Lists::default();
        let built_in = resources.built_in.as_deref().unwrap_or_default();
        let mut compiled: Vec<Compiled> = resources.lists.iter().map(Compiled::new).collect();
        for list in built_in {
            let named = document.lists.iter().find(|named| named.name == list.name);
            match as_wanted(list, named) {
                Some(list) if has_entries(&list) => lists.add_own(&list),
                // Where its file is missing, there is nothing that could count.
                Some(list) => drop(compiled.iter_mut().any(|compiled| compiled.use_list(&list))),
                None => {}
            }
        }
        for (number, list) in document.lists.iter().enumerate() {
            let earlier = &document.lists[..number];
            if earlier.iter().any(|earlier| earlier.name == list.name) {
                return Err(twice(format!("lists[{number}].name"), "list", &list.name));
            }
            if has_entries(list) {
                lists.add_own(list);
                continue;
            }
            // One that is off need not be there.
            if !list.enabled || built_in.iter().any(|known| known.name == list.name) {
                continue;
            }
            let path = format!("lists[{number}].name");
            if !compiled.iter_mut().any(|compiled| compiled.use_list(list)) {
                return Err(PolicyError::new(path, unknown(&list.name, &compiled)));
            }
        }
        compiled.retain(Compiled::is_used);
        lists.compiled = compiled;
        Ok(lists)
    }

    /// Whether they could block a name.
    pub(crate) fn block_names(&self) -> bool {
        let block = ListSet::default();
        let own = self.by_host.values().flatten().any(|&list| self.role(list) == Role::Block);
        own || self.compiled.iter().any(|compiled| compiled.block != block)
    }

    /// What they say: a list that protects comes before those that block.
    pub(crate) fn judge(&self, facts: &Facts<'_>, name: Option<&HostName>) -> Reason {
        let role = |role| self.first_of(role, facts, name);
        role(Role::Protect).or_else(|| role(Role::Block)).unwrap_or(Reason::NothingAgainst)
    }

    /// Every entry that speaks, those that protect first.
    pub(crate) fn speaking(&self, facts: &Facts<'_>, name: Option<&HostName>) -> Vec<Reason> {
        let mut reasons = Vec::new();
        for role in [Role::Protect, Role::Block] {
            reasons.extend(self.own_hosts(role, facts, name));
            reasons.extend(self.own_addresses(role, facts));
            reasons.extend(self.in_index(role, facts, name));
        }
        reasons
    }

    fn first_of(&self, role: Role, facts: &Facts<'_>, name: Option<&HostName>) -> Option<Reason> {
        let own = self.own_hosts(role, facts, name).next();
        own.or_else(|| self.own_addresses(role, facts).next())
            .or_else(|| self.in_index(role, facts, name))
    }

    fn own_hosts(
        &self,
        role: Role,
        facts: &Facts<'_>,
        name: Option<&HostName>,
    ) -> impl Iterator<Item = Reason> {
        let name = name.filter(|_| !self.by_host.is_empty());
        let owner = facts.owner;
        name.into_iter().flat_map(move |name| {
            name.suffixes().flat_map(move |suffix| {
                let lists = self.by_host.get(suffix).into_iter().flatten();
                let counts = move |&&list: &&u16| {
                    self.role(list) == role
                        && !self.own[usize::from(list)].exceptions.free(owner, Some(name))
                };
                let counting = lists.filter(counts);
                counting.map(move |&list| self.reason(list, Entry::suffix(name, suffix)))
            })
        })
    }

    fn own_addresses(&self, role: Role, facts: &Facts<'_>) -> impl Iterator<Item = Reason> {
        let (key, owner, is_question) = (*facts.key, facts.owner, facts.is_question);
        let lengths = self.prefix_lengths.iter().filter(move |_| !is_question);
        let entries = lengths
            .filter_map(move |&length| self.by_prefix.get(&Prefix::of(key.remote.ip(), length)));
        let fitting = entries.flatten().filter(move |entry| {
            self.role(entry.list) == role
                && !self.own[usize::from(entry.list)].exceptions.free(owner, None)
                && entry.ports.is_none_or(|ports| ports.contains(key.remote.port()))
                && entry.protocol.is_none_or(|protocol| protocol == key.protocol)
        });
        fitting.map(|entry| self.reason(entry.list, entry.text.clone().into()))
    }

    /// What the indices' lists of this role say together: one list's exception holds against all.
    fn in_index(&self, role: Role, facts: &Facts<'_>, name: Option<&HostName>) -> Option<Reason> {
        let name = name?;
        let said = self.compiled.iter().filter_map(|compiled| {
            let lists = compiled.counting(role, facts, name);
            compiled.index.decide(name, lists).map(|found| (compiled, found))
        });
        // The first among equals, as within one index.
        let decisive = said.reduce(|a, b| if b.1.effect > a.1.effect { b } else { a });
        let (compiled, found) = decisive.filter(|(_, found)| !found.effect.allows())?;
        let list = compiled.names.get(found.list.number())?.clone();
        let entry = Entry::suffix(name, found.entry);
        Some(match role {
            Role::Block => Reason::Listed { list, entry },
            Role::Protect => Reason::Protected { list, entry },
        })
    }

    fn role(&self, list: u16) -> Role {
        self.own.get(usize::from(list)).map_or(Role::Block, |own| own.role)
    }

    fn reason(&self, list: u16, entry: Entry) -> Reason {
        let Own { name, role, .. } = &self.own[usize::from(list)];
        let list = name.clone();
        match role {
            Role::Block => Reason::Listed { list, entry },
            Role::Protect => Reason::Protected { list, entry },
        }
    }

    fn add_own(&mut self, list: &List) {
        if !list.enabled {
            return;
        }
        let number = self.own.len() as u16;
        self.own.push(Own {
            name: list.name.as_str().into(),
            role: list.role,
            exceptions: Exceptions::of(&list.except),
        });
        for host in list.hosts.iter().flatten() {
            self.by_host.entry(host.as_str().into()).or_default().push(number);
        }
        for entry in list.addresses.iter().flatten() {
            self.add_addresses(number, entry);
        }
    }

    fn add_addresses(&mut self, list: u16, entry: &ListedAddresses) {
        let ports = entry.ports.map_or(String::new(), |ports| format!(" port {ports}"));
        let listed = Listed {
            list,
            ports: entry.ports,
            protocol: entry.protocol.map(Protocol::from),
            text: format!("{}{ports}", entry.addresses).into(),
        };
        for prefix in entry.addresses.prefixes() {
            self.by_prefix.entry(prefix).or_default().push(listed.clone());
            if !self.prefix_lengths.contains(&prefix.length) {
                self.prefix_lengths.push(prefix.length);
            }
        }
    }
}

impl Compiled {
    fn new(index: &Arc<Index<Bytes>>) -> Self {
        Compiled {
            names: index.lists().map(|list| list.name.into()).collect(),
            index: Arc::clone(index),
            block: ListSet::default(),
            protect: ListSet::default(),
            exceptions: Vec::new(),
        }
    }

    /// Lets this list of the document count, if it is here.
    fn use_list(&mut self, list: &List) -> bool {
        let Some(id) = self.index.lists().find(|known| known.name == list.name).map(|list| list.id)
        else {
            return false;
        };
        match list.role {
            _ if !list.enabled => {}
            Role::Block => self.block.insert(id),
            Role::Protect => self.protect.insert(id),
        }
        if !list.except.is_empty() {
            self.exceptions.push((id, Exceptions::of(&list.except)));
        }
        true
    }

    fn is_used(&self) -> bool {
        self.block != ListSet::default() || self.protect != ListSet::default()
    }

    /// The lists of this role that count for this owner and name.
    fn counting(&self, role: Role, facts: &Facts<'_>, name: &HostName) -> ListSet {
        let mut lists = match role {
            Role::Block => self.block,
            Role::Protect => self.protect,
        };
        for (list, exceptions) in &self.exceptions {
            if lists.contains(*list) && exceptions.free(facts.owner, Some(name)) {
                lists.remove(*list);
            }
        }
        lists
    }
}

impl Exceptions {
    fn of(exceptions: &[ListException]) -> Self {
        let compile = |exception: &ListException| Exception {
            apps: exception.apps.iter().map(|app| app.as_str().into()).collect(),
            hosts: exception
                .hosts
                .as_ref()
                .map(|hosts| hosts.iter().map(|host| host.as_str().into()).collect()),
        };
        Exceptions(exceptions.iter().map(compile).collect())
    }

    /// Whether the list does not count for this owner and name, or for an address without one.
    fn free(&self, owner: &Owner, name: Option<&HostName>) -> bool {
        self.0.iter().any(|Exception { apps, hosts }| {
            let is_about = hosts.as_ref().is_none_or(|hosts| {
                name.is_some_and(|name| name.suffixes().any(|suffix| hosts.contains(suffix)))
            });
            is_about && packages(owner).any(|package| apps.contains(package))
        })
    }
}

/// A built-in list as the document wants it, which may name it; `None` where the document has one in its place.
fn as_wanted<'a>(list: &'a List, named: Option<&List>) -> Option<Cow<'a, List>> {
    match named {
        None => Some(Cow::Borrowed(list)),
        Some(named) if has_entries(named) => None,
        Some(named) => {
            let mut list = list.clone();
            list.enabled = named.enabled;
            list.except.extend_from_slice(&named.except);
            Some(Cow::Owned(list))
        }
    }
}

fn has_entries(list: &List) -> bool {
    list.hosts.is_some() || list.addresses.is_some()
}

/// That no index has a list of this name.
fn unknown(name: &str, compiled: &[Compiled]) -> String {
    if compiled.is_empty() {
        return format!(
            "the list {name:?} has no hosts here, and there is no index file to have it"
        );
    }
    let known: Vec<&str> =
        compiled.iter().flat_map(|compiled| &compiled.names).map(|name| &**name).collect();
    format!("the index file has no list {name:?}; it has: {}", known.join(", "))
}
