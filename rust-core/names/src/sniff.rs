//! The first bytes of a connection: which name do they speak of?

use wire::{HostName, NameSource};

use crate::{http, tls};

/// How many of a connection's first octets are looked at. A TLS record carries no more (RFC 8446 section 5.1), and
/// servers refuse longer request heads; what has not named its server by then will not.
pub const LARGEST_OPENING: usize = 16 * 1024;

/// What the first bytes of a connection say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sniff {
    /// They name their server.
    Name(HostName, NameSource),
    /// They may yet: ask again with these bytes and the next.
    NeedMore,
    /// They will not: another protocol, no name in it, or too long.
    NoName,
}

/// Reads what an app sent first, from its first byte on: a TLS ClientHello or an HTTP/1 request.
///
/// Allocates nothing but the name. [`Sniff::NeedMore`] is never said of more than [`LARGEST_OPENING`] octets.
pub fn sniff(bytes: &[u8]) -> Sniff {
    let sniff = match bytes.first() {
        None => Sniff::NeedMore,
        Some(&tls::HANDSHAKE) => tls::sniff(bytes),
        Some(b'A'..=b'Z') => http::sniff(bytes),
        Some(_) => Sniff::NoName,
    };
    if sniff == Sniff::NeedMore && bytes.len() > LARGEST_OPENING { Sniff::NoName } else { sniff }
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
                Just(Hello::to("tracking.intl.miui.com").with(51, &[1; 64]).record()),
                Just(b"POST http://a.example:80/ HTTP/1.1\r\nHost: b.example\r\n\r\n".to_vec()),
                Just(b"GET / HTTP/1.1\r\nAccept: */*\r\nHost: b.example\r\n\r\n".to_vec()),
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
        let endless = [b"GET /".to_vec(), vec![b'a'; LARGEST_OPENING]].concat();
        assert_eq!(sniff(&endless[..LARGEST_OPENING]), Sniff::NeedMore);
        assert_eq!(sniff(&endless), Sniff::NoName);
    }
}
