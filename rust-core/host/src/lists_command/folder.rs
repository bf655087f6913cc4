//! The folder of the user's lists, and what goes wrong with it, in words.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use collection::{Collection, CollectionError, Edit};

use crate::args::ListsFolder;
use crate::failure::Failure;
use crate::lists_file;

/// Where the user's lists are kept.
///
/// # Errors
/// Nobody has said where, and there is no home folder; or it is a file.
pub(super) fn of(arguments: &ListsFolder) -> Result<PathBuf, Failure> {
    let named = arguments.lists_dir.clone().or_else(lists_file::default_folder);
    let folder = named.ok_or_else(|| {
        Failure::new("looking for your lists", "there is no home folder")
            .hint("name a folder with --lists-dir DIR or HUSHWALL_LISTS=DIR")
    })?;
    if folder.is_file() {
        return Err(Failure::new(format!("opening {}", folder.display()), "it is a file")
            .hint("name a folder: an index is made by `hushwall lists compile`, your lists are kept in a folder"));
    }
    Ok(folder)
}

/// The collection in it; an empty folder is told.
pub(super) fn read(folder: &Path) -> Result<Collection, Failure> {
    Collection::read(folder).map_err(|error| failure(&error))?.ok_or_else(|| {
        Failure::new(format!("reading your lists in {}", folder.display()), "there are none yet")
            .hint("add one: hushwall lists add NAME; `hushwall lists catalogue` tells names")
    })
}

/// Begins a change of it.
pub(super) fn edit(folder: &Path) -> Result<Edit, Failure> {
    Edit::begin(folder).map_err(|error| failure(&error))
}

/// Makes a change so. How many names the lists that are on have.
pub(super) fn save(edit: Edit) -> Result<usize, Failure> {
    edit.save().map(|saved| saved.names).map_err(|error| failure(&error))
}

/// In Unix seconds.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// The error as a failure of the command, with what helps.
pub(crate) fn failure(error: &CollectionError) -> Failure {
    let failed = |what: &str| Failure::new(what, error);
    match error {
        CollectionError::Io { .. } => failed("keeping your lists")
            .hint("the folder must be one that you may write to; name one with --lists-dir"),
        CollectionError::Manifest { .. } => failed("reading your lists")
            .hint("mend the file, or move it away and add the lists again; nothing was changed"),
        CollectionError::Newer { .. } => failed("reading your lists")
            .hint("a newer hushwall wrote it: use that one; nothing was changed"),
        CollectionError::Index { .. } => failed("reading the index of your lists")
            .hint("this makes it again: hushwall lists update"),
        CollectionError::Busy(_) => {
            failed("changing your lists").hint("wait for the other hushwall, then do it again")
        }
        CollectionError::NoSuchList(_) => {
            failed("looking for a list").hint("`hushwall lists show` names your lists")
        }
        CollectionError::NameTaken(name) => failed("adding a list").hint(format!(
            "choose another with --name; `hushwall lists update {name}` fetches that one again"
        )),
        CollectionError::Name { .. } => failed("adding a list").hint("give it another with --name"),
        CollectionError::Text(name) => failed("reading a list").hint(format!(
            "fetch it again: hushwall lists update {name}; or hushwall lists remove {name}"
        )),
        CollectionError::NothingBefore(_) => failed("going back to the text before")
            .hint("one text before the present one is kept, once there was an update"),
        CollectionError::Compile { .. } => failed("making the index of your lists")
            .hint("nothing was changed; switch one off: hushwall lists off NAME"),
    }
}
