//! UDP and ICMP echo as real programs use them: name service, calls and games (many remotes on one socket), ping,
//! measured streams, and the path's MTU told.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests are tests, which clippy does not see"
)]

use std::net::SocketAddr;

use hushwall_blackbox::{Lab, Process, Side, echo_datagrams};

#[test]
fn dig_asks_over_udp_and_tcp_and_gets_long_answers_whole() {
    let lab = Lab::with_names();
    // The first asks the tunnel's own resolver, the others a server by its address.
    for (server, options) in
        [("", "+notcp"), ("", "+tcp"), ("@192.0.2.2", "+notcp"), ("@192.0.2.2", "+tcp")]
    {
        let run = lab
            .firewall()
            .run(&format!("dig {server} {options} +short host.test A host.test AAAA"))
            .good();
        assert_eq!(run.stdout, "192.0.2.2\n2001:db8:1::2\n", "{server} {options}");
        let run = lab
            .firewall()
            .run(&format!("dig {server} {options} +bufsize=4096 +ignore +short big.test TXT"))
            .good();
        assert_eq!(
            run.stdout.split_whitespace().count(),
            Lab::BIG_STRINGS,
            "{server} {options}: {}",
            run.stdout
        );
    }
    let run = lab.firewall().run("dig nothing.test A").good();
    assert!(run.stdout.contains("NXDOMAIN"), "{}", run.stdout);
}

#[test]
fn ping_answers_in_both_families_also_in_fragments() {
    let lab = Lab::new();
    for address in [Lab::SERVER4, Lab::SERVER6] {
        for size in [56, 4000] {
            let run =
                lab.firewall().run(&format!("ping -c 3 -i 0.05 -W 20 -s {size} {address}")).good();
            assert!(run.stdout.contains("3 packets transmitted, 3 received"), "{}", run.stdout);
            let event = run.events().pop().unwrap();
            assert_eq!((event.protocol.as_str(), event.verdict.as_str()), ("icmp", "allow"));
            assert!(event.app.unwrap().ends_with("/ping"));
        }
    }
}

#[test]
fn iperf3_streams_both_ways() {
    let lab = Lab::new();
    let _server = iperf3(&lab);
    for direction in ["", "-R"] {
        let run = lab
            .firewall()
            .run(&format!("iperf3 -c 192.0.2.2 -u -b 10M -l 1200 -k 1000 --json {direction}"))
            .good();
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let sum = &report["end"]["sum"];
        assert!(sum["packets"].as_u64().unwrap() >= 990, "{sum}");
        // On a busy machine iperf3 itself may be too late to read some.
        assert!(sum["lost_percent"].as_f64().unwrap() < 1.0, "{direction} {sum}");
    }
}

#[test]
fn one_socket_talks_to_many_remotes_and_each_answers_under_its_own_address() {
    let lab = Lab::new();
    let addresses: Vec<String> = (1..=50).map(|n| format!("203.0.113.{n}")).collect();
    lab.ip(Side::Server, "address add 203.0.113.0/24 dev lo");
    let servers: Vec<u16> =
        addresses.iter().map(|address| echo_datagrams(&lab, &format!("{address}:7000"))).collect();
    let run = lab
        .firewall()
        .python("datagrams.py", &format!("many {} {}", servers[0], addresses.join(" ")))
        .good();
    let mut answers: Vec<&str> = run.stdout.lines().collect();
    answers.sort_unstable();
    let mut expected: Vec<String> =
        addresses.iter().map(|address| format!("{address} hello {address}")).collect();
    expected.sort_unstable();
    assert_eq!(answers, expected);
    // Each remote is a connection of its own in what the user is shown.
    assert_eq!(run.connections(7000).len(), addresses.len());
}

#[test]
fn a_local_port_may_be_used_again_and_again() {
    let lab = Lab::new();
    for address in [Lab::SERVER4, "[2001:db8:1::2]"] {
        let port = echo_datagrams(&lab, &format!("{address}:0"));
        let address = address.trim_matches(['[', ']']);
        let run = lab
            .firewall()
            .python("datagrams.py", &format!("again {address} {port} 50 40000"))
            .good();
        assert_eq!(run.stdout, "answered 50\n");
    }
}

#[test]
fn a_datagram_larger_than_the_path_takes_is_told_to_the_app() {
    let lab = Lab::new();
    let port4 = echo_datagrams(&lab, "192.0.2.2:0");
    let port6 = echo_datagrams(&lab, "[2001:db8:1::2]:0");
    lab.ip(Side::Uplink, "link set uplink mtu 1280");
    for (tun, too_large) in [("1500", 1400), ("9000", 8000)] {
        let size = |address: &str, port: u16, size: usize| {
            let arguments = format!("size {address} {port} {size}");
            lab.firewall().option("--mtu", tun).python("datagrams.py", &arguments).good().stdout
        };
        for (address, port) in [(Lab::SERVER4, port4), (Lab::SERVER6, port6)] {
            assert_eq!(size(address, port, too_large), "EMSGSIZE 1280\n", "{address}");
            assert_eq!(size(address, port, 1200), "answered\n", "{address}");
        }
    }
}

#[test]
fn a_datagram_larger_than_a_packet_arrives_whole_both_ways() {
    let lab = Lab::new();
    // Over IPv6 only the sender may fragment, and learns of the need by the packet that was too big: one is lost.
    for (address, tun, tries) in [
        ("192.0.2.2", "1500", 1),
        ("192.0.2.2", "9000", 1),
        ("2001:db8:1::2", "1500", 1),
        ("2001:db8:1::2", "9000", 2),
    ] {
        let port = echo_datagrams(&lab, &SocketAddr::new(address.parse().unwrap(), 0).to_string());
        for size in [1473, 4000, 60_000] {
            let arguments = format!("large {address} {port} {size} {tries}");
            let run = lab.firewall().option("--mtu", tun).python("datagrams.py", &arguments).good();
            assert_eq!(run.stdout, format!("answered {size}\n"), "{address}, MTU {tun}");
        }
    }
}

#[test]
fn a_port_where_nobody_listens_is_seen_as_refused() {
    let lab = Lab::new();
    for address in [Lab::SERVER4, Lab::SERVER6] {
        let run = lab.firewall().python("datagrams.py", &format!("error {address} 9")).good();
        assert_eq!(run.stdout, "ECONNREFUSED\n", "{address}");
    }
}

fn iperf3(lab: &Lab) -> Process {
    let output = std::fs::File::create(lab.path("iperf3.log")).unwrap();
    let server = Process::start(lab.command(Side::Server, "iperf3").arg("-s").stdout(output));
    // Asked by its TCP port, it would take the question for a test.
    hushwall_blackbox::until("iperf3 listening", || {
        lab.run(Side::Server, "ss -Hltn sport = :5201").contains("5201").then_some(())
    });
    server
}
