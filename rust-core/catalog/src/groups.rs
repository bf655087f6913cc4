//! The built-in lists, and which rows each has. The trackers are there in groups too, for who switches them one by one: the
//! groups are off as the program comes, since [`TRACKERS`] has them all. A document that turns that one off turns on the
//! groups that it wants.

use policy::{List, Role};

use crate::catalog::list_of;
use crate::{Catalog, Level, Row};

/// The list of all rows of the level block.
pub const TRACKERS: &str = "built-in trackers";
/// The list of all rows of the level strict.
pub const STRICT: &str = "built-in strict";
/// The list of all rows of the level never.
pub const NEVER: &str = "built-in never";
/// Of [`TRACKERS`] what is Xiaomi's.
pub const XIAOMI: &str = "built-in xiaomi";
/// Of [`STRICT`] what is Xiaomi's.
pub const XIAOMI_STRICT: &str = "built-in xiaomi strict";
/// Of [`TRACKERS`] what belongs to other makers of phones.
pub const MAKERS: &str = "built-in makers";
/// The rest of [`TRACKERS`], most of it kits inside apps.
pub const KITS: &str = "built-in kits";

/// Organisations that make phones, other than Xiaomi.
const MAKER_IDS: [&str; 6] = ["honor", "huawei", "oppo", "samsung", "transsion", "vivo"];

/// What a list has: its name, the level of its rows, and whose they are, by the ids of organisations.
type Part = (&'static str, Level, fn(&str) -> bool);

const LISTS: [Part; 7] = [
    (TRACKERS, Level::Block, |_| true),
    (STRICT, Level::Strict, |_| true),
    (NEVER, Level::Never, |_| true),
    (XIAOMI, Level::Block, is_xiaomi),
    (XIAOMI_STRICT, Level::Strict, is_xiaomi),
    (MAKERS, Level::Block, is_maker),
    (KITS, Level::Block, |id| !is_xiaomi(id) && !is_maker(id)),
];

impl Catalog {
    /// The lists that the policy counts without being told: [`TRACKERS`] blocks and [`NEVER`] protects. The others would
    /// block, and are off.
    pub fn lists(&self) -> Vec<List> {
        let list = |(name, level, is_in): Part| List {
            role: if level == Level::Never { Role::Protect } else { Role::Block },
            enabled: name == TRACKERS || name == NEVER,
            ..list_of(name, self.rows_with(level, is_in))
        };
        LISTS.into_iter().map(list).collect()
    }

    /// The rows of one of these lists; none for another name.
    pub fn rows_of(&self, list: &str) -> impl Iterator<Item = &Row> {
        let known = LISTS.into_iter().filter(move |(name, ..)| *name == list);
        known.flat_map(|(_, level, is_in)| self.rows_with(level, is_in))
    }

    fn rows_with(&self, level: Level, is_in: fn(&str) -> bool) -> impl Iterator<Item = &Row> {
        self.rows().iter().filter(move |row| row.level == level && is_in(&row.organisation))
    }
}

fn is_xiaomi(id: &str) -> bool {
    id == "xiaomi"
}

fn is_maker(id: &str) -> bool {
    MAKER_IDS.contains(&id)
}
