//! A connection as the user is shown it, live or from the log: one line of text, one JSON object, or one row of CSV.

use std::net::SocketAddr;
use std::path::Path;
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use report::csv_row;
use runtime::RecordState;
use serde::Serialize;
use store::{Confidence, Row, State};
use wire::{HostName, NameSource, Owner, Protocol};

use crate::terminal::{Paint, Tone, bytes, column, harmless, harmless_json};

/// A connection at one moment. As JSON its fields are an interface: add, never rename.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Shown {
    /// Tells connections of one run apart.
    pub(crate) id: String,
    /// When its first packet came.
    pub(crate) started: Timestamp,
    /// The moment of which this speaks.
    pub(crate) at: Timestamp,
    /// Executable or package; none where nobody could tell.
    pub(crate) app: Option<String>,
    /// The user id it ran under.
    pub(crate) uid: Option<u32>,
    /// tcp, udp or icmp.
    pub(crate) protocol: &'static str,
    /// The app's address and port.
    pub(crate) local: SocketAddr,
    /// The server's address and port.
    pub(crate) remote: SocketAddr,
    /// The server's name.
    pub(crate) host: Option<String>,
    /// Where the name was seen.
    pub(crate) host_source: Option<&'static str>,
    /// How sure the name is.
    pub(crate) confidence: Option<&'static str>,
    /// allow or block.
    pub(crate) verdict: &'static str,
    /// Why.
    pub(crate) reason: String,
    /// open, closed, reset, blocked, failed, evicted or lost.
    pub(crate) state: &'static str,
    /// Payload bytes from the app.
    pub(crate) bytes_up: u64,
    /// Payload bytes to the app.
    pub(crate) bytes_down: u64,
    /// IP packets from the app.
    pub(crate) packets_up: u64,
    /// IP packets to the app.
    pub(crate) packets_down: u64,
    /// It is a question to a name server.
    #[serde(skip)]
    pub(crate) is_question: bool,
}

impl Shown {
    /// From a running firewall.
    pub(crate) fn live(connection: &runtime::Connection) -> Self {
        let record = &connection.record;
        let verdict = match record.decision.verdict {
            policy::Verdict::Allow => store::Verdict::Allow,
            policy::Verdict::Block(_) => store::Verdict::Block,
        };
        let state = match record.state {
            RecordState::Open => State::Open,
            RecordState::Closed => State::Closed,
            RecordState::Reset => State::Reset,
            RecordState::Blocked => State::Blocked,
            RecordState::Failed => State::Failed,
            RecordState::Evicted => State::Evicted,
        };
        Shown {
            id: format!("{}.{}", record.flow.index, record.flow.generation),
            started: timestamp(connection.started),
            at: timestamp(connection.at),
            verdict: verdict.as_str(),
            reason: record.decision.reason.to_string(),
            state: state.as_str(),
            bytes_up: record.traffic.bytes_up,
            bytes_down: record.traffic.bytes_down,
            packets_up: record.traffic.packets_up,
            packets_down: record.traffic.packets_down,
            ..Shown::of(&record.owner, record.key, record.name.as_ref())
        }
    }

    /// From the log.
    pub(crate) fn logged(row: &Row) -> Self {
        let connection = &row.connection;
        Shown {
            id: format!("{}.{}", row.session, connection.id),
            started: from_ms(connection.started_ms),
            at: from_ms(connection.updated_ms),
            verdict: connection.verdict.as_str(),
            reason: connection.reason.to_string(),
            state: connection.state.as_str(),
            bytes_up: connection.bytes_up,
            bytes_down: connection.bytes_down,
            packets_up: connection.packets_up,
            packets_down: connection.packets_down,
            ..Shown::of(&connection.owner, connection.key, connection.name.as_ref())
        }
    }

    /// Whose and where to.
    fn of(owner: &Owner, key: wire::FlowKey, name: Option<&(HostName, NameSource)>) -> Self {
        Shown {
            id: String::new(),
            started: Timestamp::UNIX_EPOCH,
            at: Timestamp::UNIX_EPOCH,
            app: owner.id().map(|id| id.name.to_string()),
            uid: owner.id().map(|id| id.uid),
            protocol: key.protocol.as_str(),
            local: key.local,
            remote: key.remote,
            host: name.map(|(host, _)| host.to_string()),
            host_source: name.map(|(_, source)| source.as_str()),
            confidence: name.map(|(_, source)| Confidence::of(*source).as_str()),
            verdict: store::Verdict::Allow.as_str(),
            reason: String::new(),
            state: State::Open.as_str(),
            bytes_up: 0,
            bytes_down: 0,
            packets_up: 0,
            packets_down: 0,
            is_question: store::is_question(key.remote.port(), name.map(|(_, source)| *source)),
        }
    }

    /// Whether it was blocked.
    pub(crate) fn is_blocked(&self) -> bool {
        self.verdict == store::Verdict::Block.as_str()
    }

    /// Whether it goes on.
    pub(crate) fn is_open(&self) -> bool {
        self.state == State::Open.as_str()
    }

    /// Whether it was allowed and came to nothing.
    pub(crate) fn has_failed(&self) -> bool {
        self.state == State::Failed.as_str()
    }

    /// The program's short name, and the user it ran under.
    pub(crate) fn app_label(&self) -> String {
        let Some(app) = &self.app else { return "unknown".to_owned() };
        let short = Path::new(app).file_name().map_or(app.into(), |name| name.to_string_lossy());
        let short = if app.starts_with('/') { short } else { app.as_str().into() };
        match self.uid {
            Some(uid) => format!("{} ({uid})", harmless(&short)),
            None => harmless(&short).into_owned(),
        }
    }

    /// Name or address, and the port.
    pub(crate) fn remote_label(&self) -> String {
        let port = self.remote.port();
        match &self.host {
            Some(host) if self.is_question => format!("name of {}", harmless(host)),
            Some(host) if self.protocol == Protocol::Icmp.as_str() => harmless(host).into_owned(),
            Some(host) => format!("{}:{port}", harmless(host)),
            None if self.protocol == Protocol::Icmp.as_str() => self.remote.ip().to_string(),
            None => self.remote.to_string(),
        }
    }

    /// Live: time of day, app, protocol, remote, verdict, reason.
    pub(crate) fn live_line(&self, zone: &TimeZone, paint: Paint) -> String {
        let time = self.started.to_zoned(zone.clone()).strftime("%H:%M:%S").to_string();
        if self.has_failed() {
            let why = if self.protocol == Protocol::Icmp.as_str() {
                "no answer, or this system forbids ping sockets (sysctl net.ipv4.ping_group_range)"
            } else {
                "the server refused, did not answer, or cannot be reached"
            };
            return self.line(&time, why, paint);
        }
        self.line(&time, &harmless(&self.reason), paint)
    }

    /// From the log: date, how it ended and how much it carried too.
    pub(crate) fn log_line(&self, zone: &TimeZone, paint: Paint) -> String {
        let time = self.started.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
        let (up, down) = (bytes(self.bytes_up), bytes(self.bytes_down));
        // That it is blocked stands there already.
        let state = if self.state == State::Blocked.as_str() { "" } else { self.state };
        let more = format!("{state:<7}  {up:>8} up  {down:>8} down  {}", harmless(&self.reason));
        self.line(&time, &more, paint)
    }

    /// One JSON object, without a line's end.
    pub(crate) fn json(&self) -> String {
        harmless_json(self)
    }

    /// One row of CSV, in the order of [`CSV_HEADING`].
    pub(crate) fn csv(&self) -> String {
        let number = |number: u64| number.to_string();
        csv_row(&[
            &self.started.to_string(),
            &self.at.to_string(),
            self.app.as_deref().unwrap_or_default(),
            &self.uid.map(|uid| uid.to_string()).unwrap_or_default(),
            self.protocol,
            self.host.as_deref().unwrap_or_default(),
            self.host_source.unwrap_or_default(),
            self.confidence.unwrap_or_default(),
            &self.remote.ip().to_string(),
            &self.remote.port().to_string(),
            self.verdict,
            &self.reason,
            self.state,
            &number(self.bytes_up),
            &number(self.bytes_down),
            &number(self.packets_up),
            &number(self.packets_down),
        ])
    }

    fn line(&self, time: &str, rest: &str, paint: Paint) -> String {
        let tone = if self.is_blocked() { Tone::Bad } else { Tone::Good };
        format!(
            "{}  {}  {:<4}  {}  {}  {rest}",
            paint.paint(Tone::Faint, time),
            column(&self.app_label(), APP_COLUMN),
            if self.is_question { "dns" } else { self.protocol },
            column(&self.remote_label(), REMOTE_COLUMN),
            paint.paint(tone, self.verdict),
        )
    }
}

/// How many characters the app has in a line.
pub(crate) const APP_COLUMN: usize = 36;
const REMOTE_COLUMN: usize = 38;
/// The names of the columns of [`Shown::csv`].
pub(crate) const CSV_HEADING: &str = "started,at,app,uid,protocol,host,host_source,confidence,remote,port,verdict,reason,state,\
                                      bytes_up,bytes_down,packets_up,packets_down";

/// A moment of the log, in milliseconds of Unix time.
pub(crate) fn from_ms(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn timestamp(time: SystemTime) -> Timestamp {
    Timestamp::try_from(time).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Arc;

    use wire::{AppId, FlowKey};

    use super::*;

    /// A connection of this program to this host.
    pub(crate) fn example(app: &str, host: Option<&str>) -> Shown {
        let owner = Owner::App(AppId { uid: 1000, name: Arc::from(app) });
        let key = FlowKey {
            protocol: Protocol::Tcp,
            local: "10.213.97.2:40000".parse().unwrap(),
            remote: "[2001:db8::1]:443".parse().unwrap(),
        };
        let name = host.map(|host| (HostName::parse(host.as_bytes()).unwrap(), NameSource::Sni));
        Shown {
            reason: "nothing speaks against it".into(),
            ..Shown::of(&owner, key, name.as_ref())
        }
    }

    #[test]
    fn a_live_line_tells_who_where_and_why() {
        let line =
            example("/usr/bin/curl", Some("shop.example")).live_line(&TimeZone::UTC, Paint::off());
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words[..6], ["00:00:00", "curl", "(1000)", "tcp", "shop.example:443", "allow"]);
        assert!(line.ends_with("nothing speaks against it"));
        let unnamed = example("/usr/bin/curl", None).live_line(&TimeZone::UTC, Paint::off());
        assert!(unnamed.contains("[2001:db8::1]:443"));
    }

    #[test]
    fn a_program_with_a_dangerous_name_is_shown_harmlessly_everywhere() {
        let mut shown = example("/tmp/\u{1b}[31mcurl\u{202e}", None);
        shown.reason = "list \u{9b}2J".into();
        for text in [
            shown.live_line(&TimeZone::UTC, Paint::off()),
            shown.log_line(&TimeZone::UTC, Paint::off()),
            shown.json(),
            shown.csv(),
        ] {
            assert!(!text.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{text:?}");
            assert!(text.contains("202e"), "{text:?}");
        }
    }

    #[test]
    fn json_stays_json_and_keeps_the_name_whole() {
        let name = "/tmp/\u{1b}[31m\u{202e}\u{200b}";
        let value: serde_json::Value = serde_json::from_str(&example(name, None).json()).unwrap();
        assert_eq!(value["app"], name);
    }

    #[test]
    fn csv_has_as_many_cells_as_its_heading() {
        let row = example("/usr/bin/curl", Some("shop.example")).csv();
        assert_eq!(row.split(',').count(), CSV_HEADING.split(',').count());
    }
}
