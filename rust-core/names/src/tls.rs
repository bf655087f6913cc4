//! The server name in a TLS ClientHello (RFC 8446 section 4.1.2, RFC 6066 section 3).
//!
//! Reads a hello that lies in one record, over as many segments as it likes. A hello is read to its end before its
//! name is told, because an `encrypted_client_hello` extension anywhere in it changes what the name means.

use wire::{HostName, NameSource};

use crate::Sniff;

/// The content type of a handshake record, RFC 8446 section 5.1: the first byte of a connection that opens with TLS.
pub const HANDSHAKE: u8 = 22;

const RECORD_HEADER: usize = 5;
const MAX_RECORD: usize = 16 * 1024;
const CLIENT_HELLO: u8 = 1;
/// `legacy_version` and `random`.
const VERSION_AND_RANDOM: usize = 2 + 32;
/// RFC 6066 section 3.
const SERVER_NAME: u16 = 0;
const HOST_NAME: u8 = 0;
/// RFC 9849 section 5: GREASE looks the same as the real thing.
const ENCRYPTED_CLIENT_HELLO: u16 = 0xfe0d;

/// Reads the server name out of a connection's first bytes.
///
/// [`NameSource::Sni`], or [`NameSource::SniOuter`] where Encrypted Client Hello may hide the true name.
pub fn sniff(bytes: &[u8]) -> Sniff {
    // What is there so far decides: a byte that no hello has ends the wait.
    let looks_right =
        |at: usize, right: fn(u8) -> bool| bytes.get(at).is_none_or(|&byte| right(byte));
    if !looks_right(0, |byte| byte == HANDSHAKE)
        || !looks_right(1, |major| major == 3)
        || !looks_right(RECORD_HEADER, |kind| kind == CLIENT_HELLO)
    {
        return Sniff::NoName;
    }
    let Some((&[_, _, _, high, low], rest)) = bytes.split_first_chunk::<RECORD_HEADER>() else {
        return Sniff::NeedMore;
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length == 0 || length > MAX_RECORD {
        return Sniff::NoName;
    }
    if let Some(&[_, high, middle, low]) = rest.first_chunk::<4>()
        && u32::from_be_bytes([0, high, middle, low]) as usize + 4 > length
    {
        return Sniff::NoName;
    }
    let Some(record) = rest.get(..length) else { return Sniff::NeedMore };
    match server_name(record) {
        Some((name, source)) => Sniff::Name(name, source),
        None => Sniff::NoName,
    }
}

/// The name in a whole handshake message, its type and length included.
fn server_name(message: &[u8]) -> Option<(HostName, NameSource)> {
    let mut message = Cursor(message);
    if message.take(1)? != [CLIENT_HELLO] {
        return None;
    }
    let mut hello = Cursor(message.vector::<3>()?);
    hello.take(VERSION_AND_RANDOM)?;
    let _session = hello.vector::<1>()?;
    let _cipher_suites = hello.vector::<2>()?;
    let _compression = hello.vector::<1>()?;
    let mut extensions = Cursor(hello.vector::<2>()?);
    let mut name = None;
    let mut source = NameSource::Sni;
    while !extensions.0.is_empty() {
        let kind = extensions.take(2)?;
        let data = extensions.vector::<2>()?;
        match u16::from_be_bytes([kind[0], kind[1]]) {
            SERVER_NAME if name.is_none() => name = host_name(data),
            ENCRYPTED_CLIENT_HELLO => source = NameSource::SniOuter,
            _ => {}
        }
    }
    Some((name?, source))
}

/// The first entry of type `host_name` in a server name list.
fn host_name(extension: &[u8]) -> Option<HostName> {
    let mut list = Cursor(Cursor(extension).vector::<2>()?);
    while !list.0.is_empty() {
        let kind = list.take(1)?[0];
        let name = list.vector::<2>()?;
        if kind == HOST_NAME {
            return HostName::parse(name).ok();
        }
    }
    None
}

/// Reads the presentation language of RFC 8446 section 3 without running past the end.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// A vector with a length of `N` octets before it.
    fn vector<const N: usize>(&mut self) -> Option<&'a [u8]> {
        let length = self.take(N)?.iter().fold(0, |length, &byte| length << 8 | usize::from(byte));
        self.take(length)
    }
}

#[cfg(test)]
pub(crate) mod build;

#[cfg(test)]
mod tests {
    use super::build::{ECH_EXTENSION, Hello};
    use super::*;
    use crate::sniff;

    fn named(name: &str, source: NameSource) -> Sniff {
        Sniff::Name(HostName::parse(name.as_bytes()).unwrap(), source)
    }

    #[test]
    fn the_server_name_is_read() {
        let hello = Hello::to("SA.api.intl.MIUI.com").record();
        assert_eq!(sniff(&hello), named("sa.api.intl.miui.com", NameSource::Sni));
        let with_early_data = [&hello[..], b"\x14\x03\x03\x00\x01\x01"].concat();
        assert_eq!(sniff(&with_early_data), named("sa.api.intl.miui.com", NameSource::Sni));
    }

    #[test]
    fn encrypted_client_hello_makes_it_an_outer_name() {
        let hello = Hello::to("cover.example").with(ECH_EXTENSION, &[0; 200]).record();
        assert_eq!(sniff(&hello), named("cover.example", NameSource::SniOuter));
    }

    #[test]
    fn every_cut_of_a_hello_needs_more() {
        let hello = Hello::to("a.example").with(51, &[7; 1216]).record();
        for length in 0..hello.len() {
            assert_eq!(sniff(&hello[..length]), Sniff::NeedMore, "{length} octets");
        }
    }

    #[test]
    fn a_hello_without_a_host_name_has_no_name() {
        assert_eq!(sniff(&Hello::default().record()), Sniff::NoName);
        assert_eq!(sniff(&Hello::to("192.0.2.1").record()), Sniff::NoName);
        assert_eq!(sniff(&Hello::to("not a name").record()), Sniff::NoName);
        assert_eq!(sniff(&Hello::to("").record()), Sniff::NoName);
    }

    #[test]
    fn other_handshakes_and_false_lengths_have_no_name() {
        let good = Hello::to("a.example").record();
        let with = |at: usize, byte: u8| {
            let mut hello = good.clone();
            hello[at] = byte;
            sniff(&hello)
        };
        assert_eq!(with(1, 2), Sniff::NoName, "major version 2");
        assert_eq!(with(5, 2), Sniff::NoName, "a ServerHello");
        assert_eq!(with(3, 0x41), Sniff::NoName, "a record of more than 16 KiB");
        assert_eq!(with(6, 1), Sniff::NoName, "a hello longer than its record");
        assert_eq!(with(8, 10), Sniff::NoName, "a hello of ten octets");
        assert_eq!(sniff(b"\x16\x03\x01\x00\x00"), Sniff::NoName, "an empty record");
    }

    #[test]
    fn a_hello_of_openssl_is_read() {
        assert_eq!(
            sniff(&build::openssl_hello()),
            named("tracking.intl.miui.com", NameSource::Sni)
        );
    }
}
