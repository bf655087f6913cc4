//! The answers that are ours: for blocked names, and where no resolver could be asked.

use super::query;
use super::reader::{HEADER, Header, Reader, flag};
use super::{DnsError, record_type};

/// How many seconds clients may keep a blocked answer. Long enough that an app that keeps asking is mostly answered by
/// the system's cache, short enough that a user who allows the name waits no longer than that.
pub const BLOCKED_TTL: u32 = 60;

/// The UDP payload size we announce in EDNS: what passes every path unfragmented (DNS flag day 2020).
const UDP_PAYLOAD: u16 = 1232;
/// The DNSSEC OK bit of the extended flags, which RFC 3225 section 3 wants copied.
const DNSSEC_OK: u32 = 0x8000;
/// `blocked.invalid`: the server and the mailbox in our SOA record, under a name that RFC 2606 keeps free.
const SOA_NAME: &[u8] = b"\x07blocked\x07invalid\0";
/// A compression pointer to the question's name.
const QUESTION_NAME: [u8; 2] = [0xc0, HEADER as u8];
const RCODE_FORMAT_ERROR: u16 = 1;
const RCODE_SERVER_FAILURE: u16 = 2;

/// Answers a query for a blocked name into `out`, whose contents are replaced.
///
/// A: `0.0.0.0`. AAAA: `::`. Connections to these fail at once. All other types: no data, with an SOA record so that
/// the absence is cached too (RFC 2308 section 5). The question is repeated octet for octet, since clients check the
/// case they mixed into it.
///
/// # Errors
/// The message is no query with one question; `out` is empty then.
pub fn blocked_answer(query: &[u8], out: &mut Vec<u8>) -> Result<(), DnsError> {
    out.clear();
    let (header, mut reader) = query::open(query)?;
    reader.name()?;
    let record_type = reader.u16()?;
    reader.u16()?;
    let question = &query[HEADER..reader.position()];
    let edns = find_edns(reader, header);

    let has_answer = matches!(record_type, record_type::A | record_type::AAAA);
    let counts = [1, u16::from(has_answer), u16::from(!has_answer), u16::from(edns.is_some())];
    put_header(header, 0, counts, out);
    out.extend_from_slice(question);
    match record_type {
        record_type::A => put_record(record_type, &[0; 4], out),
        record_type::AAAA => put_record(record_type, &[0; 16], out),
        _ => put_record(record_type::SOA, &soa_data(), out),
    }
    if let Some(flags) = edns {
        put_edns(flags, out);
    }
    Ok(())
}

/// Answers a query with SERVFAIL into `out`, whose contents are replaced: no resolver could be asked.
///
/// # Errors
/// The message is no query with one question; `out` is empty then.
pub fn servfail(query: &[u8], out: &mut Vec<u8>) -> Result<(), DnsError> {
    out.clear();
    let (header, mut reader) = query::open(query)?;
    reader.name()?;
    reader.bytes(4)?;
    let question = &query[HEADER..reader.position()];
    let edns = find_edns(reader, header);
    put_header(header, RCODE_SERVER_FAILURE, [1, 0, 0, u16::from(edns.is_some())], out);
    out.extend_from_slice(question);
    if let Some(flags) = edns {
        put_edns(flags, out);
    }
    Ok(())
}

/// Answers a malformed query with FORMERR into `out`, whose contents are replaced: the header alone.
///
/// # Errors
/// There is no header, or it is that of a response; `out` is empty then.
pub fn format_error(query: &[u8], out: &mut Vec<u8>) -> Result<(), DnsError> {
    out.clear();
    let header = Reader::new(query, 0).header()?;
    if header.flags & flag::RESPONSE != 0 {
        return Err(DnsError::NotAQuery);
    }
    put_header(header, RCODE_FORMAT_ERROR, [0; 4], out);
    Ok(())
}

/// The extended flags of the query's OPT record, if it has one (RFC 6891 section 6.1.1). Begins after the question;
/// damage there does not keep the client from its answer.
fn find_edns(mut reader: Reader<'_>, header: Header) -> Option<u32> {
    for _ in 0..u32::from(header.answers) + u32::from(header.authorities) {
        reader.record().ok()?;
    }
    for _ in 0..header.additionals {
        let record = reader.record().ok()?;
        if record.record_type == record_type::OPT && record.owner.is_root() {
            return Some(record.ttl);
        }
    }
    None
}

/// Counts are of questions, answers, authorities and additionals.
fn put_header(query: Header, rcode: u16, counts: [u16; 4], out: &mut Vec<u8>) {
    let kept = flag::OPCODE | flag::RECURSION_DESIRED | flag::CHECKING_DISABLED;
    let flags = flag::RESPONSE | flag::RECURSION_AVAILABLE | (query.flags & kept) | rcode;
    out.extend_from_slice(&query.id.to_be_bytes());
    out.extend_from_slice(&flags.to_be_bytes());
    for count in counts {
        out.extend_from_slice(&count.to_be_bytes());
    }
}

/// A record of the name in the question, class IN. `data` is far below 64 KiB.
fn put_record(record_type: u16, data: &[u8], out: &mut Vec<u8>) {
    let length = u16::try_from(data.len()).unwrap_or(u16::MAX);
    out.extend_from_slice(&QUESTION_NAME);
    out.extend_from_slice(&record_type.to_be_bytes());
    out.extend_from_slice(&1u16.to_be_bytes());
    out.extend_from_slice(&BLOCKED_TTL.to_be_bytes());
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(data);
}

/// RFC 1035 section 3.3.13; the last field is how long the absence of data may be kept, RFC 2308 section 4.
fn soa_data() -> Vec<u8> {
    let (serial, refresh, retry, expire) = (1u32, 3600u32, 600u32, 86_400u32);
    let mut data = [SOA_NAME, SOA_NAME].concat();
    for field in [serial, refresh, retry, expire, BLOCKED_TTL] {
        data.extend_from_slice(&field.to_be_bytes());
    }
    data
}

fn put_edns(query_flags: u32, out: &mut Vec<u8>) {
    out.push(0);
    out.extend_from_slice(&record_type::OPT.to_be_bytes());
    out.extend_from_slice(&UDP_PAYLOAD.to_be_bytes());
    out.extend_from_slice(&(query_flags & DNSSEC_OK).to_be_bytes());
    out.extend_from_slice(&0u16.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::super::{Response, build};
    use super::*;

    fn blocked(query: &[u8]) -> Vec<u8> {
        let mut out = b"left over".to_vec();
        blocked_answer(query, &mut out).unwrap();
        out
    }

    #[test]
    fn a_blocked_address_is_the_unspecified_one() {
        for (record_type, address) in [(record_type::A, "0.0.0.0"), (record_type::AAAA, "::")] {
            let response =
                Response::parse(&blocked(&build::query("sa.api.intl.miui.com", record_type)))
                    .unwrap();
            assert_eq!(response.addresses, [(address.parse().unwrap(), BLOCKED_TTL)]);
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
            assert_eq!((soa.record_type, soa.ttl), (record_type::SOA, BLOCKED_TTL));
            assert_eq!(answer[6..12], [0, 0, 0, 1, 0, 0]);
            assert!(answer.ends_with(&BLOCKED_TTL.to_be_bytes()), "the negative TTL");
        }
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
        servfail(&query, &mut out).unwrap();
        let response = Response::parse(&out).unwrap();
        assert_eq!(
            (response.id, response.rcode, response.name.as_str()),
            (build::ID, 2, "t.example")
        );

        let mut two_questions = query.clone();
        two_questions[5] = 2;
        assert_eq!(servfail(&two_questions, &mut out), Err(DnsError::QuestionCount));
        format_error(&two_questions, &mut out).unwrap();
        assert_eq!((&out[..2], out[3] & 15, out.len()), (&query[..2], 1, HEADER));
    }

    #[test]
    fn no_answer_is_made_to_an_answer_or_to_damage() {
        let answer = blocked(&build::query("t.example", record_type::A));
        let mut out = vec![1];
        assert_eq!(blocked_answer(&answer, &mut out), Err(DnsError::NotAQuery));
        assert_eq!(servfail(&answer, &mut out), Err(DnsError::NotAQuery));
        assert_eq!(format_error(&answer, &mut out), Err(DnsError::NotAQuery));
        let query = build::query("t.example", record_type::A);
        assert_eq!(blocked_answer(&query[..query.len() - 1], &mut out), Err(DnsError::Truncated));
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
