//! The answers that are ours: for blocked names, for names that lead nowhere else, and where no resolver could be asked.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::question::{Edns, find_edns};
use super::reader::{HEADER, Header, Reader, flag};
use super::{DnsError, query, record_type};

/// The message cannot be read, RFC 1035 section 4.1.1.
pub const RCODE_FORMAT_ERROR: u8 = 1;
/// No resolver could be asked.
pub const RCODE_SERVER_FAILURE: u8 = 2;
/// There is no such name.
pub const RCODE_NX_DOMAIN: u8 = 3;
/// An operation or type that is not served.
pub const RCODE_NOT_IMPLEMENTED: u8 = 4;
/// Served, but not now or not for this client.
pub const RCODE_REFUSED: u8 = 5;

/// How the absence of a blocked name is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// A: `0.0.0.0`. AAAA: `::`. Connections to these fail at once. No data of any other type.
    Unspecified,
    /// There is no such name.
    NxDomain,
    /// The name has no data of the type asked for.
    NoData,
}

/// The UDP payload size we announce in EDNS: what passes every path unfragmented (DNS flag day 2020).
const UDP_PAYLOAD: u16 = 1232;
/// The DNSSEC OK bit of the extended flags, which RFC 3225 section 3 wants copied.
const DNSSEC_OK: u32 = 0x8000;
/// `blocked.invalid`: the server and the mailbox in our SOA record, under a name that RFC 2606 keeps free.
const SOA_NAME: &[u8] = b"\x07blocked\x07invalid\0";
/// A compression pointer to the question's name.
const QUESTION_NAME: [u8; 2] = [0xc0, HEADER as u8];

/// Answers a query for a blocked name into `out`, whose contents are replaced.
///
/// Clients may keep the answer for `ttl` seconds: where it has no address, an SOA record says so (RFC 2308 section 5). The
/// question is repeated octet for octet, since clients check the case they mixed into it.
///
/// # Errors
/// The message is no query with one question; `out` is empty then.
pub fn blocked_answer(
    query: &[u8],
    denial: Denial,
    ttl: u32,
    out: &mut Vec<u8>,
) -> Result<(), DnsError> {
    match denial {
        Denial::Unspecified => {
            let addresses = (Ipv4Addr::UNSPECIFIED, Ipv6Addr::UNSPECIFIED);
            address_answer(query, addresses, ttl, out)
        }
        Denial::NxDomain => Opened::read(query, out)?.deny(RCODE_NX_DOMAIN, ttl, out),
        Denial::NoData => Opened::read(query, out)?.deny(0, ttl, out),
    }
}

/// Answers a query for `localhost` or a name below it into `out`, whose contents are replaced: the loopback addresses, RFC
/// 6761 section 6.3, to be kept for `ttl` seconds.
///
/// # Errors
/// The message is no query with one question; `out` is empty then.
pub fn localhost_answer(query: &[u8], ttl: u32, out: &mut Vec<u8>) -> Result<(), DnsError> {
    address_answer(query, (Ipv4Addr::LOCALHOST, Ipv6Addr::LOCALHOST), ttl, out)
}

/// Answers a query with this response code and nothing else into `out`, whose contents are replaced. Of a malformed query only
/// the header is repeated.
///
/// # Errors
/// There is no header, or it is that of a response; `out` is empty then.
pub fn error_answer(query: &[u8], rcode: u8, out: &mut Vec<u8>) -> Result<(), DnsError> {
    if let Ok(opened) = Opened::read(query, out) {
        opened.put(rcode, [0, 0], out);
        opened.put_edns(out);
        return Ok(());
    }
    let header = Reader::new(query, 0).header()?;
    if header.flags & flag::RESPONSE != 0 {
        return Err(DnsError::NotAQuery);
    }
    put_header(header, rcode, [0; 4], out);
    Ok(())
}

/// The answer to a query that is too long for the client's datagrams, into `out`, whose contents are replaced: its header with
/// the bit that sends the client to TCP, and the question (RFC 2181 section 9 wants no half answers).
///
/// # Errors
/// The messages are no query with one question and no answer to it; `out` is empty then.
pub fn truncated_answer(query: &[u8], answer: &[u8], out: &mut Vec<u8>) -> Result<(), DnsError> {
    let opened = Opened::read(query, out)?;
    let flags = Reader::new(answer, 0).header()?.flags | flag::TRUNCATED;
    opened.put(0, [0, 0], out);
    if let Some(place) = out.get_mut(2..4) {
        place.copy_from_slice(&flags.to_be_bytes());
    }
    opened.put_edns(out);
    Ok(())
}

/// Answers with an address of the question's family, or with no data.
fn address_answer(
    query: &[u8],
    (ipv4, ipv6): (Ipv4Addr, Ipv6Addr),
    ttl: u32,
    out: &mut Vec<u8>,
) -> Result<(), DnsError> {
    let opened = Opened::read(query, out)?;
    let (ipv4, ipv6) = (ipv4.octets(), ipv6.octets());
    let data = match opened.record_type {
        record_type::A => &ipv4[..],
        record_type::AAAA => &ipv6[..],
        _ => return opened.deny(0, ttl, out),
    };
    opened.put(0, [1, 0], out);
    put_record(opened.record_type, data, ttl, out);
    opened.put_edns(out);
    Ok(())
}

/// A query that is about to be answered.
struct Opened<'a> {
    header: Header,
    question: &'a [u8],
    record_type: u16,
    edns: Option<Edns>,
}

impl<'a> Opened<'a> {
    /// Reads a query; empties `out`.
    fn read(query: &'a [u8], out: &mut Vec<u8>) -> Result<Self, DnsError> {
        out.clear();
        let (header, mut reader) = query::open(query)?;
        reader.name()?;
        let record_type = reader.u16()?;
        reader.u16()?;
        let question = &query[HEADER..reader.position()];
        Ok(Opened { header, question, record_type, edns: find_edns(reader, header) })
    }

    /// Header and question; counts are of answers and authorities.
    fn put(&self, rcode: u8, [answers, authorities]: [u16; 2], out: &mut Vec<u8>) {
        let counts = [1, answers, authorities, u16::from(self.edns.is_some())];
        put_header(self.header, rcode, counts, out);
        out.extend_from_slice(self.question);
    }

    /// Nothing, and for how long.
    fn deny(&self, rcode: u8, ttl: u32, out: &mut Vec<u8>) -> Result<(), DnsError> {
        self.put(rcode, [0, 1], out);
        put_record(record_type::SOA, &soa_data(ttl), ttl, out);
        self.put_edns(out);
        Ok(())
    }

    /// EDNS, where the client speaks it.
    fn put_edns(&self, out: &mut Vec<u8>) {
        let Some(edns) = self.edns else { return };
        out.push(0);
        out.extend_from_slice(&record_type::OPT.to_be_bytes());
        out.extend_from_slice(&UDP_PAYLOAD.to_be_bytes());
        out.extend_from_slice(&(edns.flags & DNSSEC_OK).to_be_bytes());
        out.extend_from_slice(&0u16.to_be_bytes());
    }
}

/// Counts are of questions, answers, authorities and additionals.
fn put_header(query: Header, rcode: u8, counts: [u16; 4], out: &mut Vec<u8>) {
    let kept = flag::OPCODE | flag::RECURSION_DESIRED | flag::CHECKING_DISABLED;
    let flags =
        flag::RESPONSE | flag::RECURSION_AVAILABLE | (query.flags & kept) | u16::from(rcode);
    out.extend_from_slice(&query.id.to_be_bytes());
    out.extend_from_slice(&flags.to_be_bytes());
    for count in counts {
        out.extend_from_slice(&count.to_be_bytes());
    }
}

/// A record of the name in the question, class IN. `data` is far below 64 KiB.
fn put_record(record_type: u16, data: &[u8], ttl: u32, out: &mut Vec<u8>) {
    let length = u16::try_from(data.len()).unwrap_or(u16::MAX);
    out.extend_from_slice(&QUESTION_NAME);
    out.extend_from_slice(&record_type.to_be_bytes());
    out.extend_from_slice(&1u16.to_be_bytes());
    out.extend_from_slice(&ttl.to_be_bytes());
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(data);
}

/// RFC 1035 section 3.3.13; the last field is how long the absence of data may be kept, RFC 2308 section 4.
fn soa_data(ttl: u32) -> Vec<u8> {
    let (serial, refresh, retry, expire) = (1u32, 3600u32, 600u32, 86_400u32);
    let mut data = [SOA_NAME, SOA_NAME].concat();
    for field in [serial, refresh, retry, expire, ttl] {
        data.extend_from_slice(&field.to_be_bytes());
    }
    data
}

#[cfg(test)]
mod tests {
    use super::super::Response;
    use super::super::build::{self, Answer};
    use super::*;

    const TTL: u32 = 120;

    fn denied(query: &[u8], denial: Denial) -> Vec<u8> {
        let mut out = b"left over".to_vec();
        blocked_answer(query, denial, TTL, &mut out).unwrap();
        out
    }

    fn blocked(query: &[u8]) -> Vec<u8> {
        denied(query, Denial::Unspecified)
    }

    #[test]
    fn a_blocked_address_is_the_unspecified_one() {
        for (record_type, address) in [(record_type::A, "0.0.0.0"), (record_type::AAAA, "::")] {
            let response =
                Response::parse(&blocked(&build::query("sa.api.intl.miui.com", record_type)))
                    .unwrap();
            assert_eq!(response.addresses, [(address.parse().unwrap(), TTL)]);
            assert_eq!((response.id, response.rcode), (build::ID, 0));
        }
    }

    #[test]
    fn all_other_types_have_no_data_and_say_for_how_long() {
        for record_type in [record_type::HTTPS, record_type::SVCB, record_type::CNAME, 15, 16, 255]
        {
            let query = build::query("t.example", record_type);
            let answer = blocked(&query);
            let response = Response::parse(&answer).unwrap();
            assert_eq!(response.rcode, 0);
            assert!(response.addresses.is_empty() && response.chain.is_empty());
            let soa = Reader::new(&answer, query.len()).record().unwrap();
            assert_eq!((soa.record_type, soa.ttl), (record_type::SOA, TTL));
            assert_eq!(answer[6..12], [0, 0, 0, 1, 0, 0]);
            assert!(answer.ends_with(&TTL.to_be_bytes()), "the negative TTL");
        }
    }

    #[test]
    fn absence_can_be_told_in_two_other_ways() {
        for (denial, rcode) in [(Denial::NxDomain, 3), (Denial::NoData, 0)] {
            for record_type in [record_type::A, record_type::AAAA, record_type::HTTPS] {
                let query = build::with_edns(build::query("T.example", record_type));
                let answer = denied(&query, denial);
                let response = Response::parse(&answer).unwrap();
                assert_eq!((response.rcode, &response.addresses[..]), (rcode, &[][..]));
                assert_eq!(answer[4..12], [0, 1, 0, 0, 0, 1, 0, 1]);
                let end = query.len() - 11;
                let soa = Reader::new(&answer, end).record().unwrap();
                assert_eq!((soa.record_type, soa.ttl), (record_type::SOA, TTL));
            }
        }
    }

    #[test]
    fn localhost_is_this_device() {
        for (record_type, address) in
            [(record_type::A, Some("127.0.0.1")), (record_type::AAAA, Some("::1")), (16, None)]
        {
            let mut out = Vec::new();
            localhost_answer(&build::query("a.localhost", record_type), TTL, &mut out).unwrap();
            let given = Response::parse(&out).unwrap().addresses;
            let expected = address.map(|address| (address.parse().unwrap(), TTL));
            assert_eq!(given, expected.into_iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_does_not_fit_sends_the_client_to_tcp() {
        let query = build::with_edns(build::query("Big.example", record_type::A));
        let records = [Answer::address("big.example", 60, "192.0.2.7")];
        let answer = build::response("big.example", record_type::A, &records);
        let mut out = Vec::new();
        truncated_answer(&query, &answer, &mut out).unwrap();
        let response = Response::parse(&out).unwrap();
        assert!(response.truncated && response.addresses.is_empty());
        assert_eq!(out[..2], query[..2]);
        assert_eq!(out[12..25], query[12..25], "the client's case");
        assert_eq!(out[10..12], [0, 1], "EDNS is answered");
    }

    #[test]
    fn case_and_flags_come_back_and_recursion_is_available() {
        let query = build::query("TrAcKiNg.MiUi.CoM", record_type::A);
        let answer = blocked(&query);
        assert_eq!(answer[HEADER..query.len()], query[HEADER..]);
        assert_eq!(answer[2..4], [0x81, 0x80]);
        let mut no_recursion = query;
        no_recursion[2..4].copy_from_slice(&[0x00, 0x10]);
        assert_eq!(blocked(&no_recursion)[2..4], [0x80, 0x90]);
    }

    #[test]
    fn edns_is_answered_only_where_asked() {
        let query = build::query("t.example", record_type::A);
        assert_eq!(blocked(&query)[10..12], [0, 0]);
        let answer = blocked(&build::with_edns(query));
        assert_eq!(answer[10..12], [0, 1]);
        assert!(answer.ends_with(&[0, 0, 41, 0x04, 0xd0, 0, 0, 0x80, 0, 0, 0]), "{answer:02x?}");
    }

    #[test]
    fn failures_are_told_under_the_query_s_id() {
        let query = build::with_edns(build::query("t.example", record_type::A));
        let mut out = Vec::new();
        error_answer(&query, RCODE_SERVER_FAILURE, &mut out).unwrap();
        let response = Response::parse(&out).unwrap();
        assert_eq!(
            (response.id, response.rcode, response.name.as_str()),
            (build::ID, 2, "t.example")
        );

        let mut two_questions = query.clone();
        two_questions[5] = 2;
        error_answer(&two_questions, RCODE_FORMAT_ERROR, &mut out).unwrap();
        assert_eq!((&out[..2], out[3] & 15, out.len()), (&query[..2], 1, HEADER));
    }

    #[test]
    fn no_answer_is_made_to_an_answer_or_to_damage() {
        let answer = blocked(&build::query("t.example", record_type::A));
        let mut out = vec![1];
        let deny = |query: &[u8], out: &mut Vec<u8>| blocked_answer(query, Denial::NoData, 1, out);
        assert_eq!(deny(&answer, &mut out), Err(DnsError::NotAQuery));
        assert_eq!(error_answer(&answer, 1, &mut out), Err(DnsError::NotAQuery));
        let query = build::query("t.example", record_type::A);
        assert_eq!(deny(&query[..query.len() - 1], &mut out), Err(DnsError::Truncated));
        assert!(out.is_empty());
    }

    #[test]
    fn damage_after_the_question_does_not_let_a_blocked_name_through() {
        let mut query = build::with_edns(build::query("t.example", record_type::A));
        query.pop();
        let response = Response::parse(&blocked(&query)).unwrap();
        assert!(response.addresses[0].0.is_unspecified());
    }
}
