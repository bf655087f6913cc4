//! The policy as the user writes and keeps it: versioned JSON, described by `policy.schema.json` in this crate.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use wire::HostName;

use crate::{PolicyError, Refusal};

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
    /// Modes of single apps.
    #[serde(default)]
    pub apps: Vec<AppEntry>,
    /// The user's own rules for hosts. They come before the lists.
    #[serde(default)]
    pub hosts: Vec<HostRule>,
    /// Block lists.
    #[serde(default)]
    pub lists: Vec<HostList>,
}

/// What an app may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Everything.
    Allow,
    /// Everything but what host rules and lists block.
    #[default]
    Filtered,
    /// Nothing.
    Block,
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

/// A rule of the user's own for a host and all names below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostRule {
    /// The host.
    #[serde(serialize_with = "write_host", deserialize_with = "read_host")]
    pub host: HostName,
    /// Whether it may be reached.
    pub verdict: HostVerdict,
}

/// What a host rule says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HostVerdict {
    /// It may be reached, also where a list has it.
    Allow,
    /// It may not.
    Block,
}

/// A block list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostList {
    /// Its name, as reasons tell it.
    #[serde(deserialize_with = "not_empty")]
    pub name: String,
    /// The hosts it blocks, each with all names below it.
    #[serde(serialize_with = "write_hosts", deserialize_with = "read_hosts")]
    pub hosts: Vec<HostName>,
}

impl Default for Document {
    /// Everything filtered, and nothing to filter by.
    fn default() -> Self {
        Document {
            version: VERSION,
            default_mode: Mode::default(),
            unknown_mode: Mode::default(),
            refusal: Refusal::default(),
            apps: Vec::new(),
            hosts: Vec::new(),
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
        read_host(deserializer).map(Host)
    }
}

fn read_host<'de, D: Deserializer<'de>>(deserializer: D) -> Result<HostName, D::Error> {
    let text = String::deserialize(deserializer)?;
    HostName::parse(text.as_bytes()).map_err(|error| {
        let hint = match text.strip_prefix("*.").or(text.strip_prefix('.')) {
            Some(host) => format!("; write {host:?}, which covers all names below it too"),
            None => String::new(),
        };
        de::Error::custom(format!("{text:?}: {error}{hint}"))
    })
}

fn read_hosts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<HostName>, D::Error> {
    let hosts = Vec::<Host>::deserialize(deserializer)?;
    Ok(hosts.into_iter().map(|Host(name)| name).collect())
}

fn write_host<S: Serializer>(host: &HostName, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(host.as_str())
}

fn write_hosts<S: Serializer>(hosts: &[HostName], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(hosts.iter().map(HostName::as_str))
}

fn not_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() { Err(de::Error::custom("a name is needed here")) } else { Ok(text) }
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
        let text = r#"{"version":1,"default_mode":"block","unknown_mode":"allow","refusal":"silence",
            "apps":[{"app":"/usr/bin/curl","mode":"allow"},{"app":"com.mi.globalbrowser","uid":10123,"mode":"filtered"}],
            "hosts":[{"host":"Shop.Example.","verdict":"allow"},{"host":"zip","verdict":"block"}],
            "lists":[{"name":"own","hosts":["ad.xiaomi.com"]}]}"#;
        let document = Document::parse(text).unwrap();
        assert_eq!(document.hosts[0].host.as_str(), "shop.example");
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
                "{\"version\":1,\"hosts\":[\n{\"host\":\"a\",\"verdict\":\"block\"},\n{\"host\":\"*.a.b\",\"verdict\":\"block\"}]}",
                "hosts[1].host",
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
                "{\"version\":1,\"hosts\":[{\"host\":\"192.0.2.1\",\"verdict\":\"block\"}]}",
                "hosts[0].host",
                1,
                "address",
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
