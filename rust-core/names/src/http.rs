//! The host that an HTTP/1 request is for (RFC 9112 section 3.2).

use wire::{HostName, NameSource};

use crate::Sniff;

/// The longest request method that is taken for one; the longest registered has 17 letters (`UPDATEREDIRECTREF`).
const MAX_METHOD: usize = 24;

/// Reads the host out of a connection's first bytes: the authority of the request target where it has one (absolute
/// form, or CONNECT), else the Host header. The port is left out. An address is no name.
pub fn sniff(bytes: &[u8]) -> Sniff {
    let is_letter = |byte: &u8| byte.is_ascii_uppercase() || *byte == b'-';
    let method_length = bytes.iter().take_while(|byte| is_letter(byte)).count();
    if method_length > MAX_METHOD {
        return Sniff::NoName;
    }
    match bytes.get(method_length) {
        None => return Sniff::NeedMore,
        Some(b' ') if method_length > 0 => {}
        Some(_) => return Sniff::NoName,
    }
    let (method, rest) = (&bytes[..method_length], &bytes[method_length + 1..]);
    let Some((request_line, mut rest)) = next_line(rest) else { return Sniff::NeedMore };
    let Some(target) = target(request_line) else { return Sniff::NoName };
    if let Some(authority) = authority(method, target) {
        return named(authority);
    }
    loop {
        let Some((line, after)) = next_line(rest) else { return Sniff::NeedMore };
        if line.is_empty() {
            return Sniff::NoName;
        }
        if let Some(host) = host_header(line) {
            return named(host);
        }
        rest = after;
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

/// The authority in a request target of absolute form or, for CONNECT, of authority form.
fn authority<'a>(method: &[u8], target: &'a [u8]) -> Option<&'a [u8]> {
    if method == b"CONNECT" {
        return Some(target);
    }
    let scheme_end = target.windows(3).position(|window| window == b"://")?;
    if !target[..scheme_end].iter().all(u8::is_ascii_alphabetic) {
        return None;
    }
    let rest = &target[scheme_end + 3..];
    let end = rest.iter().position(|byte| b"/?#".contains(byte)).unwrap_or(rest.len());
    let authority = &rest[..end];
    let user_end = authority.iter().rposition(|&byte| byte == b'@').map_or(0, |at| at + 1);
    Some(&authority[user_end..])
}

fn host_header(line: &[u8]) -> Option<&[u8]> {
    let (field, value) = line.split_at(line.iter().position(|&byte| byte == b':')?);
    field.eq_ignore_ascii_case(b"host").then(|| value[1..].trim_ascii())
}

/// Host and port to a name.
fn named(authority: &[u8]) -> Sniff {
    let host = match authority.iter().rposition(|&byte| byte == b':') {
        Some(colon) if authority[colon + 1..].iter().all(u8::is_ascii_digit) => &authority[..colon],
        Some(_) | None => authority,
    };
    match HostName::parse(host) {
        Ok(name) => Sniff::Name(name, NameSource::HttpHost),
        Err(_) => Sniff::NoName,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host_of(request: &str) -> Option<String> {
        match sniff(request.as_bytes()) {
            Sniff::Name(name, source) => {
                assert_eq!(source, NameSource::HttpHost);
                Some(name.to_string())
            }
            Sniff::NoName => None,
            Sniff::NeedMore => panic!("needs more than {request:?}"),
        }
    }

    #[test]
    fn the_host_header_names_the_server() {
        for request in [
            "GET /filter/text HTTP/1.1\r\nHost: globalapi.ad.xiaomi.com\r\n\r\n",
            "POST / HTTP/1.0\r\nAccept: */*\r\nhOsT:GlobalAPI.ad.xiaomi.com:8080  \r\nX: y",
            "GET / HTTP/1.1\nHost: globalapi.ad.xiaomi.com.\n",
            "GET /?u=http://other.example/ HTTP/1.1\r\nHost: globalapi.ad.xiaomi.com\r\n\r\n",
        ] {
            assert_eq!(host_of(request).as_deref(), Some("globalapi.ad.xiaomi.com"), "{request}");
        }
    }

    #[test]
    fn the_target_s_own_host_wins() {
        for request in [
            "GET http://data.mistat.xiaomi.com/a HTTP/1.1\r\nHost: innocent.example\r\n\r\n",
            "GET http://user:pw@data.mistat.xiaomi.com:81?q HTTP/1.1\r\nHost: innocent.example\r\n\r\n",
            "CONNECT data.mistat.xiaomi.com:443 HTTP/1.1\r\nHost: innocent.example\r\n\r\n",
        ] {
            assert_eq!(host_of(request).as_deref(), Some("data.mistat.xiaomi.com"), "{request}");
        }
    }

    #[test]
    fn addresses_and_requests_without_host_have_no_name() {
        for request in [
            "GET / HTTP/1.1\r\nHost: 192.0.2.1:80\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: 2001:db8::1\r\n\r\n",
            "GET http://[2001:db8::1]/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
            "GET / HTTP/1.1\r\nHost:\r\n\r\n",
            "GET / HTTP/1.0\r\nAccept: */*\r\n\r\nHost: body.example\r\n",
            "GET / HTTP/2\r\n",
            "GET\r\n",
            "GET /\r\nHost: a.example\r\n\r\n",
            " GET / HTTP/1.1\r\nHost: a.example\r\n\r\n",
        ] {
            assert_eq!(host_of(request), None, "{request}");
        }
    }

    #[test]
    fn a_cut_request_needs_more_until_its_host_line_ends() {
        let request = b"GET / HTTP/1.1\r\nHost: a.example\r\n";
        for length in 0..request.len() {
            assert_eq!(sniff(&request[..length]), Sniff::NeedMore, "{length} octets");
        }
        assert_eq!(sniff(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"), Sniff::NoName);
    }
}
