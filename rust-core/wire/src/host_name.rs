//! Host names, and how we came to know them.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

/// The longest host name in characters, RFC 1035 section 2.3.4 (255 octets on the wire).
const MAX_NAME: usize = 253;
/// The longest label in characters, RFC 1035 section 2.3.4.
const MAX_LABEL: usize = 63;

/// A host name: lower case, no dot at the end, never an address literal. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HostName(Arc<str>);

/// Why a text is no host name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostNameError {
    /// Nothing, or nothing but a dot.
    #[error("the host name is empty")]
    Empty,
    /// Longer than 253 characters, or a label longer than 63.
    #[error("the host name or one of its labels is too long")]
    TooLong,
    /// Two dots in a row or one at the start.
    #[error("the host name has an empty label")]
    EmptyLabel,
    /// A character other than a letter, digit, hyphen or underscore.
    #[error("the host name has a character that no host name has")]
    BadCharacter,
    /// An IPv4 or IPv6 address.
    #[error("an address is no host name")]
    Address,
}

impl HostName {
    /// Reads a host name from ASCII text, in any case, with or without the dot at the end.
    ///
    /// # Errors
    /// [`HostNameError`] says what is wrong with the text. Names in other scripts must come as A-labels.
    pub fn parse(text: &[u8]) -> Result<Self, HostNameError> {
        let text = text.strip_suffix(b".").unwrap_or(text);
        if text.is_empty() {
            return Err(HostNameError::Empty);
        }
        if text.len() > MAX_NAME {
            return Err(HostNameError::TooLong);
        }
        let mut lower = [0u8; MAX_NAME];
        let mut label = 0;
        for (to, &byte) in lower.iter_mut().zip(text) {
            match byte {
                b'.' if label == 0 => return Err(HostNameError::EmptyLabel),
                b'.' => label = 0,
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => label += 1,
                _ => return Err(HostNameError::BadCharacter),
            }
            if label > MAX_LABEL {
                return Err(HostNameError::TooLong);
            }
            *to = byte.to_ascii_lowercase();
        }
        if label == 0 {
            return Err(HostNameError::EmptyLabel);
        }
        let name =
            std::str::from_utf8(&lower[..text.len()]).map_err(|_| HostNameError::BadCharacter)?;
        if name.parse::<IpAddr>().is_ok() {
            return Err(HostNameError::Address);
        }
        Ok(HostName(name.into()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name itself, then each parent: `a.b.c`, `b.c`, `c`.
    pub fn suffixes(&self) -> impl Iterator<Item = &str> {
        std::iter::successors(Some(self.as_str()), |name| {
            name.split_once('.').map(|(_, parent)| parent)
        })
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a name was seen; stronger sources say more about what the connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NameSource {
    /// This owner asked the DNS for the name and got this address.
    Dns,
    /// The system's resolver asked, perhaps for this owner, perhaps for another.
    SystemDns,
    /// The server name of a TLS ClientHello, RFC 6066 section 3.
    Sni,
    /// The outer server name of a ClientHello with Encrypted Client Hello: the true one may be hidden.
    SniOuter,
    /// An outer server name that is known to stand for another: the true one is hidden, and this says nothing.
    Hidden,
    /// The server name of a QUIC Initial packet.
    QuicSni,
    /// The Host header of an HTTP/1 request.
    HttpHost,
    /// The name asked for in an HTTPDNS query.
    HttpDns,
    /// A name another owner resolved to the same address: may be somebody else's.
    Guess,
}

impl NameSource {
    /// The word for it in logs and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            NameSource::Dns => "dns",
            NameSource::SystemDns => "system-dns",
            NameSource::Sni => "sni",
            NameSource::SniOuter => "sni-outer",
            NameSource::Hidden => "hidden",
            NameSource::QuicSni => "quic-sni",
            NameSource::HttpHost => "http-host",
            NameSource::HttpDns => "httpdns",
            NameSource::Guess => "guess",
        }
    }
}

impl fmt::Display for NameSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_folded_and_loses_its_last_dot() {
        assert_eq!(HostName::parse(b"Tracking.MIUI.com.").unwrap().as_str(), "tracking.miui.com");
        assert_eq!(HostName::parse(b"_dmarc.a-b.example").unwrap().as_str(), "_dmarc.a-b.example");
    }

    #[test]
    fn what_is_no_name_is_refused_with_its_reason() {
        let long_label = [b'a'; 64];
        let long_name = [b"a.".repeat(127), b"b".to_vec()].concat();
        for (text, error) in [
            (&b""[..], HostNameError::Empty),
            (b".", HostNameError::Empty),
            (b".a", HostNameError::EmptyLabel),
            (b"a..b", HostNameError::EmptyLabel),
            (b"a b", HostNameError::BadCharacter),
            (b"a\x1b[31m", HostNameError::BadCharacter),
            (b"192.0.2.1", HostNameError::Address),
            (&long_label, HostNameError::TooLong),
            (&long_name, HostNameError::TooLong),
        ] {
            assert_eq!(HostName::parse(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn suffixes_go_from_the_name_to_the_top() {
        let name = HostName::parse(b"a.b.example").unwrap();
        assert_eq!(name.suffixes().collect::<Vec<_>>(), ["a.b.example", "b.example", "example"]);
    }
}
