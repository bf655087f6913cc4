//! Adblock Plus and AdGuard filter rules, as AdGuard Home's resolver takes them: only rules about whole host names.
//!
//! `||a.example` without the `^` would also match `a.example.org`; it is read as if the `^` were there. A rule with any
//! modifier but `$important` and `$badfilter` is left out, `$third-party` included: a name alone cannot meet the
//! condition, and without it the rule blocks more than its author meant. Lines of hosts files may stand in between.

use super::plain::hosts_line;
use super::{Out, without_comment};
use crate::name::{address, usable};
use crate::{Effect, Rule, Scope, SkipReason};

/// Reads one line.
pub(super) fn line(line: &[u8], out: &mut Out<'_>) {
    let line = line.trim_ascii();
    if is_comment(line) {
        return;
    }
    if is_cosmetic(line) {
        return out.skip(SkipReason::Cosmetic);
    }
    let line = without_comment(line).trim_ascii();
    if hosts_line(line, out) {
        return;
    }
    match rule(line, out) {
        Ok(rule) => (out.sink)(Ok(rule)),
        Err(reason) => out.skip(reason),
    }
}

/// Whether the line says nothing: empty, `! text`, `# text`, `[Adblock Plus 2.0]`.
fn is_comment(line: &[u8]) -> bool {
    match line {
        [] | [b'!', ..] | [b'[', .., b']'] => true,
        [b'#', ..] => !is_cosmetic(line),
        [..] => false,
    }
}

/// Whether the line selects elements of pages: `##`, `#@#`, `#?#`, `#$#`, `#%#`, `$$` and `$@$` with their exceptions.
pub(super) fn is_cosmetic(line: &[u8]) -> bool {
    let marker_at = |at: usize| {
        let rest = &line[at + 1..];
        let rest = rest.strip_prefix(b"@").unwrap_or(rest);
        let rest = match rest {
            [b'?' | b'$' | b'%', b'#', ..] => &rest[1..],
            [..] => rest,
        };
        // `## Title` and `#####` are comments.
        rest.first() == Some(&b'#')
            && rest.get(1).is_some_and(|next| *next != b'#' && !next.is_ascii_whitespace())
            && (at == 0 || !line[at - 1].is_ascii_whitespace())
    };
    let element = (0..line.len()).any(|at| line[at] == b'#' && marker_at(at));
    element || contains(line, b"$$") || contains(line, b"$@$")
}

fn rule(line: &[u8], out: &Out<'_>) -> Result<Rule, SkipReason> {
    let (line, allows) = match line.strip_prefix(b"@@") {
        Some(rest) => (rest, true),
        None => (line, false),
    };
    if is_expression(line) {
        return Err(SkipReason::Pattern);
    }
    let mut parts = line.splitn(2, |&byte| byte == b'$');
    let pattern = parts.next().unwrap_or_default().trim_ascii();
    let (scope, word) = name_in(pattern, out)?;
    let Modifiers { important, cancels } = modifiers(parts.next())?;
    let effect = match (allows, important) {
        (false, false) => Effect::Block,
        (true, false) => Effect::Allow,
        (false, true) => Effect::ImportantBlock,
        (true, true) => Effect::ImportantAllow,
    };
    Ok(Rule { name: usable(word, out.options)?, scope, effect, cancels })
}

/// `/regular expression/`, with or without modifiers.
fn is_expression(line: &[u8]) -> bool {
    let is_long = line.len() > 1 && line[0] == b'/';
    is_long && (line.ends_with(b"/") || contains(line, b"/$"))
}

/// Which names the pattern speaks for, and the word in it that names them.
fn name_in<'p>(pattern: &'p [u8], out: &Out<'_>) -> Result<(Scope, &'p [u8]), SkipReason> {
    let (scope, word) = if let Some(rest) = pattern.strip_prefix(b"||") {
        match (rest.strip_prefix(b"*."), ended(rest)) {
            (Some(parent), _) => (Scope::Subdomains, ended(parent)),
            (None, word) => (Scope::Suffix, word),
        }
    } else if let Some(rest) = pattern.strip_prefix(b"|") {
        (Scope::Exact, ended(rest))
    } else if let Some(parent) = pattern.strip_prefix(b"*.") {
        (out.plain_scope(Scope::Subdomains), ended(parent))
    } else if is_part_of_a_url(pattern) {
        return Err(SkipReason::Pattern);
    } else {
        (out.plain_scope(Scope::Exact), pattern)
    };
    if word.iter().any(|byte| matches!(byte, b'/' | b':')) && address(word).is_none() {
        return Err(SkipReason::Path);
    }
    if word.is_empty() || word.iter().any(|byte| b"*^|=&?~,;()!+".contains(byte)) {
        return Err(SkipReason::Pattern);
    }
    let is_one_word = !word.iter().any(u8::is_ascii_whitespace);
    if is_one_word { Ok((scope, word)) } else { Err(SkipReason::NotARule) }
}

/// Whether a pattern without marks is meant for any place of an address (`-banner.`), where a name has no such ends.
fn is_part_of_a_url(pattern: &[u8]) -> bool {
    let is_mark = |byte: Option<&u8>| byte.is_some_and(|byte| b".-_".contains(byte));
    let has_marks = is_mark(pattern.first()) || is_mark(pattern.last());
    has_marks || !pattern.iter().any(|byte| b"./:".contains(byte))
}

/// A pattern without the marks of the name's end: `^`, `|` or both.
fn ended(pattern: &[u8]) -> &[u8] {
    let pattern = pattern.strip_suffix(b"|").unwrap_or(pattern);
    pattern.strip_suffix(b"^").unwrap_or(pattern)
}

#[derive(Default)]
struct Modifiers {
    important: bool,
    cancels: bool,
}

fn modifiers(text: Option<&[u8]>) -> Result<Modifiers, SkipReason> {
    let mut modifiers = Modifiers::default();
    for modifier in text.into_iter().flat_map(|text| text.split(|&byte| byte == b',')) {
        match modifier.trim_ascii() {
            b"important" => modifiers.important = true,
            b"badfilter" => modifiers.cancels = true,
            _ => return Err(SkipReason::Modifier),
        }
    }
    Ok(modifiers)
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
