//! Where an address is: its country and the network (autonomous system) that announces it, from one file.
//!
//! [`Compiler`] takes tables of address ranges as text and makes the file; [`Places`] answers from its bytes, borrowed or
//! mapped, without loading them. IPv6 is told apart to /64, the least that is given to a customer. No file is opened here.

mod compile;
mod file;
mod places;
mod ranges;
mod table;

pub use compile::Compiler;
pub use places::{Country, Network, Place, Places, PlacesError, verify};
pub use ranges::RangeError;
