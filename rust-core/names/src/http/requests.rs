//! What an app says in plain HTTP/1: each request of a connection, from the bytes that the app sends on it.
//!
//! For audits, which tell what was readable by everybody on the way. Nothing is decided by it. Bodies are skipped by their
//! length and read for names of fields where they are short; at the first thing that is not understood the reader stops
//! for good, because a guess where the next request begins would be told as a fact.

use super::parameters::{self, Place, Sink};
use super::request::{Framing, Head, Request};
use super::{MAX_HEAD, MAX_METHOD, target};
use crate::tls;

/// How many octets of a request's body are read for the names of its fields: what apps report at a time, and a bound on
/// what a connection holds in memory.
const MAX_BODY: usize = 32 * 1024;
/// The longest line before and after the pieces of a chunked body; servers take no longer ones (nginx: one page).
const MAX_CHUNK_LINE: usize = 4096;

/// What a connection speaks, judged by what the app said first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speech {
    /// Nothing was said yet, or too little to tell.
    #[default]
    Unknown,
    /// Plain HTTP/1, which everybody on the way can read.
    Http,
    /// TLS.
    Tls,
    /// Something else, not understood here.
    Other,
}

/// Reads the requests of one connection. Holds at most a request's head, or the first part of its body.
#[derive(Debug)]
pub struct RequestReader {
    keeps_values: bool,
    speech: Speech,
    stage: Stage,
    /// The head so far, or the body so far.
    held: Vec<u8>,
    /// How much of the head was looked at for its end.
    looked_at: usize,
    /// The first line of the head has come, and is a request's.
    has_line: bool,
}

/// What is awaited next.
#[derive(Debug)]
enum Stage {
    Head,
    Body {
        /// To be told when its body has come.
        told: Option<Box<Request>>,
        awaits: Awaits,
        /// The line that frames the next chunk, so far.
        line: Vec<u8>,
    },
    /// Nothing more is read.
    Stopped,
}

/// What is awaited of a body.
#[derive(Clone, Copy, Debug)]
enum Awaits {
    /// So many octets, and then the next request.
    Octets(u64),
    ChunkSize,
    ChunkOctets(u64),
    ChunkEnd,
    Trailers,
}

impl RequestReader {
    /// For one connection. Values of parameters and header fields are told only with `keeps_values`.
    pub fn new(keeps_values: bool) -> Self {
        RequestReader {
            keeps_values,
            speech: Speech::Unknown,
            stage: Stage::Head,
            held: Vec::new(),
            looked_at: 0,
            has_line: false,
        }
    }

    /// What the connection speaks.
    pub fn speech(&self) -> Speech {
        self.speech
    }

    /// Whether nothing more is read: what follows is not understood.
    pub fn has_stopped(&self) -> bool {
        matches!(self.stage, Stage::Stopped)
    }

    /// Takes what the app sends next, however it was cut, and hands each request to `each` when it is known.
    pub fn feed(&mut self, mut bytes: &[u8], mut each: impl FnMut(Request)) {
        while !bytes.is_empty() {
            bytes = match self.stage {
                Stage::Head => self.head(bytes, &mut each),
                Stage::Body { awaits, .. } => self.body(awaits, bytes, &mut each),
                Stage::Stopped => return,
            };
        }
    }

    /// The app sends no more: the request whose body has not come whole.
    pub fn finish(&mut self) -> Option<Request> {
        let Stage::Body { told, .. } = &mut self.stage else { return None };
        let told = told.take();
        let request = told.map(|told| with_body(*told, &self.held, self.keeps_values));
        self.stop();
        request
    }

    /// Takes octets of a head; what is left of them.
    fn head<'b>(&mut self, bytes: &'b [u8], each: &mut impl FnMut(Request)) -> &'b [u8] {
        // Empty lines before a request are skipped (RFC 9112 section 2.2).
        let is_line_end = |byte: &&u8| matches!(byte, b'\r' | b'\n');
        let empty =
            if self.held.is_empty() { bytes.iter().take_while(is_line_end).count() } else { 0 };
        let bytes = &bytes[empty..];
        let before = self.held.len();
        self.held.extend_from_slice(&bytes[..bytes.len().min(MAX_HEAD - before)]);
        if let Some(&first) = self.held.first()
            && !self.has_line
            && !self.is_request()
        {
            self.say(if first == tls::HANDSHAKE { Speech::Tls } else { Speech::Other });
            self.stop();
            return &[];
        }
        let Some(end) = head_end(&self.held, &mut self.looked_at) else {
            if self.held.len() >= MAX_HEAD {
                self.stop();
            }
            return &[];
        };
        let head = Head::read(&self.held[..end], self.keeps_values);
        self.held.clear();
        (self.looked_at, self.has_line) = (0, false);
        match head {
            Some(head) => self.begin_body(head, each),
            None => self.stop(),
        }
        &bytes[end - before..]
    }

    /// Whether what came of the head can be a request's, as far as can be said.
    fn is_request(&mut self) -> bool {
        let is_letter = |byte: &&u8| byte.is_ascii_uppercase() || **byte == b'-';
        let length = self.held.iter().take_while(is_letter).count();
        match self.held.get(length) {
            _ if length > MAX_METHOD => return false,
            None => return true,
            Some(b' ') if length > 0 => {}
            Some(_) => return false,
        }
        let Some(new) = self.held.get(self.looked_at..) else { return true };
        let Some(end) = new.iter().position(|&byte| byte == b'\n') else { return true };
        let line = &self.held[length + 1..self.looked_at + end];
        self.has_line = target(line.strip_suffix(b"\r").unwrap_or(line)).is_some();
        if self.has_line {
            self.say(Speech::Http);
        }
        self.has_line
    }

    /// What comes after a head: a body, the next request, or nothing that can be read.
    fn begin_body(&mut self, head: Head, each: &mut impl FnMut(Request)) {
        let Head { request, framing, has_fields } = head;
        let awaits = match framing {
            Framing::Length(0) => return each(request),
            Framing::Length(length) => Awaits::Octets(length),
            Framing::Chunked => Awaits::ChunkSize,
            Framing::NotUnderstood => {
                each(request);
                return self.stop();
            }
        };
        let told = if has_fields {
            Some(Box::new(request))
        } else {
            each(request);
            None
        };
        self.stage = Stage::Body { told, awaits, line: Vec::new() };
    }

    /// Takes octets of a body; what is left of them.
    fn body<'b>(
        &mut self,
        awaits: Awaits,
        bytes: &'b [u8],
        each: &mut impl FnMut(Request),
    ) -> &'b [u8] {
        match awaits {
            Awaits::Octets(left) => {
                let (rest, left) = self.octets(left, bytes, each);
                match left {
                    0 => self.end_body(each),
                    left => self.await_next(Awaits::Octets(left)),
                }
                rest
            }
            Awaits::ChunkOctets(left) => {
                let (rest, left) = self.octets(left, bytes, each);
                let next = if left == 0 { Awaits::ChunkEnd } else { Awaits::ChunkOctets(left) };
                self.await_next(next);
                rest
            }
            Awaits::ChunkSize | Awaits::ChunkEnd | Awaits::Trailers => {
                self.line(awaits, bytes, each)
            }
        }
    }

    /// Takes octets, of which `left` are awaited; those after them, and how many are awaited now.
    fn octets<'b>(
        &mut self,
        left: u64,
        bytes: &'b [u8],
        each: &mut impl FnMut(Request),
    ) -> (&'b [u8], u64) {
        let count = usize::try_from(left).map_or(bytes.len(), |left| left.min(bytes.len()));
        let (ours, rest) = bytes.split_at(count);
        self.keep(ours, each);
        (rest, left - count as u64)
    }

    /// Takes octets of a line that frames chunks; what is left of them.
    fn line<'b>(
        &mut self,
        awaits: Awaits,
        bytes: &'b [u8],
        each: &mut impl FnMut(Request),
    ) -> &'b [u8] {
        let Stage::Body { line, .. } = &mut self.stage else { return bytes };
        let end = bytes.iter().position(|&byte| byte == b'\n');
        let (ours, rest) = bytes.split_at(end.map_or(bytes.len(), |end| end + 1));
        if line.len() + ours.len() > MAX_CHUNK_LINE {
            self.end_body(each);
            self.stop();
            return rest;
        }
        line.extend_from_slice(ours);
        if end.is_some() {
            let line = std::mem::take(line);
            self.chunk_line(awaits, line.trim_ascii(), each);
        }
        rest
    }

    /// Takes a line of a chunked body, RFC 9112 section 7.1.
    fn chunk_line(&mut self, awaits: Awaits, line: &[u8], each: &mut impl FnMut(Request)) {
        match (awaits, line) {
            (Awaits::ChunkSize, line) => match chunk_size(line) {
                Some(0) => self.await_next(Awaits::Trailers),
                Some(size) => self.await_next(Awaits::ChunkOctets(size)),
                None => {
                    self.end_body(each);
                    self.stop();
                }
            },
            (Awaits::ChunkEnd, b"") => self.await_next(Awaits::ChunkSize),
            (Awaits::Trailers, b"") => self.end_body(each),
            (Awaits::Trailers, _) => {}
            (Awaits::ChunkEnd | Awaits::Octets(_) | Awaits::ChunkOctets(_), _) => {
                self.end_body(each);
                self.stop();
            }
        }
    }

    fn await_next(&mut self, next: Awaits) {
        if let Stage::Body { awaits, .. } = &mut self.stage {
            *awaits = next;
        }
    }

    /// Keeps octets of a body that is read; one that is longer than the bound is told by its first part.
    fn keep(&mut self, octets: &[u8], each: &mut impl FnMut(Request)) {
        let Stage::Body { told, .. } = &mut self.stage else { return };
        if told.is_none() {
            return;
        }
        let room = MAX_BODY - self.held.len();
        self.held.extend_from_slice(&octets[..octets.len().min(room)]);
        if octets.len() >= room {
            self.tell(each);
        }
    }

    /// The body is over, and the next request follows.
    fn end_body(&mut self, each: &mut impl FnMut(Request)) {
        self.tell(each);
        self.stage = Stage::Head;
    }

    fn tell(&mut self, each: &mut impl FnMut(Request)) {
        let Stage::Body { told, .. } = &mut self.stage else { return };
        if let Some(request) = told.take() {
            each(with_body(*request, &self.held, self.keeps_values));
        }
        self.held = Vec::new();
    }

    /// The first word counts.
    fn say(&mut self, speech: Speech) {
        if self.speech == Speech::Unknown {
            self.speech = speech;
        }
    }

    fn stop(&mut self) {
        self.stage = Stage::Stopped;
        self.held = Vec::new();
    }
}

/// The request with the fields of its body.
fn with_body(mut request: Request, body: &[u8], keeps_values: bool) -> Request {
    let sink = &mut Sink { parameters: &mut request.parameters, keeps_values };
    let is_json = body.trim_ascii_start().first().is_some_and(|first| b"{[".contains(first));
    if is_json {
        parameters::json(body, sink);
    } else if request.content_type.as_deref() == Some(parameters::FORM) {
        parameters::pairs(body, b'&', Place::Form, sink);
    }
    request
}

/// Where the head ends: after its first empty line. `looked_at` is how far it was looked for before.
fn head_end(head: &[u8], looked_at: &mut usize) -> Option<usize> {
    for at in *looked_at..head.len() {
        let before = head[..at].strip_suffix(b"\r").unwrap_or(&head[..at]);
        if head[at] == b'\n' && before.last() == Some(&b'\n') {
            return Some(at + 1);
        }
    }
    *looked_at = head.len();
    None
}

/// The size before a chunk; its extensions are left out.
fn chunk_size(line: &[u8]) -> Option<u64> {
    let digits = line.split(|&byte| byte == b';').next()?.trim_ascii();
    let is_hexadecimal = digits.iter().all(u8::is_ascii_hexdigit);
    let text = std::str::from_utf8(digits).ok().filter(|_| is_hexadecimal)?;
    u64::from_str_radix(text, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::http::Parameter;

    fn read(keeps_values: bool, pieces: &[&[u8]]) -> (Vec<Request>, Speech) {
        let mut reader = RequestReader::new(keeps_values);
        let mut requests = Vec::new();
        for piece in pieces {
            reader.feed(piece, |request| requests.push(request));
        }
        requests.extend(reader.finish());
        (requests, reader.speech())
    }

    fn requests(bytes: &[u8]) -> Vec<Request> {
        read(true, &[bytes]).0
    }

    fn parameters(request: &Request) -> Vec<(&'static str, &str, &str)> {
        let told = |parameter: &'_ Parameter| parameter.value.is_some();
        assert!(request.parameters.iter().all(told));
        request
            .parameters
            .iter()
            .map(|it| (it.place.as_str(), it.name.as_str(), it.value.as_deref().unwrap_or("")))
            .collect()
    }

    #[test]
    fn a_request_tells_method_host_path_and_what_its_query_and_header_say() {
        let text = b"GET /v3/track?url=https%3A%2F%2Fa.example%2Fq%3Dx&imei=86+1&flag&&=y#top HTTP/1.1\r\nHost: t.example:8080\r\n\
            User-Agent: App/1\r\nAccept: */*\r\nCookie: sid=42; lang=en\r\nX-Device:\r\n  folded\r\n\r\n";
        let [request] = &requests(text)[..] else { panic!("not one") };
        assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/v3/track"));
        assert_eq!(request.host.as_deref(), Some("t.example:8080"));
        assert_eq!(
            parameters(request),
            [
                ("query", "url", "https://a.example/q=x"),
                ("query", "imei", "86 1"),
                ("query", "flag", ""),
                ("query", "", "y"),
                ("header", "user-agent", "App/1"),
                ("cookie", "sid", "42"),
                ("cookie", "lang", "en"),
                ("header", "x-device", "folded"),
            ]
        );
    }

    #[test]
    fn values_are_not_kept_unasked() {
        let text = b"POST /a?b=secret HTTP/1.1\r\nHost: a.example\r\nCookie: c=secret\r\nX-D: secret\r\nContent-Length: 14\r\n\r\n{\"e\":\"secret\"}";
        let (requests, _) = read(false, &[text]);
        let names: Vec<&str> =
            requests[0].parameters.iter().map(|parameter| parameter.name.as_str()).collect();
        assert_eq!(names, ["b", "c", "x-d", "e"]);
        assert!(!format!("{requests:?}").contains("secret"));
    }

    #[test]
    fn bodies_tell_the_names_of_their_fields() {
        for (kind, body, expected) in [
            (
                "Content-Type: application/x-www-form-urlencoded\r\n",
                "a=1&b%5B%5D=%zz",
                &[("form", "a", "1"), ("form", "b[]", "%zz")][..],
            ),
            (
                "Content-Type: application/json; charset=utf-8\r\n",
                r#" {"a":{"x":1},"b":"2","a":3}"#,
                &[("json", "a", r#"{"x":1}"#), ("json", "b", "2")],
            ),
            (
                "Content-Type: text/plain\r\n",
                r#"[{"a":null},{"b":[1]}]"#,
                &[("json", "a", "null"), ("json", "b", "[1]")],
            ),
            ("", r#"{"a":1,"b":"cut of"#, &[("json", "a", "1"), ("json", "b", "…")]),
            ("Content-Type: text/plain\r\n", "a=1", &[]),
            ("Content-Type: image/png\r\n", "{\"a\":1}", &[]),
            ("Content-Type: application/json\r\nContent-Encoding: gzip\r\n", "{\"a\":1}", &[]),
        ] {
            let text =
                format!("POST / HTTP/1.1\r\n{kind}Content-Length: {}\r\n\r\n{body}", body.len());
            let [request] = &requests(text.as_bytes())[..] else { panic!("not one: {text}") };
            assert_eq!(parameters(request), expected, "{text}");
            assert_eq!(request.body_bytes, Some(body.len() as u64));
        }
    }

    #[test]
    fn one_request_follows_another() {
        let text = b"\r\nPOST /1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\n{\"a\"\r\n3\r\n:1}\r\n0\r\nT: r\r\n\r\n\
            GET /2 HTTP/1.1\n\nPUT /3 HTTP/1.1\r\nContent-Length: 5\r\nContent-Type: a/b\r\n\r\nGET /GET /4 HTTP/1.0\r\n\r\n";
        let requests = requests(text);
        let paths: Vec<&str> = requests.iter().map(|request| request.path.as_str()).collect();
        assert_eq!(paths, ["/1", "/2", "/3", "/4"]);
        assert_eq!(parameters(&requests[0]), [("json", "a", "1")]);
    }

    #[test]
    fn what_is_not_understood_ends_the_reading() {
        for (text, paths, speech) in [
            (&b"\x16\x03\x01\x02\x00\x01GET / HTTP/1.1\r\n\r\n"[..], &[][..], Speech::Tls),
            (b"SSH-2.0-OpenSSH\r\n", &[], Speech::Other),
            (b"EHLO mail.example\r\n", &[], Speech::Other),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &[], Speech::Other),
            (b"GET", &[], Speech::Unknown),
            (b"", &[], Speech::Unknown),
            (b"GET /1 HTTP/1.1\r\nUpgrade: websocket\r\n\r\nGET /2 HTTP/1.1\r\n\r\n", &["/1"], Speech::Http),
            (b"GET /1 HTTP/1.1\r\n\r\n\x81\x82GET /2 HTTP/1.1\r\n\r\n", &["/1"], Speech::Http),
            (b"POST /1 HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nGET /2 HTTP/1.1\r\n\r\n", &["/1"], Speech::Http),
            (b"POST /1 HTTP/1.1\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\nGET /2 HTTP/1.1\r\n\r\n", &["/1"], Speech::Http),
            (b"POST /1 HTTP/1.1\r\nContent-Length: +0\r\n\r\nGET /2 HTTP/1.1\r\n\r\n", &["/1"], Speech::Http),
            (b"POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nno\r\nGET /2 HTTP/1.1\r\n\r\n", &["/1"], Speech::Http),
            (b"CONNECT a.example:443 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n", &[""], Speech::Http),
        ] {
            let (requests, spoken) = read(true, &[text]);
            let told: Vec<&str> = requests.iter().map(|request| request.path.as_str()).collect();
            assert_eq!((told, spoken), (paths.to_vec(), speech), "{}", text.escape_ascii());
        }
    }

    #[test]
    fn a_long_body_is_told_by_its_first_part_and_skipped() {
        let fields: String = (0..10_000).map(|number| format!("field{number}=x&")).collect();
        let text = format!(
            "POST /1 HTTP/1.1\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{fields}GET /2 HTTP/1.1\r\n\r\n",
            parameters::FORM,
            fields.len()
        );
        let requests = requests(text.as_bytes());
        assert_eq!(requests.len(), 2);
        assert_eq!(requests[0].parameters.len(), 128);
        let endless = [b"GET /".to_vec(), vec![b'a'; 10 * MAX_HEAD]].concat();
        let mut reader = RequestReader::new(true);
        for piece in endless.chunks(7) {
            reader.feed(piece, |_| panic!("no request"));
            assert!(reader.held.len() <= MAX_HEAD);
        }
        assert!(reader.held.is_empty());
    }

    proptest! {
        /// However what an app sends is cut, the same requests are told.
        #[test]
        fn cuts_change_nothing(
            parts in prop::collection::vec(prop_oneof![
                Just("GET /a?b=c HTTP/1.1\r\nHost: a.example\r\n\r\n"),
                Just("POST / HTTP/1.1\r\nContent-Length: 7\r\n\r\n{\"a\":1}"),
                Just("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[{\"\r\n5\r\na\":1}\r\n1\r\n]\r\n0\r\n\r\n"),
                Just("\r\n"), Just("0"), Just("x: y\n"),
            ], 0..5),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
            damage in prop::option::of((any::<prop::sample::Index>(), any::<u8>())),
        ) {
            let mut text = parts.concat().into_bytes();
            if let Some((at, byte)) = damage && !text.is_empty() {
                let at = at.index(text.len());
                text[at] = byte;
            }
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &text[cut[0]..cut[1]]).collect();
            prop_assert_eq!(read(true, &pieces), read(true, &[&text]));
        }
    }
}
