//! What the core tells by itself.

use runtime::{Event, Fault, LogEvent};
use serde::Serialize;

use crate::error::Code;
use crate::messages::row::Row;
use crate::resources::Known;

/// The answer to `nextEvents`.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Events {
    /// In the order in which they happened.
    pub(crate) events: Vec<EventTold>,
    /// How many were lost since the last answer, because the app was slow to ask.
    pub(crate) missed: u64,
}

/// One event.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum EventTold {
    /// A connection began, changed or ended.
    Connection(Box<Row>),
    /// The session cannot do its work.
    Fault(FaultTold),
    /// About the log.
    Log(LogTold),
}

/// What is wrong with the session.
#[derive(Debug, Serialize)]
pub(crate) struct FaultTold {
    kind: &'static str,
    message: String,
}

/// What happened to the log.
#[derive(Debug, Default, Serialize)]
pub(crate) struct LogTold {
    kind: &'static str,
    /// Of `failed`: the error's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    moved_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lost: Option<u64>,
}

impl EventTold {
    /// What the session tells.
    pub(crate) fn new(event: &Event, known: &Known) -> Self {
        match event {
            Event::Connection(connection) => {
                EventTold::Connection(Box::new(Row::live(connection, known)))
            }
            Event::Fault(fault) => EventTold::Fault(FaultTold::new(fault)),
            Event::Log(event) => EventTold::Log(LogTold::new(event)),
        }
    }
}

impl FaultTold {
    pub(crate) fn new(fault: &Fault) -> Self {
        let kind = match fault {
            Fault::TunGone(_) => "tun-gone",
            Fault::Failed(_) => "failed",
        };
        FaultTold { kind, message: fault.to_string() }
    }
}

impl LogTold {
    fn new(event: &LogEvent) -> Self {
        match event {
            LogEvent::Failed { trouble, message } => LogTold {
                kind: "failed",
                code: Some(Code::from(*trouble).as_str()),
                message: message.clone(),
                ..LogTold::default()
            },
            LogEvent::Recovered => LogTold {
                kind: "recovered",
                message: "the log is written again".to_owned(),
                ..LogTold::default()
            },
            LogEvent::SetAside { moved_to, reason } => LogTold {
                kind: "set-aside",
                message: reason.clone(),
                moved_to: Some(moved_to.display().to_string()),
                ..LogTold::default()
            },
            LogEvent::Lost(lost) => LogTold {
                kind: "lost",
                message: format!("{lost} records did not reach the log"),
                lost: Some(*lost),
                ..LogTold::default()
            },
        }
    }
}
