//! The server name in a TLS ClientHello (RFC 8446 section 4.1.2, RFC 6066 section 3).
//!
//! Reads a hello over as many records and segments as it likes. It is read to its end before its name is told, because
//! an `encrypted_client_hello` extension anywhere in it changes what the name means.

use std::borrow::Cow;

use wire::{HostName, NameSource};

use crate::Sniff;
use crate::sniff::LARGEST_OPENING;
use cursor::Cursor;

pub(crate) mod cursor;
pub(crate) mod ech;

/// The content type of a handshake record, RFC 8446 section 5.1: the first byte of a connection that opens with TLS.
pub const HANDSHAKE: u8 = 22;

const RECORD_HEADER: usize = 5;
const MAX_RECORD: usize = 16 * 1024;
/// A handshake message's type and length, RFC 8446 section 4.
const MESSAGE_HEADER: usize = 4;
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
    match handshake(bytes) {
        Some(message) => client_hello(&message, LARGEST_OPENING, NameSource::Sni),
        None => Sniff::NoName,
    }
}

/// Reads the server name out of a stream of handshake messages, which begins with the hello: of at most `largest`
/// octets, its header included. `source` is said of the name where nothing hides it.
pub(crate) fn client_hello(messages: &[u8], largest: usize, source: NameSource) -> Sniff {
    if messages.first().is_some_and(|&kind| kind != CLIENT_HELLO) {
        return Sniff::NoName;
    }
    let Some(end) = message_end(messages) else { return Sniff::NeedMore };
    if end > largest {
        return Sniff::NoName;
    }
    let Some(body) = messages.get(MESSAGE_HEADER..end) else { return Sniff::NeedMore };
    match server_name(body, source) {
        Some(name) => Sniff::Names(vec![name]),
        None => Sniff::NoName,
    }
}

/// The first handshake message, as much of it as is there; None if no record that may carry it comes next.
fn handshake(mut bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    let mut message = Cow::Borrowed(&[][..]);
    while message_end(&message).is_none_or(|end| message.len() < end) {
        // What is there decides already: a byte that no such record has ends the wait.
        if bytes.first().is_some_and(|&kind| kind != HANDSHAKE)
            || bytes.get(1).is_some_and(|&major| major != 3)
        {
            return None;
        }
        let Some((&[_, _, _, high, low], rest)) = bytes.split_first_chunk::<RECORD_HEADER>() else {
            break;
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        if length == 0 || length > MAX_RECORD {
            return None;
        }
        let (fragment, rest) = rest.split_at(length.min(rest.len()));
        if message.is_empty() {
            message = Cow::Borrowed(fragment);
        } else {
            message.to_mut().extend_from_slice(fragment);
        }
        if fragment.len() < length {
            break;
        }
        bytes = rest;
    }
    Some(message)
}

/// Where the first message ends, its header included.
fn message_end(messages: &[u8]) -> Option<usize> {
    let &[_, high, middle, low] = messages.first_chunk()?;
    Some(u32::from_be_bytes([0, high, middle, low]) as usize + MESSAGE_HEADER)
}

/// The name in a hello, without the message's header.
fn server_name(hello: &[u8], mut source: NameSource) -> Option<(HostName, NameSource)> {
    let mut hello = Cursor(hello);
    hello.take(VERSION_AND_RANDOM)?;
    let _session = hello.vector::<1>()?;
    let _cipher_suites = hello.vector::<2>()?;
    let _compression = hello.vector::<1>()?;
    let mut extensions = Cursor(hello.vector::<2>()?);
    let mut name = None;
    while !extensions.0.is_empty() {
        let kind = extensions.u16()?;
        let data = extensions.vector::<2>()?;
        match kind {
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

#[cfg(test)]
pub(crate) mod build;

#[cfg(test)]
mod tests {
    use super::build::{ECH_EXTENSION, Hello};
    use super::*;
    use crate::sniff;

    fn named(name: &str, source: NameSource) -> Sniff {
        Sniff::Names(vec![(HostName::parse(name.as_bytes()).unwrap(), source)])
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
    fn a_hello_in_any_records_says_the_same() {
        let hello = Hello::to("a.example").with(51, &[7; 1216]);
        for size in (1..70).chain([1000, 1300]) {
            let records = hello.in_records(size);
            assert_eq!(sniff(&records), named("a.example", NameSource::Sni), "{size} octets each");
            for length in (0..records.len()).step_by(7) {
                assert_eq!(sniff(&records[..length]), Sniff::NeedMore, "{length} of {size} each");
            }
        }
        // Two shares of ML-KEM 1024 with curves, one of 768, and all of it a second time in the encrypted hello.
        let largest = Hello::to("a.example").with(51, &[7; 5200]).with(ECH_EXTENSION, &[7; 6000]);
        for size in [1 << 14, 512] {
            assert_eq!(sniff(&largest.in_records(size)), named("a.example", NameSource::SniOuter));
        }
    }

    #[test]
    fn another_record_within_a_hello_ends_the_wait() {
        let mut records = Hello::to("a.example").in_records(40);
        records[45] = 21;
        assert_eq!(sniff(&records[..45]), Sniff::NeedMore);
        assert_eq!(sniff(&records[..46]), Sniff::NoName);
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
            // It is known before the rest has come.
            assert_eq!(sniff(&hello[..9.max(at + 1)]), sniff(&hello));
            sniff(&hello)
        };
        assert_eq!(with(1, 2), Sniff::NoName, "major version 2");
        assert_eq!(with(5, 2), Sniff::NoName, "a ServerHello");
        assert_eq!(with(3, 0x41), Sniff::NoName, "a record of more than 16 KiB");
        assert_eq!(with(6, 1), Sniff::NoName, "a hello of more than 64 KiB");
        assert_eq!(sniff(b"\x16\x03\x01\x00\x00"), Sniff::NoName, "an empty record");
        let mut short = good;
        short[8] = 10;
        assert_eq!(sniff(&short), Sniff::NoName, "a hello of ten octets");
    }

    /// RFC 8448 section 3.
    #[test]
    fn the_hello_of_the_rfc_is_read() {
        let record = crate::dns::build::from_hex(include_str!("tls/rfc8448-3.hex"));
        assert_eq!(sniff(&record), named("server", NameSource::Sni));
    }

    #[test]
    fn a_hello_of_openssl_is_read() {
        assert_eq!(
            sniff(&build::openssl_hello()),
            named("tracking.intl.miui.com", NameSource::Sni)
        );
    }
}
