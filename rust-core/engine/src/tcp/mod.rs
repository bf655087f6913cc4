//! TCP: smoltcp talks to the app, a socket outside talks to the remote, and bytes go straight from one to the other.

mod device;
mod flows;
mod nudge;
mod relay;
mod stack;
mod window;

pub(crate) use relay::{Relay, Upstream};
pub(crate) use stack::{Io, Stack};
