//! One request, as its head tells it (RFC 9112 sections 3 and 5).

use super::parameters::{self, Parameter, Place, Sink};
use super::{MAX_METHOD, Speech, absolute_form, next_line, target};

/// How much is told of a path, and of a host that is none: longer ones are cut, and end in "…".
const MAX_TEXT: usize = 1024;

/// A request that an app sent, for people to read. Texts are as they were sent, with what is no UTF-8 replaced; nothing
/// in them is to be trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Such as `GET`.
    pub method: String,
    /// The server's name as the app says it, with a port if there is one.
    pub host: Option<String>,
    /// Without the query.
    pub path: String,
    /// What is told by the query, the body, cookies, and header fields that speak of the user.
    pub parameters: Vec<Parameter>,
    /// The kind of body, in lower case and without parameters.
    pub content_type: Option<String>,
    /// How long the body is, in octets, where that is said before it.
    pub body_bytes: Option<u64>,
}

/// What was heard of a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conversation {
    /// What it speaks.
    pub speech: Speech,
    /// The app's requests, in order, each with whether it went to the server.
    pub requests: Vec<(Request, bool)>,
}

impl Request {
    /// About how much memory it takes, in octets.
    pub fn octets(&self) -> usize {
        let optional = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let parameters = self.parameters.iter();
        size_of::<Request>()
            + self.method.len()
            + self.path.len()
            + optional(&self.host)
            + optional(&self.content_type)
            + parameters
                .map(|it| size_of::<Parameter>() + it.name.len() + optional(&it.value))
                .sum::<usize>()
    }
}

/// A head: the request, and what follows it.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) request: Request,
    pub(super) framing: Framing,
    /// The body is one whose fields have names.
    pub(super) has_fields: bool,
}

/// How the body is delimited, RFC 9112 section 6.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    Length(u64),
    Chunked,
    /// By something else, or by two things that contradict each other; or what follows is another protocol.
    NotUnderstood,
}

/// What header fields say of a body.
#[derive(Debug, Default)]
struct Body {
    length: Option<u64>,
    is_chunked: bool,
    is_coded: bool,
    is_odd: bool,
}

impl Head {
    /// Reads a whole head; `None` if it is none of HTTP/1.
    pub(super) fn read(head: &[u8], keeps_values: bool) -> Option<Self> {
        let (line, mut fields) = next_line(head)?;
        let method_length = line.iter().position(|&byte| byte == b' ')?;
        let (method, rest) = line.split_at(method_length);
        let target = target(rest.get(1..)?).filter(|_| method.len() <= MAX_METHOD)?;
        let (authority, path) = match absolute_form(target) {
            Some((authority, path)) => (Some(authority), path),
            None if method == b"CONNECT" => (Some(target), &b""[..]),
            None => (None, target),
        };
        let path = path.split(|&byte| byte == b'#').next().unwrap_or_default();
        let (path, query) = split_at(path, b'?');
        let mut request = Request {
            method: parameters::text(method, MAX_METHOD),
            host: authority.map(|authority| parameters::text(authority, MAX_TEXT)),
            path: parameters::text(path, MAX_TEXT),
            parameters: Vec::new(),
            content_type: None,
            body_bytes: None,
        };
        let sink = &mut Sink { parameters: &mut request.parameters, keeps_values };
        parameters::pairs(query.unwrap_or_default(), b'&', Place::Query, sink);
        let mut body = Body { is_odd: method == b"CONNECT", ..Body::default() };
        while let Some((line, mut rest)) = next_line(fields) {
            // A line that begins with white space continues the one before (RFC 9112 section 5.2).
            while let Some(b' ' | b'\t') = rest.first()
                && let Some((_, after)) = next_line(rest)
            {
                rest = after;
            }
            if line.is_empty() {
                break;
            }
            if let (name, Some(value)) = split_at(&fields[..fields.len() - rest.len()], b':') {
                field(name.trim_ascii(), value.trim_ascii(), keeps_values, &mut request, &mut body);
            }
            fields = rest;
        }
        let framing = body.framing();
        request.body_bytes = body.length.filter(|_| framing != Framing::Chunked);
        let has_fields = !body.is_coded && may_have_fields(request.content_type.as_deref());
        Some(Head { request, framing, has_fields })
    }
}

/// Notes one header field.
fn field(name: &[u8], value: &[u8], keeps_values: bool, request: &mut Request, body: &mut Body) {
    let name = name.to_ascii_lowercase();
    let sink = &mut Sink { parameters: &mut request.parameters, keeps_values };
    match name.as_slice() {
        b"host" if request.host.is_none() => request.host = Some(parameters::text(value, MAX_TEXT)),
        b"content-type" => {
            let kind = split_at(value, b';').0.trim_ascii().to_ascii_lowercase();
            request.content_type = Some(parameters::text(&kind, MAX_TEXT));
        }
        b"content-length" => {
            let is_number = value.iter().all(u8::is_ascii_digit);
            let text = std::str::from_utf8(value).ok().filter(|_| is_number);
            let length = text.and_then(|text| text.parse().ok());
            body.is_odd |=
                length.is_none() || body.length.is_some_and(|known| Some(known) != length);
            body.length = length;
        }
        b"transfer-encoding" => {
            body.is_odd |= body.is_chunked || !value.eq_ignore_ascii_case(b"chunked");
            body.is_chunked = true;
        }
        b"content-encoding" => body.is_coded |= !value.eq_ignore_ascii_case(b"identity"),
        b"upgrade" => body.is_odd = true,
        b"cookie" => parameters::pairs(value, b';', Place::Cookie, sink),
        b"user-agent" | b"referer" | b"authorization" | b"from" => {
            sink.add(Place::Header, &name, value)
        }
        other if other.starts_with(b"x-") => sink.add(Place::Header, other, value),
        _ => {}
    }
}

impl Body {
    fn framing(&self) -> Framing {
        match (self.is_odd, self.is_chunked, self.length) {
            (true, _, _) | (false, true, Some(_)) => Framing::NotUnderstood,
            (false, true, None) => Framing::Chunked,
            (false, false, length) => Framing::Length(length.unwrap_or(0)),
        }
    }
}

/// Whether a body of this kind can be a form or JSON. Many apps send JSON as plain text, or as nothing in particular.
fn may_have_fields(content_type: Option<&str>) -> bool {
    content_type.is_none_or(|kind| {
        kind == parameters::FORM
            || kind.ends_with("json")
            || kind == "text/plain"
            || kind == "application/octet-stream"
    })
}

/// What stands before and after the first such octet.
fn split_at(bytes: &[u8], octet: u8) -> (&[u8], Option<&[u8]>) {
    match bytes.iter().position(|&byte| byte == octet) {
        Some(at) => (&bytes[..at], Some(&bytes[at + 1..])),
        None => (bytes, None),
    }
}
