//! What was decided about a connection, and on which evidence.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use wire::{FlowKey, HostName, NameSource, Owner};

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
    /// Which rule or list spoke.
    pub reason: Reason,
    /// The name it spoke about, if it rests on one.
    pub evidence: Option<Evidence>,
}

/// Which part of the policy spoke.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The user allowed this app everything.
    AppAllowed,
    /// The user blocked this app.
    AppBlocked,
    /// The user allows this host: the rule's suffix.
    HostAllowed(Arc<str>),
    /// The user blocks this host: the rule's suffix.
    HostBlocked(Arc<str>),
    /// A list has this host.
    Listed {
        /// The list's name.
        list: Arc<str>,
        /// The entry that matched.
        entry: Arc<str>,
    },
    /// Nothing speaks against it.
    NothingAgainst,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::AppAllowed => f.write_str("you allow this app everything"),
            Reason::AppBlocked => f.write_str("you block this app"),
            Reason::HostAllowed(suffix) => write!(f, "your rule allows {suffix}"),
            Reason::HostBlocked(suffix) => write!(f, "your rule blocks {suffix}"),
            Reason::Listed { list, entry } => write!(f, "{entry} is on the list {list}"),
            Reason::NothingAgainst => f.write_str("nothing speaks against it"),
        }
    }
}
