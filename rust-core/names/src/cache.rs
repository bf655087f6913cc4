//! What names an address was learned under, and by whom.
//!
//! An address seen in a packet is turned back into the names that were asked for. Who asked matters: an app's own
//! question says what its connection is for, another's is only a guess, since many names share an address.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use wire::{HostName, NameSource, Owner};

/// Names that one owner may have for one address; with more, the first to expire goes.
const NAMES_AN_ADDRESS: usize = 16;

/// Names by owner and address, bounded. When it is full, what expires first goes.
#[derive(Debug)]
pub struct NameCache {
    capacity: usize,
    /// The names of each address.
    by_address: HashMap<IpAddr, Vec<Entry>>,
    /// Every entry by its expiry: the number tells entries of the same millisecond apart.
    by_expiry: BTreeMap<(u64, u64), IpAddr>,
    next_number: u64,
}

#[derive(Debug)]
struct Entry {
    owner: Owner,
    name: HostName,
    source: NameSource,
    expires_ms: u64,
    number: u64,
}

impl NameCache {
    /// A cache of at most `capacity` names; at about 200 octets each, more than that with long names.
    pub fn new(capacity: usize) -> Self {
        NameCache {
            capacity,
            by_address: HashMap::new(),
            by_expiry: BTreeMap::new(),
            next_number: 0,
        }
    }

    /// Remembers that `owner` learned `address` under `name`, until `expires_ms` of the caller's clock. What was known
    /// already is kept until the later of both times.
    pub fn insert(
        &mut self,
        owner: &Owner,
        address: IpAddr,
        name: HostName,
        source: NameSource,
        expires_ms: u64,
    ) {
        let entries = self.by_address.entry(address).or_default();
        if let Some(known) =
            entries.iter_mut().find(|entry| entry.name == name && entry.owner == *owner)
        {
            if expires_ms > known.expires_ms {
                self.by_expiry.remove(&(known.expires_ms, known.number));
                self.by_expiry.insert((expires_ms, known.number), address);
                known.expires_ms = expires_ms;
            }
            return;
        }
        // A shared address may serve thousands of names; what was asked last speaks for what comes next.
        let own = entries.iter().filter(|entry| entry.owner == *owner);
        if own.clone().count() >= NAMES_AN_ADDRESS
            && let Some(first) = own.map(|entry| (entry.expires_ms, entry.number)).min()
        {
            self.by_expiry.remove(&first);
            entries.retain(|entry| (entry.expires_ms, entry.number) != first);
        }
        let number = self.next_number;
        self.next_number += 1;
        entries.push(Entry { owner: owner.clone(), name, source, expires_ms, number });
        self.by_expiry.insert((expires_ms, number), address);
        while self.by_expiry.len() > self.capacity {
            self.remove_first_to_expire();
        }
    }

    /// The names `address` is known under at `now_ms`, as they speak for `owner`: with the source they were learned by
    /// where `owner` itself asked, as [`NameSource::SystemDns`] where the system did, as [`NameSource::Guess`] where
    /// another did. In no order. Two unknown owners are not taken for the same.
    pub fn lookup<'a>(
        &'a self,
        owner: &'a Owner,
        address: IpAddr,
        now_ms: u64,
    ) -> impl Iterator<Item = (&'a HostName, NameSource)> {
        let entries = self.by_address.get(&address).map_or(&[][..], Vec::as_slice);
        entries
            .iter()
            .filter(move |entry| now_ms < entry.expires_ms)
            .map(move |entry| (&entry.name, entry.source_for(owner)))
    }

    /// How many names are remembered, expired ones included.
    pub fn len(&self) -> usize {
        self.by_expiry.len()
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.by_expiry.is_empty()
    }

    fn remove_first_to_expire(&mut self) {
        let Some(((_, number), address)) = self.by_expiry.pop_first() else { return };
        if let Some(entries) = self.by_address.get_mut(&address) {
            entries.retain(|entry| entry.number != number);
            if entries.is_empty() {
                self.by_address.remove(&address);
            }
        }
    }
}

impl Entry {
    fn source_for(&self, owner: &Owner) -> NameSource {
        match (&self.owner, owner) {
            (Owner::Unknown, _) => NameSource::Guess,
            (by, owner) if by == owner => self.source,
            (Owner::System(_), _) => NameSource::SystemDns,
            (Owner::App(_), _) => NameSource::Guess,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use wire::AppId;

    use super::*;

    fn app(name: &str) -> Owner {
        Owner::App(AppId { uid: 10_000, name: name.into() })
    }

    fn name(text: &str) -> HostName {
        HostName::parse(text.as_bytes()).unwrap()
    }

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    fn names(cache: &NameCache, owner: &Owner, last: u8, now_ms: u64) -> Vec<(String, NameSource)> {
        let mut names: Vec<_> = cache
            .lookup(owner, address(last), now_ms)
            .map(|(name, source)| (name.to_string(), source))
            .collect();
        names.sort();
        names
    }

    #[test]
    fn an_address_of_thousands_of_names_keeps_the_latest_of_each_owner() {
        let mut cache = NameCache::new(8192);
        let (mint, bank) = (app("mint"), app("bank"));
        cache.insert(&bank, address(1), name("bank.example"), NameSource::Dns, 1);
        for number in 0..5000 {
            let host = name(&format!("n{number}.example"));
            cache.insert(&mint, address(1), host, NameSource::Dns, 1000 + number);
        }
        let found = names(&cache, &mint, 1, 0);
        assert_eq!(cache.len(), found.len());
        assert!(found.contains(&("n4999.example".into(), NameSource::Dns)));
        assert!(found.contains(&("bank.example".into(), NameSource::Guess)));
        assert!(found.len() < 20, "{}", found.len());
    }

    #[test]
    fn a_name_speaks_most_for_who_asked() {
        let (mint, bank) = (app("mint"), app("bank"));
        let system = Owner::System(AppId { uid: 1051, name: "dns".into() });
        let mut cache = NameCache::new(10);
        cache.insert(&mint, address(1), name("a.example"), NameSource::Dns, 100);
        cache.insert(&system, address(1), name("b.example"), NameSource::Dns, 100);
        cache.insert(&Owner::Unknown, address(1), name("c.example"), NameSource::Dns, 100);
        let expected = |a, b, c| {
            [("a.example".to_owned(), a), ("b.example".to_owned(), b), ("c.example".to_owned(), c)]
        };
        use NameSource::{Dns, Guess, SystemDns};
        assert_eq!(names(&cache, &mint, 1, 0), expected(Dns, SystemDns, Guess));
        assert_eq!(names(&cache, &bank, 1, 0), expected(Guess, SystemDns, Guess));
        assert_eq!(names(&cache, &system, 1, 0), expected(Guess, Dns, Guess));
        assert_eq!(names(&cache, &Owner::Unknown, 1, 0), expected(Guess, SystemDns, Guess));
        assert_eq!(names(&cache, &mint, 2, 0), []);
    }

    #[test]
    fn an_expired_name_is_silent_until_it_is_refreshed() {
        let mint = app("mint");
        let mut cache = NameCache::new(10);
        cache.insert(&mint, address(1), name("a.example"), NameSource::Dns, 100);
        assert_eq!(names(&cache, &mint, 1, 99).len(), 1);
        assert_eq!(names(&cache, &mint, 1, 100), []);
        cache.insert(&mint, address(1), name("a.example"), NameSource::Dns, 200);
        cache.insert(&mint, address(1), name("a.example"), NameSource::Dns, 150);
        assert_eq!(names(&cache, &mint, 1, 199).len(), 1);
        assert_eq!(cache.len(), 1);
    }

    #[test]
    fn a_full_cache_lets_go_what_expires_first() {
        let mint = app("mint");
        let mut cache = NameCache::new(3);
        for (last, expires_ms) in [(1, 500), (2, 100), (3, 400), (4, 300)] {
            cache.insert(&mint, address(last), name("a.example"), NameSource::Dns, expires_ms);
        }
        assert_eq!(cache.len(), 3);
        assert_eq!(names(&cache, &mint, 2, 0), []);
        cache.insert(&mint, address(4), name("a.example"), NameSource::Dns, 900);
        cache.insert(&mint, address(5), name("a.example"), NameSource::Dns, 950);
        assert_eq!(names(&cache, &mint, 3, 0), [], "400 is now the first to expire");
        assert_eq!(names(&cache, &mint, 4, 0).len(), 1);
    }

    #[test]
    fn a_cache_of_nothing_keeps_nothing() {
        let mut cache = NameCache::new(0);
        cache.insert(&app("mint"), address(1), name("a.example"), NameSource::Dns, 100);
        assert!(cache.is_empty());
        assert_eq!(names(&cache, &app("mint"), 1, 0), []);
    }

    proptest! {
        /// Against a plain list: never more than the capacity, never an expired name, and of what was inserted only
        /// what expires first is missing.
        #[test]
        fn it_keeps_what_expires_last(
            inserts in prop::collection::vec((0u8..4, 0u8..4, 0u64..50), 0..60),
            now_ms in 0u64..50,
        ) {
            const CAPACITY: usize = 6;
            let mint = app("mint");
            let mut cache = NameCache::new(CAPACITY);
            let mut model: Vec<(u8, u8, u64)> = Vec::new();
            for (last, label, expires_ms) in inserts {
                cache.insert(&mint, address(last), name(&format!("n{label}.example")), NameSource::Dns, expires_ms);
                match model.iter_mut().find(|known| (known.0, known.1) == (last, label)) {
                    Some(known) => known.2 = known.2.max(expires_ms),
                    None => model.push((last, label, expires_ms)),
                }
                if model.len() > CAPACITY {
                    let first = model.iter().enumerate().min_by_key(|(_, known)| known.2).unwrap().0;
                    model.remove(first);
                }
                prop_assert_eq!(cache.len(), model.len());
            }
            for last in 0..4 {
                let mut expected: Vec<_> = model
                    .iter()
                    .filter(|known| known.0 == last && now_ms < known.2)
                    .map(|known| (format!("n{}.example", known.1), NameSource::Dns))
                    .collect();
                expected.sort();
                prop_assert_eq!(names(&cache, &mint, last, now_ms), expected);
            }
        }
    }
}
