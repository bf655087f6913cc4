//! The folder, as those read it who do not change it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use lists::{Bytes, CompileError, Index};
use runtime::ResourceError;

use crate::manifest::{Manifest, ManifestError, UserList};
use crate::sha256::Sha256Hex;

/// The manifest's name in the folder.
pub(crate) const MANIFEST: &str = "lists.json";
/// The folder of the texts in it; each is named after its checksum.
pub(crate) const TEXTS: &str = "texts";
/// How often the manifest is read again where the index that it names has just been replaced by an edit.
const TRIES: usize = 5;

/// The user's lists as they were when they were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    pub(crate) folder: PathBuf,
    pub(crate) manifest: Manifest,
}

/// A collection, and the index of its lists that are on, mapped; none where no list is on.
pub type WithIndex = (Collection, Option<Index<Bytes>>);

/// Why a collection cannot be read or changed. What was there is there still.
#[derive(Debug, thiserror::Error)]
pub enum CollectionError {
    /// A file or folder of it cannot be read or written.
    #[error("{}: {error}", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The manifest is none.
    #[error("{}: {fault}", .path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong, with its place.
        fault: String,
    },
    /// A newer version of the program has written the manifest.
    #[error("{}: it has version {version}, which this program does not know", .path.display())]
    Newer {
        /// The manifest.
        path: PathBuf,
        /// The version that it has.
        version: u64,
    },
    /// The index is gone or damaged.
    #[error("{}: {error}", .path.display())]
    Index {
        /// The index.
        path: PathBuf,
        /// Why.
        error: ResourceError,
    },
    /// Somebody else is changing it right now.
    #[error("the lists in {} are being changed right now", .0.display())]
    Busy(PathBuf),
    /// There is no list of this name.
    #[error("there is no list {0:?}")]
    NoSuchList(String),
    /// There is one already.
    #[error("there is a list {0:?} already")]
    NameTaken(String),
    /// A list may not be called so.
    #[error("a list cannot be called {name:?}: {fault}")]
    Name {
        /// The name.
        name: String,
        /// Why.
        fault: String,
    },
    /// The text of a list is gone or is not the one that was kept.
    #[error("the kept text of the list {0:?} is damaged")]
    Text(String),
    /// There is no text to go back to.
    #[error("of the list {0:?} there is no text before")]
    NothingBefore(String),
    /// The lists cannot be put together.
    #[error("the list {name:?}: {error}")]
    Compile {
        /// The list at which it ended.
        name: String,
        /// Why.
        error: CompileError,
    },
}

impl Collection {
    /// Whether a folder has one, whatever is wrong with it.
    pub fn exists(folder: &Path) -> bool {
        Self::manifest_path(folder).exists()
    }

    /// Where the manifest of the collection in a folder is: a new file after each change.
    pub fn manifest_path(folder: &Path) -> PathBuf {
        folder.join(MANIFEST)
    }

    /// The collection in a folder; `None` where there is none yet.
    ///
    /// # Errors
    /// [`CollectionError`]: the manifest cannot be read, has a fault, or is a newer version's.
    pub fn read(folder: &Path) -> Result<Option<Self>, CollectionError> {
        let path = Self::manifest_path(folder);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(CollectionError::Io { path, error }),
        };
        let manifest = Manifest::parse(&text).map_err(|error| match error {
            ManifestError::Newer(version) => CollectionError::Newer { path: path.clone(), version },
            ManifestError::Fault(fault) => CollectionError::Manifest { path: path.clone(), fault },
        })?;
        Ok(Some(Collection { folder: folder.to_owned(), manifest }))
    }

    /// The same, with its index.
    ///
    /// # Errors
    /// As of [`Collection::read`], and where the index is gone or damaged.
    pub fn read_with_index(folder: &Path) -> Result<Option<WithIndex>, CollectionError> {
        let mut tries = 0;
        loop {
            let Some(collection) = Self::read(folder)? else { return Ok(None) };
            let Some(path) = collection.index_path() else { return Ok(Some((collection, None))) };
            tries += 1;
            match runtime::list_index(&path) {
                Ok(index) => return Ok(Some((collection, Some(index)))),
                Err(ResourceError::Read(error))
                    if error.kind() == io::ErrorKind::NotFound && tries < TRIES => {}
                Err(error) => return Err(CollectionError::Index { path, error }),
            }
        }
    }

    /// The lists, in the order in which they were added.
    pub fn lists(&self) -> &[UserList] {
        &self.manifest.lists
    }

    /// The list of this name.
    ///
    /// # Errors
    /// [`CollectionError::NoSuchList`].
    pub fn list(&self, name: &str) -> Result<&UserList, CollectionError> {
        let found = self.lists().iter().find(|list| list.name == name);
        found.ok_or_else(|| CollectionError::NoSuchList(name.to_owned()))
    }

    /// Where the index is.
    pub fn index_path(&self) -> Option<PathBuf> {
        self.manifest.index.as_ref().map(|name| self.folder.join(name.file()))
    }

    /// Where the text of a list is that counts.
    pub fn text_path(&self, list: &UserList) -> PathBuf {
        self.path_of_text(&list.now.sha256)
    }

    /// The text of a list that counts, known to be the one that was kept.
    ///
    /// # Errors
    /// [`CollectionError::Text`] where it is another or gone.
    pub fn text(&self, list: &UserList) -> Result<Vec<u8>, CollectionError> {
        let text = fs::read(self.text_path(list)).unwrap_or_default();
        let is_kept = Sha256Hex::of(&text) == list.now.sha256;
        is_kept.then_some(text).ok_or_else(|| CollectionError::Text(list.name.clone()))
    }

    pub(crate) fn path_of_text(&self, sha256: &Sha256Hex) -> PathBuf {
        self.folder.join(TEXTS).join(format!("{sha256}.txt"))
    }
}
