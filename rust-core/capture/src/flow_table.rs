//! All flows of a capture, found by their two ends, and what is told of them in the order of their first packets.

use std::borrow::Cow;
use std::hash::BuildHasher;
use std::net::{IpAddr, SocketAddr};

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use wire::{HostName, TcpSegment};

use crate::flow::{Flow, Name, Source};
use crate::reader::Reader;

/// One side of a flow: address and port.
pub(crate) type End = (IpAddr, u16);

/// A flow and how far it has been read.
pub(crate) struct Entry {
    protocol: u8,
    pub(crate) client: End,
    pub(crate) server: End,
    /// The object that its packets count for: its own, or that of its latest DNS question.
    pub(crate) object: u32,
    /// The number of the client's SYN, or what it would have to be by the first packet seen.
    pub(crate) syn: Option<u32>,
    pub(crate) reader: Reader,
    /// Whether it stands in the row of those whose openings are held.
    pub(crate) is_queued: bool,
}

/// Every flow; two ends and a protocol have one, or several after each other.
#[derive(Default)]
pub(crate) struct FlowTable {
    entries: Vec<Entry>,
    objects: Vec<Object>,
    by_ends: HashTable<u32>,
    /// Seeded by chance: who makes a capture cannot make all its flows collide.
    hash: RandomState,
}

/// What is told of a flow or of a question in it.
struct Object {
    entry: u32,
    packets: u64,
    bytes: u64,
    names: Vec<Name>,
}

impl FlowTable {
    /// The latest flow between these ends, whichever began it.
    pub(crate) fn find(&self, protocol: u8, one: End, other: End) -> Option<u32> {
        let is_it = |&index: &u32| {
            self.entries
                .get(index as usize)
                .is_some_and(|entry| entry.is_between(protocol, one, other))
        };
        self.by_ends.find(self.hash_of(protocol, one, other), is_it).copied()
    }

    /// Puts a flow in, with an object of its own; from now on it is the one that is found.
    pub(crate) fn insert(&mut self, protocol: u8, client: End, server: End, reader: Reader) -> u32 {
        let index = self.entries.len() as u32;
        self.entries.push(Entry {
            protocol,
            client,
            server,
            object: 0,
            syn: None,
            reader,
            is_queued: false,
        });
        self.add_object(index);
        let hash = self.hash_of(protocol, client, server);
        let entries = &self.entries;
        let between = |index: u32| entries.get(index as usize);
        let is_it = |&index: &u32| {
            between(index).is_some_and(|entry| entry.is_between(protocol, client, server))
        };
        if let Some(place) = self.by_ends.find_mut(hash, is_it) {
            *place = index;
        } else {
            let state = &self.hash;
            let rehash = |&index: &u32| {
                between(index).map_or(0, |it| hash_of(state, it.protocol, it.client, it.server))
            };
            self.by_ends.insert_unique(hash, index, rehash);
        }
        index
    }

    /// Tells of a question in a flow; the object it has now. The first takes the flow's own.
    pub(crate) fn ask(&mut self, index: u32, host: HostName) -> u32 {
        let mut object = self.entries.get(index as usize).map_or(0, |entry| entry.object);
        if self.objects.get(object as usize).is_some_and(|object| !object.names.is_empty()) {
            object = self.add_object(index);
        }
        self.set_names(object, vec![Name { host, source: Source::DnsQuery }]);
        object
    }

    fn add_object(&mut self, index: u32) -> u32 {
        let object = self.objects.len() as u32;
        self.objects.push(Object { entry: index, packets: 0, bytes: 0, names: Vec::new() });
        if let Some(entry) = self.entries.get_mut(index as usize) {
            entry.object = object;
        }
        object
    }

    pub(crate) fn entry(&mut self, index: u32) -> Option<&mut Entry> {
        self.entries.get_mut(index as usize)
    }

    /// Counts packets for an object.
    pub(crate) fn count(&mut self, object: u32, packets: u64, bytes: u64) {
        if let Some(object) = self.objects.get_mut(object as usize) {
            object.packets += packets;
            object.bytes += bytes;
        }
    }

    pub(crate) fn set_names(&mut self, object: u32, names: Vec<Name>) {
        if let Some(object) = self.objects.get_mut(object as usize) {
            object.names = names;
        }
    }

    /// What is told of them all, in the order of their first packets.
    pub(crate) fn flows(&self) -> impl Iterator<Item = Flow> {
        self.objects.iter().filter_map(|object| {
            let entry = self.entries.get(object.entry as usize)?;
            Some(Flow {
                protocol: word(entry.protocol),
                source: SocketAddr::from(entry.client),
                destination: SocketAddr::from(entry.server),
                names: object.names.clone(),
                packets: object.packets,
                bytes: object.bytes,
            })
        })
    }

    fn hash_of(&self, protocol: u8, one: End, other: End) -> u64 {
        hash_of(&self.hash, protocol, one, other)
    }
}

impl Entry {
    /// Whether this SYN is the connection's own, perhaps sent again, and not that of a new one.
    pub(crate) fn begins_with(&self, syn: &TcpSegment<'_>) -> bool {
        self.syn.is_none_or(|sequence| sequence == syn.sequence)
    }

    fn is_between(&self, protocol: u8, one: End, other: End) -> bool {
        self.protocol == protocol
            && ((self.client == one && self.server == other)
                || (self.client == other && self.server == one))
    }
}

/// Protocol numbers of the registry of the IANA.
pub(crate) const ICMP: u8 = 1;
pub(crate) const IPV4: u8 = 4;
pub(crate) const TCP: u8 = 6;
pub(crate) const UDP: u8 = 17;
pub(crate) const IPV6: u8 = 41;

/// The same in both directions.
fn hash_of(state: &RandomState, protocol: u8, one: End, other: End) -> u64 {
    state.hash_one((protocol, one.min(other), one.max(other)))
}

fn word(protocol: u8) -> Cow<'static, str> {
    match protocol {
        TCP => "tcp".into(),
        UDP => "udp".into(),
        ICMP => "icmp".into(),
        other => format!("ip-{other}").into(),
    }
}
