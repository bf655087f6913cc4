//! The lists of a document: hosts and addresses that it brings itself, and those of the index file.

use std::collections::HashMap;
use std::sync::Arc;

use lists::{Bytes, Index, ListSet};
use wire::{HostName, Protocol};

use crate::PolicyError;
use crate::decision::{Entry, Reason};
use crate::document::{Document, List, ListedAddresses, Role};
use crate::error::twice;
use crate::ranges::{PortRange, Prefix};
use crate::rules::Facts;

/// All lists that count.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lists {
    /// Name and role of the document's own lists, in its order.
    own: Vec<(Arc<str>, Role)>,
    by_host: HashMap<Arc<str>, Vec<u16>>,
    by_prefix: HashMap<Prefix, Vec<Listed>>,
    prefix_lengths: Vec<u8>,
    compiled: Option<Compiled>,
}

/// An entry for addresses.
#[derive(Clone, Debug)]
struct Listed {
    list: u16,
    ports: Option<PortRange>,
    protocol: Option<Protocol>,
    text: Arc<str>,
}

/// The lists of the index file that the document names.
#[derive(Clone, Debug)]
struct Compiled {
    index: Arc<Index<Bytes>>,
    names: Vec<Arc<str>>,
    block: ListSet,
    protect: ListSet,
}

impl Lists {
    pub(crate) fn compile(
        document: &Document,
        index: Option<&Arc<Index<Bytes>>>,
    ) -> Result<Self, PolicyError> {
        let mut lists = Lists::default();
        let mut compiled = index.map(|index| Compiled {
            names: index.lists().map(|list| list.name.into()).collect(),
            index: Arc::clone(index),
            block: ListSet::default(),
            protect: ListSet::default(),
        });
        for (number, list) in document.lists.iter().enumerate() {
            let earlier = &document.lists[..number];
            if earlier.iter().any(|earlier| earlier.name == list.name) {
                return Err(twice(format!("lists[{number}].name"), "list", &list.name));
            }
            if list.hosts.is_some() || list.addresses.is_some() {
                lists.add_own(list);
                continue;
            }
            let path = format!("lists[{number}].name");
            let compiled = compiled.as_mut().ok_or_else(|| {
                let message = format!(
                    "the list {:?} has no hosts here, and there is no index file to have it",
                    list.name
                );
                PolicyError::new(&path, message)
            })?;
            let found = compiled.index.lists().find(|known| known.name == list.name);
            let id = found.map(|found| found.id).ok_or_else(|| {
                let message = format!(
                    "the index file has no list {:?}; it has: {}",
                    list.name,
                    compiled.names.join(", ")
                );
                PolicyError::new(&path, message)
            })?;
            match list.role {
                _ if !list.enabled => {}
                Role::Block => compiled.block.insert(id),
                Role::Protect => compiled.protect.insert(id),
            }
        }
        lists.compiled = compiled
            .filter(|used| used.block != ListSet::default() || used.protect != ListSet::default());
        Ok(lists)
    }

    /// Whether they could block a name.
    pub(crate) fn block_names(&self) -> bool {
        let block = ListSet::default();
        let own = self.by_host.values().flatten().any(|&list| self.role(list) == Role::Block);
        own || self.compiled.as_ref().is_some_and(|compiled| compiled.block != block)
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
            reasons.extend(self.own_hosts(role, name));
            reasons.extend(self.own_addresses(role, facts));
            reasons.extend(self.in_index(role, name));
        }
        reasons
    }

    fn first_of(&self, role: Role, facts: &Facts<'_>, name: Option<&HostName>) -> Option<Reason> {
        let own = self.own_hosts(role, name).next();
        own.or_else(|| self.own_addresses(role, facts).next()).or_else(|| self.in_index(role, name))
    }

    fn own_hosts(&self, role: Role, name: Option<&HostName>) -> impl Iterator<Item = Reason> {
        let name = name.filter(|_| !self.by_host.is_empty());
        name.into_iter().flat_map(move |name| {
            name.suffixes().flat_map(move |suffix| {
                let lists = self.by_host.get(suffix).into_iter().flatten();
                let of_role = lists.filter(move |&&list| self.role(list) == role);
                of_role.map(move |&list| self.reason(list, Entry::suffix(name, suffix)))
            })
        })
    }

    fn own_addresses(&self, role: Role, facts: &Facts<'_>) -> impl Iterator<Item = Reason> {
        let (key, is_question) = (*facts.key, facts.is_question);
        let lengths = self.prefix_lengths.iter().filter(move |_| !is_question);
        let entries = lengths
            .filter_map(move |&length| self.by_prefix.get(&Prefix::of(key.remote.ip(), length)));
        let fitting = entries.flatten().filter(move |entry| {
            self.role(entry.list) == role
                && entry.ports.is_none_or(|ports| ports.contains(key.remote.port()))
                && entry.protocol.is_none_or(|protocol| protocol == key.protocol)
        });
        fitting.map(|entry| self.reason(entry.list, entry.text.clone().into()))
    }

    /// What the index's lists of this role say together: one list's exception holds against all.
    fn in_index(&self, role: Role, name: Option<&HostName>) -> Option<Reason> {
        let (compiled, name) = (self.compiled.as_ref()?, name?);
        let lists = match role {
            Role::Block => compiled.block,
            Role::Protect => compiled.protect,
        };
        let found = compiled.index.decide(name, lists).filter(|found| !found.effect.allows())?;
        let list = compiled.names.get(found.list.number())?.clone();
        let entry = Entry::suffix(name, found.entry);
        Some(match role {
            Role::Block => Reason::Listed { list, entry },
            Role::Protect => Reason::Protected { list, entry },
        })
    }

    fn role(&self, list: u16) -> Role {
        self.own.get(usize::from(list)).map_or(Role::Block, |(_, role)| *role)
    }

    fn reason(&self, list: u16, entry: Entry) -> Reason {
        let (list, role) = &self.own[usize::from(list)];
        let list = list.clone();
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
        self.own.push((list.name.as_str().into(), list.role));
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
