//! The socket tables as text: `/proc/net/tcp` and its siblings, proc(5).
//!
//! The second way on Linux, the only one for ping sockets there, and the way of Android 8 and 9.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use wire::{FlowKey, Protocol};

use super::table::{Row, SocketInfo, SocketTable, best_fit};

/// The tables of one network namespace.
///
/// The files are opened once and read again for each question: an open file stays with its namespace, also when
/// the process that it was found under has ended.
#[derive(Debug)]
pub struct ProcNet {
    /// In the order of [`TABLES`]; `None` where the kernel has no such table.
    files: [Option<File>; TABLES.len()],
    text: String,
}

impl ProcNet {
    /// Opens the tables in `directory`: `/proc/net` for the present namespace, `/proc/PID/net` for that of a process.
    ///
    /// # Errors
    /// Not one table can be opened; the error is that of the first.
    pub fn open(directory: &Path) -> io::Result<ProcNet> {
        let mut first_error = None;
        let files = TABLES.map(|name| match File::open(directory.join(name)) {
            Ok(file) => Some(file),
            Err(error) => {
                first_error.get_or_insert(error);
                None
            }
        });
        match first_error {
            Some(error) if files.iter().all(Option::is_none) => Err(error),
            Some(_) | None => Ok(ProcNet { files, text: String::new() }),
        }
    }

    /// Reads one table into `self.text`.
    fn read(&mut self, table: usize) -> io::Result<()> {
        self.text.clear();
        let Some(file) = &mut self.files[table] else {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "no such table in /proc/net"));
        };
        file.rewind()?;
        file.read_to_string(&mut self.text)?;
        Ok(())
    }
}

impl SocketTable for ProcNet {
    fn find(&mut self, key: &FlowKey) -> io::Result<Option<SocketInfo>> {
        // An IPv6 socket may carry IPv4, so that table is asked first, and for IPv4 the other one too.
        let (table4, table6) = match key.protocol {
            Protocol::Tcp => (TCP, TCP6),
            Protocol::Udp => (UDP, UDP6),
            Protocol::Icmp => (ICMP, ICMP6),
        };
        let tables: &[usize] =
            if key.local.is_ipv4() { &[table6, table4] } else { &[table6] };
        let mut rows = Vec::new();
        let mut readable = false;
        for &table in tables {
            if self.read(table).is_ok() {
                readable = true;
                rows.extend(parse(&self.text).filter(|row| row.local.port() == key.local.port()));
            }
        }
        if !readable {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "no table of /proc/net can be read"));
        }
        let found = best_fit(rows.into_iter(), key);
        if found.is_none() && key.protocol == Protocol::Icmp {
            return Ok(self.only_raw_socket(key));
        }
        Ok(found)
    }
}

impl ProcNet {
    /// A `ping` that runs as root may use a raw socket, which knows no identifier: believed where it is the only one.
    fn only_raw_socket(&mut self, key: &FlowKey) -> Option<SocketInfo> {
        let (table, protocol) = if key.local.is_ipv4() {
            (RAW, libc::IPPROTO_ICMP)
        } else {
            (RAW6, libc::IPPROTO_ICMPV6)
        };
        self.read(table).ok()?;
        // In these tables the protocol stands in place of the local port.
        let mut rows = parse(&self.text).filter(|row| i32::from(row.local.port()) == protocol);
        let only = rows.next()?;
        rows.next().is_none().then_some(only.info)
    }
}

/// The rows of one table; the heading and lines that make no sense are left out.
pub(super) fn parse(text: &str) -> impl Iterator<Item = Row> {
    text.lines().filter_map(parse_line)
}

const TABLES: [&str; 8] = ["tcp", "tcp6", "udp", "udp6", "icmp", "icmp6", "raw", "raw6"];
const TCP: usize = 0;
const TCP6: usize = 1;
const UDP: usize = 2;
const UDP6: usize = 3;
const ICMP: usize = 4;
const ICMP6: usize = 5;
const RAW: usize = 6;
const RAW6: usize = 7;

/// `sl local remote state tx:rx tr:when retransmits uid timeout inode …`
fn parse_line(line: &str) -> Option<Row> {
    let mut fields = line.split_ascii_whitespace().skip(1);
    let local = parse_endpoint(fields.next()?)?;
    let remote = parse_endpoint(fields.next()?)?;
    let state = u8::from_str_radix(fields.next()?, 16).ok()?;
    let mut fields = fields.skip(3);
    let uid = fields.next()?.parse().ok()?;
    let inode = fields.nth(1)?.parse().ok()?;
    Some(Row { local, remote, state, info: SocketInfo { uid, inode } })
}

/// `0100007F:0016`: an address as hexadecimal words in the byte order of the machine, and a port.
fn parse_endpoint(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.split_once(':')?;
    let word = |at: usize| -> Option<[u8; 4]> {
        Some(u32::from_str_radix(address.get(at..at + 8)?, 16).ok()?.to_ne_bytes())
    };
    let ip = match address.len() {
        8 => IpAddr::V4(Ipv4Addr::from(word(0)?)),
        32 => {
            let mut octets = [0; 16];
            for (index, to) in octets.chunks_exact_mut(4).enumerate() {
                to.copy_from_slice(&word(index * 8)?);
            }
            IpAddr::V6(Ipv6Addr::from(octets)).to_canonical()
        }
        _ => return None,
    };
    Some(SocketAddr::new(ip, u16::from_str_radix(port, 16).ok()?))
}
