//! A cursor over a DNS message that cannot run past its end.

use std::net::{Ipv4Addr, Ipv6Addr};

use wire::HostName;

use super::DnsError;

/// The header, RFC 1035 section 4.1.1.
pub(super) const HEADER: usize = 12;
/// The longest name on the wire, RFC 1035 section 2.3.4.
const MAX_NAME: usize = 255;

/// The fixed header of a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) id: u16,
    pub(super) flags: u16,
    pub(super) questions: u16,
    pub(super) answers: u16,
    pub(super) authorities: u16,
    pub(super) additionals: u16,
}

/// The flag bits of a header's second word, RFC 1035 section 4.1.1 and RFC 4035 section 3.2.2.
pub(super) mod flag {
    pub(in crate::dns) const RESPONSE: u16 = 0x8000;
    pub(in crate::dns) const OPCODE: u16 = 0x7800;
    pub(in crate::dns) const TRUNCATED: u16 = 0x0200;
    pub(in crate::dns) const RECURSION_DESIRED: u16 = 0x0100;
    pub(in crate::dns) const RECURSION_AVAILABLE: u16 = 0x0080;
    pub(in crate::dns) const CHECKING_DISABLED: u16 = 0x0010;
    pub(in crate::dns) const RCODE: u16 = 0x000f;
}

/// A record without its data; `data` is where that lies in the message.
pub(super) struct Record {
    pub(super) owner: Name,
    pub(super) record_type: u16,
    /// For OPT the sender's UDP payload size.
    pub(super) class: u16,
    /// For OPT the extended flags.
    pub(super) ttl: u32,
    pub(super) data: std::ops::Range<usize>,
}

/// A name with all pointers followed, in wire form and lower case.
#[derive(Clone)]
pub(super) struct Name {
    octets: [u8; MAX_NAME],
    length: usize,
}

pub(super) struct Reader<'a> {
    message: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Begins at `at`, which may lie past the end.
    pub(super) fn new(message: &'a [u8], at: usize) -> Self {
        Reader { message, at }
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    pub(super) fn header(&mut self) -> Result<Header, DnsError> {
        Ok(Header {
            id: self.u16()?,
            flags: self.u16()?,
            questions: self.u16()?,
            answers: self.u16()?,
            authorities: self.u16()?,
            additionals: self.u16()?,
        })
    }

    pub(super) fn record(&mut self) -> Result<Record, DnsError> {
        let owner = self.name()?;
        let (record_type, class) = (self.u16()?, self.u16()?);
        let ttl = u32::from_be_bytes(self.array()?);
        let length = usize::from(self.u16()?);
        let start = self.at;
        self.bytes(length)?;
        Ok(Record { owner, record_type, class, ttl, data: start..self.at })
    }

    /// Reads a name and follows its pointers (RFC 1035 section 4.1.4). Each must lead to before the labels just read,
    /// so there are fewer steps than octets; the header holds no names.
    pub(super) fn name(&mut self) -> Result<Name, DnsError> {
        let mut name = Name { octets: [0; MAX_NAME], length: 0 };
        let mut at = self.at;
        let mut run_start = at;
        let mut end = None;
        loop {
            let length = *self.message.get(at).ok_or(DnsError::Truncated)?;
            match length {
                0 => {
                    name.push(&[0])?;
                    self.at = end.unwrap_or(at + 1);
                    return Ok(name);
                }
                1..=63 => {
                    let next = at + 1 + usize::from(length);
                    name.push(self.message.get(at..next).ok_or(DnsError::Truncated)?)?;
                    at = next;
                }
                0xc0.. => {
                    let low = *self.message.get(at + 1).ok_or(DnsError::Truncated)?;
                    let target = usize::from(u16::from_be_bytes([length & 0x3f, low]));
                    if target >= run_start || target < HEADER {
                        return Err(DnsError::BadName);
                    }
                    end.get_or_insert(at + 2);
                    at = target;
                    run_start = target;
                }
                64..=0xbf => return Err(DnsError::BadName),
            }
        }
    }

    pub(super) fn u16(&mut self) -> Result<u16, DnsError> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    pub(super) fn ipv4(&mut self) -> Result<Ipv4Addr, DnsError> {
        Ok(Ipv4Addr::from(self.array::<4>()?))
    }

    pub(super) fn ipv6(&mut self) -> Result<Ipv6Addr, DnsError> {
        Ok(Ipv6Addr::from(self.array::<16>()?))
    }

    pub(super) fn bytes(&mut self, length: usize) -> Result<&'a [u8], DnsError> {
        let end = self.at.checked_add(length).ok_or(DnsError::Truncated)?;
        let bytes = self.message.get(self.at..end).ok_or(DnsError::Truncated)?;
        self.at = end;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DnsError> {
        let rest = self.message.get(self.at..).ok_or(DnsError::Truncated)?;
        let array = *rest.first_chunk().ok_or(DnsError::Truncated)?;
        self.at += N;
        Ok(array)
    }
}

impl Name {
    /// The name as a host name, if it is one.
    pub(super) fn to_host_name(&self) -> Result<HostName, DnsError> {
        let mut text = [0; MAX_NAME];
        let mut rest = self.octets();
        let mut end = 0;
        while let Some((&length @ 1.., after)) = rest.split_first() {
            let (label, next) =
                after.split_at_checked(usize::from(length)).ok_or(DnsError::BadName)?;
            if label.contains(&b'.') {
                return Err(DnsError::NotAHostName);
            }
            text[end..end + label.len()].copy_from_slice(label);
            text[end + label.len()] = b'.';
            end += label.len() + 1;
            rest = next;
        }
        HostName::parse(&text[..end]).map_err(|_| DnsError::NotAHostName)
    }

    pub(super) fn is_root(&self) -> bool {
        self.length == 1
    }

    /// The name itself, then each parent up to the root.
    pub(super) fn suffixes(&self) -> impl Iterator<Item = Name> {
        let parent = |name: &Name| {
            let label = usize::from(*name.octets().first()?);
            let rest = name.octets().get(1 + label..).filter(|_| label > 0)?;
            let mut parent = Name { octets: [0; MAX_NAME], length: rest.len() };
            parent.octets.get_mut(..rest.len())?.copy_from_slice(rest);
            Some(parent)
        };
        std::iter::successors(Some(self.clone()), parent)
    }

    fn octets(&self) -> &[u8] {
        &self.octets[..self.length]
    }

    fn push(&mut self, octets: &[u8]) -> Result<(), DnsError> {
        let end = self.length + octets.len();
        let space = self.octets.get_mut(self.length..end).ok_or(DnsError::BadName)?;
        space.copy_from_slice(octets);
        space.make_ascii_lowercase();
        self.length = end;
        Ok(())
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.octets() == other.octets()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_at(message: &[u8], at: usize) -> Result<String, DnsError> {
        Reader::new(message, at).name()?.to_host_name().map(|name| name.to_string())
    }

    #[test]
    fn pointers_lead_back_and_end() {
        let mut message = vec![0; HEADER];
        message.extend(b"\x07example\x00\x03WWW\xc0\x0c");
        let mut reader = Reader::new(&message, 21);
        assert_eq!(reader.name().unwrap().to_host_name().unwrap().as_str(), "www.example");
        assert_eq!(reader.position(), message.len());

        let to = |pointer: &[u8]| name_at(&[&[0; HEADER], pointer].concat(), HEADER);
        assert_eq!(to(b"\xc0\x0c"), Err(DnsError::BadName), "to itself");
        assert_eq!(to(b"\x01a\xc0\x0c"), Err(DnsError::BadName), "round and round");
        assert_eq!(to(b"\xc0\x0e\x00"), Err(DnsError::BadName), "forward");
        assert_eq!(to(b"\xc0\x00"), Err(DnsError::BadName), "into the header");
        assert_eq!(to(b"\x40a\x00"), Err(DnsError::BadName), "unknown label kind");
        assert_eq!(to(b"\x01"), Err(DnsError::Truncated));
        assert_eq!(to(b"\xc0"), Err(DnsError::Truncated));
    }

    #[test]
    fn names_longer_than_255_octets_are_refused() {
        let long = [&[0; HEADER], &b"\x01a".repeat(127)[..], b"\0"].concat();
        assert_eq!(name_at(&long, HEADER).unwrap().len(), 253);
        let longer = [&[0; HEADER], &b"\x01a".repeat(128)[..], b"\0"].concat();
        assert_eq!(name_at(&longer, HEADER), Err(DnsError::BadName));
    }

    #[test]
    fn what_is_no_host_name_says_so() {
        let at = |octets: &[u8]| name_at(&[&[0; HEADER], octets].concat(), HEADER);
        assert_eq!(at(b"\0"), Err(DnsError::NotAHostName), "the root");
        assert_eq!(at(b"\x03a.b\x03com\0"), Err(DnsError::NotAHostName), "a dot inside of a label");
        assert_eq!(at(b"\x03a b\0"), Err(DnsError::NotAHostName), "a space");
        assert_eq!(at(b"\x011\x012\x013\x014\0"), Err(DnsError::NotAHostName), "an address");
    }
}
