//! From columns back to a connection.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use rusqlite::{Connection as Sqlite, Row as Columns};
use wire::{FlowKey, HostName, NameSource, Protocol};

use crate::connection::{Code, Connection, owner_from_columns};
use crate::error::StoreError;
use crate::query::Row;
use crate::reason::{Listed, Reason};
use crate::schema;

/// The connection with this key, which is there.
pub(crate) fn by_key(sqlite: &Sqlite, key: i64) -> Result<Row, StoreError> {
    let mut statement = sqlite.prepare_cached(
        "SELECT key, session, connection.id AS id, source, local_address, local_port, remote_address, remote_port,
             ended_ms, updated_ms, state, bytes_up, bytes_down, packets_up, packets_down, country, asn, screen_on,
             verdict, protocol, kind, uid, app.name AS app, host.name AS host,
             reason.text AS reason, reason.code AS reason_code, reason.list AS list, reason.entry AS entry,
             network.name AS network
         FROM connection
         JOIN subject ON subject.id = connection.subject
         JOIN app ON app.id = subject.app
         JOIN reason ON reason.id = subject.reason
         JOIN network ON network.id = connection.network
         LEFT JOIN host ON host.id = subject.host
         WHERE key = ?1",
    )?;
    let mut rows = statement.query([key])?;
    let columns = rows.next()?.ok_or_else(|| damaged("a connection's parts"))?;
    Ok(Row { session: columns.get("session")?, connection: connection(columns)? })
}

fn connection(columns: &Columns) -> Result<Connection, StoreError> {
    let owner = owner_from_columns(
        columns.get("kind")?,
        columns.get("uid")?,
        &columns.get::<_, String>("app")?,
    );
    Ok(Connection {
        id: columns.get::<_, i64>("id")?.cast_unsigned(),
        started_ms: schema::started_ms(columns.get("key")?),
        ended_ms: columns.get("ended_ms")?,
        updated_ms: columns.get("updated_ms")?,
        owner: owner.ok_or_else(|| damaged("an app"))?,
        key: FlowKey {
            protocol: code::<Protocol>(columns, "protocol")?,
            local: socket(columns, "local_address", "local_port")?,
            remote: socket(columns, "remote_address", "remote_port")?,
        },
        name: name(columns)?,
        verdict: code(columns, "verdict")?,
        reason: reason(columns)?,
        state: code(columns, "state")?,
        bytes_up: columns.get("bytes_up")?,
        bytes_down: columns.get("bytes_down")?,
        packets_up: columns.get("packets_up")?,
        packets_down: columns.get("packets_down")?,
        network: columns.get("network")?,
        screen_on: columns.get("screen_on")?,
        country: columns
            .get::<_, Option<String>>("country")?
            .and_then(|text| text.as_bytes().try_into().ok()),
        asn: columns.get("asn")?,
    })
}

fn reason(columns: &Columns) -> Result<Reason, StoreError> {
    let (list, entry): (Arc<str>, Arc<str>) = (columns.get("list")?, columns.get("entry")?);
    Ok(Reason {
        code: code(columns, "reason_code")?,
        text: columns.get("reason")?,
        listed: (!list.is_empty()).then_some(Listed { list, entry }),
    })
}

fn name(columns: &Columns) -> Result<Option<(HostName, NameSource)>, StoreError> {
    let Some(text) = columns.get::<_, Option<String>>("host")? else {
        return Ok(None);
    };
    let name = HostName::parse(text.as_bytes()).map_err(|_| damaged("a host name"))?;
    Ok(Some((name, code(columns, "source")?)))
}

fn socket(columns: &Columns, address: &str, port: &str) -> Result<SocketAddr, StoreError> {
    let octets: Vec<u8> = columns.get(address)?;
    let address = if let Ok(octets) = <[u8; 4]>::try_from(octets.as_slice()) {
        IpAddr::V4(Ipv4Addr::from(octets))
    } else {
        let octets = <[u8; 16]>::try_from(octets.as_slice()).map_err(|_| damaged("an address"))?;
        IpAddr::V6(Ipv6Addr::from(octets))
    };
    Ok(SocketAddr::new(address, columns.get(port)?))
}

fn code<T: Code>(columns: &Columns, column: &str) -> Result<T, StoreError> {
    T::from_code(columns.get(column)?).ok_or_else(|| damaged(column))
}

fn damaged(what: &str) -> StoreError {
    StoreError::Damaged(format!("{what} cannot be read"))
}
