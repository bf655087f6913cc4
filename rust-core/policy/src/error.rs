//! What is wrong with a policy document, and where.

use std::fmt;

/// A policy document that cannot be used. Shown to the user as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    /// The place in the document, such as `hosts[3].host`; empty where it is the document as a whole.
    pub path: String,
    /// The line and column in the text, from 1; none if the text is not at hand.
    pub position: Option<(usize, usize)>,
    /// What is wrong there, and what would be right.
    pub message: String,
}

impl PolicyError {
    pub(crate) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        PolicyError { path: path.into(), position: None, message: message.into() }
    }
}

/// Two of something that may stand once.
pub(crate) fn twice(path: String, what: &str, name: &str) -> PolicyError {
    let message = format!("the {what} {name:?} stands here a second time; leave one of the two");
    PolicyError::new(path, message)
}

impl From<serde_path_to_error::Error<serde_json::Error>> for PolicyError {
    fn from(error: serde_path_to_error::Error<serde_json::Error>) -> Self {
        let path = error.path().to_string();
        // The text ended before the name of the field, or the place is the document itself.
        let path = path.trim_end_matches('?').trim_end_matches('.').to_owned();
        let inner = error.into_inner();
        let (line, column) = (inner.line(), inner.column());
        let mut message = inner.to_string();
        // The position has its own field.
        message.truncate(message.rfind(" at line ").unwrap_or(message.len()));
        PolicyError { path, position: (line > 0).then_some((line, column)), message }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("policy")?;
        if let Some((line, column)) = self.position {
            write!(f, ", line {line}, column {column}")?;
        }
        if !self.path.is_empty() {
            write!(f, ", at {}", self.path)?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for PolicyError {}
