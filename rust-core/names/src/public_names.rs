//! Which outer names hide others: what Encrypted Client Hello shows in the true name's place.
//!
//! Browsers send an ECH extension with every hello, most of them with nothing in it ("GREASE") and the true name outside.
//! Whoever really hides a name has first read, in an HTTPS record, the `public_name` to show instead (RFC 9848 section 3).

use std::collections::VecDeque;

use wire::{HostName, Owner};

/// Public names remembered at once. A hosting company has one for all its customers, so there are few.
const CAPACITY: usize = 128;

/// The public names that each owner was served. When there are too many, the one served longest ago goes.
#[derive(Debug, Default)]
pub struct PublicNames(VecDeque<(Owner, HostName, u64)>);

impl PublicNames {
    /// Remembers until `expires_ms` of the caller's clock that `owner` was served `name` as a public name.
    pub fn insert(&mut self, owner: &Owner, name: HostName, expires_ms: u64) {
        self.0.retain(|(known, served, _)| (known, served) != (owner, &name));
        self.0.push_back((owner.clone(), name, expires_ms));
        if self.0.len() > CAPACITY {
            self.0.pop_front();
        }
    }

    /// Whether a hello of `owner` that shows `name` outside hides another: it was served that name, or the system's resolver
    /// was, which asks in the place of apps.
    pub fn contains(&self, owner: &Owner, name: &HostName, now_ms: u64) -> bool {
        self.0.iter().any(|(served, public, expires_ms)| {
            let is_for_it = served == owner || matches!(served, Owner::System(_));
            is_for_it && public == name && now_ms < *expires_ms
        })
    }
}

#[cfg(test)]
mod tests {
    use wire::AppId;

    use super::*;

    #[test]
    fn a_name_hides_others_for_whom_it_was_served_to_and_only_for_a_while() {
        let owner = |name: &str| Owner::App(AppId { uid: 1, name: name.into() });
        let system = Owner::System(AppId { uid: 1051, name: "dns".into() });
        let name = |text: &str| HostName::parse(text.as_bytes()).unwrap();
        let mut names = PublicNames::default();
        names.insert(&owner("browser"), name("cover.example"), 1000);
        names.insert(&system, name("all.example"), 1000);
        assert!(names.contains(&owner("browser"), &name("cover.example"), 999));
        assert!(!names.contains(&owner("browser"), &name("cover.example"), 1000));
        assert!(!names.contains(&owner("bank"), &name("cover.example"), 0));
        assert!(names.contains(&owner("bank"), &name("all.example"), 0));
        for number in 0..CAPACITY {
            names.insert(&owner("other"), name(&format!("n{number}.example")), 1000);
        }
        assert!(!names.contains(&owner("browser"), &name("cover.example"), 0));
    }
}
