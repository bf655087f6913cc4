//! `hushwall explain`: whether an app may reach a host, and every rule and list that speaks about it.

use std::fmt::Write;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use catalog::{Catalog, Row};
use nix::unistd::getuid;
use policy::{Considered, Evidence, Explanation, Reason, Subject};
use serde::Serialize;
use wire::{AppId, FlowKey, NameSource, Owner, Protocol};

use crate::args::{ExplainArguments, ProtocolName};
use crate::failure::Failure;
use crate::host_argument::{self, Server};
use crate::rules_files::Loaded;
use crate::situation;
use crate::terminal::{Paint, Tone, harmless, harmless_json};

/// The app of connections whose app nobody could tell.
const UNKNOWN: &str = "unknown";

/// The answer. As JSON its fields are an interface: add, never rename.
#[derive(Serialize)]
struct Explained {
    app: String,
    uid: Option<u32>,
    host: Option<String>,
    address: Option<IpAddr>,
    port: u16,
    protocol: &'static str,
    /// The circumstances, in words.
    situation: String,
    /// The moment, in Unix seconds.
    at: u64,
    /// allow or block.
    verdict: &'static str,
    reason: String,
    /// What the built-in data knows of the host or address, whatever decides.
    about: Option<About>,
    /// All that speaks, what decides first, then by weight.
    considered: Vec<ConsideredTold>,
}

/// What a host is for.
#[derive(Serialize)]
struct About {
    /// The row of the data, such as `xiaomi.sensors`.
    id: String,
    organisation: String,
    /// Of the organisation's seat, two letters.
    country: String,
    product: String,
    /// Such as "usage statistics".
    category: &'static str,
    /// block, strict or never.
    level: catalog::Level,
    /// In one sentence.
    purpose: String,
    /// What is sent, in words.
    data: Vec<&'static str>,
    /// What happens where it is blocked, in sentences, and how sure that is: confirmed, likely or untested.
    may_break: String,
    sure: &'static str,
}

#[derive(Serialize)]
struct ConsideredTold {
    /// allow or block.
    verdict: &'static str,
    reason: String,
    /// overall, app, rule, list or default.
    kind: &'static str,
    /// Of a rule: its place in the document, such as `rules[3]`.
    path: Option<String>,
    /// Of a list: its name.
    list: Option<String>,
    /// Of a list: the entry that matched.
    entry: Option<String>,
    /// The name that it speaks about.
    name: Option<String>,
    /// Its conditions hold; if not, it would speak only where they do.
    holds: bool,
    /// It is what decided.
    decisive: bool,
}

/// Prints the explanation.
pub(crate) fn run(arguments: &ExplainArguments) -> Result<u8, Failure> {
    let (server, port) = host_argument::server(&arguments.host)?;
    let (situation, moment) = situation::asked(&arguments.situation)?;
    let files = &arguments.rules;
    let (loaded, policy) = Loaded::read(files.policy.as_deref(), files.lists.as_deref())
        .and_then(|loaded| loaded.compile(&situation, &moment).map(|policy| (loaded, policy)))
        .map_err(|error| error.into_failure(files))?;
    let (name, address) = match server {
        Server::Name(name) => (Some(name), arguments.address),
        Server::Address(address) => (None, arguments.address.or(Some(address))),
    };
    let uid = arguments.uid.unwrap_or_else(|| getuid().as_raw());
    let owner = if arguments.app == UNKNOWN {
        Owner::Unknown
    } else {
        Owner::App(AppId { uid, name: arguments.app.as_str().into() })
    };
    let protocol = Protocol::from(arguments.protocol);
    let port = if protocol == Protocol::Icmp { 0 } else { port };
    let remote = SocketAddr::new(address.unwrap_or(Ipv4Addr::UNSPECIFIED.into()), port);
    let key = FlowKey { protocol, local: (Ipv4Addr::UNSPECIFIED, 0).into(), remote };
    // As if the app had asked for the name.
    let names: Vec<Evidence> =
        name.iter().map(|name| Evidence { name: name.clone(), source: NameSource::Dns }).collect();
    let row = match &name {
        Some(name) => loaded.catalog.about_host(name),
        None => address.and_then(|address| loaded.catalog.about_address(address, port, protocol)),
    };
    let explanation = policy.explain(&Subject { owner: &owner, key: &key, names: &names });
    let explained = Explained {
        app: owner.to_string(),
        uid: owner.id().map(|id| id.uid),
        host: name.map(|name| name.to_string()),
        address,
        port,
        protocol: protocol.as_str(),
        situation: situation::words(&situation),
        at: moment.unix_seconds,
        verdict: verdict(&explanation.decision.reason),
        reason: explanation.decision.reason.to_string(),
        about: row.map(|row| About::of(&loaded.catalog, row)),
        considered: told(&explanation),
    };
    let text = if arguments.json {
        format!("{}\n", harmless_json(&explained))
    } else {
        explained.text(Paint::on(&io::stdout()))
    };
    crate::print_whole(text.as_bytes())
}

fn told(explanation: &Explanation) -> Vec<ConsideredTold> {
    let told = explanation.considered.iter().map(|considered| {
        let Considered { reason, evidence, holds, decisive } = considered;
        let (path, list, entry) = match reason {
            Reason::Listed { list, entry } | Reason::Protected { list, entry } => {
                (None, Some(list.to_string()), Some(entry.to_string()))
            }
            Reason::Rule { number, .. } => (Some(format!("rules[{number}]")), None, None),
            Reason::Lockdown
            | Reason::Paused
            | Reason::AppAllowed
            | Reason::AppBlocked
            | Reason::NotListed
            | Reason::DefaultAllowed
            | Reason::DefaultBlocked
            | Reason::NothingAgainst => (None, None, None),
        };
        ConsideredTold {
            verdict: verdict(reason),
            reason: reason.to_string(),
            kind: kind(reason),
            path,
            list,
            entry,
            name: evidence.as_ref().map(|evidence| evidence.name.to_string()),
            holds: *holds,
            decisive: *decisive,
        }
    });
    told.collect()
}

fn verdict(reason: &Reason) -> &'static str {
    if reason.allows() { "allow" } else { "block" }
}

fn kind(reason: &Reason) -> &'static str {
    match reason {
        Reason::Lockdown | Reason::Paused => "overall",
        Reason::AppAllowed | Reason::AppBlocked | Reason::NotListed => "app",
        Reason::Rule { .. } => "rule",
        Reason::Listed { .. } | Reason::Protected { .. } => "list",
        Reason::DefaultAllowed | Reason::DefaultBlocked | Reason::NothingAgainst => "default",
    }
}

impl About {
    fn of(catalog: &Catalog, row: &Row) -> Self {
        let organisation = catalog.organisation(row);
        About {
            id: row.id.clone(),
            organisation: organisation.map(|known| known.name.clone()).unwrap_or_default(),
            country: organisation.map(|known| known.country.clone()).unwrap_or_default(),
            product: row.product.clone(),
            category: row.category.words(),
            level: row.level,
            purpose: row.purpose.clone(),
            data: row.data.iter().map(|data| data.words()).collect(),
            may_break: row.breakage.words().to_owned(),
            sure: row.breakage.sure.words(),
        }
    }

    /// Whose it is and what it does; what is sent; what breaks without it.
    fn text(&self) -> String {
        let About { organisation, product, category, purpose, data, may_break, sure, .. } = self;
        let mut text = format!("{organisation}, {product} ({category}): {purpose}\n");
        if !data.is_empty() {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "It is told: {}.", data.join(", "));
        }
        let _ = writeln!(text, "Blocked: {may_break} ({sure})");
        text
    }
}

impl Explained {
    fn text(&self, paint: Paint) -> String {
        let app = match self.uid {
            Some(uid) => format!("{} ({uid})", harmless(&self.app)),
            None => "an unknown app".to_owned(),
        };
        let host = match (&self.host, self.address) {
            (Some(host), Some(address)) => format!("{host} ({address})"),
            (Some(host), None) => host.clone(),
            (None, Some(IpAddr::V6(address))) => format!("[{address}]"),
            (None, Some(IpAddr::V4(address))) => address.to_string(),
            (None, None) => String::new(),
        };
        let (port, protocol) = (self.port, self.protocol);
        let mut text = format!(
            "{app} to {host}:{port} ({protocol}), {}, {}\n{}: {}\n",
            self.situation,
            situation::time_words(self.at),
            paint.paint(tone(self.verdict), self.verdict),
            harmless(&self.reason),
        );
        text.push_str(&self.about.as_ref().map(About::text).unwrap_or_default());
        if self.considered.len() > 1 {
            text.push_str("What speaks, the decisive first, then by weight:\n");
            for told in &self.considered {
                let ConsideredTold { verdict, reason, path, holds, decisive, .. } = told;
                let mark = if *decisive { "*" } else { " " };
                let place = path.as_ref().map(|path| format!("  {path}")).unwrap_or_default();
                let condition = if *holds { "" } else { " (not now)" };
                // Writing to a String cannot fail.
                let _ = writeln!(
                    text,
                    "{mark} {}  {}{}{condition}",
                    paint.paint(tone(verdict), verdict),
                    harmless(reason),
                    paint.paint(Tone::Faint, place),
                );
            }
        }
        text
    }
}

fn tone(verdict: &str) -> Tone {
    if verdict == "block" { Tone::Bad } else { Tone::Good }
}

impl From<ProtocolName> for Protocol {
    fn from(name: ProtocolName) -> Self {
        match name {
            ProtocolName::Tcp => Protocol::Tcp,
            ProtocolName::Udp => Protocol::Udp,
            ProtocolName::Icmp => Protocol::Icmp,
        }
    }
}
