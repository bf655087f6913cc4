//! `hushwall lists add`: one more list of the user's.

use collection::{Choices, Demands, NewList};

use super::open_hosts::OpenHosts;
use super::outcome::{OutcomeTold, Told};
use super::source::{Bringer, Typed, typed};
use super::told::ListTold;
use super::{folder, shown_path, words};
use crate::args::{AddList, NamedFile};
use crate::failure::{FAULT_FOUND, Failure};
use crate::fetch::Fetched;
use crate::terminal::Paint;

pub(super) fn run(arguments: &AddList) -> Result<u8, Failure> {
    let Typed { source, name, known } = typed(&arguments.source)?;
    let name = arguments.name.clone().or(name).ok_or_else(|| {
        Failure::new("adding a list", "it needs a name").hint("give one with --name NAME")
    })?;
    let place = folder::of(&arguments.folder)?;
    let mut edit = folder::edit(&place)?;
    edit.check_new_name(&name).map_err(|error| folder::failure(&error))?;
    let refused = |trouble: &collection::Trouble| {
        Failure::new(format!("adding the list {name}"), words::trouble(trouble))
            .hint("nothing was added")
            .code(FAULT_FOUND)
    };
    let arrived = match Bringer::default().bring(&source, None) {
        Ok(Fetched::Text(arrived)) => arrived,
        // Nobody was asked whether there is something new.
        Ok(Fetched::Unchanged) => return Err(Failure::new("adding a list", "no text came")),
        Err(trouble) => return Err(refused(&trouble)),
    };
    let reading = &arguments.reading;
    let from_known = |of: fn(&collection::KnownList) -> bool| known.as_ref().is_some_and(of);
    let new = NewList {
        name: name.clone(),
        licence: arguments
            .licence
            .clone()
            .or_else(|| known.as_ref().map(|known| known.licence.clone()))
            .unwrap_or_default(),
        choices: Choices {
            format: reading.format.map(Into::into),
            include_subdomains: reading.include_subdomains
                || from_known(|known| known.include_subdomains),
            allow_public_suffixes: reading.allow_public_suffixes,
            update: arguments.every.0,
        },
        source: source.clone(),
    };
    let demands = Demands { sha256: arguments.sha256.clone(), accept_shrunken: false };
    let taken = edit
        .add(new, arrived, &demands, folder::now())
        .map_err(|error| folder::failure(&error))?
        .map_err(|trouble| refused(&trouble))?;
    let kept_open = OpenHosts::built_in()?.count(edit.collection(), &name);
    let names = folder::save(edit)?;
    let lists = vec![OutcomeTold::taken(&name, &taken, kept_open)];
    let code = Told { folder: shown_path(&place), names, lists }.print(arguments.folder.json)?;
    if arguments.folder.json {
        return Ok(code);
    }
    // With its lines: the user sees once what kind of list it is.
    let file = NamedFile { name, path: words::source(&source).into() };
    let told = ListTold::new(&file, &taken.report, None);
    crate::print_whole(told.left_out(Paint::on(&std::io::stdout())).as_bytes())
}
