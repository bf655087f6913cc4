//! The lists that many people use, by name: what they block, what they break, and under which licence they are. They are
//! described here and never brought along: each is fetched from its makers, and only when the user says so.

use serde::{Deserialize, Serialize};

const LISTS: &str = include_str!("../../../data/lists.json");

/// A well-known list. Its sentences are data: they are shown as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownList {
    /// What it is called as a list of the user's.
    pub name: String,
    /// What its makers call it.
    pub title: String,
    /// Where its text is.
    pub url: String,
    /// Where its makers tell about it.
    pub home: String,
    /// Its licence, as its makers name it.
    pub licence: String,
    /// A plain name in it is meant to cover the names below it too.
    #[serde(default)]
    pub include_subdomains: bool,
    /// What it blocks, in a sentence.
    pub blocks: String,
    /// What stops working, in a sentence.
    pub breaks: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "version")]
    _version: u32,
    lists: Vec<KnownList>,
}

/// All of them.
///
/// # Errors
/// The program's own data is damaged.
pub fn known_lists() -> Result<Vec<KnownList>, serde_json::Error> {
    serde_json::from_str::<File>(LISTS).map(|file| file.lists)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::manifest::check_name;

    #[test]
    fn each_has_a_name_of_its_own_and_says_what_the_user_has_to_know() {
        let lists = known_lists().unwrap();
        let names: HashSet<&str> = lists.iter().map(|list| list.name.as_str()).collect();
        assert_eq!(names.len(), lists.len());
        for list in &lists {
            check_name(&list.name).unwrap();
            // A name on the command line must not look like a file or an address.
            assert!(!list.name.contains(['/', '.', ':', '=']), "{}", list.name);
            assert!(list.url.starts_with("https://") && list.home.starts_with("https://"));
            for sentence in [&list.blocks, &list.breaks] {
                assert!(sentence.ends_with(['.', '"']), "{sentence}");
            }
            assert!(!list.licence.is_empty() && !list.title.is_empty());
        }
    }
}
