//! Tests of the whole: the messages as both sides know them, and a core on something that behaves as a TUN does.

mod golden;
mod golden_lists;
mod running;
mod user_lists;
