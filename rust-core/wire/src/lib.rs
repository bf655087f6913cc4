//! Bytes to meaning, and the words all other crates share.
//!
//! The vocabulary lives here ([`FlowKey`], [`Owner`], [`HostName`], [`NameSource`]), and so does all knowledge of byte
//! layout: [`Packet`] reads one IP packet of a TUN, [`craft`] makes the few packets that are ours. Nothing
//! here holds state, and reading a packet allocates nothing.

mod checksum;
pub mod craft;
mod fragment;
mod host_name;
mod key;
mod owner;
mod packet;
#[cfg(test)]
mod samples;
mod tcp;

pub use host_name::{HostName, HostNameError, NameSource};
pub use key::{FlowKey, Protocol};
pub use owner::{AppId, Owner};
pub use packet::{EchoRequest, Fragment, IcmpMessage, Malformed, Packet, Transport, UdpDatagram};
pub use tcp::{TcpFlags, TcpSegment, cut_tcp, finish_tcp};
