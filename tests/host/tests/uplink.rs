//! The network under the firewall changes while connections are open.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests are tests, which clippy does not see"
)]

use std::io::Write;
use std::process::Stdio;

use hushwall_blackbox::{Lab, Running, Side, echo, serve};

#[test]
fn a_connection_lives_through_a_cut_of_the_wire() {
    let lab = Lab::new();
    let (address, _) = serve(&lab, "192.0.2.2:0", echo);
    let (mut running, mut input) = hold(&lab, address);
    lab.ip(Side::Server, "link set wire down");
    writeln!(input, "into the void").unwrap();
    lab.ip(Side::Server, "link set wire up");
    running.wait_for("echoed into the void");
    drop(input);
    running.finish().good();
}

#[test]
fn a_connection_lives_through_the_uplink_going_away_and_coming_back() {
    let lab = Lab::new();
    let (address, _) = serve(&lab, "[2001:db8:1::2]:0", echo);
    let (mut running, mut input) = hold(&lab, address);
    lab.ip(Side::Uplink, "link set uplink down");
    // Addresses and routes went with the link; they come back as a network manager would bring them.
    lab.ip(Side::Uplink, "link set uplink up");
    lab.uplink_addresses();
    writeln!(input, "back").unwrap();
    running.wait_for("echoed back");
    drop(input);
    running.finish().good();
}

#[test]
fn without_a_network_connections_fail_at_once_and_work_again_when_it_is_back() {
    let lab = Lab::new();
    let (address, _) = serve(&lab, "192.0.2.2:0", echo);
    let script = "echo up; read line; $CONNECT; echo done; read line; $CONNECT";
    let connect = format!(
        "python3 {}/clients/connect.py errno {} {}",
        env!("CARGO_MANIFEST_DIR"),
        address.ip(),
        address.port()
    );
    let script = script.replace("$CONNECT", &connect);
    let mut running = lab.firewall().start_with(["sh", "-c", &script], Stdio::piped());
    let mut input = running.input();
    running.wait_for("up");
    lab.ip(Side::Uplink, "route flush table main");
    writeln!(input).unwrap();
    running.wait_for("done");
    lab.uplink_addresses();
    writeln!(input).unwrap();
    let run = running.finish().good();
    assert_eq!(run.stdout, "up\nENETUNREACH\ndone\nconnected\n");
}

#[test]
fn a_new_name_server_is_asked_from_the_moment_that_the_network_has_it() {
    let mut lab = Lab::with_names();
    let script =
        "getent ahostsv4 four.test | head -n1; read line; getent ahostsv4 four.test | head -n1";
    let mut running = lab.firewall().start_with(["sh", "-c", script], Stdio::piped());
    let mut input = running.input();
    running.wait_for("192.0.2.2");
    lab.move_name_server();
    writeln!(input).unwrap();
    let run = running.finish().good();
    assert_eq!(run.stdout.matches("192.0.2.2").count(), 2, "{}{}", run.stdout, run.stderr);
    assert_eq!(lab.questions("four.test"), 1);
}

#[test]
fn after_a_change_of_address_new_connections_work() {
    let lab = Lab::new();
    let (address, connections) = serve(&lab, "192.0.2.2:0", echo);
    let connect = format!(
        "python3 {}/clients/connect.py errno {} {}",
        env!("CARGO_MANIFEST_DIR"),
        address.ip(),
        address.port()
    );
    let script = format!("{connect}; read line; {connect}");
    let mut running = lab.firewall().start_with(["sh", "-c", &script], Stdio::piped());
    let mut input = running.input();
    running.wait_for("connected");
    lab.ip(
        Side::Uplink,
        "address del 192.0.2.1/24 dev uplink\naddress add 192.0.2.9/24 dev uplink\n\
         route replace default via 192.0.2.2",
    );
    writeln!(input).unwrap();
    assert_eq!(running.finish().good().stdout, "connected\nconnected\n");
    assert_eq!(connections.count(), 2);
}

/// An open connection that echoes each line of the input.
fn hold(lab: &Lab, address: std::net::SocketAddr) -> (Running, std::process::ChildStdin) {
    let script = format!("{}/clients/connect.py", env!("CARGO_MANIFEST_DIR"));
    let (ip, port) = (address.ip().to_string(), address.port().to_string());
    let mut running =
        lab.firewall().start_with(["python3", &script, "hold", &ip, &port], Stdio::piped());
    let mut input = running.input();
    running.wait_for("connected");
    writeln!(input, "first").unwrap();
    running.wait_for("echoed first");
    (running, input)
}
