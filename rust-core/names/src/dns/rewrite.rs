//! Changes to a message on its way through a resolver, all of them in place: id, the case of the question's name, and both
//! put back into the answer.
//!
//! The question's name stands first in a message, so it is never compressed, and its length octets are no letters.

use super::question::place;
use super::reader::{Reader, flag};

/// Makes this the message's transaction id. Harmless where there is no header.
pub fn set_id(message: &mut [u8], id: u16) {
    if let Some(place) = message.first_chunk_mut::<2>() {
        *place = id.to_be_bytes();
    }
}

/// The message's transaction id.
pub fn id(message: &[u8]) -> Option<u16> {
    message.first_chunk().map(|id| u16::from_be_bytes(*id))
}

/// The message's response code, without the bits that EDNS adds.
pub fn rcode(message: &[u8]) -> Option<u8> {
    message.get(3).map(|flags| flags & 0x0f)
}

/// Whether the message was cut to fit a datagram.
pub fn is_truncated(message: &[u8]) -> bool {
    Reader::new(message, 0).header().is_ok_and(|header| header.flags & flag::TRUNCATED != 0)
}

/// Makes the letters of the question's name lower case: the question ends at `end`.
pub fn fold_case(message: &mut [u8], end: usize) {
    if let Some(name) = name_of(message, end) {
        name.make_ascii_lowercase();
    }
}

/// Makes each letter of the question's name upper or lower case, as `next_bit` says ("0x20": the answer has to repeat it, which
/// one who has not seen the query cannot).
pub fn mix_case(message: &mut [u8], end: usize, mut next_bit: impl FnMut() -> bool) {
    for octet in name_of(message, end).into_iter().flatten().filter(|it| it.is_ascii_alphabetic()) {
        if next_bit() {
            octet.make_ascii_uppercase();
        } else {
            octet.make_ascii_lowercase();
        }
    }
}

/// How the question that an answer repeats compares with that of the query, whose question ends at `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeated {
    /// Octet for octet.
    Exactly,
    /// With letters in another case.
    InOtherCase,
    /// The answer has no question: servers refuse in this way what they do not understand.
    Nothing,
    /// Another question, or no answer to a query at all.
    Another,
}

/// Compares the question that `answer` repeats with that of `query`.
pub fn repeated(answer: &[u8], query: &[u8], end: usize) -> Repeated {
    let Ok(header) = Reader::new(answer, 0).header() else { return Repeated::Another };
    if header.flags & flag::RESPONSE == 0 || header.flags & flag::OPCODE != 0 {
        return Repeated::Another;
    }
    let given = place(end, answer.len()).and_then(|place| answer.get(place));
    let asked = place(end, query.len()).and_then(|place| query.get(place));
    match (header.questions, given, asked) {
        (0, _, _) => Repeated::Nothing,
        (1, Some(given), Some(asked)) if given == asked => Repeated::Exactly,
        (1, Some(given), Some(asked)) if is_same_name_and_type(given, asked) => {
            Repeated::InOtherCase
        }
        (_, _, _) => Repeated::Another,
    }
}

/// Puts id and question of `query`, whose question ends at `end`, into an answer to the same question.
pub fn restore(answer: &mut [u8], query: &[u8], end: usize) {
    if let Some(id) = id(query) {
        set_id(answer, id);
    }
    let from = place(end, query.len()).and_then(|place| query.get(place));
    let to = place(end, answer.len()).and_then(|place| answer.get_mut(place));
    if let (Some(to), Some(from)) = (to, from) {
        to.copy_from_slice(from);
    }
}

/// The octets of type and class at the end of a question.
const TYPE_AND_CLASS: usize = 4;

fn is_same_name_and_type(given: &[u8], asked: &[u8]) -> bool {
    match (given.split_last_chunk::<TYPE_AND_CLASS>(), asked.split_last_chunk()) {
        (Some((given, given_type)), Some((asked, asked_type))) => {
            given.eq_ignore_ascii_case(asked) && given_type == asked_type
        }
        (_, _) => false,
    }
}

/// The name in the question, without type and class.
fn name_of(message: &mut [u8], end: usize) -> Option<&mut [u8]> {
    let place = place(end.checked_sub(TYPE_AND_CLASS)?, message.len())?;
    message.get_mut(place)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Question, build, record_type};
    use super::*;

    #[test]
    fn an_answer_to_the_changed_query_becomes_one_to_the_client() {
        let client = build::with_edns(build::query("Shop.EXAMPLE", record_type::A));
        let end = Question::read(&client).unwrap().end;
        let mut sent = client.clone();
        set_id(&mut sent, 0xbeef);
        let mut bits = [true, false].into_iter().cycle();
        mix_case(&mut sent, end, || bits.next().unwrap());
        assert_eq!(&sent[12..26], b"\x04ShOp\x07ExAmPlE\0");
        assert_eq!(sent[26..], client[26..], "type, class and EDNS are kept");

        let mut answer = sent.clone();
        answer[2..4].copy_from_slice(&[0x81, 0x80]);
        assert_eq!(repeated(&answer, &sent, end), Repeated::Exactly);
        restore(&mut answer, &client, end);
        assert_eq!((&answer[..2], &answer[12..]), (&client[..2], &client[12..]));
    }

    #[test]
    fn only_the_very_question_counts_as_repeated() {
        let query = build::query("ShOp.example", record_type::A);
        let end = query.len();
        let mut answer = build::response("ShOp.example", record_type::A, &[]);
        assert_eq!(repeated(&answer, &query, end), Repeated::Exactly);
        fold_case(&mut answer, end);
        assert_eq!(repeated(&answer, &query, end), Repeated::InOtherCase);
        let another = |answer: &[u8]| repeated(answer, &query, end) == Repeated::Another;
        assert!(another(&build::response("Shop.example", record_type::AAAA, &[])));
        assert!(another(&build::response("ShOp.examplf", record_type::A, &[])));
        assert!(another(&build::response("ShOp.example.org", record_type::A, &[])));
        // HTTPS is 65, "A"; 97 is "a".
        let https = build::query("Shop.example", record_type::HTTPS);
        let mut answer_97 = build::response("shop.example", 97, &[]);
        assert_eq!(repeated(&answer_97, &https, https.len()), Repeated::Another);
        answer_97[https.len() - 3] = 65;
        assert_eq!(repeated(&answer_97, &https, https.len()), Repeated::InOtherCase);
        assert!(another(&query), "the query itself");
        assert!(another(b"") && another(&answer[..answer.len() - 1]));
        let refusal = [0, 0, 0x81, 0x81, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(repeated(&refusal, &query, end), Repeated::Nothing);
    }

    proptest! {
        /// Whatever it is handed, and wherever the question is said to end.
        #[test]
        fn no_message_makes_it_panic(
            mut message in prop::collection::vec(any::<u8>(), 0..64),
            query in prop::collection::vec(any::<u8>(), 0..64),
            end in 0..80usize,
        ) {
            mix_case(&mut message, end, || true);
            fold_case(&mut message, end);
            repeated(&message, &query, end);
            restore(&mut message, &query, end);
        }
    }
}
