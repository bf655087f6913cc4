//! Who owns a flow: asked once a flow, on a thread of its own.
//!
//! [`Attribution`] is that thread with its queues; it puts each question to an [`Attributor`]. On Linux that is
//! [`LinuxAttributor`]: a [`SocketTable`] ([`SockDiag`], then [`ProcNet`]) says which uid made the flow's socket and
//! which inode the socket has, and [`Processes`] finds the program that holds it. The phone has an attributor of its
//! own and shares [`ProcNet`], which is all that Android 8 and 9 offer.

mod allowance;
mod inet_diag;
mod linux;
mod namespace;
mod proc_net;
mod process;
mod processes;
mod sock_diag;
mod table;
mod worker;

pub use linux::LinuxAttributor;
pub use namespace::in_namespace;
pub use proc_net::ProcNet;
pub use processes::Processes;
pub use sock_diag::SockDiag;
pub use table::{SocketInfo, SocketTable};
pub use worker::{Attribution, AttributionStats};

use wire::{FlowKey, Owner};

/// Answers who owns the socket of a flow.
pub trait Attributor: Send {
    /// The owner of the socket with this five-tuple, or `None` if there is no such socket or nobody can tell.
    ///
    /// Called on the attribution thread only, one flow at a time; may block for some milliseconds.
    fn owner_of(&mut self, key: &FlowKey) -> Option<Owner>;
}

#[cfg(test)]
mod tests;
