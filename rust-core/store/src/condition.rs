//! How a filter reads in SQL.

use std::net::IpAddr;

use rusqlite::ToSql;
use rusqlite::types::Value;
use wire::{HostName, NameSource};

use crate::connection::{Code, Confidence};
use crate::query::{Addresses, Below, Filter, HostFilter, Remotes};
use crate::schema;

/// SQL: whether the row of table `app` is the app named `:app`.
pub(crate) const APP_MATCHES: &str =
    "(app.name = :app OR substr(app.name, -length(:app) - 1) = '/' || :app
    OR instr(',' || app.name || ',', ',' || :app || ',') > 0)";

/// What a text stands for.
struct Text {
    /// SQL: the ids of the hosts that it means, whatever their names are.
    hosts: Option<String>,
}

/// A filter in SQL: a condition over the tables `subject` and `connection`, and its parameters.
pub(crate) struct Condition {
    sql: String,
    /// Some of it is about the table `connection`.
    is_of_connections: bool,
    /// The condition includes the text `:text`.
    text: Option<Text>,
    parameters: Vec<(&'static str, Value)>,
}

impl Condition {
    /// Everything the filter asks for but the time.
    pub(crate) fn new(filter: &Filter) -> Self {
        let mut condition = Condition {
            sql: "TRUE".to_owned(),
            is_of_connections: false,
            text: None,
            parameters: Vec::new(),
        };
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
        condition.add_hosts(filter);
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
        condition.add_circumstances(filter);
        condition
    }

    /// Subjects alone cannot answer it: those that fit have connections that do not.
    pub(crate) fn is_of_connections(&self) -> bool {
        self.is_of_connections
    }

    /// The condition, for a statement that asks it of a few subjects, one by one.
    pub(crate) fn of_each(&self) -> String {
        self.and_text(
            "ifnull(instr((SELECT name FROM host WHERE id = subject.host), :text), FALSE)
            OR instr((SELECT lower(name) FROM app WHERE id = subject.app), :text)",
        )
    }

    /// The condition, for a statement that looks for all subjects that fit; not where it [is of connections](Self::is_of_connections).
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

    fn add_hosts(&mut self, filter: &Filter) {
        match &filter.host {
            Some(HostFilter::Exact(name)) => self.and(
                "subject.host IN (SELECT id FROM host WHERE name = :host)",
                ":host",
                name.as_str().to_owned(),
            ),
            // What is below a name begins, reversed, with the name and a dot; '/' is the character after the dot.
            Some(HostFilter::Suffix(name)) => self.and(
                "subject.host IN (SELECT id FROM host WHERE reversed = :host
                     UNION ALL SELECT id FROM host WHERE reversed > :host || '.' AND reversed < :host || '/')",
                ":host",
                schema::reversed(name.as_str()),
            ),
            None => {}
        }
        if let Some(Remotes { hosts, addresses }) = &filter.remotes {
            let named = ids_below(hosts).map(|ids| format!("subject.host IN ({ids})"));
            let nameless = is_among(addresses);
            self.is_of_connections |= nameless.is_some();
            let either: Vec<String> = named.into_iter().chain(nameless).collect();
            let either = if either.is_empty() { "FALSE".to_owned() } else { either.join(" OR ") };
            self.sql.push_str(&format!(" AND ({either})"));
        }
    }

    /// What differs between connections of one subject.
    fn add_circumstances(&mut self, filter: &Filter) {
        if let Some(letters) = filter.country {
            let letters = String::from_utf8_lossy(&letters).into_owned();
            self.and("connection.country = :country", ":country", letters);
            self.is_of_connections = true;
        }
        if let Some(network) = &filter.network {
            self.and(
                "connection.network IN (SELECT id FROM network WHERE name = :network)",
                ":network",
                network.clone(),
            );
            self.is_of_connections = true;
        }
        if let Some(is_on) = filter.screen_on {
            self.and("connection.screen_on = :screen_on", ":screen_on", is_on);
            self.is_of_connections = true;
        }
        if let Some(confidence) = filter.confidence {
            let sources =
                NameSource::ALL.iter().filter(|source| Confidence::of(**source) == confidence);
            let codes: Vec<String> = sources.map(|source| source.code().to_string()).collect();
            self.sql.push_str(&format!(" AND connection.source IN ({})", codes.join(", ")));
            self.is_of_connections = true;
        }
    }

    fn and(&mut self, sql: &str, name: &'static str, value: impl Into<Value>) {
        self.sql.push_str(" AND ");
        self.sql.push_str(sql);
        self.parameters.push((name, value.into()));
    }
}

/// SQL: the ids of these hosts and of all below them.
fn ids_of(hosts: &[HostName]) -> Option<String> {
    let whole = |host: &HostName| Below { host: host.clone(), except: Vec::new() };
    ids_below(&hosts.iter().map(whole).collect::<Vec<_>>())
}

/// SQL: the ids of these hosts and of all below them. Their names are part of it: a host name has no quotes.
fn ids_below(hosts: &[Below]) -> Option<String> {
    if hosts.is_empty() {
        return None;
    }
    let quoted = |host: &HostName| format!("'{}'", schema::reversed(host.as_str()));
    let named: Vec<String> =
        hosts.iter().map(|below| format!("({})", quoted(&below.host))).collect();
    let mut sql = format!(
        "SELECT host.id FROM (VALUES {}) AS named JOIN host ON host.reversed = named.column1
             OR (host.reversed > named.column1 || '.' AND host.reversed < named.column1 || '/')",
        named.join(", ")
    );
    let pairs =
        hosts.iter().flat_map(|Below { host, except }| except.iter().map(move |but| (host, but)));
    let pairs: Vec<String> =
        pairs.map(|(host, but)| format!("({}, {})", quoted(host), quoted(but))).collect();
    if !pairs.is_empty() {
        sql.push_str(&format!(
            " WHERE NOT EXISTS (SELECT 1 FROM (VALUES {}) AS but WHERE but.column1 = named.column1
                  AND (host.reversed = but.column2
                      OR (host.reversed > but.column2 || '.' AND host.reversed < but.column2 || '/')))",
            pairs.join(", ")
        ));
    }
    Some(sql)
}

/// SQL: whether a connection has no name and goes to one of these.
fn is_among(addresses: &[Addresses]) -> Option<String> {
    let either: Vec<String> = addresses.iter().map(is_in).collect();
    (!either.is_empty()).then(|| format!("(subject.host = 0 AND ({}))", either.join(" OR ")))
}

fn is_in(addresses: &Addresses) -> String {
    let Addresses { first, last, ports, protocol } = addresses;
    // Bytes are compared as the numbers that they stand for, where there are as many.
    let (length, first) = literal(*first);
    let (_, last) = literal(*last);
    let mut sql = format!(
        "length(connection.remote_address) = {length} AND connection.remote_address BETWEEN {first} AND {last}"
    );
    if let Some((first, last)) = ports {
        sql.push_str(&format!(" AND connection.remote_port BETWEEN {first} AND {last}"));
    }
    if let Some(protocol) = protocol {
        sql.push_str(&format!(" AND subject.protocol = {}", protocol.code()));
    }
    sql
}

/// The bytes of an address, how many and as SQL.
fn literal(address: IpAddr) -> (usize, String) {
    let (length, hex) = match address {
        IpAddr::V4(address) => (4, format!("{:08x}", u32::from(address))),
        IpAddr::V6(address) => (16, format!("{:032x}", u128::from(address))),
    };
    (length, format!("x'{hex}'"))
}
