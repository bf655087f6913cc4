//! Why a connection passes or not, as the log keeps it: for people as a sentence, for programs as a code.

use std::fmt;
use std::sync::Arc;

use crate::connection::Code;

/// Why a connection passes or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Which part of the policy spoke.
    pub code: ReasonCode,
    /// The same in words for the user.
    pub text: Arc<str>,
    /// The list that has it, and the list's entry that matched; for [`ReasonCode::Listed`] and [`ReasonCode::Protected`].
    pub listed: Option<Listed>,
}

/// An entry of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The list's name.
    pub list: Arc<str>,
    /// The entry, without its wildcard.
    pub entry: Arc<str>,
}

/// Which part of the policy spoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReasonCode {
    /// Nothing passes at all.
    Lockdown,
    /// Everything passes for a while.
    Paused,
    /// The user allowed this app everything.
    AppAllowed,
    /// The user blocked this app.
    AppBlocked,
    /// A rule of the user's.
    Rule,
    /// A list has it.
    Listed,
    /// A list protects it from the others.
    Protected,
    /// The app may reach only what the user's rules allow, and none does.
    NotListed,
    /// Apps without a mode of their own may everything.
    DefaultAllowed,
    /// Apps without a mode of their own may nothing.
    DefaultBlocked,
    /// Nothing speaks against it.
    NothingAgainst,
    /// Something that a log of format 1 told in words that are not known. Never written, only read.
    Other,
}

impl ReasonCode {
    /// The word for it in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            ReasonCode::Lockdown => "lockdown",
            ReasonCode::Paused => "paused",
            ReasonCode::AppAllowed => "app-allowed",
            ReasonCode::AppBlocked => "app-blocked",
            ReasonCode::Rule => "rule",
            ReasonCode::Listed => "listed",
            ReasonCode::Protected => "protected",
            ReasonCode::NotListed => "not-listed",
            ReasonCode::DefaultAllowed => "default-allowed",
            ReasonCode::DefaultBlocked => "default-blocked",
            ReasonCode::NothingAgainst => "nothing-against",
            ReasonCode::Other => "other",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Code for ReasonCode {
    const ALL: &'static [Self] = &[
        ReasonCode::Other,
        ReasonCode::Lockdown,
        ReasonCode::Paused,
        ReasonCode::AppAllowed,
        ReasonCode::AppBlocked,
        ReasonCode::Rule,
        ReasonCode::Listed,
        ReasonCode::Protected,
        ReasonCode::NotListed,
        ReasonCode::DefaultAllowed,
        ReasonCode::DefaultBlocked,
        ReasonCode::NothingAgainst,
    ];

    fn code(self) -> i64 {
        match self {
            ReasonCode::Other => 0,
            ReasonCode::Lockdown => 1,
            ReasonCode::Paused => 2,
            ReasonCode::AppAllowed => 3,
            ReasonCode::AppBlocked => 4,
            ReasonCode::Rule => 5,
            ReasonCode::Listed => 6,
            ReasonCode::Protected => 7,
            ReasonCode::NotListed => 8,
            ReasonCode::DefaultAllowed => 9,
            ReasonCode::DefaultBlocked => 10,
            ReasonCode::NothingAgainst => 11,
        }
    }
}
