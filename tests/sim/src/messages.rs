//! What apps and servers say: TLS hellos, HTTP requests, DNS messages, written out by hand.

use std::net::IpAddr;

/// A TLS 1.3 ClientHello in one record that names this server.
pub fn client_hello(host: &str) -> Vec<u8> {
    const SERVER_NAME: u16 = 0;
    const SUPPORTED_VERSIONS: u16 = 43;
    let length = host.len() as u16;
    let name =
        [&(length + 3).to_be_bytes()[..], &[0], &length.to_be_bytes(), host.as_bytes()].concat();
    let mut extensions = Vec::new();
    for (kind, data) in [(SERVER_NAME, &name[..]), (SUPPORTED_VERSIONS, &[2, 3, 4])] {
        extensions.extend(kind.to_be_bytes());
        extensions.extend((data.len() as u16).to_be_bytes());
        extensions.extend(data);
    }
    let mut hello = b"\x03\x03".to_vec();
    hello.extend([0x5a; 32]);
    hello.extend(b"\x00\x00\x02\x13\x01\x01\x00");
    hello.extend((extensions.len() as u16).to_be_bytes());
    hello.extend(&extensions);
    let mut record = b"\x16\x03\x01".to_vec();
    record.extend((hello.len() as u16 + 4).to_be_bytes());
    record.extend([1, 0]);
    record.extend((hello.len() as u16).to_be_bytes());
    record.extend(hello);
    record
}

/// An HTTP/1.1 request to this host.
pub fn http_request(host: &str) -> Vec<u8> {
    format!("GET / HTTP/1.1\r\nAccept: */*\r\nHost: {host}\r\n\r\n").into_bytes()
}

/// A record of a DNS answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DnsRecord<'a> {
    /// An address of a name.
    Address(&'a str, IpAddr),
    /// An alias, and what it stands for.
    Alias(&'a str, &'a str),
    /// An HTTPS record of a name, and its target.
    Service(&'a str, &'a str),
    /// A text of this many octets.
    Text(&'a str, u8),
}

/// The transaction id of all questions.
pub const DNS_ID: u16 = 0x1d2e;
/// The type of a question for an IPv4 address.
pub const A: u16 = 1;
/// The type of a question for an IPv6 address.
pub const AAAA: u16 = 28;

/// A DNS question with recursion desired.
pub fn dns_question(host: &str, record_type: u16) -> Vec<u8> {
    dns_message(0x0100, host, record_type, &[])
}

/// An answer to that question.
pub fn dns_answer(host: &str, record_type: u16, records: &[DnsRecord<'_>]) -> Vec<u8> {
    dns_message(0x8180, host, record_type, records)
}

/// The answer to a question as it was asked: id, case and all. What is added to the question (EDNS) is left out.
pub fn dns_reply(query: &[u8], records: &[DnsRecord<'_>]) -> Vec<u8> {
    let end = 12 + query[12..].iter().position(|&octet| octet == 0).unwrap() + 5;
    let mut reply = query[..end].to_vec();
    reply[2..4].copy_from_slice(&[0x81, 0x80]);
    reply[6..12].fill(0);
    reply[7] = records.len() as u8;
    put_records(records, &mut reply);
    reply
}

/// The name in a question, in lower case.
pub fn dns_question_name(query: &[u8]) -> String {
    let mut labels = Vec::new();
    let mut rest = &query[12..];
    while let Some((length @ 1.., after)) = rest.split_first() {
        let (label, next) = after.split_at(usize::from(*length));
        labels.push(String::from_utf8_lossy(label).to_lowercase());
        rest = next;
    }
    labels.join(".")
}

/// The question with EDNS that announces room for this many octets.
pub fn with_edns(mut query: Vec<u8>, payload: u16) -> Vec<u8> {
    query[11] += 1;
    query.extend([0, 0, 41]);
    query.extend(payload.to_be_bytes());
    query.extend([0; 6]);
    query
}

/// A DNS message as it goes over TCP.
pub fn dns_over_tcp(message: &[u8]) -> Vec<u8> {
    [&(message.len() as u16).to_be_bytes()[..], message].concat()
}

fn dns_message(flags: u16, host: &str, record_type: u16, records: &[DnsRecord<'_>]) -> Vec<u8> {
    let mut message = Vec::new();
    for word in [DNS_ID, flags, 1, records.len() as u16, 0, 0] {
        message.extend(word.to_be_bytes());
    }
    message.extend(dns_name(host));
    message.extend(record_type.to_be_bytes());
    message.extend(1u16.to_be_bytes());
    put_records(records, &mut message);
    message
}

fn put_records(records: &[DnsRecord<'_>], message: &mut Vec<u8>) {
    const CNAME: u16 = 5;
    const TXT: u16 = 16;
    const HTTPS: u16 = 65;
    const TTL: u32 = 300;
    for record in records {
        let (owner, record_type, data) = match record {
            DnsRecord::Address(owner, IpAddr::V4(address)) => (owner, A, address.octets().to_vec()),
            DnsRecord::Address(owner, IpAddr::V6(address)) => {
                (owner, AAAA, address.octets().to_vec())
            }
            DnsRecord::Alias(owner, target) => (owner, CNAME, dns_name(target)),
            DnsRecord::Service(owner, target) => {
                (owner, HTTPS, [&[0, 1], &dns_name(target)[..]].concat())
            }
            DnsRecord::Text(owner, length) => {
                (owner, TXT, [&[*length][..], &vec![b'x'; usize::from(*length)]].concat())
            }
        };
        message.extend(dns_name(owner));
        message.extend(record_type.to_be_bytes());
        message.extend(1u16.to_be_bytes());
        message.extend(TTL.to_be_bytes());
        message.extend((data.len() as u16).to_be_bytes());
        message.extend(data);
    }
}

fn dns_name(text: &str) -> Vec<u8> {
    let mut octets = Vec::new();
    for label in text.split('.') {
        octets.push(label.len() as u8);
        octets.extend(label.as_bytes());
    }
    octets.push(0);
    octets
}
