//! The engine: every flow of the TUN relayed, attributed, decided and recorded, without a system call of its own.

//!
//! [`Engine`] takes what happened (`handle_*`) and the time, and causes what follows through [`Outside`]. The order of a
//! turn: everything that happened, [`Engine::handle_timeout`], [`Engine::flush`]; then the caller sleeps until something
//! happens or [`Engine::poll_timeout`]. Every queue is bounded, and a turn does bounded work for each flow.

mod alarms;
mod audit;
mod datagram;
mod engine;
mod flow;
mod flow_table;
mod idle;
mod intake;
mod outside;
mod reassembly;
mod record;
mod resolver;
mod settings;
mod slab;
mod stats;
mod table;
mod tcp;
mod tun;
mod verdict;

pub use audit::{Audit, Heard, Whose};
pub use engine::Engine;
pub use intake::Intake;
pub use outside::{
    Close, ConnectError, FlowId, Outside, PortId, Readiness, RemoteError, SendError, Transfer,
    TunError,
};
pub use record::{FlowRecord, RecordState, Traffic};
pub use resolver::FIRST_QUESTION;
pub use settings::{Limits, Network, Settings};
pub use slab::{Slab, SlabId, SlabPool};
pub use smoltcp::socket::tcp::SocketBuffer;
pub use smoltcp::time::Instant;
pub use stats::Stats;
