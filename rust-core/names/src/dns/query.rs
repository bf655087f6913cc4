//! What a client asks.

use wire::HostName;

use super::DnsError;
use super::reader::{Header, Reader, flag};

/// A DNS query: the first and only question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The client's transaction id.
    pub id: u16,
    /// The name asked for.
    pub name: HostName,
    /// The type asked for, see [`record_type`](super::record_type).
    pub record_type: u16,
    /// The class asked for; 1 is the Internet.
    pub class: u16,
}

impl Query {
    /// Reads the question of a standard query. Anything after the question is not looked at.
    ///
    /// # Errors
    /// [`DnsError`]; of its variants only [`DnsError::NotAHostName`] is a query that a resolver can answer.
    pub fn parse(message: &[u8]) -> Result<Self, DnsError> {
        let (header, mut reader) = open(message)?;
        let name = reader.name()?;
        let (record_type, class) = (reader.u16()?, reader.u16()?);
        Ok(Query { id: header.id, name: name.to_host_name()?, record_type, class })
    }
}

/// The header of a standard query with one question, and a reader at that question.
pub(super) fn open(message: &[u8]) -> Result<(Header, Reader<'_>), DnsError> {
    let mut reader = Reader::new(message, 0);
    let header = reader.header()?;
    if header.flags & (flag::RESPONSE | flag::OPCODE) != 0 {
        return Err(DnsError::NotAQuery);
    }
    if header.questions != 1 {
        return Err(DnsError::QuestionCount);
    }
    Ok((header, reader))
}

#[cfg(test)]
mod tests {
    use super::super::build;
    use super::*;
    use crate::dns::record_type;

    #[test]
    fn the_question_is_read() {
        let query = Query::parse(&build::query("tRaCkInG.miui.com", record_type::AAAA)).unwrap();
        assert_eq!(query.name.as_str(), "tracking.miui.com");
        assert_eq!((query.id, query.record_type, query.class), (build::ID, record_type::AAAA, 1));
    }

    #[test]
    fn what_is_no_query_says_why() {
        let good = build::query("a.example", record_type::A);
        for length in 0..good.len() {
            assert_eq!(Query::parse(&good[..length]), Err(DnsError::Truncated), "{length} octets");
        }
        let with = |at: usize, byte: u8| {
            let mut message = good.clone();
            message[at] = byte;
            Query::parse(&message)
        };
        assert_eq!(with(2, 0x81), Err(DnsError::NotAQuery), "a response");
        assert_eq!(with(2, 0x29), Err(DnsError::NotAQuery), "an update");
        assert_eq!(with(5, 0), Err(DnsError::QuestionCount));
        assert_eq!(with(5, 2), Err(DnsError::QuestionCount));
        assert_eq!(with(13, b' '), Err(DnsError::NotAHostName));
    }
}
