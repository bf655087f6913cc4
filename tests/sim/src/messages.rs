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
#[derive(Clone, Copy, Debug)]
pub enum DnsRecord<'a> {
    /// An address of a name.
    Address(&'a str, IpAddr),
    /// An alias, and what it stands for.
    Alias(&'a str, &'a str),
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

/// A DNS message as it goes over TCP.
pub fn dns_over_tcp(message: &[u8]) -> Vec<u8> {
    [&(message.len() as u16).to_be_bytes()[..], message].concat()
}

fn dns_message(flags: u16, host: &str, record_type: u16, records: &[DnsRecord<'_>]) -> Vec<u8> {
    const CNAME: u16 = 5;
    const TTL: u32 = 300;
    let mut message = Vec::new();
    for word in [DNS_ID, flags, 1, records.len() as u16, 0, 0] {
        message.extend(word.to_be_bytes());
    }
    message.extend(dns_name(host));
    message.extend(record_type.to_be_bytes());
    message.extend(1u16.to_be_bytes());
    for record in records {
        let (owner, record_type, data) = match record {
            DnsRecord::Address(owner, IpAddr::V4(address)) => (owner, A, address.octets().to_vec()),
            DnsRecord::Address(owner, IpAddr::V6(address)) => {
                (owner, AAAA, address.octets().to_vec())
            }
            DnsRecord::Alias(owner, target) => (owner, CNAME, dns_name(target)),
        };
        message.extend(dns_name(owner));
        message.extend(record_type.to_be_bytes());
        message.extend(1u16.to_be_bytes());
        message.extend(TTL.to_be_bytes());
        message.extend((data.len() as u16).to_be_bytes());
        message.extend(data);
    }
    message
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
