//! TCP as real programs use it: web clients, large transfers, half-closes, servers that speak first, many connections,
//! and failures that the program must see as what they were.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests are tests, which clippy does not see"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;
use std::sync::mpsc;

use hushwall_blackbox::{Digest, Lab, Pattern, Process, Side, WebServer, echo, serve, until};

/// One gibibyte.
const GIB: u64 = 1 << 30;

#[test]
fn curl_fetches_a_page_in_each_protocol_over_each_family() {
    let lab = Lab::with_names();
    let web = WebServer::start(&lab);
    web.put("page.html", "the page\n");
    let mut expected = Vec::new();
    for (url, version) in [
        ("http://host.test/page.html", "1.1"),
        ("https://host.test/page.html", "1.1"),
        ("https://host.test/page.html", "2"),
    ] {
        for family in ["-4", "-6"] {
            let run = lab
                .firewall()
                .run(&format!("curl -sS {family} --http{version} --cacert ca.pem {url}"))
                .good();
            assert_eq!(run.stdout, "the page\n");
            let [connection] =
                &run.connections(if url.starts_with("https") { 443 } else { 80 })[..]
            else {
                panic!("not one connection: {:?}", run.events());
            };
            assert!(connection.app.as_deref().unwrap().ends_with("/curl"), "{connection:?}");
            assert_eq!(connection.host.as_deref(), Some("host.test"));
            assert_eq!(connection.remote.is_ipv6(), family == "-6");
            assert!(connection.bytes_down >= 9, "{connection:?}");
            expected.push(format!("HTTP/{}", if version == "2" { "2.0" } else { version }));
        }
    }
    let versions: Vec<String> = web
        .served(expected.len())
        .iter()
        .map(|line| line.split_whitespace().next().unwrap().to_owned())
        .collect();
    assert_eq!(versions, expected);
}

#[test]
fn a_connection_kept_alive_serves_several_requests() {
    let lab = Lab::with_names();
    let web = WebServer::start(&lab);
    for name in ["a", "b", "c"] {
        web.put(name, name);
    }
    let run = lab
        .firewall()
        .run("curl -sS -4 http://host.test/a http://host.test/b http://host.test/c")
        .good();
    assert_eq!(run.stdout, "abc");
    assert_eq!(run.connections(80).len(), 1);
}

#[test]
fn a_gibibyte_comes_down_whole() {
    let lab = Lab::new();
    let (digests, sent) = mpsc::channel();
    let (address, _) = serve(&lab, "192.0.2.2:0", move |mut stream| {
        read_request(&mut stream)?;
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {GIB}\r\nConnection: close\r\n\r\n")?;
        let digest = Pattern::new(GIB).write_to(&mut stream)?;
        digests.send(digest).map_err(std::io::Error::other)
    });
    let run = lab.firewall().shell(&format!("curl -sS http://{address}/ | sha256sum")).good();
    assert_eq!(run.stdout, format!("{}  -\n", sent.recv().unwrap()));
    assert_eq!(run.connections(address.port())[0].bytes_down / GIB, 1);
}

#[test]
fn a_gibibyte_goes_up_whole() {
    let lab = Lab::new();
    let (address, _) = serve(&lab, "[2001:db8:1::2]:0", |mut stream| {
        let mut input = BufReader::new(stream.try_clone()?);
        let mut line = String::new();
        while input.read_line(&mut line)? > 2 {
            line.clear();
        }
        let digest = Digest::of(input.take(GIB))?;
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 64\r\nConnection: close\r\n\r\n{digest}")
    });
    let url = format!("http://{address}/");
    let upload = format!("Content-Length: {GIB}");
    let command = [
        "curl",
        "-sS",
        "-T",
        "-",
        "-H",
        "Transfer-Encoding:",
        "-H",
        &upload,
        "-H",
        "Expect:",
        &url,
    ];
    let mut running = lab.firewall().start_with(command, Stdio::piped());
    let sent = Pattern::new(GIB).write_to(&mut running.input()).unwrap();
    let run = running.finish().good();
    assert_eq!(run.stdout, sent);
    assert_eq!(run.connections(address.port())[0].bytes_up / GIB, 1);
}

#[test]
fn either_side_may_finish_first_and_still_hear_the_other() {
    let lab = Lab::new();
    // The client finishes; the server answers only then.
    let (address, _) = serve(&lab, "192.0.2.2:0", |mut stream| {
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        write!(stream, "heard {text:?}")
    });
    let run = lab.firewall().shell(&nc(address, "printf question", "-N")).good();
    assert_eq!(run.stdout, "heard \"question\"");
    // The server finishes; the client hears the end, and goes on to speak.
    let (tell, told) = mpsc::channel();
    let (address, _) = serve(&lab, "[2001:db8:1::2]:0", move |mut stream| {
        stream.write_all(b"goodbye\n")?;
        stream.shutdown(std::net::Shutdown::Write)?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        tell.send(text).map_err(std::io::Error::other)
    });
    let run =
        lab.firewall().python("half.py", &format!("{} {}", address.ip(), address.port())).good();
    assert_eq!(run.stdout, "goodbye\nend\n");
    assert_eq!(told.recv().unwrap(), "after the end");
}

#[test]
fn a_server_that_speaks_first_is_heard() {
    let lab = Lab::new();
    let keys = lab.run(Side::Server, "dropbearkey -t ed25519 -f host_key");
    let _server = Process::start(
        lab.command(Side::Server, "dropbear")
            .args([
                "-F",
                "-r",
                "host_key",
                "-p",
                "192.0.2.2:22",
                "-p",
                "[2001:db8:1::2]:22",
                "-P",
                "pid",
            ])
            .stderr(Stdio::null()),
    );
    lab.wait_for_port(Lab::SERVER4, 22);
    lab.wait_for_port(Lab::SERVER6, 22);
    let public = keys.split_whitespace().find(|word| word.starts_with("AAAA")).unwrap();
    for address in [Lab::SERVER4, Lab::SERVER6] {
        let run = lab.firewall().run(&format!("ssh-keyscan -t ed25519 {address}")).good();
        assert!(run.stdout.contains(public), "{}{}", run.stdout, run.stderr);
    }
}

#[test]
fn two_thousand_connections_are_open_at_once() {
    let lab = Lab::new();
    let (address, connections) = serve(&lab, "192.0.2.2:0", echo);
    let run = lab
        .firewall()
        .python("connect.py", &format!("many {} {} 2000", address.ip(), address.port()))
        .good();
    assert_eq!(run.stdout, "echoed 2000\n");
    assert_eq!(connections.count(), 2000);
    assert_eq!(run.connections(address.port()).len(), 2000);
}

#[test]
fn ten_thousand_connections_follow_one_another() {
    let lab = Lab::new();
    let (address, connections) = serve(&lab, "192.0.2.2:0", echo);
    let run = lab
        .firewall()
        .python("connect.py", &format!("row {} {} 10000", address.ip(), address.port()))
        .good();
    assert_eq!(run.stdout, "echoed 10000\n");
    assert_eq!(connections.count(), 10_000);
}

#[test]
fn a_failure_is_seen_as_it_would_be_without_us() {
    let lab = Lab::new();
    let check = |address: &str, expected: &str| {
        let arguments = format!("errno {address} 9");
        assert_eq!(
            lab.python(Side::Uplink, "connect.py", &arguments).trim(),
            expected,
            "{address}"
        );
        let run = lab.firewall().python("connect.py", &arguments).good();
        assert_eq!(run.stdout.trim(), expected, "{address}");
        assert_eq!(run.connections(9)[0].state, "failed", "{address}");
    };
    // Nobody listens.
    check(Lab::SERVER4, "ECONNREFUSED");
    check(Lab::SERVER6, "ECONNREFUSED");
    let run = lab.firewall().run("curl -sS http://192.0.2.2:9/");
    assert_eq!(run.code, Some(7), "{}", run.stderr);
    // A router says that there is no way.
    // No limit to how often it says so, or the second to ask would have to wait.
    lab.run(
        Side::Server,
        "sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
         net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0",
    );
    let prohibited = "route add prohibit 203.0.113.0/25\n-6 route add prohibit 2001:db8:bad::/48";
    let unreachable =
        "route add unreachable 203.0.113.128/25\n-6 route add unreachable 2001:db8:dead::/48";
    lab.ip(Side::Server, prohibited);
    lab.ip(Side::Server, unreachable);
    check("203.0.113.1", "EHOSTUNREACH");
    check("203.0.113.129", "EHOSTUNREACH");
    check("2001:db8:bad::1", "EACCES");
    check("2001:db8:dead::1", "ENETUNREACH");
    // The uplink has no route.
    lab.ip(Side::Uplink, "route del default\n-6 route del default");
    check("203.0.113.1", "ENETUNREACH");
    check("2001:db8:bad::1", "ENETUNREACH");
    check(Lab::SERVER4, "ECONNREFUSED");
}

#[test]
fn an_apps_keep_alives_keep_the_way_to_the_server_open_too() {
    let lab = Lab::new();
    let (address, _) = serve(&lab, "192.0.2.2:0", echo);
    let upstream = || lab.run(Side::Uplink, &format!("ss -Htno dst {address}"));
    // hushwall takes a probe for a keep-alive after 5 s without traffic.
    for (keep_alive, expected) in [("", false), ("6", true)] {
        let arguments = format!("hold {} {} {keep_alive}", address.ip(), address.port());
        let mut running = lab.firewall().start_python("connect.py", &arguments, Stdio::piped());
        running.wait_for("connected");
        assert!(!upstream().contains("keepalive"));
        if expected {
            until("keep-alives upstream", || upstream().contains("keepalive").then_some(()));
        }
        drop(running.input());
        running.finish().good();
    }
}

#[test]
fn several_transfers_share_the_way_and_each_arrives_whole() {
    const LENGTH: u64 = 16 << 20;
    let lab = Lab::new();
    let (digests, sent) = mpsc::channel();
    let (address, _) = serve(&lab, "192.0.2.2:0", move |mut stream| {
        let digest = Pattern::new(LENGTH).write_to(&mut stream)?;
        digests.send(digest).map_err(std::io::Error::other)
    });
    let one = format!("nc -d {} {} | sha256sum", address.ip(), address.port());
    let script = format!("for n in 1 2 3 4 5 6 7 8; do {one} & done; wait");
    let run = lab.firewall().shell(&script).good();
    let sums: Vec<&str> = run.stdout.split_whitespace().filter(|word| *word != "-").collect();
    assert_eq!(sums.len(), 8, "{}", run.stdout);
    for sum in sums {
        assert_eq!(sum, sent.recv().unwrap());
    }
}

/// A shell line that sends what `say` prints to a server and prints what comes back.
fn nc(address: std::net::SocketAddr, say: &str, options: &str) -> String {
    format!("{say} | nc {options} {} {}", address.ip(), address.port())
}

/// Reads up to the empty line.
fn read_request(stream: &mut std::net::TcpStream) -> std::io::Result<()> {
    let mut input = BufReader::new(stream);
    let mut line = String::new();
    while input.read_line(&mut line)? > 2 {
        line.clear();
    }
    Ok(())
}
