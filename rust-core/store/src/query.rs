//! What can be asked of the log, what comes back, and how a filter reads in SQL.

use rusqlite::ToSql;
use rusqlite::types::Value;
use wire::{HostName, Protocol};

use crate::connection::{Code, Connection, Verdict};
use crate::schema;

/// Which connections to read; the default is all. What is set must all hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The app: package name (one of several that share a uid is enough), path of the executable, or its file name.
    pub app: Option<String>,
    /// The kernel's user id.
    pub uid: Option<u32>,
    /// The host.
    pub host: Option<HostFilter>,
    /// The verdict.
    pub verdict: Option<Verdict>,
    /// The transport protocol.
    pub protocol: Option<Protocol>,
    /// Begun at or after this moment, Unix time in milliseconds.
    pub since_ms: Option<i64>,
    /// Begun before this moment, Unix time in milliseconds.
    pub until_ms: Option<i64>,
    /// Part of the host name or of the app's name, in any case.
    pub text: Option<String>,
    /// Hosts that the text means too, each with all below it: who knows whose hosts are finds a company's so.
    pub text_hosts: Vec<HostName>,
}

/// Which hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostFilter {
    /// This name.
    Exact(HostName),
    /// This name and all below it.
    Suffix(HostName),
}

/// Where a page ended: the next one goes on there. Stays valid while connections come and go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cursor(pub i64);

/// A moment in the life of the log: what changed after it can be asked for. `Mark::default()` is before everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mark(pub i64);

/// A connection as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The run of the program that wrote it; with [`Connection::id`] it tells connections apart.
    pub session: i64,
    /// The connection.
    pub connection: Connection,
}

/// Some connections, newest first.
#[derive(Clone, Debug)]
pub struct Page {
    /// The connections.
    pub rows: Vec<Row>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Cursor>,
    /// The moment of reading, for [`Reader::follow`](crate::Reader::follow).
    pub mark: Mark,
}

/// What changed, in the order in which it was written.
#[derive(Clone, Debug)]
pub struct Changes {
    /// The connections, each as it is now.
    pub rows: Vec<Row>,
    /// How far this goes: the next question starts here.
    pub mark: Mark,
    /// There is more already: ask again at once.
    pub more: bool,
}

/// SQL: whether the row of table `app` is the app named `:app`.
pub(crate) const APP_MATCHES: &str =
    "(app.name = :app OR substr(app.name, -length(:app) - 1) = '/' || :app
    OR instr(',' || app.name || ',', ',' || :app || ',') > 0)";

/// What a text stands for.
struct Text {
    /// SQL: the ids of the hosts that it means, whatever their names are.
    hosts: Option<String>,
}

/// A filter in SQL: a condition over the table `subject`, and its parameters.
pub(crate) struct Condition {
    sql: String,
    /// The condition includes the text `:text`.
    text: Option<Text>,
    parameters: Vec<(&'static str, Value)>,
}

impl Condition {
    /// Everything the filter asks for but the time.
    pub(crate) fn new(filter: &Filter) -> Self {
        let mut condition =
            Condition { sql: "TRUE".to_owned(), text: None, parameters: Vec::new() };
        if let Some(app) = &filter.app {
            condition.and(
                &format!("subject.app IN (SELECT id FROM app WHERE {APP_MATCHES})"),
                ":app",
                app.clone(),
            );
        }
        if let Some(uid) = filter.uid {
            condition.and(
                "subject.app IN (SELECT id FROM app WHERE uid = :uid)",
                ":uid",
                i64::from(uid),
            );
        }
        match &filter.host {
            Some(HostFilter::Exact(name)) => condition.and(
                "subject.host IN (SELECT id FROM host WHERE name = :host)",
                ":host",
                name.as_str().to_owned(),
            ),
            // What is below a name begins, reversed, with the name and a dot; '/' is the character after the dot.
            Some(HostFilter::Suffix(name)) => condition.and(
                "subject.host IN (SELECT id FROM host WHERE reversed = :host
                     UNION ALL SELECT id FROM host WHERE reversed > :host || '.' AND reversed < :host || '/')",
                ":host",
                schema::reversed(name.as_str()),
            ),
            None => {}
        }
        if let Some(verdict) = filter.verdict {
            condition.and("subject.verdict = :verdict", ":verdict", verdict.code());
        }
        if let Some(protocol) = filter.protocol {
            condition.and("subject.protocol = :protocol", ":protocol", protocol.code());
        }
        if let Some(text) = &filter.text {
            condition.parameters.push((":text", text.to_ascii_lowercase().into()));
            condition.text = Some(Text { hosts: ids_of(&filter.text_hosts) });
        }
        condition
    }

    /// The condition, for a statement that asks it of a few subjects, one by one.
    pub(crate) fn of_each(&self) -> String {
        self.and_text(
            "ifnull(instr((SELECT name FROM host WHERE id = subject.host), :text), FALSE)
            OR instr((SELECT lower(name) FROM app WHERE id = subject.app), :text)",
        )
    }

    /// The condition, for a statement that looks for all subjects that fit.
    pub(crate) fn of_all(&self) -> String {
        self.and_text(
            "subject.host IN (SELECT id FROM host WHERE instr(name, :text))
            OR subject.app IN (SELECT id FROM app WHERE instr(lower(name), :text))",
        )
    }

    fn and_text(&self, has_text: &str) -> String {
        match &self.text {
            Some(Text { hosts: None }) => format!("{} AND ({has_text})", self.sql),
            Some(Text { hosts: Some(hosts) }) => {
                format!("{} AND ({has_text} OR subject.host IN ({hosts}))", self.sql)
            }
            None => self.sql.clone(),
        }
    }

    /// The parameters, after those of the statement around the condition.
    pub(crate) fn with<'a>(
        &'a self,
        others: &[(&'static str, &'a dyn ToSql)],
    ) -> Vec<(&'static str, &'a dyn ToSql)> {
        let mut all = others.to_vec();
        all.extend(self.parameters.iter().map(|(name, value)| (*name, value as &dyn ToSql)));
        all
    }

    fn and(&mut self, sql: &str, name: &'static str, value: impl Into<Value>) {
        self.sql.push_str(" AND ");
        self.sql.push_str(sql);
        self.parameters.push((name, value.into()));
    }
}

/// SQL: the ids of these hosts and of all below them. Their names are part of it: a host name has no quotes.
fn ids_of(hosts: &[HostName]) -> Option<String> {
    let quoted = |host: &HostName| format!("('{}')", schema::reversed(host.as_str()));
    let values: Vec<String> = hosts.iter().map(quoted).collect();
    (!values.is_empty()).then(|| {
        format!(
            "SELECT host.id FROM (VALUES {}) AS named JOIN host ON host.reversed = named.column1
                 OR (host.reversed > named.column1 || '.' AND host.reversed < named.column1 || '/')",
            values.join(", ")
        )
    })
}
