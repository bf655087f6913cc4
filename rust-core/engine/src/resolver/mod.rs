//! Our own resolver: whatever an app asks on port 53, of whichever address, is judged and answered here.
//!
//! An app's question comes over UDP ([`asked`]) or over TCP, one message after the other ([`connection`]). It is judged by
//! itself. A blocked one is answered at once ([`denied`]); so are names that lead nowhere else ([`special`]). Any other becomes a
//! [`lookup`]: it goes to the network's servers ([`upstream`], and [`stream`] where the answer is too long for a datagram),
//! and the answer, after its aliases were judged too, to all who asked the same ([`answered`]). No byte that an app wrote to
//! port 53 is passed on unread, and no server sees which port or id an app uses.
//!
//! What lies on UDP port 53 and is no query is no business of a resolver. To an address of the tunnel's own it is told so or
//! dropped; to another address it passes as an ordinary datagram flow, if the policy lets that flow pass (tunnels and games
//! use this port too). Each of its datagrams is looked at all the same: a query among them is answered here.
//!
//! Each question is a record of its own. Flows have small indices, since the world keeps sockets in arrays under them;
//! questions have those from [`FIRST_QUESTION`] on, which no flow reaches, and no socket.
//!
//! An answer is taken from the server that was asked, at the port that was opened for the question, with its random id and its
//! question letter by letter: a forger would have to guess some forty bits within a round trip.

mod answered;
mod asked;
mod connection;
mod denied;
mod lookup;
mod random;
mod repeats;
mod servers;
mod special;
mod stream;
mod upstream;

pub(crate) use connection::Asks;

use std::collections::{BTreeSet, HashMap};

use foldhash::fast::FixedState;
use smoltcp::time::Instant;

use crate::outside::FlowId;
use crate::resolver::lookup::{LATE_ANSWERS, Lookup, Wanted};
use crate::resolver::random::Random;
use crate::resolver::repeats::Repeats;
use crate::resolver::servers::Servers;
use crate::table::Table;

/// Questions in flight: at a usual 30 ms each, enough for 8000 in a second. Each may hold [`LATE_ANSWERS`] sockets and a few
/// kilobytes while its servers are silent.
const LOOKUPS: usize = 256;
/// Of these, what one app may have: a flood of one leaves room for all others.
const LOOKUPS_OF_ONE: usize = 192;
/// The first index of questions, see the module's documentation.
pub const FIRST_QUESTION: u32 = 1 << 31;

/// What the resolver holds. What it does is part of the engine.
pub(crate) struct Resolver {
    random: Random,
    servers: Servers,
    lookups: Table<Lookup>,
    by_wanted: HashMap<Wanted, u32, FixedState>,
    /// When the current try of each lookup is over.
    deadlines: BTreeSet<(Instant, u32)>,
    /// Lookups whose connection to a server can go on.
    ready_streams: Vec<u32>,
    repeats: Repeats,
    /// How many questions were ever asked.
    asked: u64,
}

impl Resolver {
    pub(crate) fn new(seed: u64) -> Self {
        Resolver {
            random: Random::new(seed),
            servers: Servers::default(),
            lookups: Table::new(),
            by_wanted: HashMap::with_hasher(FixedState::with_seed(seed)),
            deadlines: BTreeSet::new(),
            ready_streams: Vec::new(),
            repeats: Repeats::default(),
            asked: 0,
        }
    }

    /// How many questions are being asked upstream.
    pub(crate) fn in_flight(&self) -> usize {
        self.lookups.len()
    }

    /// When the next try is over.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// Whether a connection to a server can go on.
    pub(crate) fn has_work(&self) -> bool {
        !self.ready_streams.is_empty()
    }

    /// Whether there is room for another question, of which this owner has some already.
    fn has_room(&self, wanted: &Wanted, most_ports: usize) -> bool {
        // Half of the ports are left to the apps.
        let most = LOOKUPS.min(most_ports / (2 * LATE_ANSWERS)).max(1);
        let of_one = most * LOOKUPS_OF_ONE / LOOKUPS;
        let in_flight = self.lookups.len();
        let own = || self.by_wanted.keys().filter(|other| other.owner == wanted.owner).count();
        in_flight < most && (in_flight < of_one || own() < of_one)
    }

    fn insert(&mut self, lookup: Lookup) -> u32 {
        let wanted = lookup.wanted.clone();
        let (index, _) = self.lookups.insert(lookup);
        self.by_wanted.insert(wanted, index);
        index
    }

    /// Takes a lookup out. Its sockets are the caller's to close.
    fn remove(&mut self, index: u32) -> Option<Lookup> {
        self.set_deadline(index, None);
        let lookup = self.lookups.remove(index)?;
        self.by_wanted.remove(&lookup.wanted);
        Some(lookup)
    }

    /// The current try of a lookup is over at this time.
    fn set_deadline(&mut self, index: u32, at: Option<Instant>) {
        let Some(lookup) = self.lookups.get_mut(index) else { return };
        if let Some(before) = std::mem::replace(&mut lookup.deadline, at) {
            self.deadlines.remove(&(before, index));
        }
        if let Some(at) = at {
            self.deadlines.insert((at, index));
        }
    }

    /// A lookup whose current try is over by now.
    pub(crate) fn due(&self, now: Instant) -> Option<u32> {
        self.deadlines.first().filter(|(at, _)| *at <= now).map(|(_, index)| *index)
    }

    /// The id of another question's record.
    fn next_record(&mut self) -> FlowId {
        let number = self.asked;
        self.asked += 1;
        let index = FIRST_QUESTION | (number & u64::from(FIRST_QUESTION - 1)) as u32;
        FlowId { index, generation: (number >> FIRST_QUESTION.trailing_zeros()) as u32 }
    }
}
