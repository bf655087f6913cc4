//! A table whose places are used again, with a generation that tells the new holder from the old.

/// Values by index, O(1) in and out, indices dense.
#[derive(Debug)]
pub(crate) struct Table<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
}

#[derive(Debug)]
struct Slot<T> {
    generation: u32,
    value: Option<T>,
}

impl<T> Table<T> {
    pub(crate) fn new() -> Self {
        Table { slots: Vec::new(), free: Vec::new() }
    }

    /// How many values it holds.
    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Puts a value in and says where: index and generation.
    pub(crate) fn insert(&mut self, value: T) -> (u32, u32) {
        if let Some(index) = self.free.pop()
            && let Some(slot) = self.slots.get_mut(index as usize)
        {
            slot.generation = slot.generation.wrapping_add(1);
            slot.value = Some(value);
            return (index, slot.generation);
        }
        self.slots.push(Slot { generation: 0, value: Some(value) });
        (self.slots.len() as u32 - 1, 0)
    }

    /// The value at this index, if it is still the one of this generation.
    pub(crate) fn get_exact(&mut self, index: u32, generation: u32) -> Option<&mut T> {
        let slot = self.slots.get_mut(index as usize)?;
        if slot.generation == generation { slot.value.as_mut() } else { None }
    }

    pub(crate) fn get(&self, index: u32) -> Option<&T> {
        self.slots.get(index as usize)?.value.as_ref()
    }

    pub(crate) fn get_mut(&mut self, index: u32) -> Option<&mut T> {
        self.slots.get_mut(index as usize)?.value.as_mut()
    }

    pub(crate) fn generation(&self, index: u32) -> u32 {
        self.slots.get(index as usize).map_or(0, |slot| slot.generation)
    }

    pub(crate) fn remove(&mut self, index: u32) -> Option<T> {
        let value = self.slots.get_mut(index as usize)?.value.take()?;
        self.free.push(index);
        Some(value)
    }

    /// The indices in use.
    pub(crate) fn indices(&self) -> impl Iterator<Item = u32> {
        self.slots
            .iter()
            .zip(0u32..)
            .filter(|(slot, _)| slot.value.is_some())
            .map(|(_, index)| index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reused_place_is_not_mistaken_for_its_former_holder() {
        let mut table = Table::new();
        let (index, generation) = table.insert("old");
        assert_eq!(table.remove(index), Some("old"));
        let (again, next) = table.insert("new");
        assert_eq!(again, index);
        assert_eq!(table.get_exact(index, generation), None);
        assert_eq!(table.get_exact(index, next), Some(&mut "new"));
        assert_eq!(table.len(), 1);
    }

    #[test]
    fn removing_twice_frees_once() {
        let mut table = Table::new();
        let (index, _) = table.insert(1);
        assert_eq!((table.remove(index), table.remove(index)), (Some(1), None));
        table.insert(2);
        table.insert(3);
        assert_eq!(table.indices().collect::<Vec<_>>(), [0, 1]);
    }
}
