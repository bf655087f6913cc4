//! What is known of hosts and addresses, and what rules may refer to: the built-in catalogue with its lists, and the files of lists and places that the app named, mapped, and mapped
//! again when a newer one is in its place.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use catalog::Catalog;
use lists::{Bytes, Index};
use policy::{List, Resources};
use runtime::{AddressPlaces, ResourceError};

use crate::messages::answers::Unusable;

/// What hosts are for, and where addresses are; for as long as it is held, of one moment.
#[derive(Clone, Default)]
pub(crate) struct Known {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) places: Option<Arc<AddressPlaces>>,
}

/// The files, and what is in them.
pub(crate) struct Files {
    catalog: Arc<Catalog>,
    built_in: Vec<List>,
    lists: Vec<Mapped<Arc<Index<Bytes>>>>,
    places: Option<Mapped<Arc<AddressPlaces>>>,
}

/// A file as it was last read.
struct Mapped<T> {
    path: PathBuf,
    stamp: Option<Stamp>,
    content: Result<Option<T>, String>,
}

/// Tells a file from the one that was there before: device, inode, length, and when it was last written.
type Stamp = (u64, u64, u64, i64, i64);

impl Files {
    /// The files at these paths; nothing is read yet.
    pub(crate) fn new(lists: Vec<PathBuf>, places: Option<PathBuf>) -> Self {
        let catalog = Catalog::built_in().inspect_err(|error| log::error!("{error}"));
        let catalog = catalog.unwrap_or_default();
        Files {
            built_in: catalog.lists(),
            catalog: Arc::new(catalog),
            lists: lists.into_iter().map(Mapped::new).collect(),
            places: places.map(Mapped::new),
        }
    }

    /// Reads what is new.
    pub(crate) fn refresh(&mut self) {
        for file in &mut self.lists {
            file.refresh(|path| runtime::list_index(path).map(Arc::new));
        }
        if let Some(file) = &mut self.places {
            file.refresh(|path| runtime::places(path).map(Arc::new));
        }
    }

    /// What rules may refer to. Files that are not there or cannot be used are left out.
    pub(crate) fn resources(&self) -> Resources {
        let places = self.places().map(|places| places as Arc<dyn policy::Places>);
        let lists: Vec<_> = self.lists.iter().filter_map(Mapped::content).collect();
        let indexed =
            lists.iter().flat_map(|index| index.lists().map(|list| List::indexed(list.name)));
        let built_in = self.built_in.iter().cloned().chain(indexed).collect::<Vec<_>>();
        Resources { built_in: Some(built_in.into()), lists, places }
    }

    /// What is known of hosts and addresses.
    pub(crate) fn known(&self) -> Known {
        Known { catalog: Arc::clone(&self.catalog), places: self.places() }
    }

    /// The files that are there and cannot be used.
    pub(crate) fn unusable(&self) -> Vec<Unusable> {
        let lists = self.lists.iter().filter_map(Mapped::trouble);
        lists.chain(self.places.iter().filter_map(Mapped::trouble)).collect()
    }

    fn places(&self) -> Option<Arc<AddressPlaces>> {
        self.places.as_ref().and_then(Mapped::content)
    }
}

impl<T: Clone> Mapped<T> {
    fn new(path: PathBuf) -> Self {
        Mapped { path, stamp: None, content: Ok(None) }
    }

    fn refresh(&mut self, read: impl Fn(&Path) -> Result<T, ResourceError>) {
        let stamp = stamp(&self.path);
        if stamp == self.stamp {
            return;
        }
        self.stamp = stamp;
        self.content = match stamp {
            Some(_) => read(&self.path).map(Some).map_err(|error| error.to_string()),
            None => Ok(None),
        };
        if self.content.is_err() {
            log::warn!("a file of lists or places cannot be used");
        }
    }

    fn content(&self) -> Option<T> {
        self.content.as_ref().ok().and_then(Clone::clone)
    }

    fn trouble(&self) -> Option<Unusable> {
        let message = self.content.as_ref().err()?.clone();
        Some(Unusable { path: self.path.display().to_string(), message })
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino(), metadata.len(), metadata.mtime(), metadata.mtime_nsec()))
}
