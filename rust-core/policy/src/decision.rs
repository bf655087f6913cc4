//! What was decided about a connection, and on which evidence.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use wire::{FlowKey, HostName, NameSource, Owner};

use crate::RuleVerdict;

/// What a decision is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Whose connection.
    pub owner: &'a Owner,
    /// Its five-tuple.
    pub key: &'a FlowKey,
    /// Every name seen for it so far; may be empty.
    pub names: &'a [Evidence],
}

/// A name, and where it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Evidence {
    /// The name.
    pub name: HostName,
    /// How it is known.
    pub source: NameSource,
}

/// Pass or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The connection is carried.
    Allow,
    /// It is not, and this is how the app is told.
    Block(Refusal),
}

/// How a block is told to the app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Refusal {
    /// TCP: a reset. Datagrams: ICMP port unreachable. The app fails at once and may fall back.
    #[default]
    Reset,
    /// ICMP: administratively prohibited.
    Unreachable,
    /// No answer at all.
    Silence,
}

/// A verdict with its reason and the evidence it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Pass or not.
    pub verdict: Verdict,
    /// Which part of the policy spoke.
    pub reason: Reason,
    /// The name it spoke about, if it rests on one.
    pub evidence: Option<Evidence>,
    /// It is blocked for want of a name, or on a weak one only: a name that the connection itself tells could let it pass.
    pub provisional: bool,
}

/// Which part of the policy spoke.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Nothing passes at all.
    Lockdown,
    /// Everything passes for a while.
    Paused,
    /// The user allowed this app everything.
    AppAllowed,
    /// The user blocked this app.
    AppBlocked,
    /// A rule of the user's.
    Rule {
        /// Its place in the document's `rules`, from 0.
        number: u32,
        /// What it says.
        verdict: RuleVerdict,
        /// The same as a sentence.
        text: Arc<str>,
    },
    /// A list has it.
    Listed {
        /// The list's name.
        list: Arc<str>,
        /// The entry that matched.
        entry: Entry,
    },
    /// A list protects it from the others.
    Protected {
        /// The list's name.
        list: Arc<str>,
        /// The entry that matched.
        entry: Entry,
    },
    /// The app may reach only what the user's rules allow, and none does.
    NotListed,
    /// Apps without a mode of their own may everything.
    DefaultAllowed,
    /// Apps without a mode of their own may nothing.
    DefaultBlocked,
    /// Nothing speaks against it.
    NothingAgainst,
}

/// An entry of a list. Shares its text with the name that it was found by, or with the policy.
#[derive(Clone)]
pub struct Entry(EntryText);

#[derive(Clone)]
enum EntryText {
    /// The end of a name, from this byte on.
    Suffix {
        name: HostName,
        from: u8,
    },
    Text(Arc<str>),
}

impl Reason {
    /// Whether it lets the connection pass.
    pub fn allows(&self) -> bool {
        match self {
            Reason::Lockdown
            | Reason::AppBlocked
            | Reason::Rule { verdict: RuleVerdict::Block, .. }
            | Reason::Listed { .. }
            | Reason::NotListed
            | Reason::DefaultBlocked => false,
            Reason::Paused
            | Reason::AppAllowed
            | Reason::Rule { verdict: RuleVerdict::Allow, .. }
            | Reason::Protected { .. }
            | Reason::DefaultAllowed
            | Reason::NothingAgainst => true,
        }
    }
}

impl Entry {
    /// The end of `name` that is `suffix`.
    pub(crate) fn suffix(name: &HostName, suffix: &str) -> Self {
        // No name is longer than 253.
        let from = (name.as_str().len() - suffix.len()) as u8;
        Entry(EntryText::Suffix { name: name.clone(), from })
    }

    /// The entry as the list has it, without its wildcard.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            EntryText::Suffix { name, from } => {
                name.as_str().get(usize::from(*from)..).unwrap_or_default()
            }
            EntryText::Text(text) => text,
        }
    }
}

impl From<Arc<str>> for Entry {
    fn from(text: Arc<str>) -> Self {
        Entry(EntryText::Text(text))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Entry {}

impl Hash for Entry {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Lockdown => f.write_str("lockdown: nothing passes"),
            Reason::Paused => f.write_str("filtering is paused"),
            Reason::AppAllowed => f.write_str("you allow this app everything"),
            Reason::AppBlocked => f.write_str("you block this app"),
            Reason::Rule { text, .. } => write!(f, "your rule: {text}"),
            Reason::Listed { list, entry } => write!(f, "{entry} is on the list {list}"),
            Reason::Protected { list, entry } => {
                write!(f, "{entry} is on the list {list}, which no block list overrides")
            }
            Reason::NotListed => f.write_str("this app may reach only what your rules allow"),
            Reason::DefaultAllowed => {
                f.write_str("apps without a mode of their own may everything")
            }
            Reason::DefaultBlocked => f.write_str("apps without a mode of their own may nothing"),
            Reason::NothingAgainst => f.write_str("nothing speaks against it"),
        }
    }
}
