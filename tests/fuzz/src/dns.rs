//! DNS messages: reading never fails badly, and our answers are well formed.

use names::dns::{self, Asked, Denial, DnsError, Query, Question, Response, record_type};

pub fn run(data: &[u8]) {
    if let Some(message) = dns::tcp_message(data) {
        assert!(message.len() + 2 <= data.len());
    }
    let _ = Response::parse(data);
    let query = Query::parse(data);
    let mut answer = vec![0xee; 3];
    match dns::blocked_answer(data, Denial::Unspecified, 60, &mut answer) {
        Ok(()) => check_blocked(&query, &answer),
        Err(_) => assert!(answer.is_empty()),
    }
    match dns::blocked_answer(data, Denial::NxDomain, 60, &mut answer) {
        Ok(()) => check_id_and_code(data, &answer, dns::RCODE_NX_DOMAIN),
        Err(_) => assert!(answer.is_empty()),
    }
    match dns::error_answer(data, dns::RCODE_SERVER_FAILURE, &mut answer) {
        Ok(()) => check_id_and_code(data, &answer, dns::RCODE_SERVER_FAILURE),
        Err(_) => assert!(query.is_err() && answer.is_empty()),
    }
    check_forwarded(data);
}

/// What a resolver sends on in changed letters comes back as the client's own question.
fn check_forwarded(data: &[u8]) {
    let asked = Asked::read(data);
    let Ok(Question { end, .. }) = Question::read(data) else {
        return assert!(!matches!(asked, Asked::Question(_)));
    };
    let mut answer = data.to_vec();
    dns::set_id(&mut answer, !dns::id(data).unwrap_or_default());
    let mut bits = data.iter().map(|octet| octet & 1 == 1).cycle();
    dns::mix_case(&mut answer, end, || bits.next().unwrap_or_default());
    answer[2] |= 0x80;
    assert_eq!(dns::repeated(&answer, &answer, end), dns::Repeated::Exactly);
    dns::restore(&mut answer, data, end);
    answer[2] = data[2];
    assert_eq!(answer, data);
}

/// Our own answer is read back as an answer to that query, with no address that leads anywhere.
fn check_blocked(query: &Result<Query, DnsError>, answer: &[u8]) {
    let response = Response::parse(answer);
    let Ok(query) = query else {
        assert_eq!(query.as_ref().err(), Some(&DnsError::NotAHostName));
        assert_eq!(response, Err(DnsError::NotAHostName));
        return;
    };
    let response = response.expect("our own answer");
    assert_eq!((response.id, response.rcode, response.truncated), (query.id, 0, false));
    assert_eq!((&response.name, response.record_type), (&query.name, query.record_type));
    assert!(response.chain.is_empty());
    assert!(response.addresses.iter().all(|(address, _)| address.is_unspecified()));
    let is_address = matches!(query.record_type, record_type::A | record_type::AAAA);
    assert_eq!(response.addresses.len(), usize::from(is_address));
}

fn check_id_and_code(query: &[u8], answer: &[u8], code: u8) {
    assert_eq!(answer[..2], query[..2]);
    assert_eq!((answer[2] & 0x80, answer[3] & 0x0f), (0x80, code));
}
