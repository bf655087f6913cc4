//! DNS messages for tests, written out by hand and uncompressed.

use std::net::IpAddr;

use super::record_type;

pub(crate) const ID: u16 = 0x1d2e;

/// One record of an answer.
pub(crate) struct Answer {
    owner: &'static str,
    record_type: u16,
    ttl: u32,
    data: Vec<u8>,
}

impl Answer {
    pub(crate) fn address(owner: &'static str, ttl: u32, address: &str) -> Self {
        match address.parse().unwrap() {
            IpAddr::V4(address) => {
                Answer { owner, record_type: record_type::A, ttl, data: address.octets().to_vec() }
            }
            IpAddr::V6(address) => Answer {
                owner,
                record_type: record_type::AAAA,
                ttl,
                data: address.octets().to_vec(),
            },
        }
    }

    pub(crate) fn cname(owner: &'static str, ttl: u32, target: &str) -> Self {
        Answer { owner, record_type: record_type::CNAME, ttl, data: name(target) }
    }

    pub(crate) fn https(
        owner: &'static str,
        ttl: u32,
        target: &str,
        ipv4: &str,
        ipv6: &str,
    ) -> Self {
        let mut data = vec![0, 1];
        data.extend(name(target));
        data.extend(b"\x00\x01\x00\x03\x02h3");
        data.extend(b"\x00\x04\x00\x04");
        data.extend(ipv4.parse::<std::net::Ipv4Addr>().unwrap().octets());
        data.extend(b"\x00\x06\x00\x10");
        data.extend(ipv6.parse::<std::net::Ipv6Addr>().unwrap().octets());
        Answer { owner, record_type: record_type::HTTPS, ttl, data }
    }

    /// An HTTPS record of the owner itself with one parameter.
    pub(crate) fn https_with(owner: &'static str, key: u16, value: &[u8]) -> Self {
        let mut data = vec![0, 1, 0];
        data.extend(key.to_be_bytes());
        data.extend((value.len() as u16).to_be_bytes());
        data.extend(value);
        Answer::https_data(owner, data)
    }

    pub(crate) fn https_data(owner: &'static str, data: Vec<u8>) -> Self {
        Answer { owner, record_type: record_type::HTTPS, ttl: 60, data }
    }
}

/// An `ECHConfigList` of configurations with these versions and public names.
pub(crate) fn ech_list(configurations: &[(u16, &str)]) -> Vec<u8> {
    let mut list = Vec::new();
    for (version, public_name) in configurations {
        let mut contents = b"\x07\x00\x20\x00\x20".to_vec();
        contents.extend([0x9e; 32]);
        contents.extend(b"\x00\x04\x00\x01\x00\x01\x40");
        contents.push(public_name.len() as u8);
        contents.extend(public_name.as_bytes());
        contents.extend([0, 0]);
        list.extend(version.to_be_bytes());
        list.extend((contents.len() as u16).to_be_bytes());
        list.extend(contents);
    }
    [&(list.len() as u16).to_be_bytes()[..], &list].concat()
}

/// A query with recursion desired, class IN.
pub(crate) fn query(host: &str, record_type: u16) -> Vec<u8> {
    message(0x0100, host, record_type, &[])
}

pub(crate) fn response(host: &str, record_type: u16, answers: &[Answer]) -> Vec<u8> {
    message(0x8180, host, record_type, answers)
}

/// Adds an OPT record that announces 4096 octets and has DNSSEC OK set.
pub(crate) fn with_edns(mut query: Vec<u8>) -> Vec<u8> {
    query[11] = 1;
    query.extend([0, 0, 41, 0x10, 0x00, 0, 0, 0x80, 0, 0, 0]);
    query
}

/// Reads hex digits, white space between them ignored.
pub(crate) fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16).unwrap() as u8)
        .collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn message(flags: u16, host: &str, record_type: u16, answers: &[Answer]) -> Vec<u8> {
    let mut message = Vec::new();
    for word in [ID, flags, 1, answers.len() as u16, 0, 0] {
        message.extend(word.to_be_bytes());
    }
    message.extend(name(host));
    message.extend(record_type.to_be_bytes());
    message.extend(1u16.to_be_bytes());
    for answer in answers {
        message.extend(name(answer.owner));
        message.extend(answer.record_type.to_be_bytes());
        message.extend(1u16.to_be_bytes());
        message.extend(answer.ttl.to_be_bytes());
        message.extend((answer.data.len() as u16).to_be_bytes());
        message.extend(&answer.data);
    }
    message
}

fn name(text: &str) -> Vec<u8> {
    let mut octets = Vec::new();
    for label in text.split('.') {
        octets.push(label.len() as u8);
        octets.extend(label.as_bytes());
    }
    octets.push(0);
    octets
}
