//! `hushwall lists check`: reads lists as `compile` does and writes nothing; verifies index files.

use std::fmt::Write;
use std::fs::File;
use std::io::{self, Read};

use lists::{Index, IndexError};
use runtime::MappedFile;
use serde::Serialize;

use super::told::{ListTold, nothing_of_it};
use super::{options, shown_path, text_of};
use crate::args::{CheckLists, NamedFile};
use crate::failure::{FAULT_FOUND, Failure};
use crate::terminal::{Paint, Tone, bytes, counted, harmless, harmless_json};

/// The first bytes of every index.
const INDEX_MAGIC: &[u8] = b"hushlist";

/// What came of all files. As JSON its fields are an interface: add, never rename.
#[derive(Serialize)]
struct Checked {
    ok: bool,
    files: Vec<FileChecked>,
}

/// What came of one file.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum FileChecked {
    List(ListTold),
    Index { file: String, bytes: usize, names: usize, lists: Vec<IndexedList> },
    Fault { file: String, error: String },
}

#[derive(Serialize)]
struct IndexedList {
    name: String,
    rules: u32,
}

pub(super) fn run(arguments: &CheckLists) -> Result<u8, Failure> {
    let files: Vec<FileChecked> =
        arguments.files.iter().map(|file| check(arguments, file)).collect();
    let ok = !files.iter().any(|file| matches!(file, FileChecked::Fault { .. }));
    let checked = Checked { ok, files };
    let text = if arguments.json {
        format!("{}\n", harmless_json(&checked))
    } else {
        let paint = Paint::on(&io::stdout());
        checked.files.iter().map(|file| file.text(paint)).collect()
    };
    crate::print_whole(text.as_bytes())?;
    Ok(if ok { 0 } else { FAULT_FOUND })
}

fn check(arguments: &CheckLists, file: &NamedFile) -> FileChecked {
    let checked = if is_index(file) { check_index(file) } else { check_list(arguments, file) };
    checked.unwrap_or_else(|error| FileChecked::Fault { file: shown_path(&file.path), error })
}

fn check_list(arguments: &CheckLists, list: &NamedFile) -> Result<FileChecked, String> {
    let text = text_of(list).map_err(|failure| failure.why)?;
    let report = lists::read(&text, &options(&arguments.reading), drop)
        .map_err(|error| error.to_string())?;
    match nothing_of_it(&report) {
        Some(why) => Err(why),
        None => Ok(FileChecked::List(ListTold::new(list, &report, None))),
    }
}

fn check_index(file: &NamedFile) -> Result<FileChecked, String> {
    let told = |error: IndexError| error.to_string();
    let mapped = MappedFile::open(&file.path).map_err(|error| error.to_string())?;
    lists::verify(mapped.as_ref()).map_err(told)?;
    let index = Index::open(mapped.as_ref()).map_err(told)?;
    Ok(FileChecked::Index {
        file: shown_path(&file.path),
        bytes: mapped.as_ref().len(),
        names: index.names(),
        lists: index
            .lists()
            .map(|list| IndexedList { name: list.name.to_owned(), rules: list.rules })
            .collect(),
    })
}

fn is_index(file: &NamedFile) -> bool {
    let mut start = [0; INDEX_MAGIC.len()];
    let read = File::open(&file.path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == INDEX_MAGIC
}

impl FileChecked {
    /// Several lines, each with its end.
    fn text(&self, paint: Paint) -> String {
        match self {
            FileChecked::List(list) => {
                let warnings = list.warnings.iter();
                let warnings = warnings.map(|warning| format!("  {}\n", harmless(warning)));
                list.text(paint) + &warnings.collect::<String>()
            }
            FileChecked::Index { file, bytes: size, names, lists } => {
                let file = paint.paint(Tone::Strong, harmless(file));
                let (names, size) = (counted(*names, "name"), bytes(*size as u64));
                let mut text = format!("{file} (index): {names}, {size}\n");
                for IndexedList { name, rules } in lists {
                    // Writing to a String cannot fail.
                    let _ = writeln!(
                        text,
                        "  {}: {}",
                        harmless(name),
                        counted(*rules as usize, "rule")
                    );
                }
                text
            }
            FileChecked::Fault { file, error } => {
                let file = paint.paint(Tone::Strong, harmless(file));
                format!("{file}: {}\n", paint.paint(Tone::Bad, harmless(error)))
            }
        }
    }
}
