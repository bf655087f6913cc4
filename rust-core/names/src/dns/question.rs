//! A query as a resolver needs it: what is asked, where the question lies, how much room the answer may take.

use wire::HostName;

use super::reader::{HEADER, Header, Name, Reader, flag};
use super::{DnsError, query, record_type};

/// The least room for an answer over UDP, RFC 1035 section 4.2.1; EDNS cannot ask for less (RFC 6891 section 6.2.5).
const LEAST_PAYLOAD: u16 = 512;
/// Questions and further records that a true query may have at most, whatever it asks: none has more than an OPT and a
/// TSIG record, and an incremental zone transfer tells one record of what the client has.
const MOST_RECORDS: u16 = 2;

/// The question of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The name asked for, or the largest part of it from the right that is a host name: rules and lists speak of
    /// those. None for the root and other names without such a part.
    pub name: Option<HostName>,
    /// The type asked for, see [`record_type`].
    pub record_type: u16,
    /// Where the question ends in the message: it begins behind the header.
    pub end: usize,
    /// The octets that the client takes over UDP: 512, or what its EDNS announces.
    pub payload: u16,
}

/// What a message to a name server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A query.
    Question(Question),
    /// It begins as a query, and cannot be read: to be told by [`RCODE_FORMAT_ERROR`](super::RCODE_FORMAT_ERROR).
    Broken,
    /// Another operation of the DNS, such as an update of a zone.
    OtherOperation,
    /// No message of a client of the DNS.
    Other,
}

impl Asked {
    /// Reads what an app sent to a name server.
    ///
    /// Whatever a resolver might answer is a [`Question`](Asked::Question), be the rest of the message as it may. Of
    /// what it would not, only a header that a true client might have written counts as DNS at all.
    pub fn read(message: &[u8]) -> Self {
        let Ok(header) = Reader::new(message, 0).header() else { return Asked::Other };
        if header.flags & flag::RESPONSE != 0 {
            return Asked::Other;
        }
        let is_query = header.flags & flag::OPCODE == 0;
        if is_query && let Ok(question) = Question::read(message) {
            return Asked::Question(question);
        }
        match (is_plausible(header), is_query) {
            (false, _) => Asked::Other,
            (true, true) => Asked::Broken,
            (true, false) => Asked::OtherOperation,
        }
    }
}

impl Question {
    /// Reads the question of a standard query. What follows it is looked at only for EDNS.
    ///
    /// # Errors
    /// [`DnsError`]; never [`DnsError::NotAHostName`].
    pub fn read(message: &[u8]) -> Result<Self, DnsError> {
        let (header, mut reader) = query::open(message)?;
        let name = reader.name()?;
        let record_type = reader.u16()?;
        let _class = reader.u16()?;
        let end = reader.position();
        let payload = find_edns(reader, header).map_or(0, |edns| edns.payload);
        let name = host_part(&name);
        Ok(Question { name, record_type, end, payload: payload.max(LEAST_PAYLOAD) })
    }
}

/// What a client's OPT record says, RFC 6891 section 6.1.2.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edns {
    pub(super) payload: u16,
    pub(super) flags: u32,
}

/// The query's OPT record, if it has one. Begins after the question; damage there does not keep the client from its answer.
pub(super) fn find_edns(mut reader: Reader<'_>, header: Header) -> Option<Edns> {
    for _ in 0..u32::from(header.answers) + u32::from(header.authorities) {
        reader.record().ok()?;
    }
    for _ in 0..header.additionals {
        let record = reader.record().ok()?;
        if record.record_type == record_type::OPT && record.owner.is_root() {
            return Some(Edns { payload: record.class, flags: record.ttl });
        }
    }
    None
}

fn is_plausible(header: Header) -> bool {
    let counts = [header.questions, header.answers, header.authorities, header.additionals];
    counts.iter().all(|&count| count <= MOST_RECORDS)
}

/// The largest part of a name, from the right, that is a host name.
fn host_part(name: &Name) -> Option<HostName> {
    name.suffixes().find_map(|suffix| suffix.to_host_name().ok())
}

/// Whether the question of a query lies in these octets of a message of this length.
pub(super) fn place(end: usize, length: usize) -> Option<std::ops::Range<usize>> {
    (HEADER < end && end <= length).then_some(HEADER..end)
}

#[cfg(test)]
mod tests {
    use super::super::build;
    use super::*;

    fn question(message: &[u8]) -> Question {
        let asked = Asked::read(message);
        let Asked::Question(question) = asked else { panic!("{asked:?}") };
        question
    }

    #[test]
    fn the_question_and_the_room_for_its_answer_are_read() {
        let plain = build::query("Shop.example", record_type::HTTPS);
        let read = question(&plain);
        assert_eq!(read.name.unwrap().as_str(), "shop.example");
        assert_eq!(
            (read.record_type, read.end, read.payload),
            (record_type::HTTPS, plain.len(), 512)
        );
        let mut edns = build::with_edns(plain.clone());
        assert_eq!(question(&edns).payload, 4096);
        edns[plain.len() + 3..plain.len() + 5].copy_from_slice(&[0, 100]);
        assert_eq!(question(&edns).payload, 512, "less than every path carries is not less");
    }

    #[test]
    fn of_an_unusual_name_the_part_that_rules_speak_of_is_given() {
        for (name, part) in [
            ("My Printer._ipp._tcp.local", Some("_ipp._tcp.local")),
            ("a b.tracker.example", Some("tracker.example")),
            ("a b", None),
            ("1.2.3.4", Some("2.3.4")),
        ] {
            let read = question(&build::query(name, record_type::A));
            assert_eq!(read.name.as_ref().map(HostName::as_str), part, "{name}");
        }
        let root = [&build::query("x", 2)[..12], &[0, 0, 2, 0, 1]].concat();
        assert_eq!(question(&root).name, None);
    }

    #[test]
    fn what_is_no_question_is_told_apart() {
        let good = build::query("shop.example", record_type::A);
        let with = |at: usize, byte: u8| {
            let mut message = good.clone();
            message[at] = byte;
            Asked::read(&message)
        };
        assert_eq!(Asked::read(b"no DNS at all"), Asked::Other);
        assert_eq!(Asked::read(&good[..11]), Asked::Other);
        assert_eq!(Asked::read(&good[..good.len() - 1]), Asked::Broken);
        assert_eq!(with(2, 0x81), Asked::Other, "a response");
        assert_eq!(with(2, 0x29), Asked::OtherOperation, "an update");
        assert_eq!(with(5, 0), Asked::Broken, "no question");
        assert_eq!(with(5, 2), Asked::Broken, "two questions");
        assert_eq!(with(4, 9), Asked::Other, "2305 questions");
        // A tunnel's first packet (WireGuard): a type, zeroes, then an index and a key of random octets.
        let tunnel = [&[1, 0, 0, 0, 0x5f, 0x19, 0xd2, 0x77][..], &[0xa5; 140]].concat();
        assert_eq!(Asked::read(&tunnel), Asked::Other);
        // More than a client would write, and still what a resolver might answer.
        assert!(matches!(with(9, 9), Asked::Question(_)));
    }
}
