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
    /// One table, as last read; kept for its room.
    text: Vec<u8>,
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
            Some(_) | None => Ok(ProcNet { files, text: Vec::with_capacity(ROOM) }),
        }
    }

    /// Reads a table, the first `cut` bytes by themselves.
    fn read(&mut self, table: usize, cut: usize) -> io::Result<&str> {
        let Some(file) = &mut self.files[table] else {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "no such table in /proc/net"));
        };
        file.rewind()?;
        self.text.clear();
        file.take(cut as u64).read_to_end(&mut self.text)?;
        file.read_to_end(&mut self.text)?;
        str::from_utf8(&self.text)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    /// The best row of these tables as they are told this once, and whether one was told in several pieces.
    ///
    /// # Errors
    /// None of them can be read.
    fn look(
        &mut self,
        tables: &[usize],
        key: &FlowKey,
        cut: usize,
    ) -> io::Result<(Option<SocketInfo>, bool)> {
        let mut rows = Vec::new();
        let mut readable = false;
        let mut in_pieces = false;
        for &table in tables {
            if let Ok(text) = self.read(table, cut) {
                readable = true;
                in_pieces |= text.len() > PIECE;
                rows.extend(parse(text).filter(|row| row.local.port() == key.local.port()));
            }
        }
        if !readable {
            return Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "no table of /proc/net can be read",
            ));
        }
        Ok((best_fit(rows.into_iter(), key), in_pieces))
    }

    /// A `ping` that runs as root may use a raw socket, which knows no identifier: believed where it is the only one.
    fn only_raw_socket(&mut self, key: &FlowKey) -> Option<SocketInfo> {
        let (table, protocol) = if key.local.is_ipv4() {
            (RAW, libc::IPPROTO_ICMP)
        } else {
            (RAW6, libc::IPPROTO_ICMPV6)
        };
        let text = self.read(table, 0).ok()?;
        // In these tables the protocol stands in place of the local port.
        let mut rows = parse(text).filter(|row| i32::from(row.local.port()) == protocol);
        let only = rows.next()?;
        rows.next().is_none().then_some(only.info)
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
        let tables: &[usize] = if key.local.is_ipv4() { &[table6, table4] } else { &[table6] };
        let (mut found, mut in_pieces) = self.look(tables, key, 0)?;
        for look in 1..LOOKS {
            if found.is_some() || !in_pieces {
                break;
            }
            (found, in_pieces) = self.look(tables, key, look * PIECE / LOOKS)?;
        }
        if found.is_none() && key.protocol == Protocol::Icmp {
            return Ok(self.only_raw_socket(key));
        }
        Ok(found)
    }
}

/// The rows of one table; the heading and lines that make no sense are left out.
pub(super) fn parse(text: &str) -> impl Iterator<Item = Row> {
    text.lines().filter_map(parse_line)
}

/// The kernel tells a table in pieces of at most a page, and shorter ones to who asks for less: so there is room for
/// many from the start.
const PIECE: usize = 4096;
const ROOM: usize = 16 * PIECE;

/// How often a long table is read at most until the socket is found, each time cut elsewhere: where a piece of UDP's
/// table begins, the kernel counts the rows anew and passes over as many as have gone meanwhile (`udp_seq_start`).
const LOOKS: usize = 8;

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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const TCP_TEXT: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:9C43 00000000:0000 0A 00000000:00000001 00:00000000 00000000     0        0 2081815 2 000000009daaf045 100 0 0 10 0
   1: 0100007F:9C43 0100007F:E4CE 01 00000000:00000000 00:00000000 00000000     0        0 0 1 00000000d96ee024 20 0 0 10 -1
";
    const TCP6_TEXT: &str = "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0000000000000000FFFF00000100007F:E4CE 0000000000000000FFFF00000100007F:9C43 01 00000000:00000000 00:00000000 00000000 10123        0 2081816 2 000000006a5a5407 20 0 0 10 -1
";
    const UDP6_TEXT: &str = "  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
 2568: 00000000000000000000000000000000:9C41 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 2081813 2 00000000451fd061 0
";
    const ICMP_TEXT: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
   59: 0100007F:1234 0100007F:0000 01 00000000:00000000 00:00000000 00000000  1001        0 2081832 2 00000000fd86487d 0
";
    const RAW_TEXT: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  250: 00000000:0001 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 2081817 2 000000009ee05277 0
  251: 00000000:0011 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 2081819 2 000000009ee05277 0
";

    fn tables(texts: &[(&str, &str)]) -> (tempfile::TempDir, io::Result<ProcNet>) {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in texts {
            fs::write(directory.path().join(name), text).unwrap();
        }
        let tables = ProcNet::open(directory.path());
        (directory, tables)
    }

    fn find(
        tables: &mut ProcNet,
        protocol: Protocol,
        local: &str,
        remote: &str,
    ) -> Option<(u32, u64)> {
        let key =
            FlowKey { protocol, local: local.parse().unwrap(), remote: remote.parse().unwrap() };
        tables.find(&key).unwrap().map(|info| (info.uid, info.inode))
    }

    #[test]
    fn each_kind_of_socket_is_found_in_recorded_tables() {
        let (_directory, tables) = tables(&[
            ("tcp", TCP_TEXT),
            ("tcp6", TCP6_TEXT),
            ("udp6", UDP6_TEXT),
            ("icmp", ICMP_TEXT),
            ("raw", RAW_TEXT),
        ]);
        let mut tables = tables.unwrap();
        for (protocol, local, remote, expected) in [
            (Protocol::Tcp, "127.0.0.1:58574", "127.0.0.1:40003", Some((10123, 2081816))),
            (Protocol::Tcp, "127.0.0.1:58574", "127.0.0.2:40003", None),
            (Protocol::Tcp, "127.0.0.1:40003", "127.0.0.2:80", None),
            (Protocol::Udp, "10.0.0.1:40001", "192.0.2.1:53", Some((1000, 2081813))),
            (Protocol::Udp, "[fd00::1]:40001", "[2001:db8::1]:53", Some((1000, 2081813))),
            (Protocol::Udp, "10.0.0.1:40002", "192.0.2.1:53", None),
            (Protocol::Icmp, "127.0.0.1:4660", "127.0.0.1:0", Some((1001, 2081832))),
            // The one raw ICMP socket speaks for identifiers that no ping socket has.
            (Protocol::Icmp, "127.0.0.1:4661", "192.0.2.1:0", Some((0, 2081817))),
        ] {
            assert_eq!(
                find(&mut tables, protocol, local, remote),
                expected,
                "{protocol} {local} {remote}"
            );
        }
    }

    #[test]
    fn of_two_raw_sockets_neither_is_taken_for_the_owner() {
        let twice = format!("{RAW_TEXT}{}", RAW_TEXT.replace("2081817", "2081818"));
        let (_directory, tables) = tables(&[("icmp", ICMP_TEXT), ("raw", &twice)]);
        assert_eq!(find(&mut tables.unwrap(), Protocol::Icmp, "10.0.0.1:7", "192.0.2.1:0"), None);
    }

    #[test]
    fn a_table_that_is_not_there_is_an_error_and_not_an_empty_table() {
        let (_directory, none) = tables(&[]);
        assert_eq!(none.unwrap_err().kind(), io::ErrorKind::NotFound);
        let (_directory, tables) = tables(&[("tcp", TCP_TEXT)]);
        let key = FlowKey {
            protocol: Protocol::Udp,
            local: "10.0.0.1:1".parse().unwrap(),
            remote: "192.0.2.1:53".parse().unwrap(),
        };
        assert_eq!(tables.unwrap().find(&key).unwrap_err().kind(), io::ErrorKind::Unsupported);
    }

    #[test]
    fn garbage_among_the_lines_hides_no_good_line() {
        let good = TCP6_TEXT.lines().nth(1).unwrap();
        for cut in 0..good.len() {
            // A line cut after its inode is whole enough.
            assert!(parse(&good[..cut]).all(|row| good.contains(&row.info.inode.to_string())));
        }
        let garbage = [
            "",
            "x",
            "0: : : 01 0:0 0:0 0 0 0 1",
            "0: 0100007F9C43 0100007F:E4CE 01 0:0 0:0 0 0 0 1",
            "0: 0100007:9C43 0100007F:E4CE 01 0:0 0:0 0 0 0 1",
            "0: 0100007F:19C43 0100007F:E4CE 01 0:0 0:0 0 0 0 1",
            "0: ÄÄÄÄ:9C43 0100007F:E4CE 01 0:0 0:0 0 0 0 1",
            "0: 0Ä00007:9C43 0100007F:E4CE 01 0:0 0:0 0 0 0 1",
            "0: 0100007F:9C43 0100007F:E4CE 01 0:0 0:0 0 -1 0 1",
            "0: 0100007F:9C43 0100007F:E4CE 01 0:0 0:0 0 0 0 inode",
            "0: 0100007F:9C43 0100007F:E4CE 101 0:0 0:0 0 0 0 1",
        ];
        let text = garbage.map(|line| format!("{line}\n")).concat() + good + "\n\0\n";
        assert_eq!(parse(&text).map(|row| row.info.inode).collect::<Vec<_>>(), [2081816]);
    }
}
