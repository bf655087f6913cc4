//! Hosts as people write them on a command line.

use std::net::{IpAddr, SocketAddr};

use wire::HostName;

use crate::failure::Failure;

/// The port that is meant where none is written: that of HTTPS.
const USUAL_PORT: u16 = 443;

/// A server by name or by address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    /// A name.
    Name(HostName),
    /// An address.
    Address(IpAddr),
}

/// Reads a host's name.
///
/// # Errors
/// What is wrong with it, and what would be right.
pub(crate) fn name(text: &str) -> Result<HostName, Failure> {
    HostName::parse(text.as_bytes()).map_err(|error| {
        let failure = Failure::new(format!("reading the host {text:?}"), error);
        failure.hint(if text.contains('/') {
            "give the host alone, such as example.org, not a whole URL"
        } else if text.is_ascii() {
            "give a name such as example.org"
        } else {
            "write the name as it is in the DNS: its labels begin with xn-- where they are not plain letters"
        })
    })
}

/// Reads `HOST`, `HOST:PORT`, `ADDRESS`, `ADDRESS:PORT` or `[ADDRESS]:PORT`.
///
/// # Errors
/// What is wrong with it, and what would be right.
pub(crate) fn server(text: &str) -> Result<(Server, u16), Failure> {
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Ok((Server::Address(address.ip()), address.port()));
    }
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    if let Ok(address) = inner.parse::<IpAddr>() {
        return Ok((Server::Address(address), USUAL_PORT));
    }
    let (host, port) = match text.rsplit_once(':') {
        // A URL; its host is complained about below.
        Some((_, port)) if port.starts_with('/') => (text, USUAL_PORT),
        Some((host, port)) => {
            let port = port.parse().map_err(|_| {
                Failure::new(format!("reading the host {text:?}"), format!("{port:?} is no port"))
                    .hint("a port is a number from 0 to 65535, as in example.org:443")
            })?;
            (host, port)
        }
        None => (text, USUAL_PORT),
    };
    Ok((Server::Name(name(host)?), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (String, u16) {
        match server(text).unwrap() {
            (Server::Name(name), port) => (name.to_string(), port),
            (Server::Address(address), port) => (address.to_string(), port),
        }
    }

    #[test]
    fn servers_are_names_or_addresses_with_or_without_a_port() {
        for (text, host, port) in [
            ("Example.ORG", "example.org", 443),
            ("example.org:80", "example.org", 80),
            ("192.0.2.1", "192.0.2.1", 443),
            ("192.0.2.1:5222", "192.0.2.1", 5222),
            ("2001:db8::1", "2001:db8::1", 443),
            ("[2001:db8::1]", "2001:db8::1", 443),
            ("[2001:db8::1]:53", "2001:db8::1", 53),
        ] {
            assert_eq!(read(text), (host.to_owned(), port), "{text}");
        }
    }

    #[test]
    fn what_is_no_server_is_told_with_what_would_be_right() {
        for (text, advice) in [
            ("https://example.org/path", "not a whole URL"),
            ("example.org:https", "from 0 to 65535"),
            ("example.org:65536", "from 0 to 65535"),
            ("k\u{e4}se.example", "xn--"),
            ("a b", "such as example.org"),
            ("", "such as example.org"),
        ] {
            let hint = server(text).unwrap_err().hint.unwrap();
            assert!(hint.contains(advice), "{text}: {hint}");
        }
    }
}
