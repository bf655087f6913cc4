//! One rule of a list, whatever format it was written in.

use wire::HostName;

/// What a line of a list says about a host name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// The name it is about; its wildcard, if any, is in `scope`.
    pub name: HostName,
    /// Which names besides that one.
    pub scope: Scope,
    /// What happens to them.
    pub effect: Effect,
    /// The rule takes the same rule without this mark away (`$badfilter`) and does nothing else.
    pub cancels: bool,
}

/// The names that a rule speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// The name itself only.
    Exact,
    /// The name and all below it.
    Suffix,
    /// All names below it, not the name itself.
    Subdomains,
}

impl Scope {
    /// Whether a rule about a name speaks for that name itself (`is_name`) or for one below it.
    pub(crate) fn covers(self, is_name: bool) -> bool {
        match self {
            Scope::Exact => is_name,
            Scope::Suffix => true,
            Scope::Subdomains => !is_name,
        }
    }
}

/// What a rule does; of several for one name, the greatest holds (the order of AdGuard's `$important` and `@@`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effect {
    /// Blocks.
    Block,
    /// An exception: allows what others block.
    Allow,
    /// Blocks in spite of exceptions.
    ImportantBlock,
    /// Allows in spite of everything.
    ImportantAllow,
}

impl Effect {
    /// Whether the name may pass.
    pub fn allows(self) -> bool {
        match self {
            Effect::Block | Effect::ImportantBlock => false,
            Effect::Allow | Effect::ImportantAllow => true,
        }
    }
}
