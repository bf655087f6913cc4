//! What a TUN itself costs: the bare copy between two of them, which no engine that makes one call
//! a packet can beat at packets of the MTU, and the price of one read and one write.

use std::{
    fs::File,
    io::{self, ErrorKind, Read, Write},
    net::{Ipv4Addr, UdpSocket},
    os::fd::{FromRawFd, RawFd},
    thread,
    time::{Duration, Instant},
};

use nix::{
    fcntl::{FcntlArg, OFlag, fcntl},
    sys::socket::{setsockopt, sockopt},
};
use serde::Serialize;

/// Longer than any packet.
const LONGEST_PACKET: usize = 65_536;

/// Packets timed together: fewer than the 500 that a TUN queues.
const BATCH: usize = 400;

/// How many batches are timed.
const BATCHES: usize = 200;

/// Where datagrams written to the TUN arrive.
const SINK_PORT: u16 = 9000;

/// Copies packets both ways between two TUNs, one read and one write each, until one is gone.
pub(crate) fn copy(one: RawFd, other: RawFd) -> io::Result<()> {
    let (one, other) = (inherited(one), inherited(other));
    for tun in [&one, &other] {
        let flags = OFlag::from_bits_truncate(fcntl(tun, FcntlArg::F_GETFL)?);
        fcntl(tun, FcntlArg::F_SETFL(flags - OFlag::O_NONBLOCK))?;
    }
    thread::scope(|scope| {
        let back = scope.spawn(|| pump(&other, &one));
        pump(&one, &other);
        drop(back);
    });
    Ok(())
}

/// Mean nanoseconds of one call.
#[derive(Serialize)]
pub(crate) struct Cost {
    read_ns: f64,
    /// With the kernel's own way from the TUN to a UDP socket, which runs inside the write.
    write_ns: f64,
}

/// Times reads and writes of `length`-byte packets on a TUN whose device has the address `local` and
/// a route to `remote`.
pub(crate) fn cost(
    fd: RawFd,
    local: Ipv4Addr,
    remote: Ipv4Addr,
    length: usize,
) -> io::Result<Cost> {
    let mut tun = inherited(fd);
    Ok(Cost {
        read_ns: read_cost(&mut tun, remote, length)?,
        write_ns: write_cost(&mut tun, local, remote, length)?,
    })
}

fn read_cost(tun: &mut File, remote: Ipv4Addr, length: usize) -> io::Result<f64> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    setsockopt(&socket, sockopt::SndBufForce, &(16 << 20))?;
    socket.connect((remote, 9))?;
    let payload = vec![0; length.saturating_sub(28)];
    let mut buffer = vec![0; LONGEST_PACKET];
    let (mut spent, mut packets) = (Duration::ZERO, 0u32);
    for _ in 0..BATCHES {
        for _ in 0..BATCH {
            socket.send(&payload)?;
        }
        let began = Instant::now();
        while tun.read(&mut buffer).is_ok() {
            packets += 1;
        }
        spent += began.elapsed();
    }
    Ok(spent.as_nanos() as f64 / f64::from(packets))
}

fn write_cost(tun: &mut File, local: Ipv4Addr, remote: Ipv4Addr, length: usize) -> io::Result<f64> {
    let sink = UdpSocket::bind((local, SINK_PORT))?;
    setsockopt(&sink, sockopt::RcvBufForce, &(16 << 20))?;
    sink.set_nonblocking(true)?;
    let packet = datagram(remote, local, length);
    let (mut spent, mut packets) = (Duration::ZERO, 0u32);
    for _ in 0..BATCHES {
        let began = Instant::now();
        for _ in 0..BATCH / 4 {
            tun.write_all(&packet)?;
            packets += 1;
        }
        spent += began.elapsed();
        while sink.recv(&mut [0; 1]).is_ok() {}
    }
    Ok(spent.as_nanos() as f64 / f64::from(packets))
}

fn pump(from: &File, to: &File) {
    let (mut from, mut to) = (from, to);
    let mut buffer = vec![0; LONGEST_PACKET];
    loop {
        match from.read(&mut buffer) {
            // A full queue loses the packet, as it does in the kernel.
            Ok(length) => {
                let _lost = to.write(&buffer[..length]);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

/// An IPv4 packet of `length` bytes with a UDP datagram for [`SINK_PORT`] (checksum left out, as
/// RFC 768 allows).
fn datagram(source: Ipv4Addr, destination: Ipv4Addr, length: usize) -> Vec<u8> {
    let mut packet = vec![0; length.max(28)];
    let total = packet.len() as u16;
    packet[0] = 0x45;
    packet[2..4].copy_from_slice(&total.to_be_bytes());
    packet[8] = 64;
    packet[9] = 17;
    packet[12..16].copy_from_slice(&source.octets());
    packet[16..20].copy_from_slice(&destination.octets());
    let sum: u32 =
        packet[..20].chunks(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]]))).sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    packet[10..12].copy_from_slice(&(!(folded as u16)).to_be_bytes());
    packet[20..22].copy_from_slice(&SINK_PORT.to_be_bytes());
    packet[22..24].copy_from_slice(&SINK_PORT.to_be_bytes());
    packet[24..26].copy_from_slice(&(total - 20).to_be_bytes());
    packet
}

fn inherited(fd: RawFd) -> File {
    #[expect(unsafe_code, reason = "a descriptor number is all that a parent process can pass")]
    // SAFETY: the number names a descriptor that was opened for this program alone, and each number
    // on the command line is taken once, so nothing else here owns or closes it.
    unsafe {
        File::from_raw_fd(fd)
    }
}
