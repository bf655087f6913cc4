//! The memory of TCP connections, lent by the world outside.
//!
//! A connection needs two rings. The engine asks for a [`Slab`] once, keeps it for the next connection when one ends, and
//! says when its pages hold nothing that is still needed, so that an idle connection costs no memory.

use smoltcp::socket::tcp::SocketBuffer;

/// Names one slab of the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SlabId(pub u32);

/// Two rings for one TCP connection.
#[derive(Debug)]
pub struct Slab {
    /// Its name in [`SlabPool::release_pages`].
    pub id: SlabId,
    /// What the app sent and the remote has not taken yet.
    pub receive: SocketBuffer<'static>,
    /// What the remote sent and the app has not acknowledged yet.
    pub transmit: SocketBuffer<'static>,
}

/// Lends slabs.
pub trait SlabPool: Send {
    /// A slab that was never lent before, or `None` at the pool's bound.
    fn lend(&mut self) -> Option<Slab>;

    /// Nothing in the slab is needed now: its pages may be given back to the system, its contents may become zero. It
    /// stays lent, and is written again when its connection wakes up.
    fn release_pages(&mut self, slab: SlabId);
}
