//! One rule of the user's: for whom, about what, under which circumstances, until when.

use std::fmt;

use serde::{Deserialize, Serialize};
use wire::{HostName, Protocol};

use crate::document::{read_host, write_host, yes};
use crate::{AddressRange, PortRange, When};

/// A rule of the user's own. What is left out is not asked for: a rule with a verdict alone speaks for everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What it says.
    pub verdict: RuleVerdict,
    /// Whether it counts.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Only for this app, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// Only for `app` under this user id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// Only for the apps of this group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Only this host and all names below it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "write_host",
        deserialize_with = "read_host"
    )]
    pub host: Option<HostName>,
    /// Only this host.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "write_host",
        deserialize_with = "read_host"
    )]
    pub exact_host: Option<HostName>,
    /// Only these remote addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addresses: Option<AddressRange>,
    /// Only these remote ports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ports: Option<PortRange>,
    /// Only this protocol.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Transport>,
    /// Only addresses in this country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<CountryCode>,
    /// Only addresses of this network, by the number of its autonomous system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asn: Option<u32>,
    /// Only under these circumstances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// Only until then, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
    /// The user's own remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What a rule says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RuleVerdict {
    /// It may pass, also where a list has it.
    Allow,
    /// It may not.
    Block,
}

/// A transport protocol in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// ICMP echo.
    Icmp,
}

/// A country by its two letters, ISO 3166-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CountryCode(pub [u8; 2]);

impl Rule {
    /// How many matchers it has besides for whom.
    pub(crate) fn matchers(&self) -> u32 {
        let given = [
            self.host.is_some() || self.exact_host.is_some(),
            self.addresses.is_some(),
            self.asn.is_some(),
            self.country.is_some(),
            self.ports.is_some(),
            self.protocol.is_some(),
        ];
        given.into_iter().map(u32::from).sum()
    }
}

impl fmt::Display for Rule {
    /// As a sentence: "com.android.browser may not reach example.org on port 443 on mobile data".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.app, self.uid, &self.group) {
            (Some(app), Some(uid), _) => write!(f, "{app} (user id {uid})")?,
            (Some(app), None, _) => f.write_str(app)?,
            (None, _, Some(group)) => write!(f, "every app of {group}")?,
            (None, _, None) => f.write_str("every app")?,
        }
        f.write_str(match self.verdict {
            RuleVerdict::Allow => " may reach ",
            RuleVerdict::Block => " may not reach ",
        })?;
        let mut what = Vec::new();
        what.extend(self.host.as_ref().map(|host| format!("{host} and all below it")));
        what.extend(self.exact_host.as_ref().map(|host| format!("just {host}")));
        what.extend(self.addresses.map(|addresses| format!("{addresses}")));
        what.extend(self.asn.map(|asn| format!("the network AS{asn}")));
        what.extend(self.country.map(|country| format!("the country {country}")));
        match what.is_empty() {
            true => f.write_str("anything")?,
            false => f.write_str(&what.join(" at "))?,
        }
        if let Some(ports) = self.ports {
            write!(f, " on port {ports}")?;
        }
        if let Some(protocol) = self.protocol {
            write!(f, " by {}", Protocol::from(protocol).as_str().to_uppercase())?;
        }
        if let Some(when) = self.when.as_ref().filter(|when| when.count() > 0) {
            write!(f, " {when}")?;
        }
        Ok(())
    }
}

impl From<Transport> for Protocol {
    fn from(transport: Transport) -> Self {
        match transport {
            Transport::Tcp => Protocol::Tcp,
            Transport::Udp => Protocol::Udp,
            Transport::Icmp => Protocol::Icmp,
        }
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(str::from_utf8(&self.0).unwrap_or_default())
    }
}

impl TryFrom<String> for CountryCode {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let letters: Option<[u8; 2]> = text.to_ascii_uppercase().as_bytes().try_into().ok();
        letters
            .filter(|letters| letters.iter().all(u8::is_ascii_uppercase))
            .map(CountryCode)
            .ok_or_else(|| format!("{text:?} is not a country: two letters such as \"SG\""))
    }
}

impl From<CountryCode> for String {
    fn from(country: CountryCode) -> String {
        country.to_string()
    }
}
