//! Handles: numbers that stand for objects of ours in the app. A handle that was closed, or never given, finds nothing; it
//! cannot be taken for a pointer or for what came to its place later.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Objects by handle.
pub(crate) struct Handles<T> {
    slots: Mutex<Vec<Slot<T>>>,
}

struct Slot<T> {
    /// How often this place was given away.
    generation: u32,
    value: Option<Arc<T>>,
}

impl<T> Handles<T> {
    /// No objects.
    pub(crate) const fn new() -> Self {
        Handles { slots: Mutex::new(Vec::new()) }
    }

    /// Takes the object in; the handle is never 0.
    pub(crate) fn insert(&self, value: T) -> i64 {
        let mut slots = self.lock();
        let free = slots.iter().position(|slot| slot.value.is_none());
        let index = free.unwrap_or(slots.len());
        if free.is_none() {
            slots.push(Slot { generation: 0, value: None });
        }
        let slot = &mut slots[index];
        // From 1 on, so that no handle is 0; after 2^31 uses of a place its handles begin again.
        slot.generation = slot.generation % (u32::MAX >> 1) + 1;
        slot.value = Some(Arc::new(value));
        i64::from(slot.generation) << 32 | index as i64
    }

    /// The object behind a handle.
    pub(crate) fn get(&self, handle: i64) -> Option<Arc<T>> {
        let slots = self.lock();
        place(&slots, handle).and_then(|index| slots[index].value.clone())
    }

    /// Takes the object out; the handle leads nowhere from now on.
    pub(crate) fn remove(&self, handle: i64) -> Option<Arc<T>> {
        let mut slots = self.lock();
        place(&slots, handle).and_then(|index| slots[index].value.take())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Slot<T>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn place<T>(slots: &[Slot<T>], handle: i64) -> Option<usize> {
    let index = usize::try_from(handle & i64::from(u32::MAX)).ok()?;
    let generation = u32::try_from(handle >> 32).ok()?;
    slots.get(index).is_some_and(|slot| slot.generation == generation).then_some(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_finds_its_object_until_it_is_closed_and_never_another() {
        let handles = Handles::new();
        let (a, b) = (handles.insert("a"), handles.insert("b"));
        assert_eq!(handles.get(a).as_deref(), Some(&"a"));
        assert_eq!(handles.remove(a).as_deref(), Some(&"a"));
        assert_eq!(handles.remove(a), None);
        let c = handles.insert("c");
        assert_ne!(a, c, "the same place, another generation");
        assert_eq!(handles.get(a), None);
        assert_eq!(
            (handles.get(b).as_deref(), handles.get(c).as_deref()),
            (Some(&"b"), Some(&"c"))
        );
    }

    #[test]
    fn what_is_no_handle_finds_nothing() {
        let handles = Handles::new();
        let a = handles.insert(());
        for handle in [0, -1, 1, i64::MAX, i64::MIN, a + 1, a - 1, a | 1 << 63, a + (1 << 32)] {
            assert_eq!(handles.get(handle), None, "{handle:#x}");
        }
    }
}
