//! dnsmasq's configuration lines that answer names itself, dnsmasq(8), 2.86 and later.
//!
//! Each names domains with all that is below; `*.a.example` only what is below. The entry closest to a name holds.

use super::{Out, without_comment};
use crate::name::{address, is_null};
use crate::{Effect, Scope, SkipReason};

/// Reads `address=/a.example/b.example/0.0.0.0`, `server=/a.example/` or `local=/a.example/`.
pub(super) fn line(line: &[u8], out: &mut Out<'_>) {
    let line = without_comment(line).trim_ascii();
    if line.is_empty() {
        return;
    }
    let Some((domains, effect)) = directive(line) else { return out.skip(SkipReason::NotARule) };
    for domain in domains.split(|&byte| byte == b'/') {
        match (effect, domain) {
            (None, _) => out.skip(SkipReason::Redirection),
            // All names, or all names without a dot.
            (Some(_), b"#" | b"") => out.skip(SkipReason::Pattern),
            (Some(effect), [b'*', b'.', parent @ ..]) => {
                out.rule(parent, Scope::Subdomains, effect);
            }
            (Some(effect), [b'.', domain @ ..] | domain) => {
                out.rule(domain, Scope::Suffix, effect);
            }
        }
    }
}

/// The domains between the slashes, and what happens to them; none: they are answered, not blocked.
fn directive(line: &[u8]) -> Option<(&[u8], Option<Effect>)> {
    let at = line.iter().position(|&byte| byte == b'=')?;
    let (key, value) = (line[..at].trim_ascii(), line[at + 1..].trim_ascii());
    let key = key.strip_prefix(b"--").unwrap_or(key);
    let value = value.strip_prefix(b"/")?;
    let slash = value.iter().rposition(|&byte| byte == b'/')?;
    let (domains, target) = (&value[..slash], &value[slash + 1..]);
    let effect = match (key, target) {
        (b"address" | b"server" | b"local", b"") | (b"address", b"#") => Some(Effect::Block),
        (b"address", target) => address(target).filter(|to| is_null(*to)).map(|_| Effect::Block),
        // "Ask the usual servers": an exception to a shorter domain.
        (b"server" | b"local", b"#") => Some(Effect::Allow),
        (b"server" | b"local", _) => None,
        _ => return None,
    };
    Some((domains, effect))
}

/// Whether a line is one of these directives.
pub(super) fn is_directive(line: &[u8]) -> bool {
    directive(line).is_some()
}
