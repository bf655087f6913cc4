//! `--pcap`: Wireshark's own reader takes the file, and finds program and verdict in the packets' comments.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests are tests, which clippy does not see"
)]

use hushwall_blackbox::{Lab, Side, WebServer};
use serde_json::json;

#[test]
fn tshark_reads_the_packets_and_their_comments() {
    let lab = Lab::with_names();
    let web = WebServer::start(&lab);
    web.put("page", "hello from the page");
    let capture = lab.path("packets.pcapng");
    let policy = json!({"version": 1, "rules": [{"verdict": "block", "host": "tracker.test"}]});
    lab.firewall()
        .policy(&policy)
        .option("--pcap", &capture)
        .shell("curl -sS http://four.test/page; curl -sS -m 20 http://tracker.test/; true")
        .good();

    let path = capture.display();
    let page = lab.run(
        Side::Uplink,
        &format!("tshark -n -r {path} -Y http.response -T fields -E separator=| -e ip.src -e frame.comment -e http.file_data"),
    );
    let fields: Vec<&str> = page.trim().split('|').collect();
    assert_eq!(fields[0], Lab::SERVER4, "{page}");
    assert!(fields[1].contains("curl") && fields[1].contains("allow"), "{page}");
    let blocked = lab.run(
        Side::Uplink,
        &format!("tshark -n -r {path} -Y dns.qry.name==tracker.test -T fields -e frame.comment"),
    );
    assert!(
        blocked.lines().any(|line| line.contains("curl") && line.contains("block")),
        "{blocked}"
    );
    // Every packet belongs to somebody, and the checksums that we made are right.
    let all = lab.run(
        Side::Uplink,
        &format!(
            "tshark -n -r {path} -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE \
             -T fields -E separator=| -e frame.comment -e ip.checksum.status -e tcp.checksum.status -e udp.checksum.status"
        ),
    );
    assert!(all.lines().count() >= 10, "{all}");
    let bad = lab.run(Side::Uplink, &format!("tshark -n -r {path} -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -Y ip.dst==10.0.0.0/8&&(tcp.checksum.status==0||ip.checksum.status==0)"));
    assert_eq!(bad, "");
}
