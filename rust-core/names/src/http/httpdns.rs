//! Names asked for over HTTPDNS: name resolution by a plain HTTP request to an address that an SDK has built in, past
//! the DNS and its blocking.
//!
//! Alibaba Cloud: `GET http://203.107.1.65/ACCOUNT/sign_d?host=NAME&…`, also `d`, `resolve` and `sign_resolve`, the
//! latter two with several names between commas. DNSPod: `GET http://119.29.29.29/d?dn=NAME`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use wire::{HostName, NameSource};

use super::{add, address, without_port};

/// The query parameters that hold the names asked for.
const NAME_PARAMETERS: [&[u8]; 2] = [b"host", b"dn"];
/// The last segment of the path by which a service is known at any address.
const PATHS: [&[u8]; 4] = [b"d", b"sign_d", b"resolve", b"sign_resolve"];
/// Addresses of the services, as SDKs have them built in; nothing else is served there, so any path is taken.
const SERVICES_V4: [Ipv4Addr; 9] = [
    Ipv4Addr::new(203, 107, 1, 1),
    Ipv4Addr::new(203, 107, 1, 33),
    Ipv4Addr::new(203, 107, 1, 34),
    Ipv4Addr::new(203, 107, 1, 35),
    Ipv4Addr::new(203, 107, 1, 65),
    Ipv4Addr::new(203, 107, 1, 66),
    Ipv4Addr::new(101, 37, 99, 33),
    Ipv4Addr::new(119, 29, 29, 29),
    Ipv4Addr::new(119, 29, 29, 98),
];
const SERVICES_V6: [Ipv6Addr; 2] = [
    Ipv6Addr::new(0x2401, 0xb180, 0x2000, 0x20, 0, 0, 0, 0x10),
    Ipv6Addr::new(0x2401, 0xb180, 0x2000, 0x20, 0, 0, 0, 0x1c),
];

/// Adds the names that a request for `path`, sent to these authorities, asks an HTTPDNS service for.
///
/// Only requests to a known service, and those whose path is a service's and that are sent to an address or name no
/// host: `?host=` elsewhere means something else. A name has a dot, for DNSPod's paying customers send theirs
/// encrypted, in hex digits.
pub(super) fn asked(path: &[u8], authorities: &[&[u8]], names: &mut Vec<(HostName, NameSource)>) {
    let Some(question) = path.iter().position(|&byte| byte == b'?') else { return };
    let (path, query) = (&path[..question], &path[question + 1..]);
    let last_segment = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path);
    let is_asked = authorities.iter().any(|host| is_service(host))
        || (PATHS.contains(&last_segment)
            && (authorities.is_empty() || authorities.iter().any(|host| address(host).is_some())));
    if !is_asked {
        return;
    }
    for parameter in query.split(|byte| b"&#".contains(byte)) {
        let Some(equals) = parameter.iter().position(|&byte| byte == b'=') else { continue };
        if NAME_PARAMETERS.iter().any(|name| name.eq_ignore_ascii_case(&parameter[..equals])) {
            for text in percent_decoded(&parameter[equals + 1..]).split(|&byte| byte == b',') {
                if let Ok(name) = HostName::parse(text.trim_ascii())
                    && name.as_str().contains('.')
                {
                    add(name, NameSource::HttpDns, names);
                }
            }
        }
    }
}

/// Whether this authority is an HTTPDNS service: by its address, or by a label of its name.
fn is_service(authority: &[u8]) -> bool {
    match address(authority) {
        Some(IpAddr::V4(address)) => SERVICES_V4.contains(&address),
        Some(IpAddr::V6(address)) => SERVICES_V6.contains(&address),
        None => without_port(authority).split(|&byte| byte == b'.').any(|label| {
            label.get(..7).is_some_and(|start| start.eq_ignore_ascii_case(b"httpdns"))
        }),
    }
}

/// RFC 3986 section 2.1; what is no escape stays as it is.
fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let escape =
            after.first_chunk::<2>().and_then(|&[high, low]| Some((hex(high)?, hex(low)?)));
        match (byte, escape) {
            (b'%', Some((high, low))) => {
                decoded.push(high << 4 | low);
                rest = &after[2..];
            }
            (byte, _) => decoded.push(byte),
        }
    }
    decoded
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::super::{MAX_NAMES, sniff};
    use crate::Sniff;

    /// The names as `source name`.
    fn names_of(request: &str) -> Vec<String> {
        match sniff(request.as_bytes()) {
            Sniff::Names(names) => {
                names.iter().map(|(name, source)| format!("{} {name}", source.as_str())).collect()
            }
            Sniff::NoName => Vec::new(),
            Sniff::NeedMore => panic!("needs more than {request:?}"),
        }
    }

    #[test]
    fn a_phone_s_question_is_read() {
        // What a Redmi Note 9 Pro sent, without what tells it apart.
        let request = "GET /164566/sign_d?host=appmarket.micloud.xiaomi.net&sdk=android_1.3.3&t=0&s=0&sid=0&net=wifi&bssid=02%3A00%3A00%3A00%3A00%3A00 HTTP/1.1\r\nUser-Agent: Dalvik\r\nHost: 203.107.1.65\r\n\r\n";
        assert_eq!(names_of(request), ["httpdns appmarket.micloud.xiaomi.net"]);
    }

    #[test]
    fn services_are_known_by_address_name_or_path() {
        for (target, host) in [
            ("/1/d?host=t.example", "203.107.1.33"),
            ("/new/path?a=b&host=t.example", "203.107.1.33:80"),
            ("/d?dn=t.example.&ip=192.0.2.1", "119.29.29.29"),
            ("/1/d?host=t.example", "[2401:b180:2000:20::10]:80"),
            ("/1/resolve?HOST=t.example#x", "198.51.100.7"),
            ("http://198.51.100.7/1/sign_resolve?host=t%2Eexample", "shop.example"),
        ] {
            let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
            assert_eq!(names_of(&request), ["httpdns t.example"], "{request}");
        }
        assert_eq!(names_of("GET /1/d?host=t.example HTTP/1.0\r\n\r\n"), ["httpdns t.example"]);
        assert_eq!(
            names_of("GET /x?host=t.example HTTP/1.1\r\nHost: httpdns.browser.miui.com\r\n\r\n"),
            ["http-host httpdns.browser.miui.com", "httpdns t.example"]
        );
    }

    #[test]
    fn several_names_are_told_each_once() {
        let request = "GET /1/resolve?host=a.example,b.example%2Ca.example&dn=c.example HTTP/1.1\r\nHost: 203.107.1.1\r\n\r\n";
        assert_eq!(
            names_of(request),
            ["httpdns a.example", "httpdns b.example", "httpdns c.example"]
        );
        let many: Vec<String> = (0..100).map(|n| format!("h{n}.example")).collect();
        let request =
            format!("GET /d?host={} HTTP/1.1\r\nHost: 203.107.1.1\r\n\r\n", many.join(","));
        assert_eq!(names_of(&request).len(), MAX_NAMES);
    }

    #[test]
    fn other_requests_ask_for_nothing() {
        for (target, host) in [
            ("/ping?host=t.example", "192.168.1.1"),
            ("/d", "203.107.1.1"),
            ("/d?", "203.107.1.1"),
            ("/d?host", "203.107.1.1"),
            ("/d?host=", "203.107.1.1"),
            ("/d?host=192.0.2.1", "203.107.1.1"),
            ("/d?hosts=t.example", "203.107.1.1"),
            ("/d?dn=a0b1c2d3e4f5", "119.29.29.29"),
            ("/d?dn=%zz%,%4,t.", "119.29.29.29"),
        ] {
            let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
            assert_eq!(names_of(&request), Vec::<String>::new(), "{request}");
        }
        assert_eq!(
            names_of("GET /d?host=t.example HTTP/1.1\r\nHost: shop.example\r\n\r\n"),
            ["http-host shop.example"]
        );
    }
}
