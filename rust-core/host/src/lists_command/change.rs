//! `hushwall lists on`, `off`, `set`, `remove` and `undo`: changes that fetch nothing.

use collection::{Choices, CollectionError, Edit};
use serde::Serialize;

use super::{folder, shown_path};
use crate::args::{ListsFolder, SetList, Switch, UndoLists, Yes};
use crate::failure::Failure;
use crate::terminal::{counted, harmless, harmless_json};

/// What a change came to. As JSON its fields are an interface: add, never rename.
#[derive(Serialize)]
struct Changed {
    folder: String,
    /// The lists that were changed.
    lists: Vec<String>,
    /// How many names all lists that are on have together.
    names: usize,
}

/// What is done with each list.
type Act<'a> = &'a dyn Fn(&mut Edit, &str) -> Result<(), CollectionError>;

pub(super) fn switch(arguments: &Switch, on: bool) -> Result<u8, Failure> {
    let done = if on { "on" } else { "off" };
    change(&arguments.folder, &arguments.names, done, &|edit, name| edit.set_on(name, on))
}

pub(super) fn remove(arguments: &Switch) -> Result<u8, Failure> {
    change(&arguments.folder, &arguments.names, "removed", &|edit, name| edit.remove(name))
}

pub(super) fn undo(arguments: &UndoLists) -> Result<u8, Failure> {
    let names = if arguments.names.is_empty() {
        let edit = folder::edit(&existing(&arguments.folder)?)?;
        let last = edit.last_updated();
        if last.is_empty() {
            return Err(Failure::new("undoing the last update", "there is none to undo")
                .hint("one text before the present one is kept, once there was an update"));
        }
        last
    } else {
        arguments.names.clone()
    };
    change(&arguments.folder, &names, "back to the text before", &|edit, name| {
        edit.undo(name).map(|_| ())
    })
}

pub(super) fn set(arguments: &SetList) -> Result<u8, Failure> {
    let yes = |choice: Option<Yes>, now| choice.map_or(now, Yes::is_yes);
    let act = |edit: &mut Edit, name: &str| {
        let list = edit.collection().list(name)?.clone();
        let choices = Choices {
            format: arguments.format.map(Into::into).or(list.format),
            include_subdomains: yes(arguments.include_subdomains, list.include_subdomains),
            allow_public_suffixes: yes(arguments.allow_public_suffixes, list.allow_public_suffixes),
            update: arguments.every.map_or(list.update, |every| every.0),
        };
        edit.choose(name, choices)
    };
    change(&arguments.folder, std::slice::from_ref(&arguments.name), "set", &act)
}

/// All of it, or nothing.
fn change(
    arguments: &ListsFolder,
    lists: &[String],
    done: &str,
    act: Act<'_>,
) -> Result<u8, Failure> {
    let place = existing(arguments)?;
    let mut edit = folder::edit(&place)?;
    for name in lists {
        act(&mut edit, name).map_err(|error| folder::failure(&error))?;
    }
    let names = folder::save(edit)?;
    let changed = Changed { folder: shown_path(&place), lists: lists.to_vec(), names };
    let text = if arguments.json {
        format!("{}\n", harmless_json(&changed))
    } else {
        let lines = lists.iter().map(|name| format!("{}: {done}\n", harmless(name)));
        lines.collect::<String>() + &format!("All that is on: {}\n", counted(names, "name"))
    };
    crate::print_whole(text.as_bytes())
}

/// The folder, where there are lists in it: a slip in its name must not make one.
fn existing(arguments: &ListsFolder) -> Result<std::path::PathBuf, Failure> {
    let place = folder::of(arguments)?;
    folder::read(&place)?;
    Ok(place)
}
