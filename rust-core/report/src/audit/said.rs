//! What an app said in plain HTTP, equal requests together.

use names::http::{Conversation, Parameter, Request};
use serde::Serialize;
use store::{Connection, Verdict};

/// Kinds of requests told of one contact.
const MAX_SAID: usize = 200;
/// Different values told of one parameter, the first ones.
const MAX_VALUES: usize = 10;

/// A kind of request: the same method, host and path, with the same outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Said {
    /// Such as GET.
    pub method: String,
    /// The server, as the app calls it.
    pub host: Option<String>,
    /// Without the query.
    pub path: String,
    /// How often.
    pub count: u64,
    /// What became of it.
    pub outcome: Outcome,
    /// What was told by name.
    pub parameters: Vec<SaidParameter>,
    /// The kind of body, where there was one.
    pub content_type: Option<String>,
    /// Octets of bodies, all together, as far as it was said.
    pub body_bytes: u64,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was sent.
    Sent,
    /// It was stopped before anything was sent.
    Stopped,
    /// The server was not reached.
    Undelivered,
}

/// Something that was told under a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SaidParameter {
    /// query, form, json, cookie or header.
    pub place: &'static str,
    /// Its name.
    pub name: String,
    /// Its different values, ten at most; none where values were not asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

/// Requests while they are counted.
#[derive(Default)]
pub(super) struct Tally {
    said: Vec<Said>,
    left_out: u64,
}

impl Tally {
    /// Adds what was heard of a connection.
    pub(super) fn add(&mut self, connection: &Connection, conversation: &Conversation) {
        for (request, was_sent) in &conversation.requests {
            let outcome = match (was_sent, connection.verdict) {
                (true, _) => Outcome::Sent,
                (false, Verdict::Block) => Outcome::Stopped,
                (false, Verdict::Allow) => Outcome::Undelivered,
            };
            self.add_request(request, outcome);
        }
    }

    /// The most frequent first, and how many kinds were left out.
    pub(super) fn finish(mut self) -> (Vec<Said>, u64) {
        self.said.sort_by(|a, b| {
            let path = |said: &Said| (said.host.clone(), said.path.clone(), said.method.clone());
            b.count.cmp(&a.count).then_with(|| path(a).cmp(&path(b)))
        });
        (self.said, self.left_out)
    }

    fn add_request(&mut self, request: &Request, outcome: Outcome) {
        let Request { method, host, path, .. } = request;
        let is_same = |said: &&mut Said| {
            (&said.method, &said.host, &said.path, said.outcome) == (method, host, path, outcome)
        };
        if let Some(said) = self.said.iter_mut().find(is_same) {
            return said.merge(request);
        }
        if self.said.len() >= MAX_SAID {
            self.left_out += 1;
            return;
        }
        let mut said = Said {
            method: method.clone(),
            host: host.clone(),
            path: path.clone(),
            count: 0,
            outcome,
            parameters: Vec::new(),
            content_type: None,
            body_bytes: 0,
        };
        said.merge(request);
        self.said.push(said);
    }
}

impl Said {
    fn merge(&mut self, request: &Request) {
        self.count += 1;
        self.body_bytes = self.body_bytes.saturating_add(request.body_bytes.unwrap_or(0));
        self.content_type = self.content_type.take().or_else(|| request.content_type.clone());
        for Parameter { place, name, value } in &request.parameters {
            let place = place.as_str();
            let at = self.parameters.iter().position(|it| (it.place, &it.name) == (place, name));
            let at = at.unwrap_or_else(|| {
                self.parameters.push(SaidParameter {
                    place,
                    name: name.clone(),
                    values: Vec::new(),
                });
                self.parameters.len() - 1
            });
            if let (Some(value), Some(told)) = (value, self.parameters.get_mut(at))
                && told.values.len() < MAX_VALUES
                && !told.values.contains(value)
            {
                told.values.push(value.clone());
            }
        }
    }

    /// The request in a line, as it came: how often, method, host and path.
    pub(super) fn line(&self) -> String {
        let host = self.host.as_deref().unwrap_or_default();
        format!("{} × {} {host}{}", self.count, self.method, self.path)
    }

    /// The parameters of each place: a word for the place, and the names, each with its values where they are known.
    pub(super) fn told(&self) -> Vec<(&'static str, String)> {
        let places = [
            ("query", "in the address"),
            ("form", "in a form"),
            ("json", "in the body"),
            ("cookie", "in cookies"),
            ("header", "in the header"),
        ];
        let told = places.iter().map(|(place, words)| {
            let names = self.parameters.iter().filter(|parameter| parameter.place == *place);
            let names: Vec<String> = names.map(SaidParameter::words).collect();
            (*words, names.join(", "))
        });
        told.filter(|(_, names)| !names.is_empty()).collect()
    }
}

impl SaidParameter {
    fn words(&self) -> String {
        match self.values.as_slice() {
            [] => self.name.clone(),
            values => format!("{} = {}", self.name, values.join(" | ")),
        }
    }
}

impl Outcome {
    /// In words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Outcome::Sent => "sent",
            Outcome::Stopped => "we stopped it before it could send",
            Outcome::Undelivered => "the server was not reached",
        }
    }
}
