//! DNS messages: what is asked, what was answered, and the answers that are ours.
//!
//! RFC 1035 for the messages, RFC 6891 for EDNS, RFC 9460 for SVCB and HTTPS records. [`Query`] and [`Response`] read
//! only what names and verdicts need. A resolver reads what it is asked with [`Asked`]; a message that it passes on is
//! passed on as its own bytes, but for id and case ([`mix_case`], [`restore`]).

mod answer;
mod query;
mod question;
mod reader;
mod response;
mod rewrite;

pub use answer::{
    Denial, RCODE_FORMAT_ERROR, RCODE_NOT_IMPLEMENTED, RCODE_NX_DOMAIN, RCODE_REFUSED,
    RCODE_SERVER_FAILURE, blocked_answer, error_answer, localhost_answer, truncated_answer,
};
pub use query::Query;
pub use question::{Asked, Question};
pub use response::{Response, aliases};
pub use rewrite::{
    Repeated, fold_case, id, is_truncated, mix_case, rcode, repeated, restore, set_id,
};

/// Record types, as they stand in questions and records.
pub mod record_type {
    /// An IPv4 address, RFC 1035 section 3.4.1.
    pub const A: u16 = 1;
    /// The name that this one is an alias of, RFC 1035 section 3.3.1.
    pub const CNAME: u16 = 5;
    /// The start of a zone, RFC 1035 section 3.3.13.
    pub const SOA: u16 = 6;
    /// A name for an address, RFC 1035 section 3.3.12.
    pub const PTR: u16 = 12;
    /// An IPv6 address, RFC 3596 section 2.1.
    pub const AAAA: u16 = 28;
    /// EDNS, RFC 6891 section 6.1.
    pub const OPT: u16 = 41;
    /// A service binding, RFC 9460 section 2.
    pub const SVCB: u16 = 64;
    /// The service binding of an HTTPS origin, RFC 9460 section 9.
    pub const HTTPS: u16 = 65;
    /// The changes of a zone, RFC 1995.
    pub const IXFR: u16 = 251;
    /// A whole zone, in many messages, RFC 5936.
    pub const AXFR: u16 = 252;
}

/// Why bytes are no DNS message that can be used. Says nothing of the names in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DnsError {
    /// It ends in the middle of a header, name or record.
    #[error("the DNS message ends too early")]
    Truncated,
    /// A response where a query was expected, or an operation other than QUERY.
    #[error("the DNS message is no standard query")]
    NotAQuery,
    /// A query where a response was expected, or an operation other than QUERY.
    #[error("the DNS message is no response to a standard query")]
    NotAResponse,
    /// None or several questions; RFC 9619 section 3 answers them with FORMERR ([`RCODE_FORMAT_ERROR`]).
    #[error("the DNS message does not ask exactly one question")]
    QuestionCount,
    /// A label of an unknown kind, a name of more than 255 octets, or a compression pointer that does not point back.
    #[error("the DNS message has a malformed name")]
    BadName,
    /// The question is well formed, but its name is no host name: the root, an address, or with characters that no
    /// host name has. Nothing can be decided about it by name.
    #[error("the name in the DNS question is no host name")]
    NotAHostName,
}

/// The message inside of DNS over TCP, where two octets of length stand before it (RFC 1035 section 4.2.2).
///
/// None while the message is not complete. What follows it is left out: the next begins `2 + message.len()` further.
pub fn tcp_message(bytes: &[u8]) -> Option<&[u8]> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.get(..usize::from(u16::from_be_bytes(*length)))
}

#[cfg(test)]
pub(crate) mod build;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tcp_message_is_given_when_complete() {
        assert_eq!(tcp_message(b""), None);
        assert_eq!(tcp_message(b"\0"), None);
        assert_eq!(tcp_message(b"\0\x03ab"), None);
        assert_eq!(tcp_message(b"\0\x03abc\0\x01"), Some(&b"abc"[..]));
    }
}
