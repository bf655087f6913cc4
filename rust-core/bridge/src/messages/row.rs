//! A connection as the app shows it, live or from the log.

use std::sync::Arc;

use catalog::{Catalog, Category, Level};
use geo::Country;
use serde::Serialize;
use store::{Connection, Reason};
use wire::Owner;

use crate::resources::Known;

/// A connection.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    /// Unique among those of one session.
    id: u64,
    /// The run of the core that wrote it; absent while it is told live.
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<i64>,
    started: i64,
    updated: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<i64>,
    owner: OwnerTold,
    protocol: &'static str,
    local: String,
    remote: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name_source: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<&'static str>,
    /// It is a question to a name server.
    is_question: bool,
    verdict: &'static str,
    reason: ReasonTold,
    state: &'static str,
    bytes_up: u64,
    bytes_down: u64,
    packets_up: u64,
    packets_down: u64,
    network: Arc<str>,
    /// Whether the screen was on when it began; absent where nobody told.
    #[serde(skip_serializing_if = "Option::is_none")]
    screen: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    asn: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    asn_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<AboutTold>,
}

/// Whom it is about and what for, in short; the question `about` tells the rest.
#[derive(Debug, Serialize)]
pub(crate) struct AboutTold {
    /// The row of the catalogue.
    id: String,
    /// The company's name.
    organisation: String,
    product: String,
    category: Category,
    level: Level,
    /// It is one of the company's own apps, for which the row does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    own: Option<bool>,
}

/// Whose it is.
#[derive(Debug, Serialize)]
pub(crate) struct OwnerTold {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Arc<str>>,
}

/// Why it passes or not.
#[derive(Debug, Serialize)]
pub(crate) struct ReasonTold {
    code: &'static str,
    /// The same as an English sentence.
    text: Arc<str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    list: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<Arc<str>>,
    /// The rule's place in the document of that moment; not of rows from the log, whose document may be another by now.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<u32>,
}

impl Row {
    /// Told live.
    pub(crate) fn live(told: &runtime::Connection, known: &Known) -> Self {
        let mut row = Row::of(&told.logged(), None, known);
        row.reason.rule = rule(&told.record.decision.reason);
        row
    }

    /// From the log.
    pub(crate) fn logged(row: &store::Row, known: &Known) -> Self {
        Row::of(&row.connection, Some(row.session), known)
    }

    fn of(connection: &Connection, session: Option<i64>, known: &Known) -> Self {
        let remote = connection.key.remote;
        let place = known.places.as_ref().map(|places| places.lookup(remote.ip()));
        // What was known at the time comes first: it is what a filter finds.
        let country = connection.country.map(Country);
        let country = country.or(place.as_ref().and_then(|place| place.country));
        let network = place.as_ref().and_then(|place| place.network.as_ref());
        let name = connection.name.as_ref();
        let host = name.map(|(host, _)| host);
        let about = known.catalog.about(host, remote, connection.key.protocol);
        Row {
            id: connection.id,
            session,
            started: connection.started_ms,
            updated: connection.updated_ms,
            ended: connection.ended_ms,
            owner: OwnerTold::new(&connection.owner),
            protocol: connection.key.protocol.as_str(),
            local: connection.key.local.to_string(),
            remote: remote.to_string(),
            host: host.map(ToString::to_string),
            name_source: name.map(|(_, source)| source.as_str()),
            confidence: connection.confidence().map(store::Confidence::as_str),
            is_question: connection.is_question(),
            verdict: connection.verdict.as_str(),
            reason: ReasonTold::new(&connection.reason),
            state: connection.state.as_str(),
            bytes_up: connection.bytes_up,
            bytes_down: connection.bytes_down,
            packets_up: connection.packets_up,
            packets_down: connection.packets_down,
            network: Arc::clone(&connection.network),
            screen: connection.screen_on.map(|is_on| if is_on { "on" } else { "off" }),
            country: country.map(|country| country.as_str().to_owned()),
            asn: network.map(|network| network.number),
            asn_name: network.map(|network| network.name.to_owned()),
            about: about.map(|row| AboutTold::new(&known.catalog, row, &connection.owner)),
        }
    }
}

impl AboutTold {
    fn new(catalog: &Catalog, row: &catalog::Row, owner: &Owner) -> Self {
        let mut packages = owner.id().into_iter().flat_map(|id| id.name.split(','));
        let is_own = packages.any(|package| row.own_apps.iter().any(|own| own == package));
        AboutTold {
            id: row.id.clone(),
            organisation: catalog.organisation(row).map(|of| of.name.clone()).unwrap_or_default(),
            product: row.product.clone(),
            category: row.category,
            level: row.level,
            own: is_own.then_some(true),
        }
    }
}

impl OwnerTold {
    pub(crate) fn new(owner: &Owner) -> Self {
        let kind = match owner {
            Owner::App(_) => "app",
            Owner::System(_) => "system",
            Owner::Unknown => "unknown",
        };
        let id = owner.id();
        OwnerTold { kind, uid: id.map(|id| id.uid), name: id.map(|id| Arc::clone(&id.name)) }
    }
}

impl ReasonTold {
    /// As the log keeps it.
    fn new(reason: &Reason) -> Self {
        ReasonTold {
            code: reason.code.as_str(),
            text: Arc::clone(&reason.text),
            list: reason.listed.as_ref().map(|listed| Arc::clone(&listed.list)),
            entry: reason.listed.as_ref().map(|listed| Arc::clone(&listed.entry)),
            rule: None,
        }
    }

    /// As the policy says it.
    pub(crate) fn decided(reason: &policy::Reason) -> Self {
        ReasonTold { rule: rule(reason), ..ReasonTold::new(&runtime::reason(reason)) }
    }
}

fn rule(reason: &policy::Reason) -> Option<u32> {
    if let policy::Reason::Rule { number, .. } = reason { Some(*number) } else { None }
}
