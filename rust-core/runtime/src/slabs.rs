//! The memory of TCP rings: anonymous pages that cost nothing until they hold bytes and go back when they no longer do.
//!
//! A slab is one receive and one transmit ring. Address space is mapped a chunk at a time; the kernel commits a page
//! at its first write, and [`SlabPool::release_pages`] hands it back. So ten thousand idle connections hold no page.

use std::ffi::c_void;
use std::num::NonZeroUsize;
use std::ptr::NonNull;

use engine::{Slab, SlabId, SlabPool, SocketBuffer};
use nix::sys::mman::{MapFlags, MmapAdvise, ProtFlags, madvise, mmap_anonymous, munmap};

/// Bytes of one ring. 256 KiB carry an upload at full speed and let a download be read in large pieces; 32-bit address
/// spaces have room for 64 KiB only.
const RING: usize = if cfg!(target_pointer_width = "64") { 256 << 10 } else { 64 << 10 };
/// Slabs of one mapping: 128 MiB of address space (8 MiB on 32-bit), so that mappings stay few.
const CHUNK: usize = if cfg!(target_pointer_width = "64") { 256 } else { 64 };
/// The most slabs there can be: 32 GiB of address space, or 256 MiB on 32-bit.
const MAX_SLABS: usize = if cfg!(target_pointer_width = "64") { 65_536 } else { 2_048 };

const SLAB: usize = 2 * RING;

/// Slabs in anonymous mappings, at most as many as were asked for.
pub(crate) struct MappedSlabs {
    chunks: Vec<NonNull<c_void>>,
    lent: usize,
    limit: usize,
}

// SAFETY: the mappings belong to this value alone and are not bound to the thread that made them.
#[expect(unsafe_code, reason = "owns mappings, which the raw pointers hide from the compiler")]
unsafe impl Send for MappedSlabs {}

impl MappedSlabs {
    /// A pool of at most `limit` slabs; maps nothing yet.
    pub(crate) fn new(limit: usize) -> Self {
        MappedSlabs { chunks: Vec::new(), lent: 0, limit: limit.min(MAX_SLABS) }
    }

    fn start_of(&self, index: usize) -> Option<NonNull<c_void>> {
        let chunk = self.chunks.get(index / CHUNK)?;
        // SAFETY: a chunk is CHUNK * SLAB bytes long and the offset is at most (CHUNK - 1) * SLAB.
        #[expect(unsafe_code, reason = "an address within our own mapping")]
        let start = unsafe { chunk.byte_add(index % CHUNK * SLAB) };
        Some(start)
    }
}

impl SlabPool for MappedSlabs {
    fn lend(&mut self) -> Option<Slab> {
        if self.lent >= self.limit {
            return None;
        }
        if self.lent == self.chunks.len() * CHUNK {
            self.chunks.push(map_chunk()?);
        }
        let start = self.start_of(self.lent)?;
        let id = SlabId(u32::try_from(self.lent).ok()?);
        self.lent += 1;
        Some(Slab { id, receive: ring(start, 0), transmit: ring(start, RING) })
    }

    fn release_pages(&mut self, slab: SlabId) {
        let index = slab.0 as usize;
        if index >= self.lent {
            return;
        }
        if let Some(start) = self.start_of(index) {
            // SAFETY: the range is one slab of our own mapping; the engine says that it needs nothing of it any more.
            #[expect(unsafe_code, reason = "gives pages of our own mapping back")]
            let given = unsafe { madvise(start, SLAB, MmapAdvise::MADV_DONTNEED) };
            if let Err(error) = given {
                log::debug!("the pages of a slab could not be given back: {error}");
            }
        }
    }
}

impl Drop for MappedSlabs {
    fn drop(&mut self) {
        for &chunk in &self.chunks {
            // SAFETY: mapped by `map_chunk` with this length. The engine owns the pool together with every socket
            // that uses a slab, so nothing touches a ring after the pool is gone.
            #[expect(unsafe_code, reason = "unmaps what this value mapped")]
            let unmapped = unsafe { munmap(chunk, CHUNK * SLAB) };
            if let Err(error) = unmapped {
                log::debug!("slabs could not be unmapped: {error}");
            }
        }
    }
}

/// Maps one chunk; `None` where the system has no address space left.
fn map_chunk() -> Option<NonNull<c_void>> {
    let length = NonZeroUsize::new(CHUNK * SLAB)?;
    let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
    // SAFETY: a new anonymous mapping, at an address of the kernel's choice, touches no memory in use.
    #[expect(unsafe_code, reason = "maps new anonymous memory")]
    let mapped = unsafe {
        mmap_anonymous(None, length, access, MapFlags::MAP_PRIVATE | MapFlags::MAP_NORESERVE)
    };
    let chunk = mapped.inspect_err(|error| log::warn!("no room for more buffers: {error}")).ok()?;
    // A huge page would commit 2 MiB for one byte. Kernels without huge pages answer EINVAL, and need no advice.
    // SAFETY: the range is the mapping just made.
    #[expect(unsafe_code, reason = "advises on our own mapping")]
    let advised = unsafe { madvise(chunk, length.get(), MmapAdvise::MADV_NOHUGEPAGE) };
    if let Err(error) = advised {
        log::debug!("huge pages stay on for buffers: {error}");
    }
    Some(chunk)
}

/// The ring at `offset` of the slab that begins at `start`.
fn ring(start: NonNull<c_void>, offset: usize) -> SocketBuffer<'static> {
    // SAFETY: within one slab of a live, zeroed, readable and writable mapping. Each slab is lent once, and its two
    // rings do not overlap, so nothing else refers to these bytes; the mapping outlives the engine's sockets (see Drop).
    #[expect(unsafe_code, reason = "a slice over our own mapping")]
    let bytes = unsafe {
        std::slice::from_raw_parts_mut(start.cast::<u8>().as_ptr().byte_add(offset), RING)
    };
    SocketBuffer::new(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of the slab's pages are in memory.
    fn resident(pool: &MappedSlabs, slab: SlabId) -> usize {
        let mut pages = vec![0u8; SLAB / 4096];
        let start = pool.start_of(slab.0 as usize).unwrap();
        // SAFETY: the range is a slab of the pool's mapping, and `pages` has a byte for each of its pages.
        #[expect(unsafe_code, reason = "asks the kernel about our own mapping")]
        let result = unsafe { libc::mincore(start.as_ptr(), SLAB, pages.as_mut_ptr()) };
        assert_eq!(result, 0);
        pages.iter().filter(|&page| page & 1 == 1).count()
    }

    #[test]
    fn a_slab_costs_memory_only_while_it_holds_bytes() {
        let mut pool = MappedSlabs::new(4);
        let mut first = pool.lend().unwrap();
        let second = pool.lend().unwrap();
        assert_eq!(first.receive.capacity(), RING);
        assert_eq!(first.transmit.capacity(), RING);
        assert_eq!((resident(&pool, first.id), resident(&pool, second.id)), (0, 0));
        assert_eq!(first.receive.enqueue_slice(&[7; RING]), RING);
        assert_eq!(first.transmit.enqueue_slice(&[8; 4096]), 4096);
        assert_eq!((resident(&pool, first.id), resident(&pool, second.id)), (RING / 4096 + 1, 0));
        pool.release_pages(first.id);
        assert_eq!(resident(&pool, first.id), 0);
    }

    #[test]
    fn rings_do_not_share_bytes_across_slabs_and_chunks() {
        let mut pool = MappedSlabs::new(CHUNK + 1);
        let mut slabs: Vec<Slab> = std::iter::from_fn(|| pool.lend()).collect();
        assert_eq!(slabs.len(), CHUNK + 1);
        for (mark, slab) in slabs.iter_mut().enumerate() {
            assert_eq!(slab.receive.enqueue_slice(&[mark as u8, 1]), 2);
            assert_eq!(slab.transmit.enqueue_slice(&[mark as u8, 2]), 2);
        }
        for (mark, slab) in slabs.iter_mut().enumerate() {
            assert_eq!(slab.receive.dequeue_many(2), [mark as u8, 1]);
            assert_eq!(slab.transmit.dequeue_many(2), [mark as u8, 2]);
        }
    }

    #[test]
    fn a_pool_lends_no_more_than_its_limit() {
        let mut pool = MappedSlabs::new(1);
        assert!(pool.lend().is_some());
        assert!(pool.lend().is_none());
        pool.release_pages(SlabId(9)); // never lent: harmless
    }
}
