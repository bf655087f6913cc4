//! QUIC, by another hand than ours (quinn): a client's one request, and the server of all hosts.

use std::io::{Read, Write};
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use quinn::{
    ClientConfig, Endpoint, EndpointConfig, IdleTimeout, Incoming, ServerConfig, TokioRuntime,
    TransportConfig,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest, Sha256};

use crate::Failure;
use crate::roots;

/// The longest request that is served, in bytes.
const LONGEST: usize = 1000;
/// What an answer begins with.
const ANSWER: &[u8] = b"served over QUIC: ";
/// Apps fall back to TCP after about so long without an answer; quinn does not listen to ICMP.
const PATIENCE: Duration = Duration::from_secs(3);

/// One request to `host`, found at `at`; the answer goes to the standard output.
pub(crate) fn visit(host: &str, at: &str, ca: &str, number: &str) -> Result<(), Failure> {
    runtime()?.block_on(ask(host, at, ca, number))
}

/// Serves until the standard input ends.
pub(crate) fn serve(certificate: &str, key: &str) -> Result<(), Failure> {
    runtime()?.block_on(listen(certificate, key))
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

async fn ask(host: &str, at: &str, ca: &str, number: &str) -> Result<(), Failure> {
    let server = (at, 443).to_socket_addrs()?.next().ok_or("the host has no address")?;
    let any = if server.is_ipv6() { "[::]:0" } else { "0.0.0.0:0" };
    let socket = UdpSocket::bind(any)?;
    let mut settings = ClientConfig::with_root_certificates(Arc::new(roots(ca)?))?;
    let mut transport = TransportConfig::default();
    transport.max_idle_timeout(Some(IdleTimeout::try_from(PATIENCE)?));
    settings.transport_config(Arc::new(transport));
    let endpoint = Endpoint::new(EndpointConfig::default(), None, socket, Arc::new(TokioRuntime))?;
    let connection = endpoint.connect_with(settings, server, host)?.await?;
    let (mut up, mut down) = connection.open_bi().await?;
    up.write_all(number.as_bytes()).await?;
    up.finish()?;
    let answer = down.read_to_end(LONGEST + ANSWER.len()).await?;
    std::io::stdout().write_all(&answer)?;
    connection.close(0u32.into(), b"done");
    endpoint.wait_idle().await;
    Ok(())
}

async fn listen(certificate: &str, key: &str) -> Result<(), Failure> {
    let chain = CertificateDer::pem_file_iter(certificate)?.collect::<Result<Vec<_>, _>>()?;
    let settings = ServerConfig::with_single_cert(chain, PrivateKeyDer::from_pem_file(key)?)?;
    let socket = UdpSocket::bind(SocketAddr::from(([0u16; 8], 443)))?;
    let runtime = Arc::new(TokioRuntime);
    let endpoint = Endpoint::new(EndpointConfig::default(), Some(settings), socket, runtime)?;
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    println!("ready");
    while let Some(incoming) = endpoint.accept().await {
        tokio::spawn(async move {
            if let Err(error) = answer(incoming).await {
                eprintln!("scenario-quic: {error}");
            }
        });
    }
    Ok(())
}

async fn answer(incoming: Incoming) -> Result<(), Failure> {
    let address = incoming.local_ip().ok_or("the own address is not known")?.to_canonical();
    let connection = incoming.await?;
    let (mut down, mut up) = connection.accept_bi().await?;
    let received = up.read_to_end(LONGEST).await?;
    let sent = [ANSWER, &received].concat();
    let sum = |bytes: &[u8]| {
        Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    println!("{} {address} {} {}", String::from_utf8_lossy(&received), sum(&received), sum(&sent));
    down.write_all(&sent).await?;
    down.finish()?;
    connection.closed().await;
    Ok(())
}
