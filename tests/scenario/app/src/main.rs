//! What the scenario's apps are where no program of the system will do, and the server that speaks QUIC with them.
//!
//!     scenario-app visit HOST ADDRESS CA NUMBER            one request over QUIC
//!     scenario-app hello HOST ADDRESS NUMBER [--ech]       a ClientHello as Chrome's, and then the request's number
//!     scenario-app quiet ADDRESS                           connects, says nothing, goes
//!     scenario-app faked HOST COVER CA NUMBER PATH         asks for HOST's address, then names COVER to it
//!     scenario-app serve CERTIFICATE KEY                   the QUIC server; a line for each request: its number, the own
//!                                                          address, sha-256 of what came and of the answer
//!
//! ADDRESS is HOST where the name is to be asked for. What comes back goes to the standard output.

mod hello;
mod quic;
mod tls;

use std::net::TcpStream;
use std::time::Duration;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

type Failure = Box<dyn std::error::Error>;

/// How long the app that connects ahead stays silent: as long as it takes the other apps to be done.
const SILENCE: Duration = Duration::from_secs(2);

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["visit", host, at, ca, number] => quic::visit(host, at, ca, number),
        ["serve", certificate, key] => quic::serve(certificate, key),
        ["hello", host, at, number] => hello::send(host, at, number, false),
        ["hello", host, at, number, "--ech"] => hello::send(host, at, number, true),
        ["faked", host, cover, ca, number, path] => tls::faked(host, cover, ca, number, path),
        ["quiet", at] => {
            let _connection = TcpStream::connect((at, 443))?;
            std::thread::sleep(SILENCE);
            Ok(())
        }
        _ => Err("the arguments are wrong: see the beginning of the program's text".into()),
    }
}

/// The one authority that the apps trust.
fn roots(ca: &str) -> Result<RootCertStore, Failure> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(ca)?)?;
    Ok(roots)
}
