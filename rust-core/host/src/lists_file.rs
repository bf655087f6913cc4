//! Where lists are: an index file, or the folder of the user's own; all commands read both in the same way.

use std::path::{Path, PathBuf};

use collection::{Collection, WithIndex};
use lists::{Bytes, Index};

use crate::failure::Failure;
use crate::lists_command::folder;

/// The folder of the user's lists below the one for data.
const FOLDER: &str = "hushwall/lists";

/// Lists as they were found.
pub(crate) enum Found {
    /// An index file that the user named.
    Index(Index<Bytes>),
    /// The user's lists.
    Collection(WithIndex),
    /// The user named nothing and keeps no lists.
    Nothing,
}

/// The lists at this place, an index or a folder; without a place those that the user keeps.
///
/// # Errors
/// There are none at this place, or they cannot be read.
pub(crate) fn find(place: Option<&Path>) -> Result<Found, Failure> {
    match place {
        Some(place) if place.is_dir() => match collection(place)? {
            Found::Nothing => Err(Failure::new(
                format!("reading the lists in {}", place.display()),
                "there are none in this folder",
            )
            .hint("add one: hushwall lists add NAME --lists-dir DIR")),
            found @ (Found::Index(_) | Found::Collection(_)) => Ok(found),
        },
        Some(place) => verified(place).map(Found::Index),
        None => default_folder().map_or(Ok(Found::Nothing), |folder| collection(&folder)),
    }
}

/// The index at this place: a file, or that of a folder's lists that are on, with these.
///
/// # Errors
/// There is none.
pub(crate) fn index(place: &Path) -> Result<(Index<Bytes>, Option<Collection>), Failure> {
    match find(Some(place))? {
        Found::Index(index) => Ok((index, None)),
        Found::Collection((kept, Some(index))) => Ok((index, Some(kept))),
        Found::Collection((_, None)) | Found::Nothing => {
            Err(Failure::new(format!("reading the lists in {}", place.display()), "none is on")
                .hint("switch one on: hushwall lists on NAME"))
        }
    }
}

/// Where the user's lists are if nobody says otherwise (XDG Base Directory Specification); `None` without a home.
pub(crate) fn default_folder() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).map(PathBuf::from);
    // The specification: a path that is not absolute is to be ignored.
    let data = variable("XDG_DATA_HOME").filter(|path| path.is_absolute());
    let home = || variable("HOME").filter(|path| path.is_absolute());
    let data = data.or_else(|| home().map(|home| home.join(".local/share")))?;
    Some(data.join(FOLDER))
}

/// The index at this path, mapped, and read once to be sure that it is whole.
///
/// # Errors
/// It cannot be read, is no index, or is damaged.
fn verified(path: &Path) -> Result<Index<Bytes>, Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new(format!("reading the lists in {}", path.display()), error)
            .hint("an index of lists is written by: hushwall lists compile -o INDEX FILE…")
    };
    runtime::list_index(path).map_err(|error| failed(&error))
}

fn collection(folder: &Path) -> Result<Found, Failure> {
    let read = Collection::read_with_index(folder).map_err(|error| folder::failure(&error))?;
    Ok(read.map_or(Found::Nothing, Found::Collection))
}
