//! A word of a list to a host name, with the guards that keep a list from blocking what nobody meant.

use std::borrow::Cow;
use std::net::IpAddr;

use idna::AsciiDenyList;
use wire::{HostName, HostNameError};

use crate::public_suffixes::is_public_suffix;
use crate::{Options, SkipReason};

/// The host name that `word` stands for: lower case, other scripts as A-labels (UTS 46), no dot at the end.
pub(crate) fn usable(word: &[u8], options: &Options) -> Result<HostName, SkipReason> {
    if address(word).is_some() {
        return Err(SkipReason::Address);
    }
    if word.contains(&b'*') {
        return Err(SkipReason::Pattern);
    }
    if word.iter().any(|byte| matches!(byte, b'/' | b':')) {
        return Err(SkipReason::Path);
    }
    let ascii = if word.is_ascii() { Cow::Borrowed(word) } else { to_a_labels(word)? };
    let name = HostName::parse(&ascii).map_err(|error| match error {
        HostNameError::Address => SkipReason::Address,
        HostNameError::Empty
        | HostNameError::TooLong
        | HostNameError::EmptyLabel
        | HostNameError::BadCharacter => SkipReason::NotAHostName,
    })?;
    if is_local(name.as_str()) {
        return Err(SkipReason::LocalName);
    }
    if !options.public_suffixes_confirmed && is_public_suffix(&name) {
        return Err(SkipReason::PublicSuffix);
    }
    Ok(name)
}

/// The address that `word` stands for, with or without a zone (`fe80::1%lo0`).
pub(crate) fn address(word: &[u8]) -> Option<IpAddr> {
    // Most words are names: their last character says so at no cost.
    let may_be = word.last().is_some_and(|last| last.is_ascii_hexdigit() || *last == b':');
    let text = (may_be || word.contains(&b'%')).then(|| std::str::from_utf8(word).ok())??;
    let text = text.split_once('%').map_or(text, |(address, _)| address);
    text.parse().ok()
}

/// Whether a line that sends names to this address blocks them.
pub(crate) fn is_null(address: IpAddr) -> bool {
    address.is_unspecified() || address.is_loopback()
}

fn to_a_labels(word: &[u8]) -> Result<Cow<'_, [u8]>, SkipReason> {
    let ascii = idna::domain_to_ascii_cow(word, AsciiDenyList::EMPTY);
    ascii
        .map(|name| Cow::Owned(name.into_owned().into_bytes()))
        .map_err(|_| SkipReason::NotAHostName)
}

/// The names that every hosts file gives its own machine.
fn is_local(name: &str) -> bool {
    match name.rsplit('.').next() {
        Some("localhost" | "localdomain") => true,
        _ => {
            matches!(name, "local" | "broadcasthost")
                || name.starts_with("ip6-") && !name.contains('.')
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_other_scripts_become_a_labels() {
        let options = Options::default();
        for (word, name) in [
            ("Bücher.Example", "xn--bcher-kva.example"),
            ("BU\u{308}CHER.example.", "xn--bcher-kva.example"),
            ("реклама.рф", "xn--80aanufhx.xn--p1ai"),
            ("广告。中国", "xn--4rr70v.xn--fiqs8s"),
            ("_ads.a-b.Example.", "_ads.a-b.example"),
        ] {
            assert_eq!(usable(word.as_bytes(), &options).unwrap().as_str(), name, "{word}");
        }
    }

    #[test]
    fn what_is_no_name_or_too_much_is_refused() {
        let options = Options::default();
        let label = format!("{}.example", "a".repeat(64));
        let name = format!("{}example", "abcd.".repeat(50));
        for (word, reason) in [
            (&b"192.0.2.1"[..], SkipReason::Address),
            (b"2001:db8::1", SkipReason::Address),
            (b"::", SkipReason::Address),
            (b"ads*.example", SkipReason::Pattern),
            (b"a.example/path", SkipReason::Path),
            (b"a..example", SkipReason::NotAHostName),
            (b"\xff\xfe.example", SkipReason::NotAHostName),
            (label.as_bytes(), SkipReason::NotAHostName),
            (name.as_bytes(), SkipReason::NotAHostName),
            (b"LOCALHOST", SkipReason::LocalName),
            (b"localhost.localdomain", SkipReason::LocalName),
            (b"ip6-allnodes", SkipReason::LocalName),
            (b"com", SkipReason::PublicSuffix),
            (b"CO.UK.", SkipReason::PublicSuffix),
        ] {
            assert_eq!(usable(word, &options), Err(reason), "{}", String::from_utf8_lossy(word));
        }
        let confirmed = Options { public_suffixes_confirmed: true, ..options };
        assert!(usable(b"co.uk", &confirmed).is_ok() && usable(b"zip", &confirmed).is_ok());
        assert_eq!(usable(b"localhost", &confirmed), Err(SkipReason::LocalName));
    }
}
