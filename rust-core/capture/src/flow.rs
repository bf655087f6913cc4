//! What is told of a flow.

use std::borrow::Cow;
use std::fmt;
use std::net::SocketAddr;

use wire::{HostName, NameSource};

/// A flow of a capture, or one DNS question in it.
///
/// Each packet of the capture belongs to one of these. A DNS question has the packets of its own query and answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// `tcp`, `udp`, `icmp` (of both IP versions), or `ip-N` with the number of another protocol.
    pub protocol: Cow<'static, str>,
    /// Who began it; with the echo identifier for a port where it is ICMP echo, and 0 where there are no ports.
    pub source: SocketAddr,
    /// To whom.
    pub destination: SocketAddr,
    /// The names in it, in their order there, each once; none where no name is readable.
    pub names: Vec<Name>,
    /// Of both directions.
    pub packets: u64,
    /// Of both directions, as IP packets: from the IP header to the end of the payload, whole on the wire even where the
    /// capture has them cut.
    pub bytes: u64,
}

/// A name and where it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub host: HostName,
    /// Where it stood.
    pub source: Source,
}

/// Where a name in a capture stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A DNS query on port 53 asks for it.
    DnsQuery,
    /// A connection's first bytes name it: one of `sni`, `sni-outer`, `quic-sni`, `http-host` and `httpdns`.
    Opening(NameSource),
}

impl Source {
    /// The word for it in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Source::DnsQuery => "dns-query",
            Source::Opening(source) => source.as_str(),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
