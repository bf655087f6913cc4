//! The lists that a user keeps: where each is from, its text, the text before, and the index of those that are on.
//!
//! A [`Collection`] is a folder with one readable manifest (`lists.json`), the texts, and the index, each under a name
//! that follows from its content. Nothing is ever written over but the manifest, as the last step: whoever reads sees
//! everything as before or everything as after. An [`Edit`] changes it, one at a time. What comes in is judged first
//! ([`Trouble`]): a broken or much shorter text leaves the old one in place.
//!
//! Nothing is fetched here; the caller brings the bytes. [`known_lists`] are those that many people use.

mod collection;
mod edit;
mod judge;
mod known;
mod manifest;
mod sha256;

pub use collection::{Collection, CollectionError, WithIndex};
pub use edit::{Choices, Edit, NewList, Saved};
pub use judge::{Arrived, Demands, Taken, Trouble, kept_open};
pub use known::{KnownList, known_lists};
pub use manifest::{Attempt, MAX_NAME, Schedule, Source, UserList, Version};
pub use sha256::Sha256Hex;
