//! `hushwall lists update`: newer texts for the user's lists, each for itself: what goes wrong with one leaves it as it was
//! and stops no other.

use collection::{Demands, Edit, Source, UserList};

use super::source::{Bringer, typed};
use super::told_collection::{OutcomeTold, Told};
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
    let mut bringer = Bringer::default();
    let mut lists = Vec::new();
    for list in &chosen {
        lists.push(update(&mut edit, &mut bringer, list, from.as_ref(), arguments, now)?);
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

fn update(
    edit: &mut Edit,
    bringer: &mut Bringer,
    list: &UserList,
    from: Option<&Source>,
    arguments: &UpdateLists,
    now: u64,
) -> Result<OutcomeTold, Failure> {
    let failed = |error: collection::CollectionError| folder::failure(&error);
    let name = &list.name;
    // Who has lost the text, wants another source or a certain text must not be told that there is nothing new.
    let is_whole = edit.collection().text(list).is_ok();
    let known = (is_whole && from.is_none() && arguments.sha256.is_none()).then_some(&list.now);
    let arrived = match bringer.bring(from.unwrap_or(&list.source), known) {
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
    let demands =
        Demands { sha256: arguments.sha256.clone(), accept_shrunken: arguments.accept_shrunken };
    Ok(match edit.update(name, from.cloned(), arrived, &demands, now).map_err(failed)? {
        Ok(taken) => OutcomeTold::taken(name, &taken),
        Err(trouble) => OutcomeTold::kept(name, &trouble),
    })
}
