//! An app that asks for one host's address and names another to it, so that who looks at names in connections only is fooled.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use crate::{Failure, roots};

/// A request to `host`'s IPv4 address under the name `cover`; the answer's body goes to the standard output.
pub(crate) fn faked(
    host: &str,
    cover: &str,
    ca: &str,
    number: &str,
    path: &str,
) -> Result<(), Failure> {
    let address = (host, 443).to_socket_addrs()?.find(SocketAddr::is_ipv4);
    let stream = TcpStream::connect(address.ok_or("the host has no address")?)?;
    let settings = ClientConfig::builder().with_root_certificates(roots(ca)?).with_no_client_auth();
    let name = ServerName::try_from(cover.to_owned())?;
    let mut stream = StreamOwned::new(ClientConnection::new(Arc::new(settings), name)?, stream);
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {cover}\r\nX-Request: {number}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    // The server may close without saying so in TLS; what came is judged by its checksum.
    let _ = stream.read_to_end(&mut answer);
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or("there is no answer")?;
    std::io::stdout().write_all(&answer[end + 4..])?;
    Ok(())
}
