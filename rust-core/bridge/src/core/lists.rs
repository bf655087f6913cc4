//! Questions about lists: which there are, what is in them, and which has a host.

use std::collections::HashMap;
use std::sync::Arc;

use collection::known_lists;
use lists::{Bytes, Index, Match};
use policy::{List, Role};
use wire::{AppId, HostName, Owner};

use super::{Core, lock, parse};
use crate::error::{Code, CoreError};
use crate::explain;
use crate::messages::answers::{AboutHost, Answer};
use crate::messages::lists::{
    EntryTold, KeptTold, KnownLists, ListTold, ListsAsked, Looked, Lookup, RowTold,
};
use crate::messages::requests::Explain;

/// An app that there is not, and so nobody has chosen anything for.
const NO_APP: u32 = u32::MAX;

impl Core {
    /// The built-in lists, those that the user keeps, and those of the document.
    ///
    /// # Errors
    /// The log cannot be read, where it was asked what lists have stopped.
    pub(super) fn lists(&self, asked: &ListsAsked) -> Result<Answer, CoreError> {
        let hits = asked.since.map(|since| self.hits(since)).transpose()?;
        let resources = self.resources();
        let kept = lock(&self.files).kept();
        let document = Arc::clone(&lock(&self.rules).document);
        let built_in = resources.built_in.as_deref().unwrap_or_default();
        let told = |list: &List| {
            let mut indexed = resources.lists.iter().flat_map(|index| index.lists());
            let indexed = indexed.find(|known| known.name == list.name);
            let own = list.hosts.as_ref().map_or(0, Vec::len)
                + list.addresses.as_ref().map_or(0, Vec::len);
            let kept = kept.as_ref().and_then(|kept| kept.list(&list.name).ok());
            // One that is off is not in the index.
            let rules = kept.map(|kept| kept.now.rules);
            let rules = rules.or(indexed.map(|list| list.rules as usize)).unwrap_or(0);
            // The document turns a built-in list on or off by its name.
            let named = document.lists.iter().find(|named| named.name == list.name);
            ListTold {
                name: list.name.clone(),
                entries: own.max(rules),
                enabled: named.unwrap_or(list).enabled,
                hits: hits.as_ref().map(|hits| hits.get(&list.name).copied().unwrap_or_default()),
                kept: kept.map(|kept| Box::new(KeptTold::new(kept))),
            }
        };
        let own = document
            .lists
            .iter()
            .filter(|list| built_in.iter().all(|known| known.name != list.name));
        let lists = built_in.iter().chain(own).map(told).collect();
        Ok(Answer::Lists { lists, unusable: lock(&self.files).unusable() })
    }

    /// The rows of a built-in list; none of another.
    pub(super) fn list_rows(&self, name: &str) -> Answer {
        let catalog = self.known().catalog;
        Answer::ListRows {
            rows: catalog.rows_of(name).map(|row| RowTold::new(&catalog, row)).collect(),
        }
    }

    /// The lists that many people use.
    ///
    /// # Errors
    /// The program's own data is damaged.
    pub(super) fn known_lists() -> Result<Answer, CoreError> {
        let known = known_lists().map_err(|error| CoreError::new(Code::System, error))?;
        Ok(Answer::KnownLists(KnownLists { known }))
    }

    /// Which lists have a host, and what that comes to.
    ///
    /// # Errors
    /// It is no host, or the document cannot be used.
    pub(super) fn lookup(&self, asked: &Lookup) -> Result<Answer, CoreError> {
        let Lookup { host, document } = asked;
        let name = explain::host(host)?;
        let mut rules = self.rules();
        if let Some(document) = document {
            rules.document = Arc::new(parse(&document.to_string())?);
        }
        let policy = rules.compile(&runtime::moment())?;
        let asked = Explain { host: Some(host.clone()), ..Explain::default() };
        let owner = Owner::App(AppId { uid: NO_APP, name: "".into() });
        let decided = explain::answer(&policy, &owner, &asked)?;
        let Answer::Explain { verdict, reason, .. } = decided else {
            return Err(CoreError::new(Code::Panic, "an explanation explains nothing"));
        };
        let catalog = self.known().catalog;
        let about = catalog.about_host(&name).map(|row| Box::new(AboutHost::new(&catalog, row)));
        let entries = self.entries(&name, &rules);
        Ok(Answer::Looked(Box::new(Looked { verdict, reason, entries, about })))
    }

    fn entries(&self, name: &HostName, rules: &runtime::Rules) -> Vec<EntryTold> {
        let built_in = rules.resources.built_in.as_deref().unwrap_or_default();
        let lists = &rules.document.lists;
        let standing = |name: &str| lists.iter().find(|list| list.name == name);
        let is_on = |known: &List| standing(&known.name).unwrap_or(known).enabled;
        let kept = lock(&self.files).kept();
        let mut entries = Vec::new();
        for list in built_in.iter().chain(lists) {
            let hosts = list.hosts.as_deref().unwrap_or_default();
            let found =
                name.suffixes().find(|suffix| hosts.iter().any(|host| host.as_str() == *suffix));
            entries.extend(found.map(|entry| EntryTold {
                list: list.name.clone(),
                entry: entry.to_owned(),
                effect: if list.role == Role::Protect { "protect" } else { "block" },
                enabled: is_on(list),
                line: None,
            }));
        }
        for index in &rules.resources.lists {
            for found in index.lookup(name) {
                let list = list_name(index, &found);
                let kept = kept.as_ref().and_then(|kept| Some((kept, kept.list(list).ok()?)));
                let line = kept.and_then(|(kept, list)| {
                    let text = kept.text(list).ok()?;
                    lists::find(&text, &list.options(), &found).map(|line| line.number)
                });
                let known = built_in.iter().chain(lists).find(|known| known.name == list);
                entries.push(EntryTold {
                    list: list.to_owned(),
                    entry: found.entry.to_owned(),
                    effect: if found.effect.allows() { "allow" } else { "block" },
                    enabled: known.is_some_and(is_on),
                    line,
                });
            }
        }
        entries
    }

    fn hits(&self, since: i64) -> Result<HashMap<String, u64>, CoreError> {
        let log = lock(&self.journal).reader()?;
        let hits = log.map(|log| log.blocked_by_list(Some(since))).transpose()?;
        Ok(hits.unwrap_or_default().into_iter().collect())
    }
}

fn list_name<'i>(index: &'i Index<Bytes>, found: &Match<'_>) -> &'i str {
    index.lists().find(|list| list.id == found.list).map_or("", |list| list.name)
}
