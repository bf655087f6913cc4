//! What the app tells of itself and of the device: how to open and start the core, the policy, the network.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use policy::{NetworkKind, Situation};
use runtime::Network;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Where name servers listen.
const DNS_PORT: u16 = 53;

/// How to open the core.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The log's file; absent while the device has not been unlocked since it started.
    pub(crate) log: Option<PathBuf>,
    /// Where connections are kept until the log can be opened.
    pub(crate) buffer: Option<PathBuf>,
    /// How long connections are kept.
    #[serde(default = "week")]
    pub(crate) log_retention_days: u32,
    /// Index files of lists. One that is not there has no lists.
    #[serde(default)]
    pub(crate) lists: Vec<PathBuf>,
    /// The folder of the lists that the user keeps; absent: there are none.
    pub(crate) user_lists: Option<PathBuf>,
    /// Where addresses are.
    pub(crate) places: Option<PathBuf>,
    /// The device's API level.
    pub(crate) sdk: u32,
}

/// How to start on a TUN.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Start {
    /// The TUN's MTU in bytes.
    pub(crate) mtu: u16,
    /// The largest packet that it takes, in bytes.
    pub(crate) largest_packet: u16,
    /// The tunnel's own resolver addresses.
    #[serde(default)]
    pub(crate) dns_addresses: Vec<IpAddr>,
}

/// The rules, who is whom today, and the state of the device.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyMessage {
    /// The policy document as the app wrote it.
    pub(crate) document: Box<RawValue>,
    /// The packages of each uid.
    #[serde(default)]
    pub(crate) apps: Vec<App>,
    /// The state of the device.
    pub(crate) situation: Option<SituationMessage>,
}

/// A uid and its packages.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct App {
    /// The uid.
    pub(crate) uid: u32,
    /// Its packages, sorted, with commas between them.
    pub(crate) name: String,
}

/// The state of the device, as rules may ask for it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SituationMessage {
    network: KindMessage,
    metered: bool,
    roaming: bool,
    screen_on: bool,
    ssid: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum KindMessage {
    Wifi,
    Mobile,
    Ethernet,
    Other,
    None,
}

/// The network below.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NetworkMessage {
    /// It carries IPv4.
    pub(crate) ipv4: bool,
    /// It carries IPv6.
    pub(crate) ipv6: bool,
    /// Its name servers, best first.
    #[serde(default)]
    pub(crate) resolvers: Vec<String>,
    /// What the log calls it.
    pub(crate) label: String,
}

impl From<SituationMessage> for Situation {
    fn from(message: SituationMessage) -> Self {
        let SituationMessage { network, metered, roaming, screen_on, ssid } = message;
        let network = match network {
            KindMessage::Wifi => NetworkKind::Wifi,
            KindMessage::Mobile => NetworkKind::Mobile,
            KindMessage::Ethernet => NetworkKind::Ethernet,
            KindMessage::Other | KindMessage::None => NetworkKind::Other,
        };
        Situation { network, roaming, metered, screen_on: Some(screen_on), ssid }
    }
}

impl NetworkMessage {
    /// As the engine knows it. A resolver that is only reachable over one interface (`fe80::1%wlan0`) is left out.
    pub(crate) fn network(&self) -> Network {
        let address =
            |text: &String| text.parse().ok().map(|ip: IpAddr| SocketAddr::new(ip, DNS_PORT));
        Network {
            ipv4: self.ipv4,
            ipv6: self.ipv6,
            resolvers: self.resolvers.iter().filter_map(address).collect(),
        }
    }
}

fn week() -> u32 {
    7
}
