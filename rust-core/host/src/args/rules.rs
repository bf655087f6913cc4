//! The arguments about rules: where they are, what to do with them, and under which circumstances.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Where the rules are.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct RulesArguments {
    /// Rules to decide by (JSON); without them nothing is blocked but what the lists have, the built-in ones too
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// The folder of your lists, which all count [default: that of `hushwall lists add`]; or an index as written by
    /// `hushwall lists compile`, of which those count that the rules name, without --policy all
    #[arg(long, value_name = "DIR|INDEX", env = "HUSHWALL_LISTS")]
    pub(crate) lists: Option<PathBuf>,
}

/// What to do with rules.
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyAction {
    Check(CheckPolicy),
    Show(ShowPolicy),
}

/// Find the faults of a file of rules, and what in it has no effect
#[derive(Args, Debug)]
pub(crate) struct CheckPolicy {
    /// The rules (JSON)
    pub(crate) file: PathBuf,
    /// The folder of your lists, or an index that the rules' lists are in
    #[arg(long, value_name = "DIR|INDEX", env = "HUSHWALL_LISTS")]
    pub(crate) lists: Option<PathBuf>,
    /// One JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Tell in words what a file of rules says, the weightiest rule first, and what of it holds now
#[derive(Args, Debug)]
pub(crate) struct ShowPolicy {
    /// The rules (JSON)
    pub(crate) file: PathBuf,
    /// The folder of your lists, or an index that the rules' lists are in
    #[arg(long, value_name = "DIR|INDEX", env = "HUSHWALL_LISTS")]
    pub(crate) lists: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) situation: SituationArguments,
    /// One JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Tell whether an app may reach a host, and why: every rule and list that speaks, in order of weight
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hushwall explain /usr/bin/curl tracker.example:443 --policy rules.json --lists lists.idx
  hushwall explain com.android.browser 192.0.2.7:5222 --policy rules.json --network wifi --at 22:30")]
pub(crate) struct ExplainArguments {
    /// The app as rules name it: the path of a program or a package; `unknown` where nobody could tell
    pub(crate) app: String,
    /// The host's name, its address, or an address in brackets; 443 is taken for the port
    #[arg(value_name = "HOST[:PORT]")]
    pub(crate) host: String,
    #[command(flatten)]
    pub(crate) rules: RulesArguments,
    /// The app's user id [default: your own]
    #[arg(long, value_name = "N")]
    pub(crate) uid: Option<u32>,
    /// The protocol
    #[arg(long, value_enum, default_value_t = ProtocolName::Tcp)]
    pub(crate) protocol: ProtocolName,
    /// The address that the host has, for rules about addresses
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) address: Option<IpAddr>,
    #[command(flatten)]
    pub(crate) situation: SituationArguments,
    /// One JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Tell what to switch on for a phone with these apps: what each protection stops, what may break, and how sure that is
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hushwall advise com.android.browser com.miui.analytics
  adb shell pm list packages | hushwall advise
  adb shell pm list packages | hushwall advise --apply rules.json
  hushwall advise --undo rules.json")]
pub(crate) struct AdviseArguments {
    /// The packages that are installed; without any, they are read from the standard input, one a line
    #[arg(value_name = "PACKAGE")]
    pub(crate) packages: Vec<String>,
    /// Switch on in this file of rules all that is recommended and not on yet; the file is made where there is none
    #[arg(long, value_name = "RULES")]
    pub(crate) apply: Option<PathBuf>,
    /// Take all such protections out of this file of rules again
    #[arg(long, value_name = "RULES", conflicts_with_all = ["apply", "packages"])]
    pub(crate) undo: Option<PathBuf>,
    /// One JSON object, with a list for the rules' \"lists\" in each protection
    #[arg(long)]
    pub(crate) json: bool,
}

/// The circumstances that rules may depend on. Without an option they are those of this machine, now.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct SituationArguments {
    /// As if the network were of this kind
    #[arg(long, value_enum, value_name = "KIND")]
    pub(crate) network: Option<NetworkName>,
    /// As if the Wi-Fi had this name
    #[arg(long, value_name = "NAME")]
    pub(crate) ssid: Option<String>,
    /// As if roaming
    #[arg(long)]
    pub(crate) roaming: bool,
    /// As if each byte were paid for
    #[arg(long)]
    pub(crate) metered: bool,
    /// As if the screen were on or off
    #[arg(long, value_enum)]
    pub(crate) screen: Option<ScreenState>,
    /// As if it were this moment: 22:30, 2026-03-01T22:30, 2h (ago)
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
}

/// A kind of network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum NetworkName {
    /// Wireless
    Wifi,
    /// A phone's
    Mobile,
    /// Wired
    Ethernet,
    /// Another kind, such as a VPN, or none
    Other,
}

/// Whether somebody looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScreenState {
    /// It is on
    On,
    /// It is off
    Off,
}

/// A protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProtocolName {
    /// TCP
    Tcp,
    /// UDP, and so QUIC
    Udp,
    /// Ping
    Icmp,
}
