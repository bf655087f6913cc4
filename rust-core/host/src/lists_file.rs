//! The index file of lists, as far as all commands read it in the same way.

use std::path::Path;

use lists::{Bytes, Index};

use crate::failure::Failure;

/// The index at this path, mapped, and read once to be sure that it is whole.
///
/// # Errors
/// It cannot be read, is no index, or is damaged.
pub(crate) fn verified(path: &Path) -> Result<Index<Bytes>, Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new(format!("reading the lists in {}", path.display()), error)
            .hint("an index of lists is written by: hushwall lists compile -o INDEX FILE…")
    };
    runtime::list_index(path).map_err(|error| failed(&error))
}
