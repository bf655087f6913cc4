//! All flows, found by index or by five-tuple.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use wire::FlowKey;

use crate::flow::Flow;
use crate::outside::FlowId;
use crate::table::Table;

/// The flow table. A five-tuple has at most one flow.
///
/// The world keeps sockets under the indices of flows. A connection that is no flow's takes a place here too, so that no
/// other has its index.
pub(crate) struct FlowTable {
    places: Table<Place>,
    by_key: HashTable<u32>,
    hash: FixedState,
}

/// Who holds an index.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are flows, and a box would be one more for each of them"
)]
enum Place {
    Flow(Flow),
    /// The connection of the resolver's lookup of this index.
    Lookup(u32),
}

impl Place {
    fn flow(&self) -> Option<&Flow> {
        match self {
            Place::Flow(flow) => Some(flow),
            Place::Lookup(_) => None,
        }
    }

    fn flow_mut(&mut self) -> Option<&mut Flow> {
        match self {
            Place::Flow(flow) => Some(flow),
            Place::Lookup(_) => None,
        }
    }
}

impl FlowTable {
    pub(crate) fn new(seed: u64) -> Self {
        FlowTable {
            places: Table::new(),
            by_key: HashTable::new(),
            hash: FixedState::with_seed(seed),
        }
    }

    /// How many places are taken, by flows and others.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// Takes a place for the connection of a lookup.
    pub(crate) fn reserve(&mut self, lookup: u32) -> FlowId {
        let (index, generation) = self.places.insert(Place::Lookup(lookup));
        FlowId { index, generation }
    }

    /// Gives the place of a lookup's connection back.
    pub(crate) fn release(&mut self, index: u32) {
        if let Some(Place::Lookup(_)) = self.places.get(index) {
            self.places.remove(index);
        }
    }

    /// The lookup whose connection has this place.
    pub(crate) fn lookup_of(&mut self, id: FlowId) -> Option<u32> {
        match self.places.get_exact(id.index, id.generation) {
            Some(Place::Lookup(lookup)) => Some(*lookup),
            Some(Place::Flow(_)) | None => None,
        }
    }

    /// Puts a flow in whose five-tuple has none.
    pub(crate) fn insert(&mut self, flow: Flow) -> FlowId {
        let hash = self.hash.hash_one(flow.key);
        let (index, generation) = self.places.insert(Place::Flow(flow));
        let (places, state) = (&self.places, &self.hash);
        let rehash = |&index: &u32| {
            let flow = places.get(index).and_then(Place::flow);
            flow.map_or(0, |flow| state.hash_one(flow.key))
        };
        self.by_key.insert_unique(hash, index, rehash);
        FlowId { index, generation }
    }

    /// The index of the five-tuple's flow.
    pub(crate) fn find(&self, key: &FlowKey) -> Option<u32> {
        let is_it = |&index: &u32| self.get(index).is_some_and(|flow| flow.key == *key);
        self.by_key.find(self.hash.hash_one(key), is_it).copied()
    }

    pub(crate) fn get(&self, index: u32) -> Option<&Flow> {
        self.places.get(index)?.flow()
    }

    pub(crate) fn get_mut(&mut self, index: u32) -> Option<&mut Flow> {
        self.places.get_mut(index)?.flow_mut()
    }

    /// The flow, if its place was not given to another since.
    pub(crate) fn get_exact(&mut self, id: FlowId) -> Option<&mut Flow> {
        self.places.get_exact(id.index, id.generation)?.flow_mut()
    }

    pub(crate) fn id(&self, index: u32) -> FlowId {
        FlowId { index, generation: self.places.generation(index) }
    }

    pub(crate) fn remove(&mut self, index: u32) -> Option<Flow> {
        let flow = self.get(index)?;
        let hash = self.hash.hash_one(flow.key);
        if let Ok(entry) = self.by_key.find_entry(hash, |&found| found == index) {
            entry.remove();
        }
        match self.places.remove(index)? {
            Place::Flow(flow) => Some(flow),
            Place::Lookup(_) => None,
        }
    }

    /// The indices in use.
    pub(crate) fn indices(&self) -> impl Iterator<Item = u32> {
        self.places.indices().filter(|&index| self.get(index).is_some())
    }
}
