//! What went wrong, told so that the user can act: what failed, why, and what to do about it.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use crate::terminal::harmless;

/// Exit code where hushwall itself failed, not the command; as env(1) and timeout(1).
pub(crate) const HUSHWALL_FAILED: u8 = 125;
/// Exit code where the command was found and could not be run.
pub(crate) const COMMAND_NOT_RUNNABLE: u8 = 126;
/// Exit code where the command was not found.
pub(crate) const COMMAND_NOT_FOUND: u8 = 127;

/// Exit code where a check has found a fault in what it was to check.
pub(crate) const FAULT_FOUND: u8 = 1;

/// A failure that ends the program. It travels as JSON from the inside of a namespace to the outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    /// What hushwall was doing, as in "opening the log /tmp/log.db".
    pub(crate) what: String,
    /// Why it could not.
    pub(crate) why: String,
    /// What the user can do.
    pub(crate) hint: Option<String>,
    /// The program's exit code.
    pub(crate) code: u8,
}

impl Failure {
    /// A failure of hushwall itself.
    pub(crate) fn new(what: impl Into<String>, why: impl Display) -> Self {
        Failure { what: what.into(), why: why.to_string(), hint: None, code: HUSHWALL_FAILED }
    }

    /// The same with advice.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Failure { hint: Some(hint.into()), ..self }
    }

    /// The same with more advice.
    pub(crate) fn and_hint(self, more: &str) -> Self {
        let hint = match &self.hint {
            Some(hint) => format!("{hint}; {more}"),
            None => more.to_owned(),
        };
        self.hint(hint)
    }

    /// The same with another exit code.
    pub(crate) fn code(self, code: u8) -> Self {
        Failure { code, ..self }
    }

    /// Writes it to the standard error output.
    pub(crate) fn print(&self) {
        eprintln!("hushwall: {}: {}", harmless(&self.what), harmless(&self.why));
        if let Some(hint) = &self.hint {
            eprintln!("hint: {}", harmless(hint));
        }
    }
}
