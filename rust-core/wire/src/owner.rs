//! Who a connection belongs to.

use std::fmt;
use std::sync::Arc;

/// An app as the policy and the log know it.
///
/// On Android the name is the package (several, joined by commas, where they share the uid) and the uid carries the
/// user; on Linux the name is the path of the executable.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AppId {
    /// The kernel's user id of the socket's creator.
    pub uid: u32,
    /// Package name or executable path.
    pub name: Arc<str>,
}

/// The answer to "whose socket is this?".
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Owner {
    /// An app.
    App(AppId),
    /// A part of the system that is no app, by uid and the system's name for it (`root`, `dns`).
    System(AppId),
    /// Nobody could tell: the socket was gone already, the deadline passed, or the protocol has no owner.
    Unknown,
}

impl Owner {
    /// The app or system part behind it, if one is known.
    pub fn id(&self) -> Option<&AppId> {
        match self {
            Owner::App(id) | Owner::System(id) => Some(id),
            Owner::Unknown => None,
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id().map_or("unknown", |id| &id.name))
    }
}
