//! HTTPDNS: the names in a query are told with their source, and a plain one is found.

use names::{Sniff, sniff};
use wire::{HostName, NameSource};

pub fn run(query: &[u8]) {
    if query.contains(&b'\n') {
        return;
    }
    let request =
        [b"GET /1/resolve?host=", query, b" HTTP/1.1\r\nHost: 203.107.1.65\r\n\r\n"].concat();
    let names = match sniff(&request) {
        Sniff::Names(names) => names,
        Sniff::NoName => Vec::new(),
        Sniff::NeedMore => {
            assert!(!request.ends_with(b"\r\n\r\n"));
            return;
        }
    };
    // A query that looks like an absolute target has a host of its own.
    if !query.windows(3).any(|window| window == b"://") {
        assert!(names.iter().all(|(_, source)| *source == NameSource::HttpDns));
    }
    assert!(names.iter().all(|(name, _)| name.as_str().contains('.')));
    if let Ok(name) = HostName::parse(query)
        && name.as_str().contains('.')
    {
        assert_eq!(names, [(name, NameSource::HttpDns)]);
    }
}
