//! What is known of hosts and addresses, and what rules may refer to: the built-in catalogue with its lists, and the files of lists and places that the app named, mapped, and mapped
//! again when a newer one is in its place.

use std::fmt::Display;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use catalog::Catalog;
use collection::{Collection, CollectionError};
use lists::{Bytes, Index};
use policy::{List, Resources};
use runtime::AddressPlaces;

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
    user_lists: Option<Mapped<Kept>>,
    places: Option<Mapped<Arc<AddressPlaces>>>,
}

/// The lists that the user keeps, and the index of those that are on.
type Kept = (Arc<Collection>, Option<Arc<Index<Bytes>>>);

/// A file as it was last read.
struct Mapped<T> {
    path: PathBuf,
    stamp: Option<Stamp>,
    content: Result<Option<T>, String>,
}

/// Tells a file from the one that was there before: device, inode, length, and when it was last written.
type Stamp = (u64, u64, u64, i64, i64);

impl Files {
    /// The files at these paths, and the folder of the lists that the user keeps; nothing is read yet.
    pub(crate) fn new(
        lists: Vec<PathBuf>,
        user_lists: Option<PathBuf>,
        places: Option<PathBuf>,
    ) -> Self {
        let catalog = Catalog::built_in().inspect_err(|error| log::error!("{error}"));
        let catalog = catalog.unwrap_or_default();
        Files {
            built_in: catalog.lists(),
            catalog: Arc::new(catalog),
            lists: lists.into_iter().map(Mapped::new).collect(),
            user_lists: user_lists.map(|folder| Mapped::new(Collection::manifest_path(&folder))),
            places: places.map(Mapped::new),
        }
    }

    /// Reads what is new.
    pub(crate) fn refresh(&mut self) {
        for file in &mut self.lists {
            file.refresh(|path| runtime::list_index(path).map(Arc::new));
        }
        if let Some(file) = &mut self.user_lists {
            file.refresh(read_kept);
        }
        if let Some(file) = &mut self.places {
            file.refresh(|path| runtime::places(path).map(Arc::new));
        }
    }

    /// What rules may refer to. Files that are not there or cannot be used are left out.
    pub(crate) fn resources(&self) -> Resources {
        let places = self.places().map(|places| places as Arc<dyn policy::Places>);
        let (kept, index) = self.kept_lists().unzip();
        let lists = self.lists.iter().filter_map(Mapped::content);
        let lists: Vec<_> = lists.chain(index.flatten()).collect();
        let indexed =
            lists.iter().flat_map(|index| index.lists().map(|list| List::indexed(list.name)));
        let is_kept = |name: &str| kept.as_ref().is_some_and(|kept| kept.list(name).is_ok());
        let indexed = indexed.filter(|list| !is_kept(&list.name));
        let kept = kept.iter().flat_map(|kept| kept.lists());
        let kept = kept.map(|list| List { enabled: list.on, ..List::indexed(&list.name) });
        let built_in = self.built_in.iter().cloned().chain(indexed).chain(kept).collect::<Vec<_>>();
        Resources { built_in: Some(built_in.into()), lists, places }
    }

    /// Where the user's lists are kept.
    pub(crate) fn user_lists(&self) -> Option<PathBuf> {
        self.user_lists.as_ref()?.path.parent().map(Path::to_owned)
    }

    /// The user's lists, as they were last read.
    pub(crate) fn kept(&self) -> Option<Arc<Collection>> {
        self.kept_lists().map(|(kept, _)| kept)
    }

    fn kept_lists(&self) -> Option<Kept> {
        self.user_lists.as_ref().and_then(Mapped::content)
    }

    /// What is known of hosts and addresses.
    pub(crate) fn known(&self) -> Known {
        Known { catalog: Arc::clone(&self.catalog), places: self.places() }
    }

    /// The files that are there and cannot be used.
    pub(crate) fn unusable(&self) -> Vec<Unusable> {
        let lists = self.lists.iter().filter_map(Mapped::trouble);
        let lists = lists.chain(self.user_lists.iter().filter_map(Mapped::trouble));
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

    fn refresh<E: Display>(&mut self, read: impl Fn(&Path) -> Result<T, E>) {
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

/// The collection with this manifest, which is there.
fn read_kept(manifest: &Path) -> Result<Kept, CollectionError> {
    let gone =
        || CollectionError::Io { path: manifest.to_owned(), error: io::ErrorKind::NotFound.into() };
    let folder = manifest.parent().ok_or_else(gone)?;
    let (kept, index) = Collection::read_with_index(folder)?.ok_or_else(gone)?;
    Ok((Arc::new(kept), index.map(Arc::new)))
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino(), metadata.len(), metadata.mtime(), metadata.mtime_nsec()))
}
