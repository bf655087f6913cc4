//! What a resolver answered.

use std::net::IpAddr;

use wire::HostName;

use super::reader::{Name, Reader, Record, flag};
use super::{DnsError, record_type};
use crate::tls::ech;

/// How many aliases in a row are followed. Resolvers themselves give up earlier (BIND after 16, Unbound after 11).
const MAX_ALIASES: usize = 16;
/// How many answer records are looked at: an answer to one question has a few dozen, and each is compared to each alias.
const MAX_RECORDS: usize = 512;
/// The class of the Internet, RFC 1035 section 3.2.4.
const INTERNET: u16 = 1;
/// Keys of service parameters, RFC 9460 section 14.3.2.
const IPV4_HINT: u16 = 4;
const IPV6_HINT: u16 = 6;
/// RFC 9848 section 3.
const ECH: u16 = 5;

/// A DNS response: the question, and the addresses that answer it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The transaction id of the query.
    pub id: u16,
    /// The response code: 0 is no error, 3 is NXDOMAIN.
    pub rcode: u8,
    /// The answer was cut: ask again over TCP.
    pub truncated: bool,
    /// The name that was asked for.
    pub name: HostName,
    /// The type that was asked for, see [`record_type`].
    pub record_type: u16,
    /// The names that it is an alias of, in order: CNAMEs and the targets of SVCB and HTTPS records. Those that are
    /// no host names are left out.
    pub chain: Vec<HostName>,
    /// The addresses of the name and of its aliases, with the seconds they may be kept: the least TTL on the way.
    /// Records of other names are not looked at.
    pub addresses: Vec<(IpAddr, u32)>,
    /// The names that clients show outside when they encrypt their ClientHello to these servers: the `public_name`s
    /// of SVCB and HTTPS records, RFC 9848 section 3. A hello with ECH to one of them hides its true name.
    pub public_names: Vec<HostName>,
}

impl Response {
    /// Reads a response with all its answer records.
    ///
    /// # Errors
    /// [`DnsError`]; of its variants only [`DnsError::NotAHostName`] is a response that a client can use.
    pub fn parse(message: &[u8]) -> Result<Self, DnsError> {
        let (question, answered) = Answered::read(message)?;
        let Answered { id, rcode, truncated, record_type, chain, addresses, public_names } =
            answered;
        let name = question.to_host_name()?;
        Ok(Response { id, rcode, truncated, name, record_type, chain, addresses, public_names })
    }
}

/// The names that the question's is an alias of, as [`Response::chain`], also where that is no host name.
///
/// # Errors
/// [`DnsError`], but [`DnsError::NotAHostName`].
pub fn aliases(message: &[u8]) -> Result<Vec<HostName>, DnsError> {
    Answered::read(message).map(|(_, answered)| answered.chain)
}

/// A response to any question, be its name a host name or not.
struct Answered {
    id: u16,
    rcode: u8,
    truncated: bool,
    record_type: u16,
    chain: Vec<HostName>,
    addresses: Vec<(IpAddr, u32)>,
    public_names: Vec<HostName>,
}

impl Answered {
    /// Reads the name that was asked for, and the rest.
    fn read(message: &[u8]) -> Result<(Name, Self), DnsError> {
        let mut reader = Reader::new(message, 0);
        let header = reader.header()?;
        if header.flags & flag::RESPONSE == 0 || header.flags & flag::OPCODE != 0 {
            return Err(DnsError::NotAResponse);
        }
        if header.questions != 1 {
            return Err(DnsError::QuestionCount);
        }
        let question = reader.name()?;
        let record_type = reader.u16()?;
        let _class = reader.u16()?;
        let records = (0..usize::from(header.answers).min(MAX_RECORDS))
            .map(|_| reader.record())
            .collect::<Result<Vec<_>, _>>()?;
        let mut answered = Answered {
            id: header.id,
            rcode: (header.flags & flag::RCODE).to_be_bytes()[1],
            truncated: header.flags & flag::TRUNCATED != 0,
            record_type,
            chain: Vec::new(),
            addresses: Vec::new(),
            public_names: Vec::new(),
        };
        answered.follow(message, question.clone(), &records)?;
        Ok((question, answered))
    }

    /// Walks from alias to alias and collects the addresses of each.
    fn follow(&mut self, message: &[u8], from: Name, records: &[Record]) -> Result<(), DnsError> {
        let mut current = from;
        let mut least_ttl = u32::MAX;
        for _ in 0..=MAX_ALIASES {
            let mut next = None;
            for record in records.iter().filter(|r| r.class == INTERNET && r.owner == current) {
                let ttl = seconds(record.ttl).min(least_ttl);
                let mut data = Reader::new(message, record.data.start);
                match record.record_type {
                    record_type::A if record.data.len() == 4 => {
                        self.addresses.push((data.ipv4()?.into(), ttl));
                    }
                    record_type::AAAA if record.data.len() == 16 => {
                        self.addresses.push((data.ipv6()?.into(), ttl));
                    }
                    record_type::CNAME if next.is_none() => next = Some((data.name()?, ttl)),
                    record_type::SVCB | record_type::HTTPS => {
                        self.service(&message[..record.data.end], record.data.start, ttl)?;
                    }
                    _ => {}
                }
            }
            let Some((name, ttl)) = next else { break };
            self.chain.extend(name.to_host_name());
            (current, least_ttl) = (name, ttl);
        }
        Ok(())
    }

    /// Takes the target, the address hints and the outer names of a service binding, RFC 9460 section 2.2: clients
    /// connect to them without asking further. `message` ends where the record ends.
    fn service(&mut self, message: &[u8], at: usize, ttl: u32) -> Result<(), DnsError> {
        let mut data = Reader::new(message, at);
        let _priority = data.u16()?;
        let target = data.name()?;
        if !target.is_root() {
            self.chain.extend(target.to_host_name());
        }
        while data.position() < message.len() {
            let key = data.u16()?;
            let length = usize::from(data.u16()?);
            let start = data.position();
            let mut value = Reader::new(message, start);
            let bytes = data.bytes(length)?;
            match key {
                IPV4_HINT => {
                    for _ in 0..length / 4 {
                        self.addresses.push((value.ipv4()?.into(), ttl));
                    }
                }
                IPV6_HINT => {
                    for _ in 0..length / 16 {
                        self.addresses.push((value.ipv6()?.into(), ttl));
                    }
                }
                ECH => ech::public_names(bytes, &mut self.public_names),
                _ => {}
            }
        }
        Ok(())
    }
}

/// A TTL with its highest bit set counts as 0, RFC 2181 section 8.
fn seconds(ttl: u32) -> u32 {
    if ttl > i32::MAX.unsigned_abs() { 0 } else { ttl }
}

#[cfg(test)]
mod tests {
    use super::super::build::{self, Answer};
    use super::*;

    fn addresses(list: &[(&str, u32)]) -> Vec<(IpAddr, u32)> {
        list.iter().map(|(address, ttl)| (address.parse().unwrap(), *ttl)).collect()
    }

    #[test]
    fn the_alias_chain_is_followed_with_its_least_ttl() {
        let message = build::response(
            "metrics.shop.example",
            record_type::A,
            &[
                Answer::address("tracker.example", 300, "192.0.2.7"),
                Answer::cname("metrics.shop.example", 3600, "shop.alias.example"),
                Answer::cname("Shop.ALIAS.example", 20, "tracker.example"),
                Answer::address("tracker.example", 10, "192.0.2.8"),
                Answer::address("somebody.else.example", 300, "192.0.2.9"),
            ],
        );
        let response = Response::parse(&message).unwrap();
        assert_eq!(response.name.as_str(), "metrics.shop.example");
        assert_eq!(
            response.chain.iter().map(HostName::as_str).collect::<Vec<_>>(),
            ["shop.alias.example", "tracker.example"]
        );
        assert_eq!(response.addresses, addresses(&[("192.0.2.7", 20), ("192.0.2.8", 10)]));
        assert_eq!((response.id, response.rcode, response.truncated), (build::ID, 0, false));
    }

    #[test]
    fn aliases_that_go_round_end() {
        let round = [
            Answer::cname("a.example", 60, "b.example"),
            Answer::cname("b.example", 60, "a.example"),
        ];
        let response =
            Response::parse(&build::response("a.example", record_type::A, &round)).unwrap();
        assert!(response.addresses.is_empty());
        assert!(response.chain.len() <= MAX_ALIASES + 1);
    }

    #[test]
    fn hints_of_https_records_are_addresses() {
        let message = build::response(
            "shop.example",
            record_type::HTTPS,
            &[Answer::https("shop.example", 120, "cdn.example", "192.0.2.3", "2001:db8::3")],
        );
        let response = Response::parse(&message).unwrap();
        assert_eq!(response.addresses, addresses(&[("192.0.2.3", 120), ("2001:db8::3", 120)]));
        assert_eq!(response.chain[0].as_str(), "cdn.example");
    }

    /// RFC 9460 appendix D: an alias, hints of IPv6, and several parameters.
    #[test]
    fn the_records_of_the_rfc_are_read() {
        for (data, target, hints) in [
            ("0000 03666f6f 076578616d706c65 03636f6d 00", "foo.example.com", &[][..]),
            (
                "0001 03666f6f 076578616d706c65 03636f6d 00 0006 0020 20010db8000000000000000000000001
                 20010db8000000000000000000530001",
                "foo.example.com",
                &[("2001:db8::1", 60), ("2001:db8::53:1", 60)],
            ),
            (
                "0010 03666f6f 076578616d706c65 036f7267 00 0000 0004 0001 0004 0001 0009 026832
                 0568332d3139 0004 0004 c0000201",
                "foo.example.org",
                &[("192.0.2.1", 60)],
            ),
        ] {
            let answer = Answer::https_data("example.com", build::from_hex(data));
            let message = build::response("example.com", record_type::HTTPS, &[answer]);
            let response = Response::parse(&message).unwrap();
            assert_eq!(response.chain[0].as_str(), target);
            assert_eq!(response.addresses, addresses(hints));
        }
    }

    #[test]
    fn outer_names_of_encrypted_hellos_are_read() {
        let list = build::ech_list(&[
            (0xfe0d, "cover.example"),
            (0xfe0a, "draft.example"),
            (0xfe0d, "192.0.2.1"),
            (0xfe0d, "Cover.example"),
            (0xfe0d, "second.example"),
        ]);
        let names_in = |list: &[u8]| {
            let answer = Answer::https_with("shop.example", 5, list);
            let message = build::response("shop.example", record_type::HTTPS, &[answer]);
            Response::parse(&message).unwrap().public_names
        };
        let names = names_in(&list);
        assert_eq!(
            names.iter().map(HostName::as_str).collect::<Vec<_>>(),
            ["cover.example", "second.example"]
        );
        for length in 0..list.len() {
            assert!(names_in(&list[..length]).is_empty(), "{length} octets");
        }
    }

    #[test]
    fn compressed_names_are_read() {
        // www.example.org is an alias of edge.example.org, as resolvers write it: only new labels are spelled out.
        let message = build::from_hex(
            "a5d3858000010002000000000377777707657861 6d706c65036f72670000010001c00c0005000100000e10
             000704656467 65c010c02d00010001 0000003c0004c0000209",
        );
        let response = Response::parse(&message).unwrap();
        assert_eq!(response.chain[0].as_str(), "edge.example.org");
        assert_eq!(response.addresses, addresses(&[("192.0.2.9", 60)]));
    }

    #[test]
    fn a_cut_message_is_an_error_and_a_question_none() {
        let full = build::response(
            "a.example",
            record_type::AAAA,
            &[Answer::address("a.example", u32::MAX, "2001:db8::1")],
        );
        for length in 0..full.len() {
            assert_eq!(
                Response::parse(&full[..length]),
                Err(DnsError::Truncated),
                "{length} octets"
            );
        }
        assert_eq!(Response::parse(&full).unwrap().addresses, addresses(&[("2001:db8::1", 0)]));
        assert_eq!(Response::parse(&build::query("a.example", 1)), Err(DnsError::NotAResponse));
    }
}
