//! The rules, from the file that the user names.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use policy::{Document, Policy};

use crate::failure::Failure;

/// The policy in that file; without a file the default, which allows everything and shows it.
pub(crate) fn load(path: Option<&Path>) -> Result<Arc<Policy>, Failure> {
    let what = match path {
        Some(path) => format!("reading the rules in {}", path.display()),
        None => "preparing the default rules".to_owned(),
    };
    let document = match path {
        Some(path) => {
            let text = fs::read_to_string(path).map_err(|error| {
                Failure::new(&what, error).hint(
                    "give --policy a JSON file that you may read; the least is {\"version\":1}",
                )
            })?;
            Document::parse(&text).map_err(|error| Failure::new(&what, error))?
        }
        None => Document::default(),
    };
    Policy::from_document(&document).map(Arc::new).map_err(|error| Failure::new(&what, error))
}
