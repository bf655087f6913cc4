//! What the app asks and orders.

use std::net::IpAddr;
use std::path::PathBuf;

use serde::Deserialize;

/// Rows of an answer, where the app does not say how many.
const USUAL_ROWS: usize = 100;
/// Rows of an answer at most: some 400 KB of JSON.
const MAX_ROWS: usize = 1000;

/// A question.
#[derive(Debug, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case")]
pub(crate) enum Query {
    /// A page of the log, newest first.
    Connections(Connections),
    /// What was written to the log after a mark.
    Changes(Changes),
    /// Sums by hour and app.
    Totals(Totals),
    /// What would be decided, and why.
    Explain(Explain),
    /// Whether the engine answers, and its counters.
    Status(Nothing),
    /// Whether a document can be used.
    PolicyCheck(PolicyCheck),
    /// The lists that there are.
    Lists(Nothing),
}

/// An order.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub(crate) enum Command {
    /// Forget everything that the log has.
    ClearLog(Nothing),
    /// The device was unlocked: move into the log what was kept until then.
    MoveBuffer(MoveBuffer),
    /// Write the log to a file.
    ExportLog(ExportLog),
    /// Make one index of several lists.
    CompileLists(CompileLists),
}

/// No arguments.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Connections {
    /// One of the packages of an app.
    pub(crate) app: Option<String>,
    pub(crate) uid: Option<u32>,
    /// A host, with all names below it.
    pub(crate) host: Option<String>,
    pub(crate) verdict: Option<VerdictName>,
    pub(crate) since: Option<i64>,
    pub(crate) until: Option<i64>,
    /// Part of a host or of an app's name.
    pub(crate) text: Option<String>,
    /// Where the page before ended.
    pub(crate) before: Option<i64>,
    limit: Option<usize>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum VerdictName {
    Allow,
    Block,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Changes {
    pub(crate) after: i64,
    limit: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Totals {
    pub(crate) since: Option<i64>,
    pub(crate) until: Option<i64>,
    pub(crate) app: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Explain {
    /// Absent: an app that nobody could tell.
    pub(crate) uid: Option<u32>,
    pub(crate) host: Option<String>,
    pub(crate) address: Option<IpAddr>,
    #[serde(default)]
    pub(crate) port: u16,
    #[serde(default)]
    pub(crate) protocol: ProtocolName,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ProtocolName {
    #[default]
    Tcp,
    Udp,
    Icmp,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyCheck {
    pub(crate) document: serde_json::Value,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MoveBuffer {
    /// The log's file, where the core was opened without one.
    pub(crate) log: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportLog {
    pub(crate) to: PathBuf,
    pub(crate) format: ExportFormat,
    pub(crate) since: Option<i64>,
    pub(crate) until: Option<i64>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ExportFormat {
    Csv,
    /// A row of the messages in each line.
    Json,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CompileLists {
    pub(crate) sources: Vec<ListSource>,
    pub(crate) to: PathBuf,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListSource {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
}

impl Connections {
    /// How many rows, within bounds.
    pub(crate) fn limit(&self) -> usize {
        bounded(self.limit)
    }
}

impl Changes {
    /// How many rows, within bounds.
    pub(crate) fn limit(&self) -> usize {
        bounded(self.limit)
    }
}

fn bounded(limit: Option<usize>) -> usize {
    limit.unwrap_or(USUAL_ROWS).clamp(1, MAX_ROWS)
}
