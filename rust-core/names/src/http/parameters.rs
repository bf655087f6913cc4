//! Names and values in a request: forms (URL Standard, section 5), cookies, and the fields of JSON objects.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// The kind of body that is a form.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";
/// Parameters told of one request; a page's own forms have no more.
const MAX_PARAMETERS: usize = 128;
/// How much is told of a name, in octets, and of a value.
const MAX_NAME: usize = 128;
const MAX_VALUE: usize = 512;

/// Something that a request tells under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Where it stands.
    pub place: Place,
    /// Its name.
    pub name: String,
    /// Its value, where values are asked for.
    pub value: Option<String>,
}

/// Where a parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// In the request target, after the question mark.
    Query,
    /// In a body that is a form.
    Form,
    /// A field of the JSON object that the body is, or of one in a list.
    Json,
    /// A cookie.
    Cookie,
    /// A header field, with its name in lower case.
    Header,
}

impl Place {
    /// The word for it in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Place::Query => "query",
            Place::Form => "form",
            Place::Json => "json",
            Place::Cookie => "cookie",
            Place::Header => "header",
        }
    }
}

/// Where found parameters go.
pub(super) struct Sink<'p> {
    pub(super) parameters: &'p mut Vec<Parameter>,
    pub(super) keeps_values: bool,
}

impl Sink<'_> {
    /// Adds a parameter; what has a name already told is told once, with its first value.
    pub(super) fn add(&mut self, place: Place, name: &[u8], value: &[u8]) {
        let name = text(name, MAX_NAME);
        let is_known = |known: &Parameter| known.place == place && known.name == name;
        if !self.has_room() || self.parameters.iter().any(is_known) {
            return;
        }
        let value = self.keeps_values.then(|| text(value, MAX_VALUE));
        self.parameters.push(Parameter { place, name, value });
    }

    fn has_room(&self) -> bool {
        self.parameters.len() < MAX_PARAMETERS
    }
}

/// Adds the pairs of a query, a form or a cookie: `name=value`, with `between` between two.
pub(super) fn pairs(text: &[u8], between: u8, place: Place, sink: &mut Sink<'_>) {
    for pair in text.split(|&byte| byte == between).map(<[u8]>::trim_ascii) {
        if pair.is_empty() || !sink.has_room() {
            continue;
        }
        let equals = pair.iter().position(|&byte| byte == b'=');
        let (name, value) = pair.split_at(equals.unwrap_or(pair.len()));
        let value = value.strip_prefix(b"=").unwrap_or_default();
        if place == Place::Cookie {
            sink.add(place, name, value);
        } else {
            sink.add(place, &decoded(name), &decoded(value));
        }
    }
}

/// Adds the fields of the JSON object, or of the objects in a list, as far as it goes: a text that is cut off or damaged
/// tells those before the damage.
pub(super) fn json(text: &[u8], sink: &mut Sink<'_>) {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let _ = Fields { sink, is_list_allowed: true }.deserialize(&mut deserializer);
}

/// Octets as text of at most so many octets; one that is cut ends in "…".
pub(super) fn text(octets: &[u8], most: usize) -> String {
    let text = String::from_utf8_lossy(&octets[..octets.len().min(most + 4)]).into_owned();
    if text.len() <= most && octets.len() <= most {
        return text;
    }
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &text[..end])
}

/// Octets with `+` and `%XX` decoded; what is no such code stays as it is.
fn decoded(octets: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(octets.len());
    let mut rest = octets;
    while let Some((&first, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|&digit| char::from(digit).to_digit(16));
        rest = after;
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                plain.push((high << 4 | low) as u8);
                rest = &after[2..];
            }
            (b'+', _, _) => plain.push(b' '),
            (other, _, _) => plain.push(other),
        }
    }
    plain
}

/// Reads the names of an object's fields, and forgets all else.
struct Fields<'s, 'p> {
    sink: &'s mut Sink<'p>,
    is_list_allowed: bool,
}

impl<'de> DeserializeSeed<'de> for Fields<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Fields<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, or a list of them")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            let value = if self.sink.keeps_values {
                map.next_value().map(|value: Value| {
                    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
                })
            } else {
                map.next_value::<IgnoredAny>().map(|_| String::new())
            };
            // The name is told even where the text ends within the value.
            let told = value.as_deref().unwrap_or("…");
            self.sink.add(Place::Json, name.as_bytes(), told.as_bytes());
            value?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if !self.is_list_allowed {
            return Ok(());
        }
        while list.next_element_seed(Fields { sink: self.sink, is_list_allowed: false })?.is_some()
        {
        }
        Ok(())
    }
}
