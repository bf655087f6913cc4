//! What `hushwall run --json` and `hushwall log --json` tell: one object a line.

use std::net::SocketAddr;

use serde::Deserialize;

/// One connection at one moment; the fields that the tests look at.
#[derive(Clone, Debug, Deserialize)]
pub struct Event {
    /// Tells connections of one run apart.
    pub id: String,
    /// The program.
    pub app: Option<String>,
    /// The user.
    pub uid: Option<u32>,
    /// tcp, udp or icmp.
    pub protocol: String,
    /// The server's address and port.
    pub remote: SocketAddr,
    /// The server's name.
    pub host: Option<String>,
    /// Where the name was seen.
    pub host_source: Option<String>,
    /// allow or block.
    pub verdict: String,
    /// Why.
    pub reason: String,
    /// open, closed, reset, blocked, failed, evicted or lost.
    pub state: String,
    /// Payload bytes from the app.
    pub bytes_up: u64,
    /// Payload bytes to the app.
    pub bytes_down: u64,
}

/// The lines that end in such an object, in order; what else is there is left out. hushwall writes whole lines, but the
/// command may have written half of one before.
pub fn events(text: &str) -> Vec<Event> {
    text.lines()
        .filter_map(|line| line.find("{\"id\":").map(|at| &line[at..]))
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")))
        .collect()
}
