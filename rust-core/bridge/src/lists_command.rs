//! The order to make one index of several lists.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use lists::{Compiler, Options};

use crate::error::{Code, CoreError};
use crate::messages::answers::{Done, Example};
use crate::messages::requests::CompileLists;

/// Reads the lists and writes the index, which replaces the one before as a whole.
///
/// # Errors
/// A list cannot be read or is none, or the index cannot be written; the index from before stays.
pub(crate) fn run(order: &CompileLists) -> Result<Done, CoreError> {
    let mut compiler = Compiler::new();
    let (mut entries, mut skipped, mut examples) = (0, 0, Vec::new());
    for source in &order.sources {
        let failed = |error: &dyn std::fmt::Display| {
            CoreError::new(Code::BadMessage, format!("the list {}: {error}", source.name))
        };
        let text = read(&source.path).map_err(|error| failed(&error))?;
        let report = compiler
            .add(&source.name, &text, &Options::default())
            .map_err(|error| failed(&error))?;
        entries += report.rules;
        skipped += report.skipped.total();
        examples.extend(report.skipped.iter().filter_map(|(reason, _, examples)| {
            let first = examples.first()?;
            Some(Example {
                list: source.name.clone(),
                line: first.line,
                text: first.text.clone(),
                reason: reason.to_string(),
            })
        }));
    }
    let verify = |written: &[u8]| lists::verify(written).map_err(|error| error.to_string());
    runtime::replace_file(&order.to, &compiler.finish(), verify)
        .map_err(|error| CoreError::cannot_write("the index of lists", &error))?;
    Ok(Done {
        ok: true,
        entries: Some(entries),
        skipped: Some(skipped),
        examples: Some(examples),
        ..Done::default()
    })
}

/// What is larger than a list may be is read no further than needed to say so.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    File::open(path)?.take(lists::MAX_BYTES as u64 + 1).read_to_end(&mut text)?;
    Ok(text)
}
