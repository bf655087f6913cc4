//! Whole conversations of real clients over several kinds of networks, flow by flow against what tshark read in the same
//! files. The captures and the program that records them lie in `tests/captures`.
#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod common;

use std::fmt::Write as _;

use common::{folder, inspect, recorded};

#[test]
fn every_flow_is_the_one_that_tshark_reads() {
    for network in [
        "ethernet.pcapng",
        "qinq.pcap",
        "six-in-four.pcap",
        "cooked.pcap",
        "cooked2.pcap",
        "nanoseconds.pcap",
        "sections.pcapng",
    ] {
        let told = inspect(&recorded(network));
        let mut read = String::new();
        for flow in &told.flows {
            let name = flow.names.first();
            let (host, source) =
                name.map_or(("-", "-"), |name| (name.host.as_str(), name.source.as_str()));
            writeln!(
                read,
                "{}\t{}\t{}\t{host}\t{source}\t{}\t{}",
                flow.protocol, flow.source, flow.destination, flow.packets, flow.bytes
            )
            .expect("text");
        }
        let flows = folder().join(network).with_extension("flows");
        let expected = std::fs::read_to_string(flows).expect("what tshark read");
        assert_eq!(read, expected, "{network}");
        assert_eq!(told.damage, [], "{network}");
    }
}
