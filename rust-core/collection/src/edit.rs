//! Changing the collection, one at a time: everything is prepared beside what is there, and the manifest, as the last
//! step, makes it so. Who is killed before has changed nothing.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use lists::{Compiler, Format};
use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};

use crate::collection::{Collection, CollectionError, MANIFEST, TEXTS};
use crate::judge::{Arrived, Demands, Taken, Trouble, judge};
use crate::manifest::{
    Attempt, IndexName, Manifest, Schedule, Source, UserList, Version, check_name,
};
use crate::sha256::Sha256Hex;

/// Held while somebody changes the collection.
const LOCK: &str = ".lock";

/// A change of the collection that nobody else can disturb. Without [`Edit::save`] it changes nothing.
#[derive(Debug)]
pub struct Edit {
    collection: Collection,
    /// Something that the index depends on is another.
    compile: bool,
    _lock: Flock<File>,
}

/// A list to be added.
#[derive(Clone, Debug)]
pub struct NewList {
    /// What it will be called.
    pub name: String,
    /// Where it is from.
    pub source: Source,
    /// Its licence; empty where nobody has said.
    pub licence: String,
    /// How it is read and updated.
    pub choices: Choices,
}

/// What the user chooses for a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choices {
    /// Its format; none: find it out.
    pub format: Option<Format>,
    /// A plain name covers the names below it too.
    pub include_subdomains: bool,
    /// Entries for whole public suffixes are taken too.
    pub allow_public_suffixes: bool,
    /// When it is updated.
    pub update: Schedule,
}

/// What a change has led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// How many names the lists that are on have together.
    pub names: usize,
}

impl Edit {
    /// Begins a change; makes the folder where there is none.
    ///
    /// # Errors
    /// [`CollectionError::Busy`] while another one lasts, in whichever process; and what keeps the collection from being
    /// read.
    pub fn begin(folder: &Path) -> Result<Self, CollectionError> {
        let io = |path: &Path, error| CollectionError::Io { path: path.to_owned(), error };
        fs::create_dir_all(folder.join(TEXTS)).map_err(|error| io(folder, error))?;
        let path = folder.join(LOCK);
        let options = File::options().create(true).truncate(false).write(true).open(&path);
        let file = options.map_err(|error| io(&path, error))?;
        // Not the standard library's: it knows no locks on Android.
        let lock = match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(lock) => lock,
            Err((_, Errno::EWOULDBLOCK)) => return Err(CollectionError::Busy(folder.to_owned())),
            Err((_, error)) => return Err(io(&path, error.into())),
        };
        let empty = || Collection { folder: folder.to_owned(), manifest: Manifest::default() };
        let collection = Collection::read(folder)?.unwrap_or_else(empty);
        Ok(Edit { collection, compile: false, _lock: lock })
    }

    /// The collection as it would be saved now.
    pub fn collection(&self) -> &Collection {
        &self.collection
    }

    /// Adds a list, which is on. The inner error is why its text was not taken; the list is not added then.
    ///
    /// # Errors
    /// There is a list of this name, or it is no name; the text cannot be written.
    pub fn add(
        &mut self,
        new: NewList,
        arrived: Arrived,
        demands: &Demands,
        now: u64,
    ) -> Result<Result<Taken, Trouble>, CollectionError> {
        let NewList { name, source, licence, choices } = new;
        self.check_new_name(&name)?;
        let mut list = UserList {
            name,
            source,
            format: choices.format,
            include_subdomains: choices.include_subdomains,
            allow_public_suffixes: choices.allow_public_suffixes,
            on: true,
            update: choices.update,
            licence,
            checked_at: now,
            now: Version {
                sha256: Sha256Hex::of(&[]),
                bytes: 0,
                rules: 0,
                format: Format::Domains,
                fetched_at: now,
                etag: None,
                last_modified: None,
            },
            before: None,
            taken_back: None,
            failure: None,
        };
        let (sha256, report) = match judge(&arrived, &list.options(), demands, None) {
            Ok(judged) => judged,
            Err(trouble) => return Ok(Err(trouble)),
        };
        self.write_text(&sha256, &arrived.text)?;
        list.now = version(sha256, &report, arrived, now);
        let taken = Taken { now: list.now.clone(), before: None, report };
        self.collection.manifest.lists.push(list);
        self.compile = true;
        Ok(Ok(taken))
    }

    /// Whether a list could be added under this name.
    ///
    /// # Errors
    /// Why not.
    pub fn check_new_name(&self, name: &str) -> Result<(), CollectionError> {
        check_name(name).map_err(|fault| CollectionError::Name { name: name.to_owned(), fault })?;
        match self.collection.list(name) {
            Ok(_) => Err(CollectionError::NameTaken(name.to_owned())),
            Err(_) => Ok(()),
        }
    }

    /// Takes a newer text of a list, and a new source where one is given. The inner error is why it was not taken; it is
    /// noted with the list, whose old text stays. The same text again is taken and nothing changes.
    ///
    /// # Errors
    /// There is no such list; the text cannot be written.
    pub fn update(
        &mut self,
        name: &str,
        source: Option<Source>,
        arrived: Arrived,
        demands: &Demands,
        now: u64,
    ) -> Result<Result<Taken, Trouble>, CollectionError> {
        let list = self.collection.list(name)?;
        let judged = judge(&arrived, &list.options(), demands, Some(&list.now));
        // Who names the checksum wants this very text.
        let unwanted = list.taken_back.as_ref().filter(|_| demands.sha256.is_none());
        let judged = judged.and_then(|judged| match unwanted {
            Some(unwanted) if *unwanted == judged.0 => Err(Trouble::TakenBack),
            Some(_) | None => Ok(judged),
        });
        let (sha256, report) = match judged {
            Ok(judged) => judged,
            Err(trouble) => {
                self.note(name, trouble.clone(), now)?;
                return Ok(Err(trouble));
            }
        };
        self.write_text(&sha256, &arrived.text)?;
        let list = self.list_mut(name)?;
        let new = version(sha256, &report, arrived, now);
        let old = list.now.clone();
        list.source = source.unwrap_or_else(|| list.source.clone());
        (list.checked_at, list.failure) = (now, None);
        if new.sha256 == old.sha256 {
            list.now = Version { fetched_at: old.fetched_at, ..new.clone() };
        } else {
            (list.now, list.before, list.taken_back) = (new.clone(), Some(old.clone()), None);
            self.compile = true;
        }
        Ok(Ok(Taken { now: new, before: Some(old), report }))
    }

    /// Notes that the source has nothing new.
    ///
    /// # Errors
    /// There is no such list.
    pub fn unchanged(&mut self, name: &str, now: u64) -> Result<(), CollectionError> {
        let list = self.list_mut(name)?;
        (list.checked_at, list.failure) = (now, None);
        Ok(())
    }

    /// Notes why a list was not updated. Its schedule stays due, so that the next time tries again.
    ///
    /// # Errors
    /// There is no such list.
    pub fn note(&mut self, name: &str, trouble: Trouble, now: u64) -> Result<(), CollectionError> {
        let list = self.list_mut(name)?;
        if trouble == Trouble::TakenBack {
            list.checked_at = now;
        }
        list.failure = Some(Attempt { at: now, trouble });
        Ok(())
    }

    /// Goes back to the text before; where that was done already, forward again. What is left is not taken from the
    /// source again, until it has another text.
    ///
    /// # Errors
    /// There is no such list, or it has no text before.
    pub fn undo(&mut self, name: &str) -> Result<&UserList, CollectionError> {
        let list = self.list_mut(name)?;
        let before = list.before.take();
        let before = before.ok_or_else(|| CollectionError::NothingBefore(name.to_owned()))?;
        let is_undone = list.taken_back.as_ref() == Some(&before.sha256);
        let left = std::mem::replace(&mut list.now, before);
        list.taken_back = (!is_undone).then(|| left.sha256.clone());
        (list.before, list.failure) = (Some(left), None);
        self.compile = true;
        self.collection.list(name)
    }

    /// The lists that the last update gave another text, for undoing all of it. An undone one is not among them.
    pub fn last_updated(&self) -> Vec<String> {
        let newer = |list: &&UserList| list.before.is_some() && list.taken_back.is_none();
        let lists = || self.collection.lists().iter().filter(newer);
        let last = lists().map(|list| list.now.fetched_at).max();
        lists()
            .filter(|list| Some(list.now.fetched_at) == last)
            .map(|list| list.name.clone())
            .collect()
    }

    /// Switches a list on or off.
    ///
    /// # Errors
    /// There is no such list.
    pub fn set_on(&mut self, name: &str, on: bool) -> Result<(), CollectionError> {
        let list = self.list_mut(name)?;
        list.on = on;
        self.compile = true;
        Ok(())
    }

    /// Chooses anew how a list is read and updated; how many rules it has then is counted again.
    ///
    /// # Errors
    /// There is no such list, or its text is damaged.
    pub fn choose(&mut self, name: &str, choices: Choices) -> Result<(), CollectionError> {
        let mut list = self.collection.list(name)?.clone();
        let text = self.collection.text(&list)?;
        list.format = choices.format;
        list.include_subdomains = choices.include_subdomains;
        list.allow_public_suffixes = choices.allow_public_suffixes;
        list.update = choices.update;
        let read = lists::read(&text, &list.options(), drop);
        let report = read.map_err(|error| CollectionError::Compile {
            name: name.to_owned(),
            error: error.into(),
        })?;
        (list.now.rules, list.now.format) = (report.rules, report.format);
        *self.list_mut(name)? = list;
        self.compile = true;
        Ok(())
    }

    /// Removes a list and its texts.
    ///
    /// # Errors
    /// There is no such list.
    pub fn remove(&mut self, name: &str) -> Result<(), CollectionError> {
        self.collection.list(name)?;
        self.collection.manifest.lists.retain(|list| list.name != name);
        self.compile = true;
        Ok(())
    }

    /// Makes the index of what is on now, and then everything so.
    ///
    /// # Errors
    /// A text is damaged, the lists do not fit in one index, or something cannot be written. All is as before then.
    pub fn save(mut self) -> Result<Saved, CollectionError> {
        let whole = self.collection.index_path().map(|path| runtime::list_index(&path));
        let names = match whole {
            Some(Ok(index)) if !self.compile => index.names(),
            None if !self.compile => 0,
            Some(_) | None => self.write_index()?,
        };
        let path = self.collection.folder.join(MANIFEST);
        let text = self.collection.manifest.to_text();
        replace(&path, text.as_bytes(), |written| {
            match Manifest::parse(&String::from_utf8_lossy(written)) {
                Ok(manifest) if manifest == self.collection.manifest => Ok(()),
                Ok(_) | Err(_) => Err("the manifest was not written whole".to_owned()),
            }
        })?;
        self.sweep();
        Ok(Saved { names })
    }

    /// Writes the index, and says how many names it has.
    fn write_index(&mut self) -> Result<usize, CollectionError> {
        let mut compiler = Compiler::new();
        let mut on = 0;
        for list in self.collection.lists().iter().filter(|list| list.on) {
            let text = self.collection.text(list)?;
            let added = compiler.add(&list.name, &text, &list.options());
            added.map_err(|error| CollectionError::Compile { name: list.name.clone(), error })?;
            on += 1;
        }
        if on == 0 {
            self.collection.manifest.index = None;
            return Ok(0);
        }
        let index = compiler.finish();
        let name = IndexName::of(&index);
        replace(&self.collection.folder.join(name.file()), &index, |written| {
            lists::verify(written).map_err(|error| error.to_string())
        })?;
        self.collection.manifest.index = Some(name);
        Ok(lists::Index::open(&index).map_or(0, |index| index.names()))
    }

    fn write_text(&self, sha256: &Sha256Hex, text: &[u8]) -> Result<(), CollectionError> {
        let path = self.collection.path_of_text(sha256);
        if fs::read(&path).is_ok_and(|there| there == text) {
            return Ok(());
        }
        replace(&path, text, |written| {
            (written == text).then_some(()).ok_or_else(|| "it was not written whole".to_owned())
        })
    }

    /// Removes the texts and indices that the manifest does not name. What is in the way of that is left for next time.
    fn sweep(&self) {
        let Collection { folder, manifest } = &self.collection;
        let versions = |list: &UserList| [Some(list.now.clone()), list.before.clone()];
        let texts = manifest.lists.iter().flat_map(versions).flatten();
        let mut kept: HashSet<String> = texts.map(|text| format!("{}.txt", text.sha256)).collect();
        kept.extend(manifest.index.as_ref().map(IndexName::file));
        for folder in [folder.clone(), folder.join(TEXTS)] {
            let Ok(entries) = fs::read_dir(&folder) else { continue };
            for entry in entries.flatten() {
                let name = entry.file_name();
                if is_ours(&name) && name.to_str().is_none_or(|name| !kept.contains(name)) {
                    let _left_for_next_time = fs::remove_file(entry.path());
                }
            }
        }
    }

    fn list_mut(&mut self, name: &str) -> Result<&mut UserList, CollectionError> {
        let lists = &mut self.collection.manifest.lists;
        let found = lists.iter_mut().find(|list| list.name == name);
        found.ok_or_else(|| CollectionError::NoSuchList(name.to_owned()))
    }
}

fn version(sha256: Sha256Hex, report: &lists::Report, arrived: Arrived, now: u64) -> Version {
    Version {
        sha256,
        bytes: arrived.text.len() as u64,
        rules: report.rules,
        format: report.format,
        fetched_at: now,
        etag: arrived.etag,
        last_modified: arrived.last_modified,
    }
}

fn replace(
    path: &Path,
    bytes: &[u8],
    verify: impl FnOnce(&[u8]) -> Result<(), String>,
) -> Result<(), CollectionError> {
    let failed = |error: io::Error| CollectionError::Io { path: PathBuf::from(path), error };
    runtime::replace_file(path, bytes, verify).map_err(failed)
}

/// Whether a file is a text or an index by its name, or one half written; somebody else's files are left alone.
fn is_ours(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    let half_written = name.strip_prefix('.').and_then(|name| name.strip_suffix(".new"));
    let name = half_written.and_then(|name| name.rsplit_once('.')).map_or(name, |(name, _)| name);
    let stem = name.strip_suffix(".txt").or_else(|| name.strip_suffix(".idx"));
    stem.is_some_and(|stem| stem.parse::<Sha256Hex>().is_ok())
}
