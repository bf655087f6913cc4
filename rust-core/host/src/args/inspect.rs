//! The arguments of `hushwall inspect`.

use std::path::PathBuf;

use clap::Args;

/// Show the flows in a capture, with the names that the firewall would have seen in them
///
/// Reads pcap and pcapng: Ethernet with VLAN tags, raw IP, Linux cooked captures and loopback, IP in IP, and fragments.
/// Each flow is shown once, in the order of the first packets, and each DNS question on port 53 as one of its own.
/// Packets and bytes are those of both directions, bytes counted from the IP header on.
/// Damage in the file is told on the standard error output and what can be read is shown; the exit code is 0 then, and
/// 125 where the file is no capture or cannot be read.
#[derive(Args, Debug)]
pub(crate) struct InspectArguments {
    /// The capture; - is the standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// One JSON object a line: proto, src, dst, name, name_source, confidence, packets, bytes, and also, where there are
    /// more names
    #[arg(long)]
    pub(crate) json: bool,
}
