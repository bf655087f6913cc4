//! A QUIC server and client (quinn): one stream carries a [`Pattern`](crate::Pattern) down and its checksum up.

use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use quinn::{ClientConfig, Connection, Endpoint, EndpointConfig, ServerConfig, TokioRuntime};
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::lab::{Lab, Side};
use crate::{Digest, Pattern};

/// The name in the certificate.
const NAME: &str = "host.test";

/// Serves one connection: so many bytes down. Its address, and the checksums: of what was sent, and of what the client
/// says it got.
pub fn serve(lab: &Lab, address: &str, length: u64) -> (SocketAddr, Receiver<(String, String)>) {
    let address: SocketAddr = address.parse().unwrap();
    let socket = lab.inside(Side::Server, || UdpSocket::bind(address).unwrap());
    let bound = socket.local_addr().unwrap();
    let (certificate, key) = lab.certificate();
    let (tell, told) = channel();
    thread::spawn(move || {
        let chain = vec![CertificateDer::from_pem_file(certificate).unwrap()];
        let key = PrivateKeyDer::from_pem_file(key).unwrap();
        let settings = ServerConfig::with_single_cert(chain, key).unwrap();
        block_on(async {
            let endpoint = endpoint(Some(settings), socket);
            let connection = endpoint.accept().await.unwrap().await.unwrap();
            let sums = send(&connection, length).await;
            tell.send(sums).unwrap();
            connection.close(0u32.into(), b"done");
            endpoint.wait_idle().await;
        });
    });
    (bound, told)
}

/// Fetches what [`serve`] sends; the checksum of it.
pub fn fetch(server: SocketAddr, certificate: &Path) -> String {
    let any = if server.is_ipv6() { "[::]:0" } else { "0.0.0.0:0" };
    let socket = UdpSocket::bind(any).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(PathBuf::from(certificate)).unwrap()).unwrap();
    let settings = ClientConfig::with_root_certificates(Arc::new(roots)).unwrap();
    block_on(async {
        let endpoint = endpoint(None, socket);
        let connection = endpoint.connect_with(settings, server, NAME).unwrap().await.unwrap();
        let sum = receive(&connection).await;
        endpoint.wait_idle().await;
        sum
    })
}

async fn send(connection: &Connection, length: u64) -> (String, String) {
    let (mut down, mut up) = connection.open_bi().await.unwrap();
    let mut pattern = Pattern::new(length);
    let mut sent = Digest::default();
    while let Some(block) = pattern.next_block() {
        sent.add(&block);
        down.write_all(&block).await.unwrap();
    }
    down.finish().unwrap();
    let got = up.read_to_end(1000).await.unwrap();
    (sent.finish(), String::from_utf8(got).unwrap())
}

async fn receive(connection: &Connection) -> String {
    let (mut up, mut down) = connection.accept_bi().await.unwrap();
    let mut digest = Digest::default();
    while let Some(chunk) = down.read_chunk(usize::MAX, true).await.unwrap() {
        digest.add(&chunk.bytes);
    }
    let sum = digest.finish();
    up.write_all(sum.as_bytes()).await.unwrap();
    up.finish().unwrap();
    // The server closes when it has it.
    connection.closed().await;
    sum
}

fn endpoint(server: Option<ServerConfig>, socket: UdpSocket) -> Endpoint {
    Endpoint::new(EndpointConfig::default(), server, socket, Arc::new(TokioRuntime)).unwrap()
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}
