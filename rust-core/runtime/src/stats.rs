//! The counters of a whole session.

use crate::attribution::AttributionStats;

/// What a session holds and what it lost, since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// The engine's.
    pub engine: engine::Stats,
    /// Attribution's.
    pub attribution: AttributionStats,
    /// IP packets written to the apps.
    pub packets_out: u64,
    /// Questions for names that were answered as blocked; repeats of one within a short time count once.
    pub blocked_questions: u64,
    /// Records that did not reach the log, because the disk was too slow or failed.
    pub records_lost: u64,
    /// Events that the front end missed because it was slow.
    pub events_missed: u64,
    /// Packets missing from the capture because the disk was too slow.
    pub capture_lost: u64,
}
