//! A ClientHello as browsers of today send it, octet for octet: with the key share of X25519MLKEM768 (1216 octets: it does not
//! fit in one segment), GREASE (RFC 8701), and with ECH an Encrypted Client Hello with nothing in it, as Chrome sends it to
//! servers that it knows no keys of. Real browsers are played in the black-box tests; they are too large for this.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::Failure;

/// Where the server of hellos listens.
const PORT: u16 = 8443;
const GREASE: u16 = 0x8a8a;
const X25519: u16 = 0x001d;
const X25519MLKEM768: u16 = 0x11ec;

/// Sends the hello, and once that was answered, the request's number; all answers go to the standard output.
pub(crate) fn send(host: &str, at: &str, number: &str, ech: bool) -> Result<(), Failure> {
    let mut stream = TcpStream::connect((at, PORT))?;
    stream.write_all(&hello(host, ech))?;
    let mut first = [0];
    stream.read_exact(&mut first)?;
    writeln!(stream, "{number}")?;
    let mut answer = first.to_vec();
    stream.read_to_end(&mut answer)?;
    std::io::stdout().write_all(&answer)?;
    Ok(())
}

/// RFC 8446 section 4.1.2, in one record.
fn hello(host: &str, ech: bool) -> Vec<u8> {
    let share =
        |group: u16, length: usize| [&group.to_be_bytes()[..], &sized(&noise(length))].concat();
    let shares = [share(GREASE, 1), share(X25519MLKEM768, 1216), share(X25519, 32)].concat();
    let mut extensions = vec![
        (GREASE, Vec::new()),
        (0, sized(&[&[0][..], &sized(host.as_bytes())].concat())),
        (10, sized(&numbers(&[GREASE, X25519MLKEM768, X25519]))),
        (13, sized(&numbers(&[0x0403, 0x0804, 0x0401, 0x0503]))),
        (16, sized(b"\x02h2\x08http/1.1")),
        (43, [&[6][..], &numbers(&[GREASE, 0x0304, 0x0303])].concat()),
        (45, vec![1, 1]),
        (51, sized(&shares)),
    ];
    if ech {
        // RFC 9849 section 6.2: outer, HKDF-SHA256, AES-128-GCM, some configuration's number, a key, a payload.
        let head = [&[0][..], &numbers(&[1, 1]), &[77]].concat();
        extensions.push((0xfe0d, [head, sized(&noise(32)), sized(&noise(208))].concat()));
    }
    let extensions: Vec<u8> = extensions
        .into_iter()
        .flat_map(|(kind, data)| [numbers(&[kind]), sized(&data)].concat())
        .collect();
    let body = [
        numbers(&[0x0303]),
        noise(32),
        [vec![32], noise(32)].concat(),
        sized(&numbers(&[GREASE, 0x1301, 0x1302, 0x1303, 0xc02b])),
        vec![1, 0],
        sized(&extensions),
    ]
    .concat();
    // The type, and the length in three octets.
    let message = [&[1, 0][..], &sized(&body)].concat();
    [&[0x16, 3, 1][..], &sized(&message)].concat()
}

fn numbers(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

fn sized(data: &[u8]) -> Vec<u8> {
    [&(data.len() as u16).to_be_bytes()[..], data].concat()
}

/// Octets in place of keys that nobody opens.
fn noise(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 167 + length) as u8).collect()
}
