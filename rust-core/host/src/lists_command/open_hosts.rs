//! The hosts that no list blocks, as far as a list's own words about them have no effect.

use std::collections::HashSet;

use catalog::Catalog;
use collection::{Collection, kept_open};
use policy::Role;

use crate::failure::Failure;
use crate::rules_files::BROKEN;

/// The hosts.
pub(super) struct OpenHosts(HashSet<String>);

impl OpenHosts {
    /// Those of the built-in lists.
    ///
    /// # Errors
    /// The program's own data is damaged.
    pub(super) fn built_in() -> Result<Self, Failure> {
        let catalog = Catalog::built_in()
            .map_err(|error| Failure::new("reading the built-in lists", error).hint(BROKEN))?;
        let protecting = catalog.lists().into_iter().filter(|list| list.role == Role::Protect);
        let hosts = protecting.flat_map(|list| list.hosts.unwrap_or_default());
        Ok(OpenHosts(hosts.map(|host| host.as_str().to_owned()).collect()))
    }

    /// How many rules of this list would block one; 0 where there is no such list.
    pub(super) fn count(&self, collection: &Collection, name: &str) -> usize {
        let list = collection.list(name);
        let text = list.and_then(|list| Ok((collection.text(list)?, list.options())));
        text.map_or(0, |(text, options)| kept_open(&text, &options, &self.0))
    }
}
