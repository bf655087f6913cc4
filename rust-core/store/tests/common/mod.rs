//! What the tests of the log share: a connection to begin from, and the way back to what was written.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part")]

use std::net::SocketAddr;
use std::path::Path;

use hushwall_store::{
    Connection, Filter, Options, Reader, Reason, ReasonCode, Row, State, Store, Verdict,
};
use wire::{AppId, FlowKey, HostName, NameSource, Owner, Protocol};

/// 2026-01-01 00:00 UTC.
pub const BEGIN_MS: i64 = 1_767_225_600_000;

/// A finished, allowed connection of `curl`; its beginning follows from its id, a second apart.
pub fn connection(id: u64) -> Connection {
    let started_ms = BEGIN_MS + id.cast_signed() * 1000;
    Connection {
        id,
        started_ms,
        ended_ms: Some(started_ms + 500),
        updated_ms: started_ms + 500,
        owner: app("/usr/bin/curl", 1000),
        key: FlowKey {
            protocol: Protocol::Tcp,
            local: SocketAddr::from(([10, 7, 0, 2], 40_000)),
            remote: SocketAddr::from(([203, 0, 113, 7], 443)),
        },
        name: None,
        verdict: Verdict::Allow,
        reason: Reason {
            code: ReasonCode::NothingAgainst,
            text: "nothing speaks against it".into(),
            listed: None,
        },
        state: State::Closed,
        bytes_up: 100,
        bytes_down: 2000,
        packets_up: 4,
        packets_down: 5,
        network: "linux".into(),
        screen_on: None,
        country: None,
        asn: None,
    }
}

pub fn app(name: &str, uid: u32) -> Owner {
    Owner::App(AppId { uid, name: name.into() })
}

pub fn named(id: u64, host: &str) -> Connection {
    Connection { name: Some((host_name(host), NameSource::Sni)), ..connection(id) }
}

pub fn host_name(text: &str) -> HostName {
    HostName::parse(text.as_bytes()).unwrap()
}

pub fn open(path: &Path) -> Store {
    Store::open(path, Options::default()).unwrap().0
}

/// Everything the filter finds, through pages of three, so that each test is one of paging too.
pub fn all(path: &Path, filter: &Filter) -> Vec<Row> {
    let reader = Reader::open(path).unwrap();
    let mut rows = Vec::new();
    let mut cursor = None;
    loop {
        let page = reader.page(filter, cursor, 3).unwrap();
        rows.extend(page.rows);
        cursor = page.next;
        if cursor.is_none() {
            return rows;
        }
    }
}

pub fn ids(path: &Path, filter: &Filter) -> Vec<u64> {
    all(path, filter).iter().map(|row| row.connection.id).collect()
}
