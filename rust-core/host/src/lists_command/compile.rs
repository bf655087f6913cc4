//! `hushwall lists compile`: lists to one index file.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use lists::{Compiler, Index};
use runtime::MappedFile;
use serde::Serialize;

use super::told::{ListTold, nothing_of_it};
use super::{options, reading_list, shown_path, text_of};
use crate::args::CompileLists;
use crate::failure::Failure;
use crate::terminal::{Paint, bytes, counted, harmless, harmless_json};

/// The outcome. As JSON its fields are an interface: add, never rename.
#[derive(Serialize)]
struct Compiled {
    /// Where the index is.
    index: String,
    /// Its size.
    bytes: usize,
    /// How many names all lists have together.
    names: usize,
    /// Each list, in the order of the index.
    lists: Vec<ListTold>,
    /// What concerns no single list.
    warnings: Vec<String>,
}

pub(super) fn run(arguments: &CompileLists) -> Result<u8, Failure> {
    let before = rules_before(&arguments.output)?;
    let stays = |failure: Failure| match &before {
        Some(_) => failure.and_hint("the index stays as it was"),
        None => failure,
    };
    let before_of = |name: &str| before.as_ref().and_then(|before| before.get(name).copied());
    let (file, lists) = compile(arguments, before_of).map_err(stays)?;
    runtime::replace_file(&arguments.output, &file, |written| {
        lists::verify(written).map_err(|error| error.to_string())
    })
    .map_err(|error| {
        let what = format!("writing the index {}", arguments.output.display());
        stays(
            Failure::new(what, error)
                .hint("give --output a file in a folder that you may write to"),
        )
    })?;
    let names = Index::open(&file).map_or(0, |index| index.names());
    let gone =
        before.iter().flatten().filter(|(name, _)| lists.iter().all(|list| list.name != **name));
    let mut warnings: Vec<String> =
        gone.map(|(name, _)| format!("the list {name} is no longer in the index")).collect();
    warnings.sort();
    let index = shown_path(&arguments.output);
    tell(&Compiled { index, bytes: file.len(), names, lists, warnings }, arguments.json)
}

/// The bytes of the index, and what to tell of each list.
fn compile(
    arguments: &CompileLists,
    before: impl Fn(&str) -> Option<usize>,
) -> Result<(Vec<u8>, Vec<ListTold>), Failure> {
    let options = options(&arguments.reading);
    let mut compiler = Compiler::new();
    let mut lists: Vec<ListTold> = Vec::new();
    for list in &arguments.lists {
        let failed = |error: &dyn std::fmt::Display| Failure::new(reading_list(list), error);
        if lists.iter().any(|other| other.name == list.name) {
            return Err(failed(&"another list has the same name")
                .hint("name the lists apart, as in: one=a.txt two=b.txt"));
        }
        let text = text_of(list)?;
        let report = compiler.add(&list.name, &text, &options).map_err(|error| failed(&error))?;
        if let Some(why) = nothing_of_it(&report) {
            return Err(failed(&why).hint(
                "was it downloaded whole, and is it a list? --format names its format, leave the file out to go on without it",
            ));
        }
        lists.push(ListTold::new(list, &report, before(&list.name)));
    }
    Ok((compiler.finish(), lists))
}

/// How many rules each list has in the index that is there; `None` where there is none that can be read. What is there
/// and is no index at all is somebody's file, and not written over.
fn rules_before(path: &Path) -> Result<Option<HashMap<String, usize>>, Failure> {
    let what = || format!("writing the index {}", path.display());
    let file = match MappedFile::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Failure::new(what(), error)
                .hint("give --output a file in a folder that you may write to"));
        }
    };
    match Index::open(file.as_ref()) {
        Ok(index) => {
            let rules = |list: lists::List<'_>| (list.name.to_owned(), list.rules as usize);
            Ok(Some(index.lists().map(rules).collect()))
        }
        Err(lists::IndexError::NotAnIndex) if !file.as_ref().is_empty() => {
            Err(Failure::new(what(), "a file that is no index is there")
                .hint("give --output another name, or remove that file"))
        }
        Err(_) => Ok(None),
    }
}

fn tell(compiled: &Compiled, json: bool) -> Result<u8, Failure> {
    let text = if json {
        format!("{}\n", harmless_json(compiled))
    } else {
        let paint = Paint::on(&io::stdout());
        let lists: String = compiled.lists.iter().map(|list| list.text(paint)).collect();
        format!(
            "{lists}{}: {}, {}, {}\n",
            harmless(&compiled.index),
            counted(compiled.lists.len(), "list"),
            counted(compiled.names, "name"),
            bytes(compiled.bytes as u64),
        )
    };
    for warning in compiled.lists.iter().flat_map(|list| &list.warnings).chain(&compiled.warnings) {
        eprintln!("hushwall: {}", harmless(warning));
    }
    crate::print_whole(text.as_bytes())
}
