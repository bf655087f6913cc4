//! How long it takes to find the name in an opening: `cargo run --release -p hushwall-names --example speed`.

use std::hint::black_box;
use std::time::Instant;

use hushwall_names::{Sniff, quic, sniff};

fn main() {
    let hello = from_hex(include_str!("../src/tls/openssl-hello.hex"));
    let initial = from_hex(include_str!("../src/quic/rfc9001-a2.hex"));
    let request = b"GET /filter/text HTTP/1.1\r\nUser-Agent: Dalvik/2.1.0\r\nAccept: */*\r\nHost: globalapi.ad.xiaomi.com\r\n\r\n";
    measure("TLS ClientHello", hello.len(), || sniff(&hello));
    measure("HTTP request", request.len(), || sniff(request));
    measure("QUIC Initial", initial.len(), || quic::Sniffer::new().push(&initial));
    let other = [0x40; 1200];
    measure("UDP, not QUIC", other.len(), || quic::Sniffer::new().push(&other));
}

fn measure(what: &str, length: usize, read: impl Fn() -> Sniff) {
    const TIMES: u32 = 100_000;
    let start = Instant::now();
    for _ in 0..TIMES {
        black_box(read());
    }
    let once = start.elapsed() / TIMES;
    let rate = length as f64 / once.as_secs_f64() / 1e6;
    println!("{what}: {once:?} for {length} octets, {rate:.0} MB/s");
}

/// Reads hex digits, line ends ignored.
fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().filter_map(|c| c.to_digit(16)).map(|d| d as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}
