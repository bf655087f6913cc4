//! The state of this machine that rules may depend on, and the one that the user asks about.

use std::fs;
use std::path::Path;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use policy::{Moment, NetworkKind, Situation};

use crate::args::{NetworkName, ScreenState, SituationArguments};
use crate::failure::Failure;
use crate::time_arguments;

/// A route is in use, and one that answers with an error: linux/route.h.
const RTF_UP: u32 = 1;
const RTF_REJECT: u32 = 0x200;
/// The type of Ethernet interfaces and what behaves so: linux/if_arp.h.
const ARPHRD_ETHER: &str = "1";

/// As it is now. The name of a Wi-Fi network is not looked for, nor whether a screen is on.
pub(crate) fn present() -> Situation {
    detect(Path::new("/proc/net"), Path::new("/sys/class/net"))
}

/// What is asked about: what the options say, and for the rest what is now.
pub(crate) fn asked(arguments: &SituationArguments) -> Result<(Situation, Moment), Failure> {
    let present = present();
    let situation = Situation {
        network: arguments.network.map_or(present.network, Into::into),
        roaming: arguments.roaming,
        metered: arguments.metered || (arguments.network.is_none() && present.metered),
        screen_on: arguments.screen.map(|screen| screen == ScreenState::On),
        ssid: arguments.ssid.clone(),
    };
    let mut moment = runtime::moment();
    if let Some(text) = &arguments.at {
        let at = time_arguments::parse(text, Timestamp::now(), &TimeZone::system())
            .map_err(|error| Failure::new("reading --at", error))?;
        moment.unix_seconds = u64::try_from(at.as_second()).unwrap_or(0);
    }
    Ok((situation, moment))
}

/// The situation in words.
pub(crate) fn words(situation: &Situation) -> String {
    let mut words = match &situation.ssid {
        Some(ssid) => format!("on {} {ssid:?}", situation.network.as_str()),
        None => format!("on {}", situation.network.as_str()),
    };
    for (holds, word) in [
        (situation.roaming, ", roaming"),
        (situation.metered, ", metered"),
        (situation.screen_on == Some(false), ", screen off"),
    ] {
        if holds {
            words.push_str(word);
        }
    }
    words
}

/// The time of day in words.
pub(crate) fn time_words(unix_seconds: u64) -> String {
    let at = i64::try_from(unix_seconds).ok().and_then(|at| Timestamp::from_second(at).ok());
    let zoned = at.map(|at| Zoned::new(at, TimeZone::system()));
    zoned.map_or_else(
        || "the end of time".to_owned(),
        |zoned| zoned.strftime("%a %Y-%m-%d %H:%M:%S").to_string(),
    )
}

fn detect(routes: &Path, interfaces: &Path) -> Situation {
    let interface = default_interface(routes);
    let network = interface.map_or(NetworkKind::Other, |name| kind(&interfaces.join(name)));
    Situation {
        network,
        // What a phone would say too.
        metered: network == NetworkKind::Mobile,
        ..Situation::default()
    }
}

/// The interface of the best default route, of IPv4 if there is one.
fn default_interface(routes: &Path) -> Option<String> {
    let read = |name: &str| fs::read_to_string(routes.join(name)).unwrap_or_default();
    best(read("route").lines().filter_map(ipv4_default))
        .or_else(|| best(read("ipv6_route").lines().filter_map(ipv6_default)))
}

fn best(routes: impl Iterator<Item = (u32, String)>) -> Option<String> {
    routes.min_by_key(|(metric, _)| *metric).map(|(_, interface)| interface)
}

/// Metric and interface of a line of /proc/net/route that is a default route.
fn ipv4_default(line: &str) -> Option<(u32, String)> {
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let &[interface, destination, _, flags, _, _, metric, mask, ..] = fields.as_slice() else {
        return None;
    };
    let in_use = u32::from_str_radix(flags, 16).ok()? & (RTF_UP | RTF_REJECT) == RTF_UP;
    let is_default = destination == "00000000" && mask == "00000000";
    (in_use && is_default).then_some((metric.parse().ok()?, interface.to_owned()))
}

/// The same of /proc/net/ipv6_route.
fn ipv6_default(line: &str) -> Option<(u32, String)> {
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let &[destination, length, _, _, _, metric, _, _, flags, interface] = fields.as_slice() else {
        return None;
    };
    let in_use = u32::from_str_radix(flags, 16).ok()? & (RTF_UP | RTF_REJECT) == RTF_UP;
    let is_default = length == "00" && destination.bytes().all(|digit| digit == b'0');
    let metric = u32::from_str_radix(metric, 16).ok()?;
    (in_use && is_default && interface != "lo").then_some((metric, interface.to_owned()))
}

/// What kind of network an interface leads to, by its folder in /sys/class/net.
fn kind(interface: &Path) -> NetworkKind {
    let read = |name: &str| fs::read_to_string(interface.join(name)).unwrap_or_default();
    let has = |name: &str| interface.join(name).exists();
    if has("wireless") || has("phy80211") {
        NetworkKind::Wifi
    } else if read("uevent").lines().any(|line| line == "DEVTYPE=wwan") {
        NetworkKind::Mobile
    } else if read("type").trim() == ARPHRD_ETHER && !has("tun_flags") {
        NetworkKind::Ethernet
    } else {
        NetworkKind::Other
    }
}

impl From<NetworkName> for NetworkKind {
    fn from(name: NetworkName) -> Self {
        match name {
            NetworkName::Wifi => NetworkKind::Wifi,
            NetworkName::Mobile => NetworkKind::Mobile,
            NetworkName::Ethernet => NetworkKind::Ethernet,
            NetworkName::Other => NetworkKind::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADING: &str =
        "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n";

    /// The kind of network with these routes and these files of interfaces.
    fn network(route: &str, ipv6_route: &str, files: &[(&str, &str)]) -> NetworkKind {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("route"), format!("{HEADING}{route}")).unwrap();
        fs::write(folder.path().join("ipv6_route"), ipv6_route).unwrap();
        for (file, text) in files {
            let path = folder.path().join("sys").join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        detect(folder.path(), &folder.path().join("sys")).network
    }

    #[test]
    fn the_best_default_route_tells_the_kind_of_network() {
        let files = [
            ("wlan0/wireless/status", "0"),
            ("wlan0/type", "1\n"),
            ("eth0/type", "1\n"),
            ("wwan0/type", "1\n"),
            ("wwan0/uevent", "DEVTYPE=wwan\nINTERFACE=wwan0\n"),
            ("tap0/type", "1\n"),
            ("tap0/tun_flags", "0x1002\n"),
            ("wg0/type", "65534\n"),
        ];
        let default = |interface: &str, metric: u32| {
            format!("{interface}\t00000000\t0100A8C0\t0003\t0\t0\t{metric}\t00000000\t0\t0\t0\n")
        };
        for (interface, kind) in [
            ("wlan0", NetworkKind::Wifi),
            ("eth0", NetworkKind::Ethernet),
            ("wwan0", NetworkKind::Mobile),
            ("tap0", NetworkKind::Other),
            ("wg0", NetworkKind::Other),
            ("gone0", NetworkKind::Other),
        ] {
            assert_eq!(network(&default(interface, 0), "", &files), kind, "{interface}");
        }
        let both = default("wlan0", 600) + &default("eth0", 100);
        assert_eq!(network(&both, "", &files), NetworkKind::Ethernet);
        let local = "eth0\t0000A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n";
        let zero = "0".repeat(32);
        let ipv6 = |interface: &str, flags: &str| {
            format!("{zero} 00 {zero} 00 {zero} 00000400 00000001 00000000 {flags} {interface}\n")
        };
        assert_eq!(network(local, &ipv6("wlan0", "00000003"), &files), NetworkKind::Wifi);
        assert_eq!(network(local, &ipv6("lo", "00200200"), &files), NetworkKind::Other);
    }
}
