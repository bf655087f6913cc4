//! The policy as the user writes and keeps it: versioned JSON, described by `policy.schema.json` in this crate.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use wire::HostName;

use crate::{AddressRange, PolicyError, PortRange, Refusal, Rule, Transport};

/// The version of the format that this program reads and writes.
pub const VERSION: u64 = 1;

/// A whole policy. Everything but the version may be left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The version of the format: [`VERSION`].
    pub version: u64,
    /// The mode of apps that `apps` does not name.
    #[serde(default)]
    pub default_mode: Mode,
    /// The mode of connections whose owner could not be found.
    #[serde(default)]
    pub unknown_mode: Mode,
    /// How a block is told to the app.
    #[serde(default)]
    pub refusal: Refusal,
    /// How a question for a blocked name is answered.
    #[serde(default)]
    pub blocked_dns: BlockedDns,
    /// Nothing passes, whatever the rules say.
    #[serde(default)]
    pub lockdown: bool,
    /// Everything passes for a while, unless there is a lockdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Pause>,
    /// Names for sets of apps.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// Modes of single apps.
    #[serde(default)]
    pub apps: Vec<AppEntry>,
    /// The user's own rules. They come before the lists.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// Lists of hosts and addresses.
    #[serde(default)]
    pub lists: Vec<List>,
}

/// What an app may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Everything.
    Allow,
    /// Everything but what rules and lists block.
    #[default]
    Filtered,
    /// Only what the user's rules allow.
    Listed,
    /// Nothing.
    Block,
}

/// How a question for a blocked name is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BlockedDns {
    /// 0.0.0.0 or `::`; no data for all other types.
    #[default]
    Unspecified,
    /// There is no such name.
    NxDomain,
    /// There is such a name, without data.
    NoData,
}

/// A time without filtering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// Its end in seconds since 1970; without it, it lasts until it is taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
}

/// A name for a set of apps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its name.
    #[serde(deserialize_with = "not_empty")]
    pub name: String,
    /// The apps in it, by name.
    pub apps: Vec<String>,
}

/// The mode of one app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppEntry {
    /// The app's name: a package, or the path of an executable.
    #[serde(deserialize_with = "not_empty")]
    pub app: String,
    /// Only under this user id; comes before an entry without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// What it may do.
    pub mode: Mode,
}

/// A set of hosts or addresses that somebody maintains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// Its name, as reasons tell it. A list without hosts and addresses is the one of this name that is built in, or in the
    /// index file.
    #[serde(deserialize_with = "not_empty")]
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub role: Role,
    /// Whether it counts.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Hosts, each with all names below it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "write_hosts",
        deserialize_with = "read_hosts"
    )]
    pub hosts: Option<Vec<HostName>>,
    /// Addresses, for what is reached without a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addresses: Option<Vec<ListedAddresses>>,
    /// For whom it does not count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<ListException>,
}

/// Apps for which a list does not count: a company's own apps need its servers, which in other apps only track.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListException {
    /// The apps, by name.
    pub apps: Vec<String>,
    /// Only about these hosts, each with all names below it. Without them, about everything on the list.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "write_hosts",
        deserialize_with = "read_hosts"
    )]
    pub hosts: Option<Vec<HostName>>,
}

/// What a list is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// What it has is blocked.
    #[default]
    Block,
    /// What it has is not blocked by other lists.
    Protect,
}

/// Addresses of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedAddresses {
    /// Which.
    pub addresses: AddressRange,
    /// Only these ports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ports: Option<PortRange>,
    /// Only this protocol.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Transport>,
}

impl List {
    /// The list of this name in an index file, which blocks.
    pub fn indexed(name: &str) -> Self {
        List {
            name: name.to_owned(),
            role: Role::Block,
            enabled: true,
            hosts: None,
            addresses: None,
            except: Vec::new(),
        }
    }
}

impl Default for Document {
    /// Everything filtered, and nothing to filter by.
    fn default() -> Self {
        Document {
            version: VERSION,
            default_mode: Mode::default(),
            unknown_mode: Mode::default(),
            refusal: Refusal::default(),
            blocked_dns: BlockedDns::default(),
            lockdown: false,
            pause: None,
            groups: Vec::new(),
            apps: Vec::new(),
            rules: Vec::new(),
            lists: Vec::new(),
        }
    }
}

impl Document {
    /// Reads a document from JSON text.
    ///
    /// # Errors
    /// [`PolicyError`] with the place: no JSON, another version, an unknown field, a missing or wrong value.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        // A document of another version is to be told so, not that its fields are unknown.
        #[derive(Deserialize)]
        struct Versioned {
            version: u64,
        }
        if let Ok(Versioned { version }) = serde_json::from_str(text)
            && version != VERSION
        {
            let message = format!(
                "this program reads version {VERSION} of the format, not version {version}"
            );
            return Err(PolicyError::new("version", message));
        }
        let mut json = serde_json::Deserializer::from_str(text);
        let document = serde_path_to_error::deserialize(&mut json)?;
        json.end().map_err(|error| PolicyError {
            path: String::new(),
            position: Some((error.line(), error.column())),
            message: "there is more text after the end of the document".to_owned(),
        })?;
        Ok(document)
    }
}

/// A host name of the document.
struct Host(HostName);

impl<'de> Deserialize<'de> for Host {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        HostName::parse(text.as_bytes()).map(Host).map_err(|error| {
            let hint = match text.strip_prefix("*.").or(text.strip_prefix('.')) {
                Some(host) => format!("; write {host:?}, which covers all names below it too"),
                None => String::new(),
            };
            de::Error::custom(format!("{text:?}: {error}{hint}"))
        })
    }
}

pub(crate) fn read_host<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<HostName>, D::Error> {
    Ok(Option::<Host>::deserialize(deserializer)?.map(|Host(name)| name))
}

fn read_hosts<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<HostName>>, D::Error> {
    let hosts = Option::<Vec<Host>>::deserialize(deserializer)?;
    Ok(hosts.map(|hosts| hosts.into_iter().map(|Host(name)| name).collect()))
}

#[expect(clippy::ref_option, reason = "serde wants it so")]
pub(crate) fn write_host<S: Serializer>(
    host: &Option<HostName>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    host.as_ref().map(HostName::as_str).serialize(serializer)
}

#[expect(clippy::ref_option, reason = "serde wants it so")]
fn write_hosts<S: Serializer>(
    hosts: &Option<Vec<HostName>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(hosts.iter().flatten().map(HostName::as_str))
}

pub(crate) fn not_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() { Err(de::Error::custom("a name is needed here")) } else { Ok(text) }
}

pub(crate) fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> PolicyError {
        Document::parse(text).unwrap_err()
    }

    #[test]
    fn the_least_document_is_the_default() {
        assert_eq!(Document::parse(r#"{"version": 1}"#).unwrap(), Document::default());
    }

    #[test]
    fn a_whole_document_is_read_and_written_back_the_same() {
        let text = r#"{"version":1,"default_mode":"listed","unknown_mode":"allow","refusal":"silence","blocked_dns":"nxdomain",
            "lockdown":true,"pause":{"until":1790000000},"groups":[{"name":"browsers","apps":["a","b"]}],
            "apps":[{"app":"/usr/bin/curl","mode":"allow"},{"app":"com.mi.globalbrowser","uid":10123,"mode":"filtered"}],
            "rules":[{"host":"Shop.Example.","verdict":"allow"},
                {"group":"browsers","addresses":"203.0.113.0/24","ports":"5222-5223","protocol":"tcp","verdict":"block","until":1790000000,
                 "when":{"networks":["mobile"],"roaming":true,"metered":false,"screen":"off","days":["mon","sun"],"time":"22:00-06:00","ssids":["Home"]},"note":"at night","enabled":false},
                {"app":"a","uid":10,"exact_host":"zip","country":"CN","asn":45102,"verdict":"block"}],
            "lists":[{"name":"own","hosts":["ad.xiaomi.com"],"addresses":[{"addresses":"203.0.113.9","ports":"443"}],
                 "except":[{"apps":["com.xiaomi.shop"],"hosts":["ad.xiaomi.com"]}]},
                {"name":"never","role":"protect","enabled":false}]}"#;
        let document = Document::parse(text).unwrap();
        assert_eq!(document.rules[0].host.as_ref().unwrap().as_str(), "shop.example");
        assert_eq!(document.apps[1].uid, Some(10_123));
        let written = serde_json::to_string(&document).unwrap();
        assert_eq!(Document::parse(&written).unwrap(), document);
    }

    #[test]
    fn errors_tell_the_place_and_the_line() {
        for (text, path, line, words) in [
            ("{\"version\":1,\n\"colour\":1}", "colour", 2, "unknown field `colour`"),
            (
                "{\"version\":1,\n\n\"apps\":[{\"app\":\"a\",\"mode\":\"alow\"}]}",
                "apps[0].mode",
                3,
                "unknown variant `alow`",
            ),
            (
                "{\"version\":1,\"apps\":[{\"mode\":\"allow\",\"app\":\"\"}]}",
                "apps[0].app",
                1,
                "a name is needed",
            ),
            (
                "{\"version\":1,\"rules\":[\n{\"host\":\"a\",\"verdict\":\"block\"},\n{\"host\":\"*.a.b\",\"verdict\":\"block\"}]}",
                "rules[1].host",
                3,
                "write \"a.b\"",
            ),
            (
                "{\"version\":1,\"lists\":[{\"name\":\"x\",\"hosts\":[\"a.b\",\"a b\"]}]}",
                "lists[0].hosts[1]",
                1,
                "character",
            ),
            (
                "{\"version\":1,\"rules\":[{\"host\":\"192.0.2.1\",\"verdict\":\"block\"}]}",
                "rules[0].host",
                1,
                "address",
            ),
            (
                "{\"version\":1,\"rules\":[{\"verdict\":\"block\",\"when\":{\"time\":\"22-6\"}}]}",
                "rules[0].when.time",
                1,
                "span of time",
            ),
            (
                "{\"version\":1,\"lists\":[{\"name\":\"x\",\"addresses\":[{\"addresses\":\"1.2.3.4/40\"}]}]}",
                "lists[0].addresses[0].addresses",
                1,
                "0 to 32",
            ),
            (
                "{\"version\":1,\"rules\":[{\"verdict\":\"block\",\"country\":\"China\"}]}",
                "rules[0].country",
                1,
                "two letters",
            ),
            ("{\"default_mode\":\"allow\"}", "", 1, "missing field `version`"),
            ("{\"version\":1}\nx", "", 2, "more text"),
            ("{\"version\":1", "", 1, "EOF"),
            ("", "", 1, "EOF"),
        ] {
            let error = error(text);
            assert_eq!(error.path, path, "{error}");
            assert_eq!(error.position.map(|(line, _)| line), Some(line), "{error}");
            assert!(error.message.contains(words), "{error}");
        }
    }

    #[test]
    fn another_version_is_told_as_such_whatever_else_is_new() {
        let error = error(r#"{"version":2,"profiles":[]}"#);
        assert_eq!(
            error.to_string(),
            "policy, at version: this program reads version 1 of the format, not version 2"
        );
    }
}
