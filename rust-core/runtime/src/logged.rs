//! A flow's record as the log keeps it, and as front ends that know the log show it.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use engine::{FlowRecord, RecordState};
use policy::{Places, Verdict};
use store::{Connection, Listed, ReasonCode, State};

/// The record on this network, with its begin and its moment in Unix milliseconds, and where its remote is by `places`.
pub(crate) fn connection(
    record: &FlowRecord,
    network: &Arc<str>,
    places: Option<&dyn Places>,
    (started_ms, at_ms): (i64, i64),
) -> Connection {
    let remote = record.key.remote.ip();
    Connection {
        id: u64::from(record.flow.generation) << 32 | u64::from(record.flow.index),
        started_ms,
        ended_ms: (record.state != RecordState::Open).then_some(at_ms),
        updated_ms: at_ms,
        owner: record.owner.clone(),
        key: record.key,
        name: record.name.clone(),
        verdict: match record.decision.verdict {
            Verdict::Allow => store::Verdict::Allow,
            Verdict::Block(_) => store::Verdict::Block,
        },
        reason: reason_in_words(&record.decision.reason, record.reason().into()),
        state: match record.state {
            RecordState::Open => State::Open,
            RecordState::Closed => State::Closed,
            RecordState::Reset => State::Reset,
            RecordState::Blocked => State::Blocked,
            RecordState::Failed => State::Failed,
            RecordState::Evicted => State::Evicted,
        },
        bytes_up: record.traffic.bytes_up,
        bytes_down: record.traffic.bytes_down,
        packets_up: record.traffic.packets_up,
        packets_down: record.traffic.packets_down,
        network: Arc::clone(network),
        screen_on: record.screen_on,
        country: places.and_then(|places| places.country(remote)),
        asn: places.and_then(|places| places.asn(remote)),
    }
}

/// A reason of the policy as the log keeps it.
pub fn reason(reason: &policy::Reason) -> store::Reason {
    reason_in_words(reason, reason.to_string().into())
}

/// Unix time in milliseconds; 0 before 1970.
pub(crate) fn unix_ms(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn reason_in_words(reason: &policy::Reason, text: Arc<str>) -> store::Reason {
    let listed = |list: &Arc<str>, entry: &policy::Entry| {
        Some(Listed { list: Arc::clone(list), entry: entry.as_str().into() })
    };
    let (code, listed) = match reason {
        policy::Reason::Lockdown => (ReasonCode::Lockdown, None),
        policy::Reason::Paused => (ReasonCode::Paused, None),
        policy::Reason::AppAllowed => (ReasonCode::AppAllowed, None),
        policy::Reason::AppBlocked => (ReasonCode::AppBlocked, None),
        policy::Reason::Rule { .. } => (ReasonCode::Rule, None),
        policy::Reason::Listed { list, entry } => (ReasonCode::Listed, listed(list, entry)),
        policy::Reason::Protected { list, entry } => (ReasonCode::Protected, listed(list, entry)),
        policy::Reason::NotListed => (ReasonCode::NotListed, None),
        policy::Reason::DefaultAllowed => (ReasonCode::DefaultAllowed, None),
        policy::Reason::DefaultBlocked => (ReasonCode::DefaultBlocked, None),
        policy::Reason::NothingAgainst => (ReasonCode::NothingAgainst, None),
    };
    store::Reason { code, text, listed }
}
