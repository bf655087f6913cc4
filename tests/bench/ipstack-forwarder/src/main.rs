//! `hw-bench-ipstack TUN_FD MTU`: forwards what an inherited TUN carries straight to the network,
//! with the ipstack crate as the TCP/IP engine and tokio's sockets upstream.
//!
//! A peer to measure against, so it is as plain and as direct as the crate allows: no proxy hop, no
//! log, each connection relayed by tokio's own bidirectional copy. Ends with the TUN.
//!
//! The crate's own time-out for TCP (60 s) stays: it is also what wakes the reader of a connection that
//! the app has closed, so a longer one would let descriptors pile up.

mod tun;

use std::{io, time::Duration};

use ipstack::{IpStack, IpStackConfig, IpStackStream, IpStackTcpStream, IpStackUdpStream};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpStream, UdpSocket},
};

/// What RFC 4787 asks of a relay at least.
const IDLE_UDP: Duration = Duration::from_secs(2 * 60);

#[tokio::main]
async fn main() -> io::Result<()> {
    let (fd, mtu) = arguments()?;
    let mut stack = IpStack::new(config(mtu)?, tun::Tun::inherited(fd)?);
    loop {
        match stack.accept().await.map_err(io::Error::other)? {
            IpStackStream::Tcp(stream) => {
                tokio::spawn(relay_tcp(stream));
            }
            IpStackStream::Udp(stream) => {
                tokio::spawn(relay_udp(stream));
            }
            IpStackStream::UnknownTransport(_) | IpStackStream::UnknownNetwork(_) => {}
        }
    }
}

fn arguments() -> io::Result<(i32, u16)> {
    let mut arguments = std::env::args().skip(1);
    let fd = arguments.next().and_then(|value| value.parse().ok());
    let mtu = arguments.next().and_then(|value| value.parse().ok());
    fd.zip(mtu).ok_or_else(|| io::Error::other("usage: hw-bench-ipstack TUN_FD MTU"))
}

fn config(mtu: u16) -> io::Result<IpStackConfig> {
    let mut config = IpStackConfig::default();
    config.mtu(mtu).map_err(io::Error::other)?;
    config.udp_timeout(IDLE_UDP);
    Ok(config)
}

async fn relay_tcp(mut local: IpStackTcpStream) -> io::Result<()> {
    let mut remote = TcpStream::connect(local.peer_addr()).await?;
    remote.set_nodelay(true)?;
    copy_bidirectional(&mut local, &mut remote).await?;
    Ok(())
}

async fn relay_udp(mut local: IpStackUdpStream) -> io::Result<()> {
    let any = if local.peer_addr().is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let remote = UdpSocket::bind(any).await?;
    remote.connect(local.peer_addr()).await?;
    let mut request = [0; 2048];
    let mut response = [0; 2048];
    loop {
        tokio::select! {
            length = local.read(&mut request) => match length? {
                0 => return Ok(()),
                length => remote.send(&request[..length]).await?,
            },
            length = remote.recv(&mut response) => {
                local.write_all(&response[..length?]).await?;
                0
            }
        };
    }
}
