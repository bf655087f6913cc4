//! What an audit has heard so far: the connections of the audited app, each with what it said in plain HTTP.
//!
//! It lives beside the engine's thread and in memory only: nothing of it reaches the log, and it is gone when it was
//! handed out.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use engine::{Audit, FIRST_QUESTION, FlowId, FlowRecord, Heard};
use names::http::Conversation;
use policy::Verdict;
use store::Connection;

use crate::clock::WallClock;
use crate::logged;

/// Connections kept of one audit, about 3 MiB: half an hour of a busy browser.
const MAX_CONNECTIONS: usize = 5_000;
/// Octets kept of one audit's requests.
const MAX_SAID: usize = 2 << 20;

/// What an audit has heard.
#[derive(Clone, Debug)]
pub struct Recording {
    /// When it began, Unix time in milliseconds.
    pub begun_ms: i64,
    /// When it ended; before that, 0.
    pub ended_ms: i64,
    /// The connections, and the questions for names that were blocked, with what was heard of each; in the order of
    /// their beginning.
    pub connections: Vec<(Connection, Conversation)>,
    /// Connections and requests that there was no room for.
    pub left_out: u64,
    audit: Audit,
    /// Where in `connections` a flow is.
    places: HashMap<FlowId, usize>,
    /// What was heard of flows that are not told yet.
    early: HashMap<FlowId, Conversation>,
    said: usize,
}

impl Recording {
    /// One that begins now.
    pub(crate) fn begin(audit: Audit) -> Self {
        Recording {
            begun_ms: logged::unix_ms(SystemTime::now()),
            ended_ms: 0,
            connections: Vec::new(),
            left_out: 0,
            audit,
            places: HashMap::new(),
            early: HashMap::new(),
            said: 0,
        }
    }

    /// It ends now.
    pub(crate) fn end(mut self) -> Self {
        self.ended_ms = logged::unix_ms(SystemTime::now());
        self
    }

    /// A flow as it stands, on the network of this name.
    pub(crate) fn record(&mut self, record: &FlowRecord, network: &Arc<str>) {
        // The connection that follows an answered question says the same.
        let is_answered =
            record.flow.index >= FIRST_QUESTION && record.decision.verdict == Verdict::Allow;
        if is_answered || !self.audit.whose.includes(&record.owner) {
            return;
        }
        let clock = WallClock::read();
        let unix_ms = |at| logged::unix_ms(clock.system_time(at));
        let times = (unix_ms(record.started), unix_ms(record.at));
        let connection = logged::connection(record, network, None, times);
        if let Some((known, _)) =
            self.places.get(&record.flow).and_then(|&at| self.connections.get_mut(at))
        {
            *known = connection;
            return;
        }
        if self.connections.len() >= MAX_CONNECTIONS {
            self.left_out += 1;
            return;
        }
        self.places.insert(record.flow, self.connections.len());
        let heard = self.early.remove(&record.flow).unwrap_or_default();
        self.connections.push((connection, heard));
    }

    /// Something was heard on a flow.
    pub(crate) fn heard(&mut self, flow: FlowId, heard: Heard) {
        let known = self.places.get(&flow).and_then(|&at| self.connections.get_mut(at));
        let conversation = match known {
            Some((_, conversation)) => conversation,
            None if self.early.len() >= MAX_CONNECTIONS => {
                self.left_out += 1;
                return;
            }
            None => self.early.entry(flow).or_default(),
        };
        match heard {
            Heard::Speech(speech) => conversation.speech = speech,
            Heard::Request { request, .. } if self.said + request.octets() > MAX_SAID => {
                drop(request);
                self.left_out += 1;
            }
            Heard::Request { request, was_sent } => {
                self.said += request.octets();
                conversation.requests.push((*request, was_sent));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use engine::Whose;
    use names::http::{RequestReader, Speech};

    use super::*;
    use crate::testing::blocked_record;

    const AUDIT: Audit = Audit { whose: Whose::Uid(1000), keeps_values: false };

    fn record(index: u32) -> FlowRecord {
        blocked_record(index, "10.0.0.2:5000".parse().unwrap(), "192.0.2.1:80".parse().unwrap())
    }

    fn request(path: &str) -> Heard {
        let mut found = None;
        let text = format!("GET {path} HTTP/1.1\r\n\r\n");
        RequestReader::new(false).feed(text.as_bytes(), |request| found = Some(request));
        Heard::Request { request: Box::new(found.unwrap()), was_sent: false }
    }

    #[test]
    fn what_is_heard_stays_with_its_connection_whichever_comes_first() {
        let mut recording = Recording::begin(AUDIT);
        let network = "wifi".into();
        let (first, second) = (record(1), record(2));
        recording.heard(first.flow, Heard::Speech(Speech::Http));
        recording.heard(first.flow, request("/1"));
        recording.record(&first, &network);
        recording.record(&second, &network);
        recording.heard(second.flow, request("/2"));
        recording.record(&first, &network);
        let recording = recording.end();
        let paths: Vec<Vec<&str>> = recording
            .connections
            .iter()
            .map(|(_, heard)| heard.requests.iter().map(|(it, _)| it.path.as_str()).collect())
            .collect();
        assert_eq!(paths, [["/1"], ["/2"]]);
        assert_eq!(recording.connections[0].1.speech, Speech::Http);
        assert!(recording.begun_ms > 0 && recording.ended_ms >= recording.begun_ms);
    }

    #[test]
    fn others_are_not_recorded() {
        let other = Audit { whose: Whose::Uid(1001), keeps_values: false };
        let mut recording = Recording::begin(other);
        recording.record(&record(1), &"wifi".into());
        assert!(recording.connections.is_empty());
    }

    #[test]
    fn a_flood_is_counted_and_not_kept() {
        let mut recording = Recording::begin(AUDIT);
        let network = "wifi".into();
        for index in 0..MAX_CONNECTIONS as u32 + 5 {
            recording.record(&record(index), &network);
        }
        assert_eq!((recording.connections.len(), recording.left_out), (MAX_CONNECTIONS, 5));
        let flow = record(0).flow;
        let long = "/".repeat(1000);
        for _ in 0..10_000 {
            recording.heard(flow, request(&long));
        }
        let kept = recording.connections[0].1.requests.len() as u64;
        assert!(kept > 1000);
        assert_eq!(kept + recording.left_out, 10_005);
    }
}
