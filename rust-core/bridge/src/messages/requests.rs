//! What the app asks and orders.

use std::net::IpAddr;
use std::path::PathBuf;

use catalog::Category;
use policy::CountryCode;
use report::{Hidden, Period, Question, UtcOffset};
use serde::Deserialize;
use store::{Confidence, Verdict};
use wire::Protocol;

use crate::error::{Code, CoreError};
use crate::messages::lists::{AddList, ListsAsked, Lookup, Named, SetList, UpdateList};

/// Rows of an answer, where the app does not say how many.
const USUAL_ROWS: usize = 100;
/// Rows of an answer at most: some 400 KB of JSON.
const MAX_ROWS: usize = 1000;
/// A report's period at most: it reads the log twice as far back.
const LONGEST_REPORT_MS: i64 = 366 * 24 * 3_600_000;
/// One for each day of the longest report, and the end of the last.
const MOST_MIDNIGHTS: usize = 367;
/// As Java's `ZoneOffset` has it, in seconds.
const LARGEST_UTC_OFFSET: u32 = 18 * 3600;

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
    /// When each app was last active.
    LastActive(Nothing),
    /// What would be decided, and why.
    Explain(Explain),
    /// Whether the engine answers, and its counters.
    Status(Nothing),
    /// Whether a document can be used.
    PolicyCheck(PolicyCheck),
    /// The lists that there are.
    Lists(ListsAsked),
    /// How the text of a list is read that the user keeps.
    ListRead(Named),
    /// What a built-in list has.
    ListRows(Named),
    /// The lists that many people use.
    KnownLists(Nothing),
    /// Which lists have a host.
    Lookup(Lookup),
    /// All that the catalogue knows of a host, or of what is reached without a name.
    About(About),
    /// Whom apps contacted in a period.
    Report(ReportAsked),
    /// What is known of a company, and what apps told it.
    Company(CompanyAsked),
    /// Which protections fit the apps of this phone.
    Advice(Advice),
    /// What a document would get so that all that is recommended for these apps is on.
    FollowAdvice(FollowAdvice),
    /// What a document would lose so that no such list is in it.
    UndoAdvice(UndoAdvice),
    /// What the audit that goes on has heard up to now, without values.
    Audit(AuditAsked),
    /// The rules of a document, the weightiest first.
    Rules(RulesAsked),
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
    /// Write a report to a file.
    ExportReport(ExportReport),
    /// Make one index of several lists.
    CompileLists(CompileLists),
    /// Keep one more list.
    AddList(AddList),
    /// Take a newer text of a kept list.
    UpdateList(UpdateList),
    /// Switch a kept list on or off, or read it otherwise.
    SetList(SetList),
    /// Keep a list no longer.
    RemoveList(Named),
    /// Go back to the text before of a kept list.
    UndoList(Named),
    /// Listen to an app's connections from now on.
    BeginAudit(BeginAudit),
    /// Listen no longer, and tell what was told whom.
    EndAudit(EndAudit),
    /// Write the last audit that was ended to a file, without values.
    ExportAudit(ExportAudit),
}

/// No arguments.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Connections {
    #[serde(flatten)]
    pub(crate) which: Which,
    /// Where the page before ended.
    #[serde(default)]
    pub(crate) before: Option<i64>,
    #[serde(default)]
    limit: Option<usize>,
}

/// Which connections; all of what is named must hold. Its fields stand beside those of the question that it is part of.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Which {
    /// One of the packages of an app.
    pub(crate) app: Option<String>,
    pub(crate) uid: Option<u32>,
    /// A host, with all names below it.
    pub(crate) host: Option<String>,
    pub(crate) verdict: Option<VerdictName>,
    pub(crate) since: Option<i64>,
    pub(crate) until: Option<i64>,
    /// Part of a host, of an app's name or of the name of a company that the catalogue knows.
    pub(crate) text: Option<String>,
    /// The name of a company, as the rows tell it.
    pub(crate) company: Option<String>,
    /// What the hosts are for, as the rows tell it.
    pub(crate) category: Option<Category>,
    /// Two letters.
    pub(crate) country: Option<CountryCode>,
    /// What the network was called: wifi, mobile.
    pub(crate) network: Option<String>,
    /// What began while nobody could tell is neither.
    pub(crate) screen: Option<ScreenName>,
    pub(crate) confidence: Option<ConfidenceName>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ScreenName {
    On,
    Off,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ConfidenceName {
    Guessed,
    Resolved,
    Seen,
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
    #[serde(flatten)]
    pub(crate) which: Which,
    pub(crate) after: i64,
    #[serde(default)]
    limit: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Totals {
    pub(crate) since: Option<i64>,
    pub(crate) until: Option<i64>,
    pub(crate) app: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Explain {
    /// Absent: an app that nobody could tell.
    pub(crate) uid: Option<u32>,
    /// The packages under the uid; absent: as the policy in force has them.
    pub(crate) app: Option<String>,
    /// By which rules; absent: those in force.
    pub(crate) document: Option<serde_json::Value>,
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
pub(crate) struct RulesAsked {
    pub(crate) document: serde_json::Value,
    /// From when on it is counted what each rule decided; absent: not at all.
    pub(crate) since: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct About {
    /// Where there is one, the address says nothing more.
    pub(crate) host: Option<String>,
    pub(crate) address: Option<IpAddr>,
    #[serde(default)]
    pub(crate) port: u16,
    #[serde(default)]
    pub(crate) protocol: ProtocolName,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportAsked {
    /// None: all apps.
    #[serde(default)]
    pub(crate) apps: Vec<String>,
    pub(crate) since: i64,
    pub(crate) until: i64,
    /// When the period begins with which to compare; absent: as much earlier as the period is long.
    pub(crate) before: Option<i64>,
    /// Where the local days begin, and where the last ends; absent: as the offset has it.
    #[serde(default)]
    pub(crate) midnights: Vec<i64>,
    /// Seconds that local time is ahead of UTC.
    pub(crate) utc_offset: i32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CompanyAsked {
    /// As the rows tell it.
    pub(crate) name: String,
    pub(crate) since: i64,
    pub(crate) until: i64,
    /// Where the local days begin, and where the last ends.
    #[serde(default)]
    pub(crate) midnights: Vec<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Advice {
    pub(crate) packages: Vec<String>,
    /// What is on is told of this one; absent: of the one in force.
    pub(crate) document: Option<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FollowAdvice {
    pub(crate) packages: Vec<String>,
    pub(crate) document: serde_json::Value,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UndoAdvice {
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

/// As [`ReportAsked`], whose fields stand beside its own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportReport {
    pub(crate) to: PathBuf,
    pub(crate) format: ReportFormat,
    #[serde(default)]
    pub(crate) apps: Vec<String>,
    pub(crate) since: i64,
    pub(crate) until: i64,
    pub(crate) before: Option<i64>,
    #[serde(default)]
    pub(crate) midnights: Vec<i64>,
    pub(crate) utc_offset: i32,
    /// Without the names of apps.
    #[serde(default)]
    pub(crate) hide_apps: bool,
    /// Without hosts and addresses.
    #[serde(default)]
    pub(crate) hide_hosts: bool,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ReportFormat {
    /// A page that needs nothing else.
    Html,
    /// A row for each contact.
    Csv,
    /// The answer to the question for a report.
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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BeginAudit {
    pub(crate) uid: u32,
    /// Tell the values of what is said too.
    #[serde(default)]
    pub(crate) values: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndAudit {
    /// Seconds that local time is ahead of UTC.
    pub(crate) utc_offset: i32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditAsked {
    /// Seconds that local time is ahead of UTC.
    pub(crate) utc_offset: i32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportAudit {
    pub(crate) to: PathBuf,
    pub(crate) format: AuditFormat,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AuditFormat {
    /// A page that needs nothing else.
    Html,
    /// Plain text.
    Txt,
    /// The answer to the question for an audit.
    Json,
}

impl From<VerdictName> for Verdict {
    fn from(name: VerdictName) -> Self {
        match name {
            VerdictName::Allow => Verdict::Allow,
            VerdictName::Block => Verdict::Block,
        }
    }
}

impl From<ConfidenceName> for Confidence {
    fn from(name: ConfidenceName) -> Self {
        match name {
            ConfidenceName::Guessed => Confidence::Guessed,
            ConfidenceName::Resolved => Confidence::Resolved,
            ConfidenceName::Seen => Confidence::Seen,
        }
    }
}

impl From<ProtocolName> for Protocol {
    fn from(name: ProtocolName) -> Self {
        match name {
            ProtocolName::Tcp => Protocol::Tcp,
            ProtocolName::Udp => Protocol::Udp,
            ProtocolName::Icmp => Protocol::Icmp,
        }
    }
}

impl ReportAsked {
    /// The same, within bounds.
    ///
    /// # Errors
    /// `bad-message`: no such period or zone can be meant.
    pub(crate) fn question(&self) -> Result<Question, CoreError> {
        let &ReportAsked { since: since_ms, before: before_ms, utc_offset, .. } = self;
        let ReportAsked { apps, midnights, .. } = self;
        let period = period(since_ms, self.until, midnights)?;
        if utc_offset.unsigned_abs() > LARGEST_UTC_OFFSET {
            return refused("no zone is more than 18 hours from UTC");
        }
        if before_ms.is_some_and(|before_ms| before_ms < 0 || before_ms > since_ms) {
            return refused("the period before must begin after 1970 and before the period");
        }
        Ok(Question {
            apps: apps.clone(),
            period,
            before_ms,
            midnights: midnights.clone(),
            utc_offset: UtcOffset::Fixed(utc_offset),
        })
    }
}

impl CompanyAsked {
    /// The period, within bounds.
    ///
    /// # Errors
    /// `bad-message`: no such period can be meant.
    pub(crate) fn period(&self) -> Result<Period, CoreError> {
        period(self.since, self.until, &self.midnights)
    }
}

impl ExportReport {
    /// What the report is not to tell.
    pub(crate) fn hidden(&self) -> Hidden {
        Hidden { apps: self.hide_apps, hosts: self.hide_hosts }
    }

    /// What the report is to be about.
    pub(crate) fn asked(&self) -> ReportAsked {
        ReportAsked {
            apps: self.apps.clone(),
            since: self.since,
            until: self.until,
            before: self.before,
            midnights: self.midnights.clone(),
            utc_offset: self.utc_offset,
        }
    }
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

fn refused<T>(why: &str) -> Result<T, CoreError> {
    Err(CoreError::new(Code::BadMessage, format!("report: {why}")))
}

fn period(since_ms: i64, until_ms: i64, midnights: &[i64]) -> Result<Period, CoreError> {
    if since_ms < 0 || until_ms <= since_ms {
        return refused("the period must begin after 1970 and end after it begins");
    }
    if until_ms - since_ms > LONGEST_REPORT_MS {
        return refused("the period may have 366 days at most");
    }
    if midnights.len() > MOST_MIDNIGHTS || !midnights.is_sorted_by(|a, b| a < b) {
        return refused("midnights must follow each other, 367 at most");
    }
    Ok(Period { since_ms, until_ms })
}

fn bounded(limit: Option<usize>) -> usize {
    limit.unwrap_or(USUAL_ROWS).clamp(1, MAX_ROWS)
}
