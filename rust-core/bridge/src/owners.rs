//! Which uid is whom: the app's table of packages, and Android's fixed uids below it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use wire::{AppId, Owner};

/// Uids of one user of the device: user 10's app 10123 is 1010123 (android.os.UserHandle).
const UIDS_OF_A_USER: u32 = 100_000;
/// Below are parts of the system: android.os.Process.FIRST_APPLICATION_UID.
const FIRST_APP: u32 = 10_000;

/// Android's own names of fixed uids (system/core, android_filesystem_config.h), as far as they use the network.
const SYSTEM_NAMES: &[(u32, &str)] = &[
    (0, "root"),
    (1000, "system"),
    (1001, "radio"),
    (1002, "bluetooth"),
    (1010, "wifi"),
    (1013, "media"),
    (1014, "dhcp"),
    (1016, "vpn"),
    (1019, "drm"),
    (1020, "mdnsr"),
    (1021, "gps"),
    (1029, "clat"),
    (1051, "dns"),
    (1052, "dns_tether"),
    (1073, "network_stack"),
    (2000, "shell"),
    (9999, "nobody"),
];

/// The table, shared with the thread that finds owners. A clone is the same table.
#[derive(Clone, Default)]
pub(crate) struct Owners {
    names: Arc<Mutex<HashMap<u32, Arc<str>>>>,
}

impl Owners {
    /// These are the apps from now on: uid and packages.
    pub(crate) fn set(&self, apps: impl IntoIterator<Item = (u32, String)>) {
        let names = apps.into_iter().map(|(uid, name)| (uid, name.into())).collect();
        *self.names.lock().unwrap_or_else(PoisonError::into_inner) = names;
    }

    /// Who this uid is.
    pub(crate) fn owner(&self, uid: u32) -> Owner {
        let known = self.names.lock().unwrap_or_else(PoisonError::into_inner).get(&uid).cloned();
        let name = known.unwrap_or_else(|| {
            let fixed = SYSTEM_NAMES.iter().find(|(known, _)| *known == uid % UIDS_OF_A_USER);
            fixed.map_or_else(|| format!("uid:{uid}").into(), |(_, name)| (*name).into())
        });
        named(uid, name)
    }
}

/// The owner with this uid and these packages.
pub(crate) fn named(uid: u32, name: Arc<str>) -> Owner {
    let id = AppId { uid, name };
    if uid % UIDS_OF_A_USER < FIRST_APP { Owner::System(id) } else { Owner::App(id) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(owners: &Owners, uid: u32) -> (bool, String) {
        let owner = owners.owner(uid);
        (matches!(owner, Owner::App(_)), owner.to_string())
    }

    #[test]
    fn a_uid_is_told_by_its_packages_by_the_platform_or_by_its_number() {
        let owners = Owners::default();
        owners.set([(10_123, "com.a,com.b".to_owned()), (1000, "android".to_owned())]);
        for (uid, is_app, name) in [
            (10_123, true, "com.a,com.b"),
            (99_910_123, true, "uid:99910123"),
            (10_124, true, "uid:10124"),
            (1000, false, "android"),
            (1_001_051, false, "dns"),
            (1052, false, "dns_tether"),
            (0, false, "root"),
            (1500, false, "uid:1500"),
        ] {
            assert_eq!(told(&owners, uid), (is_app, name.to_owned()));
        }
        owners.set([]);
        assert_eq!(told(&owners, 10_123), (true, "uid:10123".to_owned()));
    }
}
