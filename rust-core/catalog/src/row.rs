//! A row of the data and its parts, as `data/trackers/schema.json` describes them.

use policy::ListedAddresses;
use serde::{Deserialize, Deserializer, Serialize};
use wire::HostName;

/// What is known of some hosts or addresses.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// `organisation.product`; stays the same for ever.
    pub id: String,
    /// The id of the [`Organisation`] whose they are.
    pub organisation: String,
    /// What its maker or the trade calls it.
    pub product: String,
    /// What it is.
    pub category: Category,
    /// Who wants it blocked.
    pub level: Level,
    /// What it does, in one plain sentence.
    pub purpose: String,
    /// What is sent, besides the address that every connection tells.
    #[serde(default)]
    pub data: Vec<Data>,
    /// The hosts, each with all names below it.
    #[serde(default, deserialize_with = "read_hosts")]
    pub hosts: Vec<HostName>,
    /// What is reached without a name.
    #[serde(default)]
    pub addresses: Vec<ListedAddresses>,
    /// Paths of HTTP requests by which it is known. They tell; they do not decide.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Packages that were seen to send there.
    #[serde(default)]
    pub apps: Vec<String>,
    /// Packages of the organisation itself, for which the row does not count.
    #[serde(default)]
    pub own_apps: Vec<String>,
    /// What happens where it is blocked.
    pub breakage: Breakage,
    /// Countries in which its servers were seen.
    #[serde(default)]
    pub regions: Vec<String>,
    /// Why we say so.
    pub evidence: Vec<Evidence>,
}

/// A company or other maker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// Its id in the data.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The country of its seat, two letters.
    pub country: String,
}

/// Who wants something blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Blocked as the program comes.
    Block,
    /// Blocked by those who ask for it: something stops working.
    Strict,
    /// No list blocks it; only the user's own rules do.
    Never,
}

/// What a service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "`words` says each in words")]
pub enum Category {
    Account,
    Advertising,
    Analytics,
    Attribution,
    CallerId,
    CaptivePortal,
    Cloud,
    Content,
    ContentDelivery,
    CrashReports,
    Devices,
    FindDevice,
    Location,
    NameLookup,
    Payment,
    Push,
    RemoteConfig,
    Security,
    Store,
    Time,
    Update,
}

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "`words` says each in words")]
pub enum Data {
    Account,
    AdvertisingId,
    Apps,
    Contacts,
    Crash,
    DeviceId,
    Downloads,
    Location,
    MailOpened,
    Messages,
    Network,
    Pages,
    PhoneNumbers,
    Photos,
    Purchases,
    Searches,
    Settings,
    Usage,
}

/// What happens where something is blocked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Breakage {
    /// How bad it is.
    pub severity: Severity,
    /// What a user sees, in plain sentences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// How sure we are.
    pub sure: Certainty,
}

/// How bad it is that something is blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing that a user notices.
    None,
    /// Something looks different.
    Cosmetic,
    /// Something does not work.
    Feature,
    /// The device or its safety suffers.
    Hard,
}

/// How sure a statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// Somebody saw it.
    Confirmed,
    /// It follows from what the service is.
    Likely,
    /// Nobody knows.
    Untested,
}

/// Why we say so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The id of its [`Source`].
    pub source: String,
    /// What is to be seen there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Where evidence comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its id in the data.
    pub id: String,
    /// What it is.
    pub name: String,
    /// Of which kind.
    pub kind: SourceKind,
    /// Under which licence its contents are used; "facts only" where nothing but facts was taken.
    pub licence: String,
    /// Of when it is, or when it was read: year, month and day as far as known.
    pub date: String,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// How a source knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// A block list.
    List,
    /// Packets of a device.
    Capture,
    /// The code of an app.
    Code,
    /// Somebody measured a device.
    Measurement,
    /// A user reported it.
    Report,
    /// It is written down what the host is for, by its maker or by others.
    Document,
}

fn read_hosts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<HostName>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let host = |text: &String| {
        HostName::parse(text.as_bytes())
            .map_err(|error| serde::de::Error::custom(format!("{text:?}: {error}")))
    };
    texts.iter().map(host).collect()
}
