//! The QUIC client as a program of its own, so that hushwall can run it: `quic-fetch ADDRESS CERTIFICATE`.
#![allow(clippy::unwrap_used, reason = "it is part of a test")]

fn main() {
    let mut arguments = std::env::args().skip(1);
    let server = arguments.next().unwrap().parse().unwrap();
    let certificate = arguments.next().unwrap();
    println!("{}", hushwall_blackbox::quic::fetch(server, certificate.as_ref()));
}
