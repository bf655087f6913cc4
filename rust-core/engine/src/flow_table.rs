//! All flows, found by index or by five-tuple.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use wire::FlowKey;

use crate::flow::Flow;
use crate::outside::FlowId;
use crate::table::Table;

/// The flow table. A five-tuple has at most one flow.
pub(crate) struct FlowTable {
    flows: Table<Flow>,
    by_key: HashTable<u32>,
    hash: FixedState,
}

impl FlowTable {
    pub(crate) fn new(seed: u64) -> Self {
        FlowTable {
            flows: Table::new(),
            by_key: HashTable::new(),
            hash: FixedState::with_seed(seed),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.flows.len()
    }

    /// Puts a flow in whose five-tuple has none.
    pub(crate) fn insert(&mut self, flow: Flow) -> FlowId {
        let hash = self.hash.hash_one(flow.key);
        let (index, generation) = self.flows.insert(flow);
        let (flows, state) = (&self.flows, &self.hash);
        let rehash = |&index: &u32| flows.get(index).map_or(0, |flow| state.hash_one(flow.key));
        self.by_key.insert_unique(hash, index, rehash);
        FlowId { index, generation }
    }

    /// The index of the five-tuple's flow.
    pub(crate) fn find(&self, key: &FlowKey) -> Option<u32> {
        let is_it = |&index: &u32| self.flows.get(index).is_some_and(|flow| flow.key == *key);
        self.by_key.find(self.hash.hash_one(key), is_it).copied()
    }

    pub(crate) fn get(&self, index: u32) -> Option<&Flow> {
        self.flows.get(index)
    }

    pub(crate) fn get_mut(&mut self, index: u32) -> Option<&mut Flow> {
        self.flows.get_mut(index)
    }

    /// The flow, if its place was not given to another since.
    pub(crate) fn get_exact(&mut self, id: FlowId) -> Option<&mut Flow> {
        self.flows.get_exact(id.index, id.generation)
    }

    pub(crate) fn id(&self, index: u32) -> FlowId {
        FlowId { index, generation: self.flows.generation(index) }
    }

    pub(crate) fn remove(&mut self, index: u32) -> Option<Flow> {
        let flow = self.flows.get(index)?;
        let hash = self.hash.hash_one(flow.key);
        if let Ok(entry) = self.by_key.find_entry(hash, |&found| found == index) {
            entry.remove();
        }
        self.flows.remove(index)
    }

    /// The indices in use.
    pub(crate) fn indices(&self) -> impl Iterator<Item = u32> {
        self.flows.indices()
    }
}
