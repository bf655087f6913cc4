//! `hushwall policy`: the faults of a file of rules, and what it says.

mod check;
mod notes;
mod show;

use crate::args::PolicyAction;
use crate::failure::Failure;

/// Does what is asked for.
pub(crate) fn run(action: &PolicyAction) -> Result<u8, Failure> {
    match action {
        PolicyAction::Check(arguments) => check::run(arguments),
        PolicyAction::Show(arguments) => show::run(arguments),
    }
}
