//! QUIC: a real client and server, with the path MTU probing that every QUIC stack does.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests are tests, which clippy does not see"
)]

use hushwall_blackbox::{Lab, quic};

/// 64 MiB.
const LENGTH: u64 = 64 << 20;

#[test]
fn a_large_transfer_over_quic_arrives_whole_in_both_families() {
    let lab = Lab::new();
    let (certificate, _) = lab.certificate();
    for address in ["192.0.2.2:0", "[2001:db8:1::2]:0"] {
        let (server, sums) = quic::serve(&lab, address, LENGTH);
        let program = env!("CARGO_BIN_EXE_quic-fetch");
        let run =
            lab.firewall().run(&format!("{program} {server} {}", certificate.display())).good();
        let (sent, got) = sums.recv().unwrap();
        assert_eq!(got, sent);
        assert_eq!(run.stdout.trim(), sent);
        let [connection] = &run.connections(server.port())[..] else { panic!("{}", run.stderr) };
        assert_eq!(connection.protocol, "udp");
        assert!(connection.bytes_down > LENGTH);
    }
}
