//! Runs the engine on a TUN: the only place with threads, clocks and sockets.
//!
//! A [`Session`] is one running firewall. Its engine thread ([`event_loop`]) owns the TUN, every socket and the engine;
//! questions of ownership ([`attribution`]), the log ([`writer`]) and packet capture ([`capture`]) have a thread each,
//! reached through bounded queues, so that no packet ever waits for a lookup or a disk. Nothing here decides a verdict.

pub mod attribution;
mod audit;
mod capture;
mod clock;
mod connections;
mod edge;
mod event_loop;
mod events;
mod logged;
mod mailbox;
mod mapped;
pub mod network;
mod pcapng;
mod places;
mod ports;
mod recorder;
mod replace;
mod resources;
mod rules;
mod session;
mod slabs;
mod sockets;
mod stats;
#[cfg(test)]
mod testing;
mod token;
mod tun;
mod world;
mod writer;

pub use attribution::Attributor;
pub use audit::Recording;
pub use clock::{moment, utc_offset_at};
/// What a front end needs of the engine's own words.
pub use engine::{Audit, FlowRecord, Network, RecordState, Settings, Traffic, Whose};
pub use events::{Connection, Event, EventSender, Fault, LogEvent, channel};
pub use logged::reason;
pub use mapped::MappedFile;
pub use places::AddressPlaces;
pub use replace::replace_file;
pub use resources::{ResourceError, list_index, places};
pub use rules::Rules;
pub use session::{Config, Session, StartError};
pub use stats::Stats;
