//! Response policy zones: a DNS zone file (RFC 1035 section 5.1) whose records say what to answer.
//!
//! `CNAME .`, `CNAME *.`, `CNAME rpz-drop.` and null addresses block; `CNAME rpz-passthru.` allows. The owner names are
//! relative to the zone. As in the servers, the entry closest to a name holds.

use super::{Out, words};
use crate::name::{address, is_null};
use crate::{Effect, Scope, SkipReason};

/// What the lines so far say about the next.
#[derive(Default)]
pub(super) struct Zone {
    /// The zone's own name, in lower case, from its first `$ORIGIN` or the owner of its SOA record.
    name: Option<String>,
    /// What `$ORIGIN` says to put behind relative names, without the zone's name.
    below: String,
    /// The owner of the record before: a line that begins with a space has the same.
    owner: String,
    /// Inside the parentheses of a record.
    is_open: bool,
}

impl Zone {
    /// Reads one line.
    pub(super) fn line(&mut self, line: &[u8], out: &mut Out<'_>) {
        let content = line.split(|&byte| byte == b';').next().unwrap_or_default();
        if self.is_open {
            self.is_open = !content.contains(&b')');
            return;
        }
        let mut words = words(content).peekable();
        match words.peek() {
            None => return,
            Some(word) if word.starts_with(b"$") => return self.directive(words, out),
            Some(_) => {}
        }
        if !line.first().is_some_and(u8::is_ascii_whitespace) {
            self.owner = words.next().map(text).unwrap_or_default();
        }
        self.is_open = content.contains(&b'(') && !content.contains(&b')');
        let kind = words.by_ref().find(|word| !is_ttl_or_class(word)).map(text);
        let data = words.next().map(text).unwrap_or_default();
        match kind.as_deref() {
            Some("soa") => self.enter_zone(),
            Some("ns") => {}
            Some(kind) => self.record(kind, &data, out),
            None => out.skip(SkipReason::NotARule),
        }
    }

    fn directive<'w>(&mut self, mut words: impl Iterator<Item = &'w [u8]>, out: &mut Out<'_>) {
        let directive = words.next().map(text).unwrap_or_default();
        match (directive.as_str(), words.next().map(text)) {
            ("$ttl", _) => {}
            ("$origin", Some(origin)) => {
                let origin = origin.trim_end_matches('.');
                let zone = self.name.get_or_insert_with(|| origin.to_owned());
                self.below = below(origin, zone).unwrap_or_default().to_owned();
            }
            _ => out.skip(SkipReason::NotARule),
        }
    }

    /// The SOA record stands at the zone's top.
    fn enter_zone(&mut self) {
        if self.name.is_none() && self.owner.ends_with('.') {
            self.name = Some(self.owner.trim_end_matches('.').to_owned());
        }
    }

    fn record(&self, kind: &str, data: &str, out: &mut Out<'_>) {
        let effect = match (kind, data) {
            ("cname", "." | "*." | "rpz-drop." | "rpz-drop") => Some(Effect::Block),
            ("cname", "rpz-passthru." | "rpz-passthru") => Some(Effect::Allow),
            ("a" | "aaaa", data) => {
                address(data.as_bytes()).filter(|to| is_null(*to)).map(|_| Effect::Block)
            }
            // Other names and data, and `rpz-tcp-only.`.
            ("cname" | "dname" | "txt" | "mx" | "srv" | "ptr" | "https" | "svcb", _) => None,
            _ => return out.skip(SkipReason::NotARule),
        };
        let owner = self.owner_in_zone();
        let trigger = owner.rsplit('.').next().is_some_and(|label| label.starts_with("rpz-"));
        match (effect, owner.strip_prefix("*.")) {
            _ if trigger => out.skip(SkipReason::Trigger),
            (None, _) => out.skip(SkipReason::Redirection),
            (Some(effect), Some(parent)) => out.rule(parent.as_bytes(), Scope::Subdomains, effect),
            (Some(effect), None) => out.rule(owner.as_bytes(), Scope::Exact, effect),
        }
    }

    /// The name that the record is about.
    fn owner_in_zone(&self) -> String {
        match self.owner.strip_suffix('.') {
            Some(absolute) => {
                let zone = self.name.as_deref();
                zone.and_then(|zone| below(absolute, zone)).unwrap_or(absolute).to_owned()
            }
            None if self.below.is_empty() => self.owner.clone(),
            None if self.owner == "@" => self.below.clone(),
            None => format!("{}.{}", self.owner, self.below),
        }
    }
}

/// The part of `name` that is below `zone`.
fn below<'n>(name: &'n str, zone: &str) -> Option<&'n str> {
    if zone.is_empty() { Some(name) } else { name.strip_suffix(zone)?.strip_suffix('.') }
}

fn text(word: &[u8]) -> String {
    String::from_utf8_lossy(word).to_ascii_lowercase()
}

fn is_ttl_or_class(word: &[u8]) -> bool {
    let is_class = [&b"in"[..], b"ch", b"hs"].iter().any(|class| word.eq_ignore_ascii_case(class));
    is_class || word.first().is_some_and(u8::is_ascii_digit)
}
