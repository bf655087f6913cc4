//! Policy documents: what is read can be written and read again, and every error is told in words.

use policy::{Document, Policy};

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Document::parse(text) {
        Err(error) => assert!(!error.message.is_empty(), "{error}"),
        Ok(document) => {
            let written = serde_json::to_string(&document).expect("a document is JSON");
            assert_eq!(Document::parse(&written).as_ref(), Ok(&document));
            if let Err(error) = Policy::from_document(&document) {
                assert!(!error.path.is_empty() && !error.message.is_empty(), "{error}");
            }
        }
    }
}
