//! What a rule's conditions are held against: the network, the screen and the time.

use serde::{Deserialize, Serialize};

/// The circumstances on the device, as far as rules can ask for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Situation {
    /// The network below.
    pub network: NetworkKind,
    /// It is a foreign operator's.
    pub roaming: bool,
    /// Traffic costs, or is limited.
    pub metered: bool,
    /// Whether the screen is on; `None` where nobody tells, and rules take it for on.
    pub screen_on: Option<bool>,
    /// The name of the Wi-Fi network, where that is known.
    pub ssid: Option<String>,
}

/// A kind of network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NetworkKind {
    /// Wi-Fi.
    Wifi,
    /// A mobile operator's.
    Mobile,
    /// By cable.
    Ethernet,
    /// Any other, and where it is not known.
    #[default]
    Other,
}

/// A time, and where the device's clocks stand.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Seconds since 1970-01-01 00:00 UTC.
    pub unix_seconds: u64,
    /// Seconds that local time is ahead of UTC at a unix time.
    pub utc_offset_at: fn(u64) -> i32,
}

impl NetworkKind {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            NetworkKind::Wifi => "Wi-Fi",
            NetworkKind::Mobile => "mobile data",
            NetworkKind::Ethernet => "Ethernet",
            NetworkKind::Other => "another network",
        }
    }
}

impl Default for Situation {
    /// An unmetered network of no known kind; nobody tells of a screen.
    fn default() -> Self {
        Situation {
            network: NetworkKind::default(),
            roaming: false,
            metered: false,
            screen_on: None,
            ssid: None,
        }
    }
}
