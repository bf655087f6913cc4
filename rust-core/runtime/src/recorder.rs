//! Hands each flow's record to whoever wants it: the log, the front end and an audit.

use std::sync::Arc;

use engine::{FIRST_QUESTION, FlowId, FlowRecord, Heard, RecordState};

use crate::audit::Recording;
use crate::clock::WallClock;
use crate::events::{Connection, Event, EventSender};
use crate::writer::LogQueue;

/// Who wants records.
pub(crate) struct Recorder {
    log: Option<Arc<LogQueue>>,
    events: Option<EventSender>,
    network_label: Arc<str>,
    blocked_questions: u64,
    /// The audit that goes on.
    pub(crate) audit: Option<Recording>,
}

impl Recorder {
    /// For these two; the label says in the log which network carried a connection.
    pub(crate) fn new(
        log: Option<Arc<LogQueue>>,
        events: Option<EventSender>,
        network_label: Arc<str>,
    ) -> Self {
        Recorder { log, events, network_label, blocked_questions: 0, audit: None }
    }

    /// The network changed.
    pub(crate) fn set_network_label(&mut self, label: Arc<str>) {
        self.network_label = label;
    }

    /// Passes the record on. Never waits for the disk or the front end.
    pub(crate) fn record(&mut self, record: FlowRecord) {
        if record.flow.index >= FIRST_QUESTION && record.state == RecordState::Blocked {
            self.blocked_questions += 1;
        }
        if let Some(events) = self.events.as_ref().filter(|events| events.wants_connections()) {
            let clock = WallClock::read();
            events.send(Event::Connection(Box::new(Connection {
                started: clock.system_time(record.started),
                at: clock.system_time(record.at),
                record: record.clone(),
                network: Arc::clone(&self.network_label),
            })));
        }
        if let Some(audit) = &mut self.audit {
            audit.record(&record, &self.network_label);
        }
        if let Some(log) = &self.log {
            log.push(record, &self.network_label);
        }
    }

    /// Something was heard on a flow.
    pub(crate) fn heard(&mut self, flow: FlowId, heard: Heard) {
        if let Some(audit) = &mut self.audit {
            audit.heard(flow, heard);
        }
    }

    /// Questions that were blocked.
    pub(crate) fn blocked_questions(&self) -> u64 {
        self.blocked_questions
    }

    /// Records that did not reach the log.
    pub(crate) fn lost(&self) -> u64 {
        self.log.as_ref().map_or(0, |log| log.lost())
    }

    /// Events that the front end missed.
    pub(crate) fn missed(&self) -> u64 {
        self.events.as_ref().map_or(0, EventSender::missed)
    }
}
