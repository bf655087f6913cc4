//! Whose a connection is, on Android: the platform knows (API 29 and later), before that `/proc/net` does.

use std::path::Path;

use runtime::Attributor;
use runtime::attribution::{ProcNet, SocketTable};
use wire::{FlowKey, Owner};

use crate::owners::Owners;

/// Since Android 10 apps may not read `/proc/net`, and the platform answers instead.
const FIRST_SDK_THAT_ANSWERS: u32 = 29;

/// The app's own way to find a uid: `ConnectivityManager.getConnectionOwnerUid`.
pub(crate) trait AppAnswers: Send {
    /// The uid of the socket with this five-tuple, TCP or UDP; `None` if it is not found or the app failed.
    fn uid_of(&mut self, key: &FlowKey) -> Option<u32>;
}

/// Finds owners on the attribution thread.
pub(crate) struct PhoneAttributor {
    tables: Option<ProcNet>,
    app: Box<dyn AppAnswers>,
    owners: Owners,
}

impl PhoneAttributor {
    /// For a device of this API level.
    pub(crate) fn new(sdk: u32, app: Box<dyn AppAnswers>, owners: Owners) -> Self {
        let tables = if sdk < FIRST_SDK_THAT_ANSWERS {
            ProcNet::open(Path::new("/proc/net"))
                .inspect_err(|error| log::warn!("the tables of sockets cannot be read: {error}"))
                .ok()
        } else {
            None
        };
        PhoneAttributor { tables, app, owners }
    }
}

impl Attributor for PhoneAttributor {
    fn owner_of(&mut self, key: &FlowKey) -> Option<Owner> {
        let in_tables = self.tables.as_mut().and_then(|tables| tables.find(key).ok().flatten());
        let uid = match in_tables {
            Some(info) => info.uid,
            None => self.app.uid_of(key)?,
        };
        Some(self.owners.owner(uid))
    }
}
