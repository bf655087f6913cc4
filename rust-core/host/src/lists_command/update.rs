//! `hushwall lists update`: newer texts for the user's lists, each for itself: what goes wrong with one leaves it as it was
//! and stops no other.

use collection::{CollectionError, Demands, Edit, Source, UserList};

use super::open_hosts::OpenHosts;
use super::outcome::{OutcomeTold, Told};
use super::source::{Bringer, typed};
use super::{folder, shown_path};
use crate::args::UpdateLists;
use crate::failure::{FAULT_FOUND, Failure};
use crate::fetch::Fetched;

pub(super) fn run(arguments: &UpdateLists) -> Result<u8, Failure> {
    let one = arguments.from.is_some() || arguments.sha256.is_some();
    if one && arguments.names.len() != 1 {
        return Err(Failure::new("updating lists", "--from and --sha256 are about one list")
            .hint("name it, as in: hushwall lists update NAME --from URL"));
    }
    let from = arguments.from.as_deref().map(typed).transpose()?.map(|typed| typed.source);
    let place = folder::of(&arguments.folder)?;
    let collection = folder::read(&place)?;
    for name in &arguments.names {
        let list = collection.list(name).map_err(|error| folder::failure(&error))?;
        if list.source == Source::Stdin && from.is_none() {
            return Err(Failure::new(
                format!("updating the list {name}"),
                "it came from the standard input, which cannot be asked again",
            )
            .hint(format!("hand it over anew: hushwall lists update {name} --from - < FILE")));
        }
    }
    let mut edit = folder::edit(&place)?;
    let now = folder::now();
    let chosen: Vec<UserList> = edit
        .collection()
        .lists()
        .iter()
        .filter(|list| is_chosen(arguments, list, now))
        .cloned()
        .collect();
    if chosen.is_empty() && !arguments.due {
        eprintln!("hushwall: no list is on that can be fetched again");
    }
    let bringer = Bringer::default();
    let mut updater = Updater { bringer, open: OpenHosts::built_in()?, from, arguments, now };
    let mut lists = Vec::new();
    for list in &chosen {
        lists.push(updater.update(&mut edit, list)?);
    }
    let names = folder::save(edit)?;
    let faults = lists.iter().any(OutcomeTold::is_fault);
    Told { folder: shown_path(&place), names, lists }.print(arguments.folder.json)?;
    Ok(if faults { FAULT_FOUND } else { 0 })
}

fn is_chosen(arguments: &UpdateLists, list: &UserList, now: u64) -> bool {
    let is_named = match arguments.names.as_slice() {
        // What is off is not asked for.
        [] => list.on && list.source != Source::Stdin,
        names => names.contains(&list.name),
    };
    is_named && (!arguments.due || list.is_due(now))
}

/// What the updates of all lists have in common.
struct Updater<'a> {
    bringer: Bringer,
    open: OpenHosts,
    /// The new source, where one was given.
    from: Option<Source>,
    arguments: &'a UpdateLists,
    /// In Unix seconds.
    now: u64,
}

impl Updater<'_> {
    fn update(&mut self, edit: &mut Edit, list: &UserList) -> Result<OutcomeTold, Failure> {
        let failed = |error: CollectionError| folder::failure(&error);
        let UpdateLists { sha256, accept_shrunken, .. } = self.arguments;
        let (name, now) = (&list.name, self.now);
        // Who has lost the text, wants another source or a certain text must not be told that there is nothing new.
        let is_whole = edit.collection().text(list).is_ok();
        let known = (is_whole && self.from.is_none() && sha256.is_none()).then_some(&list.now);
        let source = self.from.as_ref().unwrap_or(&list.source);
        let arrived = match self.bringer.bring(source, known) {
            Ok(Fetched::Text(arrived)) => arrived,
            Ok(Fetched::Unchanged) => {
                edit.unchanged(name, now).map_err(failed)?;
                return Ok(OutcomeTold::unchanged(name, &list.now));
            }
            Err(trouble) => {
                edit.note(name, trouble.clone(), now).map_err(failed)?;
                return Ok(OutcomeTold::kept(name, &trouble));
            }
        };
        let demands = Demands { sha256: sha256.clone(), accept_shrunken: *accept_shrunken };
        let from = self.from.clone();
        match edit.update(name, from, arrived, &demands, now).map_err(failed)? {
            Ok(taken) => {
                let kept_open = self.open.count(edit.collection(), name);
                Ok(OutcomeTold::taken(name, &taken, kept_open))
            }
            Err(trouble) => Ok(OutcomeTold::kept(name, &trouble)),
        }
    }
}
