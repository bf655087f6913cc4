//! The first bytes of a connection: which names do they speak of?

use wire::{HostName, NameSource};

use crate::{http, tls};

/// How many of a connection's first octets are looked at, and so how many a caller needs to keep.
///
/// A browser's ClientHello with a post-quantum key share has about 2 KiB; one with a share of every registered hybrid
/// group and its encrypted twin beside it (RFC 9849) would have about 12 KiB. BoringSSL takes none of more than 16 KiB.
/// This is room for twice that, and for the headers of its records.
pub const LARGEST_OPENING: usize = 32 * 1024;

/// What the first bytes of a connection say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sniff {
    /// They name their server, or a server they ask for: at least one name, each once. All of them speak; which of
    /// them counts is the policy's to say.
    Names(Vec<(HostName, NameSource)>),
    /// They may yet: ask again with these bytes and the next.
    NeedMore,
    /// They will not: another protocol, no name in it, or too long.
    NoName,
}

impl Sniff {
    /// These names, or none.
    pub(crate) fn found(names: Vec<(HostName, NameSource)>) -> Self {
        if names.is_empty() { Sniff::NoName } else { Sniff::Names(names) }
    }
}

/// Reads what an app sent first, from its first byte on: a TLS ClientHello or an HTTP/1 request.
///
/// However the bytes were cut on their way, a longer beginning says the same once one has said
/// [`Names`](Sniff::Names) or [`NoName`](Sniff::NoName). [`Sniff::NeedMore`] is said only of less than
/// [`LARGEST_OPENING`] octets, and what comes after those is not looked at. Allocates for the names, and where a hello
/// has to be joined from several records.
pub fn sniff(bytes: &[u8]) -> Sniff {
    let opening = &bytes[..bytes.len().min(LARGEST_OPENING)];
    let sniff = match opening.first() {
        None => Sniff::NeedMore,
        Some(&tls::HANDSHAKE) => tls::sniff(opening),
        // An empty line may stand before a request.
        Some(b'A'..=b'Z' | b'\r' | b'\n') => http::sniff(opening),
        Some(_) => Sniff::NoName,
    };
    if sniff == Sniff::NeedMore && opening.len() == LARGEST_OPENING { Sniff::NoName } else { sniff }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tls::build::Hello;

    proptest! {
        /// However an opening is cut, what is said of its beginning still holds when the rest has come.
        #[test]
        fn a_word_once_said_is_kept(
            mut opening in prop_oneof![
                (1..400usize).prop_map(|size| {
                    Hello::to("tracking.intl.miui.com").with(51, &[1; 64]).in_records(size)
                }),
                Just(b"POST http://a.example:80/ HTTP/1.1\r\nHost: b.example\r\n\r\n".to_vec()),
                Just(b"\r\nGET / HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n\r\n".to_vec()),
                Just(b"GET /d?host=a.example,b.example HTTP/1.1\r\nHost: 203.107.1.1\r\n\r\n".to_vec()),
                prop::collection::vec(any::<u8>(), 0..300),
            ],
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
        ) {
            for (at, byte) in damage {
                if !opening.is_empty() {
                    let at = at.index(opening.len());
                    opening[at] = byte;
                }
            }
            let whole = sniff(&opening);
            for cut in 0..opening.len() {
                let part = sniff(&opening[..cut]);
                prop_assert!(part == Sniff::NeedMore || part == whole, "{part:?} of {cut} octets, then {whole:?}");
            }
        }
    }

    #[test]
    fn other_protocols_have_no_name() {
        for opening in [
            &b"SSH-2.0-OpenSSH_9.2\r\n"[..],
            b"EHLO mail.example\r\n",
            b"\x00\x0c\x00\x00\x10\x00",
            b"\x13BitTorrent protocol",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"get / http/1.1\r\nhost: a.example\r\n\r\n",
            b"\xff\xff\xff\xff",
        ] {
            assert_eq!(sniff(opening), Sniff::NoName, "{opening:?}");
        }
        assert_eq!(sniff(b""), Sniff::NeedMore);
    }

    #[test]
    fn an_opening_without_end_is_given_up() {
        for endless in [
            [b"GET /".to_vec(), vec![b'a'; LARGEST_OPENING]].concat(),
            vec![b'\n'; LARGEST_OPENING],
            Hello::to("a.example").with(21, &[0; LARGEST_OPENING - 1000]).in_records(100),
        ] {
            assert_eq!(sniff(&endless[..4096]), Sniff::NeedMore);
            assert_eq!(sniff(&endless[..LARGEST_OPENING]), Sniff::NoName);
        }
    }
}
