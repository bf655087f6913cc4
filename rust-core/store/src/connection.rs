//! What the log keeps of a connection, and the small numbers that stand for it in the file.

use std::sync::Arc;

use wire::{AppId, FlowKey, HostName, NameSource, Owner, Protocol};

use crate::reason::Reason;

/// A connection as it stands at one moment. Times are Unix time in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Unique among the connections of this [`Store`](crate::Store); the same id again replaces what was written.
    pub id: u64,
    /// When its first packet came. What the first record of an id says stays.
    pub started_ms: i64,
    /// When it ended; `None` while it goes on.
    pub ended_ms: Option<i64>,
    /// The moment this record speaks of.
    pub updated_ms: i64,
    /// Whose it is.
    pub owner: Owner,
    /// Its five-tuple.
    pub key: FlowKey,
    /// The name that speaks for it best, and where it was seen.
    pub name: Option<(HostName, NameSource)>,
    /// Pass or not.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// Whether it goes on, and if not, how it ended.
    pub state: State,
    /// Payload bytes from the app to the remote, so far.
    pub bytes_up: u64,
    /// Payload bytes from the remote to the app, so far.
    pub bytes_down: u64,
    /// IP packets from the app, so far.
    pub packets_up: u64,
    /// IP packets to the app, so far.
    pub packets_down: u64,
    /// What kind of network carried it: `wifi`, `mobile`, `linux`.
    pub network: Arc<str>,
    /// Whether the screen was on when it began; `None` where nobody tells. What the first record of an id says stays.
    pub screen_on: Option<bool>,
    /// The remote's country, ISO 3166-1 alpha-2.
    pub country: Option<[u8; 2]>,
    /// The remote's autonomous system.
    pub asn: Option<u32>,
}

impl Connection {
    /// Whether it is a question to a name server: the log has each by itself.
    pub fn is_question(&self) -> bool {
        is_question(self.key.remote.port(), self.name.as_ref().map(|(_, source)| *source))
    }

    /// Whether it is a question that was let through. It is not counted: the connection that follows says the same.
    pub fn is_answered_question(&self) -> bool {
        self.is_question() && self.verdict == Verdict::Allow
    }

    /// How sure its name is; `None` without a name.
    pub fn confidence(&self) -> Option<Confidence> {
        self.name.as_ref().map(|(_, source)| Confidence::of(*source))
    }
}

/// Whether what went to this remote port, with a name from this source, is a question to a name server: all that goes there is
/// read as questions, and a question's name is the one that it asks for.
pub fn is_question(remote_port: u16, source: Option<NameSource>) -> bool {
    remote_port == 53 && source == Some(NameSource::Dns)
}

/// How sure a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Confidence {
    /// It may be another's: asked by somebody else, or it may hide the true one.
    Guessed,
    /// This app asked for the name and was given this address.
    Resolved,
    /// It stood in the connection itself.
    Seen,
}

impl Confidence {
    /// How sure a name from this source is.
    pub fn of(source: NameSource) -> Self {
        match source {
            NameSource::Sni | NameSource::QuicSni | NameSource::HttpHost => Confidence::Seen,
            NameSource::Dns | NameSource::HttpDns => Confidence::Resolved,
            NameSource::SystemDns
            | NameSource::SniOuter
            | NameSource::Hidden
            | NameSource::Guess => Confidence::Guessed,
        }
    }

    /// The word for it on screens and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Guessed => "guessed",
            Confidence::Resolved => "resolved",
            Confidence::Seen => "seen",
        }
    }
}

/// Pass or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It was carried.
    Allow,
    /// It was not, or was cut.
    Block,
}

impl Verdict {
    /// The word for it on screens and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Allow => "allow",
            Verdict::Block => "block",
        }
    }
}

/// Whether a connection goes on, and if not, how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It goes on.
    Open,
    /// Both sides closed in order, or a datagram flow was idle for its time.
    Closed,
    /// One side reset it.
    Reset,
    /// It was refused or cut by the verdict.
    Blocked,
    /// The remote refused, was unreachable or did not answer.
    Failed,
    /// The engine made room for others.
    Evicted,
    /// Nobody saw its end: the program was killed while it was open. Never written, only read: its end is the
    /// moment of its last record.
    Lost,
}

impl State {
    /// The word for it on screens and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Closed => "closed",
            State::Reset => "reset",
            State::Blocked => "blocked",
            State::Failed => "failed",
            State::Evicted => "evicted",
            State::Lost => "lost",
        }
    }
}

/// A value that the file keeps as a small number. The numbers are part of the file's format: add, never change.
pub(crate) trait Code: Copy + 'static {
    /// Every value.
    const ALL: &'static [Self];

    /// The number that stands for it.
    fn code(self) -> i64;

    /// The value behind a number; `None` where no value has it.
    fn from_code(code: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.code() == code)
    }
}

impl Code for Verdict {
    const ALL: &'static [Self] = &[Verdict::Allow, Verdict::Block];

    fn code(self) -> i64 {
        match self {
            Verdict::Allow => 0,
            Verdict::Block => 1,
        }
    }
}

impl Code for State {
    const ALL: &'static [Self] = &[
        State::Open,
        State::Closed,
        State::Reset,
        State::Blocked,
        State::Failed,
        State::Evicted,
        State::Lost,
    ];

    fn code(self) -> i64 {
        match self {
            State::Open => 0,
            State::Closed => 1,
            State::Reset => 2,
            State::Blocked => 3,
            State::Failed => 4,
            State::Evicted => 5,
            State::Lost => 6,
        }
    }
}

impl Code for Protocol {
    const ALL: &'static [Self] = &[Protocol::Icmp, Protocol::Tcp, Protocol::Udp];

    /// The numbers of the IP header, RFC 5237; ICMPv6 goes under ICMP.
    fn code(self) -> i64 {
        match self {
            Protocol::Icmp => 1,
            Protocol::Tcp => 6,
            Protocol::Udp => 17,
        }
    }
}

impl Code for NameSource {
    const ALL: &'static [Self] = &[
        NameSource::Dns,
        NameSource::SystemDns,
        NameSource::Sni,
        NameSource::SniOuter,
        NameSource::QuicSni,
        NameSource::HttpHost,
        NameSource::HttpDns,
        NameSource::Guess,
        NameSource::Hidden,
    ];

    fn code(self) -> i64 {
        match self {
            NameSource::Dns => 0,
            NameSource::SystemDns => 1,
            NameSource::Sni => 2,
            NameSource::SniOuter => 3,
            NameSource::QuicSni => 4,
            NameSource::HttpHost => 5,
            NameSource::HttpDns => 6,
            NameSource::Guess => 7,
            NameSource::Hidden => 8,
        }
    }
}

/// An owner as the file keeps it: kind, uid and name.
pub(crate) fn owner_to_columns(owner: &Owner) -> (i64, i64, &str) {
    match owner {
        Owner::Unknown => (0, -1, ""),
        Owner::App(id) => (1, id.uid.into(), &id.name),
        Owner::System(id) => (2, id.uid.into(), &id.name),
    }
}

/// The reverse of [`owner_to_columns`]; `None` for a kind or a uid that is none.
pub(crate) fn owner_from_columns(kind: i64, uid: i64, name: &str) -> Option<Owner> {
    if kind == 0 {
        return Some(Owner::Unknown);
    }
    let id = AppId { uid: u32::try_from(uid).ok()?, name: name.into() };
    match kind {
        1 => Some(Owner::App(id)),
        2 => Some(Owner::System(id)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use super::*;

    #[test]
    fn every_value_comes_back_from_its_number() {
        fn check<T: Code + PartialEq + Debug>() {
            for value in T::ALL {
                assert_eq!(T::from_code(value.code()), Some(*value));
            }
            assert_eq!(T::from_code(-1), None);
        }
        check::<Verdict>();
        check::<State>();
        check::<Protocol>();
        check::<NameSource>();
    }
}
