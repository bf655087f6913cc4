//! The rules, and what they refer to, from the files that the user names. All commands get both from here.

use std::env;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use catalog::Catalog;
use collection::Collection;
use lists::{Bytes, Index};
use policy::{Document, List, Policy, PolicyError, Resources};
use runtime::{AddressPlaces, Rules};
use serde_json::value::RawValue;

use crate::args::RulesArguments;
use crate::failure::Failure;
use crate::lists_file::{self, Found};

/// Where addresses are, made by `scripts/update-data`.
const PLACES: &[u8] = include_bytes!("../../../data/places.bin");
/// Names a file that says where addresses are, in place of the one that the program brings.
const PLACES_VARIABLE: &str = "HUSHWALL_PLACES";

/// The list EasyPrivacy as an index. It counts as the built-in lists do.
const EASYPRIVACY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/easyprivacy.lists"));

/// What helps where the program's own data cannot be read.
pub(crate) const BROKEN: &str = "the program is broken: install it again";

/// What the files say, not yet compiled.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// The rules.
    pub(crate) document: Document,
    /// The rules as they were written; empty where the user named no file.
    text: String,
    /// The lists and places that it may refer to.
    pub(crate) resources: Resources,
    /// The index file that the user named; its lists count where the rules name them.
    pub(crate) index: Option<Arc<Index<Bytes>>>,
    /// What the hosts of the built-in lists are for.
    pub(crate) catalog: Catalog,
}

/// Why files have no rules in them.
#[derive(Debug)]
pub(crate) enum LoadError {
    /// A file cannot be read, or the index is none.
    File(Failure),
    /// The document has a fault, at this place.
    Document(PolicyError),
}

impl Loaded {
    /// Reads the files. Without a policy all is as by default, and each list of the index blocks. The built-in lists count
    /// in any case, and so do those that the user keeps; where addresses are is known.
    pub(crate) fn read(policy: Option<&Path>, lists: Option<&Path>) -> Result<Self, LoadError> {
        let catalog = Catalog::built_in().map_err(|error| {
            LoadError::File(Failure::new("reading the built-in lists", error).hint(BROKEN))
        })?;
        let (index, kept) = match lists_file::find(lists).map_err(LoadError::File)? {
            Found::Index(index) => (Some(index), None),
            Found::Collection(kept) => (None, Some(kept)),
            Found::Nothing => (None, None),
        };
        let (mut document, text) = match policy {
            Some(path) => {
                let text =
                    fs::read_to_string(path).map_err(|error| {
                        LoadError::File(Failure::new(reading(Some(path)), error).hint(
                            "give a JSON file that you may read; the least is {\"version\":1}",
                        ))
                    })?;
                (Document::parse(&text).map_err(|error| located(error, &text))?, text)
            }
            None => {
                let names = index.iter().flat_map(|index| index.lists()).map(|list| list.name);
                let lists = names.map(List::indexed).collect();
                (Document { lists, ..Document::default() }, String::new())
            }
        };
        let places = places().map_err(LoadError::File)?;
        let easyprivacy = Index::open(Bytes::new(EASYPRIVACY)).map_err(|error| {
            LoadError::File(Failure::new("reading the built-in lists", error).hint(BROKEN))
        })?;
        let index = index.map(Arc::new);
        let (kept, kept_index) = kept.unzip();
        let indexed = easyprivacy.lists().map(|list| List::indexed(list.name));
        let indexed = indexed.chain(kept.iter().flat_map(counting));
        let built_in = Some(catalog.lists().into_iter().chain(indexed).collect());
        if let Some(kept) = &kept {
            switch_off(&mut document, kept);
        }
        let kept_index = kept_index.flatten().map(Arc::new);
        let resources = Resources {
            built_in,
            lists: index.iter().cloned().chain(kept_index).chain([Arc::new(easyprivacy)]).collect(),
            places: Some(Arc::new(places)),
        };
        Ok(Loaded { document, text, resources, index, catalog })
    }

    /// What the rules come to in this situation at this moment.
    pub(crate) fn compile(
        &self,
        situation: &policy::Situation,
        moment: &policy::Moment,
    ) -> Result<Policy, LoadError> {
        Policy::compile(&self.document, &self.resources, situation, moment)
            .map_err(|error| located(error, &self.text))
    }

    /// The line and column at which this part of the document stands, such as `rules[3]`.
    pub(crate) fn place(&self, path: &str) -> Option<(usize, usize)> {
        place(&self.text, path)
    }
}

/// Where addresses are: by the file that the user names, else by what the program brings.
///
/// # Errors
/// The file cannot be read, or does not tell places.
pub(crate) fn places() -> Result<AddressPlaces, Failure> {
    let Some(path) = env::var_os(PLACES_VARIABLE).filter(|path| !path.is_empty()) else {
        return geo::Places::open(Bytes::new(PLACES))
            .map(AddressPlaces)
            .map_err(|error| Failure::new("reading the built-in places", error).hint(BROKEN));
    };
    let path = Path::new(&path);
    let failed = |error| {
        Failure::new(format!("reading the places in {}", path.display()), error).hint(format!(
            "{PLACES_VARIABLE} names a file as scripts/update-data makes it; without it the built-in one counts"
        ))
    };
    runtime::places(path).map_err(failed)
}

impl LoadError {
    /// The same as a failure to read these files.
    pub(crate) fn into_failure(self, files: &RulesArguments) -> Failure {
        match self {
            LoadError::File(failure) => failure,
            LoadError::Document(error) => {
                let failure = Failure::new(reading(files.policy.as_deref()), &error);
                let is_list = error.path.starts_with("lists[") && error.path.ends_with(".name");
                if is_list && files.lists.is_none() {
                    return failure.hint(
                        "give the index that has it with --lists INDEX, or add it: hushwall lists add",
                    );
                }
                failure.hint("mend it; `hushwall policy check FILE` tells what else to look at")
            }
        }
    }
}

/// The lists that the user keeps, which count without being named.
fn counting(kept: &Collection) -> impl Iterator<Item = List> {
    kept.lists().iter().map(|list| List { enabled: list.on, ..List::indexed(&list.name) })
}

/// What is off is off, whatever the rules say about it.
fn switch_off(document: &mut Document, kept: &Collection) {
    for list in &mut document.lists {
        let has_entries = list.hosts.is_some() || list.addresses.is_some();
        let is_off = || kept.lists().iter().any(|kept| kept.name == list.name && !kept.on);
        if !has_entries && is_off() {
            list.enabled = false;
        }
    }
}

/// The rules in these files, known to be usable here and now.
///
/// # Errors
/// What is wrong, with its place, and what to do.
pub(crate) fn rules(
    arguments: &RulesArguments,
    situation: policy::Situation,
) -> Result<Rules, Failure> {
    let policy = arguments.policy.as_deref();
    let loaded = Loaded::read(policy, arguments.lists.as_deref())
        .and_then(|loaded| loaded.compile(&situation, &runtime::moment()).map(|_| loaded))
        .map_err(|error| error.into_failure(arguments))?;
    if policy.is_some() && loaded.index.is_some() && loaded.document.lists.is_empty() {
        eprintln!(
            "hushwall: the rules name no list, so the index has no effect; name its lists in \"lists\""
        );
    }
    let Loaded { document, resources, .. } = loaded;
    Ok(Rules { document: Arc::new(document), resources, situation })
}

fn reading(policy: Option<&Path>) -> String {
    match policy {
        Some(path) => format!("reading the rules in {}", path.display()),
        None => "preparing the default rules".to_owned(),
    }
}

fn located(mut error: PolicyError, text: &str) -> LoadError {
    error.position = error.position.or_else(|| place(text, &error.path));
    LoadError::Document(error)
}

/// Line and column of the part of a JSON text that a path such as `rules[3].host` leads to, or of the innermost part
/// around it that is there.
fn place(text: &str, path: &str) -> Option<(usize, usize)> {
    let mut part = text.trim_start();
    if part.is_empty() {
        return None;
    }
    for step in path.split(['.', '[']).filter(|step| !step.is_empty()) {
        let inner = match step.strip_suffix(']') {
            Some(index) => {
                let items: Vec<&RawValue> = serde_json::from_str(part).ok()?;
                index.parse().ok().and_then(|index: usize| items.get(index).copied())
            }
            None => {
                let fields: std::collections::HashMap<String, &RawValue> =
                    serde_json::from_str(part).ok()?;
                fields.get(step).copied()
            }
        };
        let Some(inner) = inner else { break };
        part = inner.get();
    }
    // A raw value is a part of the text that it was read from.
    let offset = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    let before = text.get(..offset)?;
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|&character| character != '\n').count() + 1;
    Some((line, column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_the_document_is_found_in_its_text() {
        let text = "\n{\"version\": 1,\n \"rules\": [\n  {\"host\": \"a.example\"},\n  {\"host\": \"b\"}]}";
        for (path, line, column) in [
            ("", 2, 1),
            ("rules", 3, 11),
            ("rules[1]", 5, 3),
            ("rules[1].host", 5, 12),
            ("rules[1].app", 5, 3),
            ("rules[7].host", 3, 11),
            ("nothing", 2, 1),
        ] {
            assert_eq!(place(text, path), Some((line, column)), "{path}");
        }
        assert_eq!(place("", "rules"), None);
        assert_eq!(place("no json", "rules"), None);
    }

    #[test]
    fn without_rules_every_list_of_the_index_blocks() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index");
        let mut compiler = lists::Compiler::new();
        for name in ["ads", "trackers"] {
            compiler.add(name, b"a.example", &lists::Options::default()).unwrap();
        }
        fs::write(&path, compiler.finish()).unwrap();
        let loaded = Loaded::read(None, Some(&path)).unwrap();
        let names: Vec<&str> =
            loaded.document.lists.iter().map(|list| list.name.as_str()).collect();
        assert_eq!(names, ["ads", "trackers"]);
        assert!(loaded.compile(&policy::Situation::default(), &runtime::moment()).is_ok());
    }
}
