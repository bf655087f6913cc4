//! Hosts files, domain lists and wildcard lists: names, one or several a line. The kinds may be mixed.

use super::{Out, words};
use crate::name::{address, is_null};
use crate::{Effect, Scope, SkipReason};

/// Reads `a.example`, `*.a.example`, or `0.0.0.0 a.example b.example`; a `#` anywhere begins a comment.
pub(super) fn line(line: &[u8], out: &mut Out<'_>) {
    let content = line.split(|&byte| byte == b'#').next().unwrap_or_default();
    if !hosts_line(content, out) {
        let mut words = words(content);
        match (words.next(), words.next()) {
            (None, _) => {}
            (Some(word), None) => name(word, out),
            (Some(_), Some(_)) => out.skip(SkipReason::NotARule),
        }
    }
}

/// Reads a line that begins with an address; any other it leaves alone and returns false.
pub(super) fn hosts_line(content: &[u8], out: &mut Out<'_>) -> bool {
    let mut words = words(content).peekable();
    let Some(to) = words.next().and_then(address) else { return false };
    if words.peek().is_none() {
        out.skip(SkipReason::Address);
    }
    for word in words {
        if is_own_test(word) {
            out.skip(SkipReason::LocalName);
        } else if is_null(to) {
            out.plain_rule(word, Effect::Block);
        } else {
            out.skip(SkipReason::Redirection);
        }
    }
    true
}

fn name(word: &[u8], out: &mut Out<'_>) {
    match word.strip_prefix(b"*.") {
        Some(parent) => out.rule(parent, out.plain_scope(Scope::Subdomains), Effect::Block),
        None => out.plain_rule(word, Effect::Block),
    }
}

/// Some hosts files carry a name by which their users check that the file is in force.
fn is_own_test(word: &[u8]) -> bool {
    word.get(..9).is_some_and(|start| start.eq_ignore_ascii_case(b"watchdog."))
}
