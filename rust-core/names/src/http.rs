//! The host that an HTTP/1 request is for (RFC 9112 section 3.2), and the names that an HTTPDNS request asks for; for audits,
//! a [`RequestReader`] of all that a connection's requests tell.
//!
//! Where a server would have to guess, nothing is chosen here: a request with two different Host fields speaks of
//! both, and the policy lets the most blocked one win.

use std::net::{IpAddr, Ipv6Addr};

use wire::{HostName, NameSource};

use crate::Sniff;

mod httpdns;
mod parameters;
mod request;
mod requests;

pub use parameters::{Parameter, Place};
pub use request::{Conversation, Request};
pub use requests::{RequestReader, Speech};

/// How many octets of a request's head are looked at; servers refuse heads not much longer (Apache and nginx take
/// 8 KiB a line). What its first octets say of hosts counts for a longer one.
const MAX_HEAD: usize = 16 * 1024;
/// The longest request method that is taken for one; the longest registered has 17 letters (`UPDATEREDIRECTREF`).
const MAX_METHOD: usize = 24;
/// How many names of one request are told. HTTPDNS services take 5 to 10 names at a time.
const MAX_NAMES: usize = 32;

/// Reads the host out of a connection's first bytes: the authority of the request target where it has one (absolute
/// form, or CONNECT's), else the Host fields. The port is left out. An address is no name.
///
/// Then come the names that an HTTPDNS request asks for, as [`NameSource::HttpDns`]. Empty lines before the request
/// are skipped (RFC 9112 section 2.2).
pub fn sniff(bytes: &[u8]) -> Sniff {
    let bytes = &bytes[..bytes.len().min(MAX_HEAD)];
    let unfinished = if bytes.len() < MAX_HEAD { Sniff::NeedMore } else { Sniff::NoName };
    let is_line_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
    let bytes = &bytes[bytes.iter().take_while(|byte| is_line_end(byte)).count()..];
    let is_letter = |byte: &u8| byte.is_ascii_uppercase() || *byte == b'-';
    let method_length = bytes.iter().take_while(|byte| is_letter(byte)).count();
    if method_length > MAX_METHOD {
        return Sniff::NoName;
    }
    match bytes.get(method_length) {
        None => return unfinished,
        Some(b' ') if method_length > 0 => {}
        Some(_) => return Sniff::NoName,
    }
    let (method, rest) = (&bytes[..method_length], &bytes[method_length + 1..]);
    let Some((request_line, fields)) = next_line(rest) else { return unfinished };
    let Some(target) = target(request_line) else { return Sniff::NoName };
    if method == b"CONNECT" {
        return Sniff::found(named(&[target]));
    }
    if let Some((authority, path)) = absolute_form(target) {
        return Sniff::found(with_asked(path, &[authority]));
    }
    match hosts(fields) {
        Hosts { is_whole: false, .. } if unfinished == Sniff::NeedMore => Sniff::NeedMore,
        Hosts { values, .. } => Sniff::found(with_asked(target, &values)),
    }
}

/// A line without its end, and what follows. A bare LF ends one too, RFC 9112 section 2.2.
fn next_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|&byte| byte == b'\n')?;
    let line = &bytes[..end];
    Some((line.strip_suffix(b"\r").unwrap_or(line), &bytes[end + 1..]))
}

/// The request target, if the line ends as one of HTTP/1 does.
fn target(request_line: &[u8]) -> Option<&[u8]> {
    let (target, version) = request_line.split_at_checked(request_line.len().checked_sub(9)?)?;
    (version.starts_with(b" HTTP/1.") && version[8].is_ascii_digit()).then_some(target)
}

/// Authority and path of a request target of absolute form; servers must heed it rather than Host.
fn absolute_form(target: &[u8]) -> Option<(&[u8], &[u8])> {
    let scheme_end = target.windows(3).position(|window| window == b"://")?;
    if !target[..scheme_end].iter().all(u8::is_ascii_alphabetic) {
        return None;
    }
    let rest = &target[scheme_end + 3..];
    let end = rest.iter().position(|byte| b"/?#".contains(byte)).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let user_end = authority.iter().rposition(|&byte| byte == b'@').map_or(0, |at| at + 1);
    Some((&authority[user_end..], path))
}

/// The values of a request's Host fields.
struct Hosts<'a> {
    values: Vec<&'a [u8]>,
    /// The empty line after the fields has come.
    is_whole: bool,
}

fn hosts(mut fields: &[u8]) -> Hosts<'_> {
    let mut values = Vec::new();
    while let Some((line, mut rest)) = next_line(fields) {
        if line.is_empty() {
            return Hosts { values, is_whole: true };
        }
        // A line that begins with white space continues the one before (RFC 9112 section 5.2).
        while let Some(b' ' | b'\t') = rest.first()
            && let Some((_, after)) = next_line(rest)
        {
            rest = after;
        }
        if let Some(value) = host_value(&fields[..fields.len() - rest.len()])
            && values.len() < MAX_NAMES
        {
            values.push(value);
        }
        fields = rest;
    }
    Hosts { values, is_whole: false }
}

fn host_value(field: &[u8]) -> Option<&[u8]> {
    let (name, value) = field.split_at(field.iter().position(|&byte| byte == b':')?);
    // White space before the colon is wrong, and some servers take it all the same.
    name.trim_ascii().eq_ignore_ascii_case(b"host").then(|| value[1..].trim_ascii())
}

/// The names among the authorities, and those that the request asks for.
fn with_asked(path: &[u8], authorities: &[&[u8]]) -> Vec<(HostName, NameSource)> {
    let mut names = named(authorities);
    httpdns::asked(path, authorities, &mut names);
    names
}

/// The different names among the authorities.
fn named(authorities: &[&[u8]]) -> Vec<(HostName, NameSource)> {
    let mut names = Vec::new();
    for authority in authorities {
        if let Ok(name) = HostName::parse(without_port(authority)) {
            add(name, NameSource::HttpHost, &mut names);
        }
    }
    names
}

fn add(name: HostName, source: NameSource, names: &mut Vec<(HostName, NameSource)>) {
    if names.len() < MAX_NAMES && names.iter().all(|(known, _)| *known != name) {
        names.push((name, source));
    }
}

fn without_port(authority: &[u8]) -> &[u8] {
    match authority.iter().rposition(|&byte| byte == b':') {
        Some(colon) if authority[colon + 1..].iter().all(u8::is_ascii_digit) => &authority[..colon],
        Some(_) | None => authority,
    }
}

/// The address that an authority is, if it is one.
fn address(authority: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(without_port(authority)).ok()?;
    match text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        Some(text) => text.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts_of(request: &str) -> Vec<String> {
        match sniff(request.as_bytes()) {
            Sniff::Names(names) => {
                assert!(names.iter().all(|(_, source)| *source == NameSource::HttpHost));
                names.into_iter().map(|(name, _)| name.to_string()).collect()
            }
            Sniff::NoName => Vec::new(),
            Sniff::NeedMore => panic!("needs more than {request:?}"),
        }
    }

    #[test]
    fn the_host_header_names_the_server() {
        for request in [
            "GET /filter/text HTTP/1.1\r\nHost: globalapi.ad.xiaomi.com\r\n\r\n",
            "POST / HTTP/1.0\r\nAccept: */*\r\nhOsT:GlobalAPI.ad.xiaomi.com:8080  \r\nX: y\r\n\r\n",
            "GET / HTTP/1.1\nHost: globalapi.ad.xiaomi.com.\n\n",
            "GET /?u=http://other.example/ HTTP/1.1\r\nHost: globalapi.ad.xiaomi.com\r\n\r\n",
            "\r\n\r\nGET / HTTP/1.1\r\nHost: globalapi.ad.xiaomi.com\r\n\r\n",
            "GET / HTTP/1.1\r\nHost:\r\n  globalapi.ad.xiaomi.com\r\nX: y\r\n Host: z.example\r\n\r\n",
            "GET / HTTP/1.1\r\nHost : globalapi.ad.xiaomi.com\r\n\r\n",
        ] {
            assert_eq!(hosts_of(request), ["globalapi.ad.xiaomi.com"], "{request}");
        }
    }

    #[test]
    fn the_target_s_own_host_wins() {
        for request in [
            "GET http://data.mistat.xiaomi.com/a HTTP/1.1\r\nHost: innocent.example\r\n\r\n",
            "GET http://user:pw@data.mistat.xiaomi.com:81?q HTTP/1.1\r\nHost: innocent.example\r\n\r\n",
            "CONNECT data.mistat.xiaomi.com:443 HTTP/1.1\r\nHost: innocent.example\r\n\r\n",
        ] {
            assert_eq!(hosts_of(request), ["data.mistat.xiaomi.com"], "{request}");
        }
    }

    #[test]
    fn different_hosts_are_all_told_and_equal_ones_once() {
        let request = "GET / HTTP/1.1\r\nHost: shop.example\r\nHost: t.example:80\r\nhost: SHOP.example\r\n\r\n";
        assert_eq!(hosts_of(request), ["shop.example", "t.example"]);
        let many: String = (0..100).map(|n| format!("Host: h{n}.example\r\n")).collect();
        assert_eq!(hosts_of(&format!("GET / HTTP/1.1\r\n{many}\r\n")).len(), MAX_NAMES);
    }

    #[test]
    fn addresses_and_requests_without_host_have_no_name() {
        for request in [
            "GET / HTTP/1.1\r\nHost: 192.0.2.1:80\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: 2001:db8::1\r\n\r\n",
            "GET http://[2001:db8::1]/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "CONNECT 192.0.2.1:443 HTTP/1.1\r\n",
            "GET / HTTP/1.1\r\nHost:\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a.example\r\n b.example\r\n\r\n",
            "GET / HTTP/1.0\r\nAccept: */*\r\n\r\nHost: body.example\r\n",
            "GET / HTTP/2\r\n",
            "GET\r\n",
            "GET /\r\nHost: a.example\r\n\r\n",
            " GET / HTTP/1.1\r\nHost: a.example\r\n\r\n",
        ] {
            assert_eq!(hosts_of(request), Vec::<String>::new(), "{request}");
        }
    }

    #[test]
    fn a_cut_request_needs_more_until_its_head_ends() {
        let request = b"\r\nGET / HTTP/1.1\r\nHost: a.example\r\nAccept: */*\r\n\r\n";
        for length in 0..request.len() {
            assert_eq!(sniff(&request[..length]), Sniff::NeedMore, "{length} octets");
        }
        assert_eq!(sniff(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"), Sniff::NoName);
    }

    #[test]
    fn a_head_without_end_is_judged_by_its_beginning() {
        let cookie = "c".repeat(MAX_HEAD);
        let request = format!("GET / HTTP/1.1\r\nHost: a.example\r\nCookie: {cookie}");
        assert_eq!(hosts_of(&request), ["a.example"]);
        assert_eq!(sniff(&request.as_bytes()[..MAX_HEAD - 1]), Sniff::NeedMore);
        assert_eq!(hosts_of(&format!("GET /{cookie}")), Vec::<String>::new());
    }
}
