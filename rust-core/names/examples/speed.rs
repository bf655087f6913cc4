//! How long it takes to find the name in an opening: `cargo run --release -p hushwall-names --example speed`; `--json` for
//! one line of JSON.

use std::hint::black_box;
use std::time::Instant;

use hushwall_names::{Sniff, quic, sniff};

const ROUNDS: usize = 101;
const TIMES: u32 = 1_000;

fn main() {
    let hello = from_hex(include_str!("../src/tls/openssl-hello.hex"));
    let initial = from_hex(include_str!("../src/quic/rfc9001-a2.hex"));
    let request = b"GET /filter/text HTTP/1.1\r\nUser-Agent: Dalvik/2.1.0\r\nAccept: */*\r\nHost: globalapi.ad.xiaomi.com\r\n\r\n";
    let other = [0x40; 1200];
    let figures = [
        ("tls_hello_ns", median_ns(|| sniff(&hello))),
        ("http_request_ns", median_ns(|| sniff(request))),
        ("quic_initial_ns", median_ns(|| quic::Sniffer::new().push(&initial))),
        ("udp_that_is_not_quic_ns", median_ns(|| quic::Sniffer::new().push(&other))),
    ];
    if std::env::args().any(|argument| argument == "--json") {
        let fields: Vec<_> =
            figures.iter().map(|(name, figure)| format!("\"{name}\":{figure:.1}")).collect();
        println!("{{{}}}", fields.join(","));
    } else {
        for (name, figure) in figures {
            println!("{name:24} {figure:10.1}");
        }
    }
}

/// The median over rounds, so that other programs' turns on the processor do not count.
fn median_ns(read: impl Fn() -> Sniff) -> f64 {
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..TIMES {
                black_box(read());
            }
            start.elapsed().as_secs_f64() * 1e9 / f64::from(TIMES)
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 2]
}

/// Reads hex digits, line ends ignored.
fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().filter_map(|c| c.to_digit(16)).map(|d| d as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}
