//! An index of host suffixes.

use std::collections::HashSet;
use std::sync::Arc;

use wire::HostName;

/// Host suffixes of one list: each stands for itself and for all names below it.
#[derive(Clone, Debug, Default)]
pub struct Suffixes {
    entries: HashSet<Arc<str>>,
}

impl Suffixes {
    /// The entry that `name` falls under, the longest if several fit. Whole labels only: `miui.com` has `a.miui.com`
    /// under it, not `xmiui.com`. Copies no text.
    pub fn lookup(&self, name: &HostName) -> Option<Arc<str>> {
        name.suffixes().find_map(|suffix| self.entries.get(suffix)).cloned()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no name falls under it.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<'a> FromIterator<&'a HostName> for Suffixes {
    fn from_iter<T: IntoIterator<Item = &'a HostName>>(names: T) -> Self {
        Suffixes { entries: names.into_iter().map(|name| Arc::from(name.as_str())).collect() }
    }
}

impl FromIterator<HostName> for Suffixes {
    fn from_iter<T: IntoIterator<Item = HostName>>(names: T) -> Self {
        Suffixes { entries: names.into_iter().map(|name| Arc::from(name.as_str())).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> HostName {
        HostName::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_name_falls_under_whole_labels_only() {
        let list: Suffixes =
            ["miui.com", "tracking.miui.com", "ad.xiaomi.com"].into_iter().map(name).collect();
        for (asked, entry) in [
            ("miui.com", Some("miui.com")),
            ("sa.api.intl.miui.com", Some("miui.com")),
            ("eu.Tracking.MIUI.com.", Some("tracking.miui.com")),
            ("xmiui.com", None),
            ("com", None),
            ("xiaomi.com", None),
            ("ad.xiaomi.com.evil.example", None),
        ] {
            assert_eq!(list.lookup(&name(asked)).as_deref(), entry, "{asked}");
        }
    }
}
