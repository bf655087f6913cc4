//! The text that lists come in: one reader for all formats, a line at a time.
//!
//! Each format has a module of its own that says what a line means; this one finds the lines, keeps the limits and
//! counts what was left out. How the formats are read follows the programs they were made for: hosts files and domain
//! lists as resolvers and AdGuard Home read them, filter rules as AdGuard Home's resolver does, dnsmasq's directives and
//! response policy zones as the servers do.

mod abp;
mod detect;
mod dnsmasq;
mod plain;
mod rpz;

use std::fmt;
use std::iter;

use crate::name::usable;
use crate::{Effect, Match, Rule, Scope, SkipReason, Skipped};

/// The largest source that is read, in bytes.
pub const MAX_BYTES: usize = 64 << 20;
/// The most rules that one source may have.
pub const MAX_RULES: usize = 2_000_000;

/// How a source is to be read. The default finds the format out, takes the names at their word and leaves public suffixes out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The format; none: find it out.
    pub format: Option<Format>,
    /// A plain name also covers the names below it, and `*.a.example` also `a.example`: some lists are published so.
    /// `||a.example^`, `|a.example^`, dnsmasq's and policy zones' lines say themselves what they cover.
    pub include_subdomains: bool,
    /// The user has confirmed that whole public suffixes (publicsuffix.org, and all single labels) may be blocked or allowed.
    pub public_suffixes_confirmed: bool,
}

/// The formats of lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `0.0.0.0 a.example b.example # comment`: these names only.
    Hosts,
    /// `a.example`: this name only.
    Domains,
    /// `*.a.example`: the names below; plain names as in `Domains`.
    Wildcard,
    /// Adblock Plus and AdGuard: `||a.example^` the name and all below, `|a.example^` and `a.example` the name only,
    /// `@@` in front an exception.
    Abp,
    /// `address=/a.example/0.0.0.0`, `local=/a.example/`: the name and all below.
    Dnsmasq,
    /// A response policy zone: `a.example CNAME .` the name only, `*.a.example CNAME .` the names below.
    Rpz,
}

/// What came of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The format that it was read as.
    pub format: Format,
    /// How many rules it has; a rule twice counts twice.
    pub rules: usize,
    /// What was left out.
    pub skipped: Skipped,
}

/// Why a source was not read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Larger than [`MAX_BYTES`].
    #[error("the list has {0} bytes, more than {MAX_BYTES}: split it or take a smaller one")]
    TooLarge(usize),
    /// More rules than [`MAX_RULES`].
    #[error(
        "the list has more than {MAX_RULES} rules, the last of them in line {0}: take a smaller one"
    )]
    TooManyRules(usize),
    /// Compressed, UTF-16 or another kind of file.
    #[error("the list is not plain text: unpack it, or save it as UTF-8")]
    NotText,
}

/// A line of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceLine<'s> {
    /// Its number, from 1.
    pub number: usize,
    /// Its bytes, without spaces at the ends.
    pub text: &'s [u8],
}

/// Reads a source and hands each of its rules to `sink`. Bad lines are counted, not errors.
///
/// # Errors
/// [`ReadError`], when it is too large or no text. `sink` may have been called before.
pub fn read(
    source: &[u8],
    options: &Options,
    mut sink: impl FnMut(Rule),
) -> Result<Report, ReadError> {
    let mut reader = Reader::new(source, options)?;
    let mut skipped = Skipped::default();
    let mut rules = 0;
    for (line, number) in lines(source).zip(1..) {
        reader.line(line, &mut |found| match found {
            Ok(rule) => {
                rules += 1;
                if rules <= MAX_RULES {
                    sink(rule);
                }
            }
            Err(reason) => skipped.add(reason, number, line),
        });
        if rules > MAX_RULES {
            return Err(ReadError::TooManyRules(number));
        }
    }
    Ok(Report { format: reader.format, rules, skipped })
}

/// The first line of a list's source that says what a match in that list says. `options` must be those that the list was
/// compiled with. Reads the source from its start: for when somebody asks why, not for each packet.
pub fn find<'s>(source: &'s [u8], options: &Options, wanted: &Match<'_>) -> Option<SourceLine<'s>> {
    let mut reader = Reader::new(source, options).ok()?;
    lines(source).zip(1..).find_map(|(line, number)| {
        let mut found = false;
        reader.line(line, &mut |rule| found |= rule.is_ok_and(|rule| wanted.is_of(&rule)));
        found.then(|| SourceLine { number, text: line.trim_ascii() })
    })
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 6] = [
        Format::Hosts,
        Format::Domains,
        Format::Wildcard,
        Format::Abp,
        Format::Dnsmasq,
        Format::Rpz,
    ];

    /// The word for it in arguments and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Hosts => "hosts",
            Format::Domains => "domains",
            Format::Wildcard => "wildcard",
            Format::Abp => "abp",
            Format::Dnsmasq => "dnsmasq",
            Format::Rpz => "rpz",
        }
    }

    /// The format that a source looks like, judged by its first lines.
    pub fn detect(source: &[u8]) -> Format {
        detect::format(source)
    }

    /// Whether the entry closest to a name speaks alone for the list, as servers look names up in their tables, and not
    /// its exceptions first.
    pub(crate) fn closest_entry_wins(self) -> bool {
        match self {
            Format::Dnsmasq | Format::Rpz => true,
            Format::Hosts | Format::Domains | Format::Wildcard | Format::Abp => false,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Turns lines into rules; a policy zone's lines depend on those before.
struct Reader<'o> {
    format: Format,
    options: &'o Options,
    zone: rpz::Zone,
}

impl<'o> Reader<'o> {
    fn new(source: &[u8], options: &'o Options) -> Result<Self, ReadError> {
        if source.len() > MAX_BYTES {
            return Err(ReadError::TooLarge(source.len()));
        }
        // UTF-16 and all archives have a zero byte early on.
        if source.starts_with(b"\xff\xfe") || source.iter().take(512).any(|&byte| byte == 0) {
            return Err(ReadError::NotText);
        }
        let format = options.format.unwrap_or_else(|| Format::detect(source));
        Ok(Reader { format, options, zone: rpz::Zone::default() })
    }

    fn line(&mut self, line: &[u8], sink: &mut dyn FnMut(Result<Rule, SkipReason>)) {
        let mut out = Out { options: self.options, sink };
        match self.format {
            Format::Hosts | Format::Domains | Format::Wildcard => plain::line(line, &mut out),
            Format::Abp => abp::line(line, &mut out),
            Format::Dnsmasq => dnsmasq::line(line, &mut out),
            Format::Rpz => self.zone.line(line, &mut out),
        }
    }
}

/// Where the formats put what they find in a line.
struct Out<'o> {
    options: &'o Options,
    sink: &'o mut dyn FnMut(Result<Rule, SkipReason>),
}

impl Out<'_> {
    fn skip(&mut self, reason: SkipReason) {
        (self.sink)(Err(reason));
    }

    /// A rule about the name that `word` stands for.
    fn rule(&mut self, word: &[u8], scope: Scope, effect: Effect) {
        let name = usable(word, self.options);
        (self.sink)(name.map(|name| Rule { name, scope, effect, cancels: false }));
    }

    /// A rule about a name as users write them; the options say if it also covers what is below.
    fn plain_rule(&mut self, word: &[u8], effect: Effect) {
        self.rule(word, self.plain_scope(Scope::Exact), effect);
    }

    fn plain_scope(&self, scope: Scope) -> Scope {
        if self.options.include_subdomains { Scope::Suffix } else { scope }
    }
}

/// The lines of a source, without their ends and without a byte order mark.
fn lines(source: &[u8]) -> impl Iterator<Item = &[u8]> {
    let source = source.strip_prefix(b"\xef\xbb\xbf").unwrap_or(source);
    let mut rest = Some(source);
    iter::from_fn(move || {
        let text = rest?;
        let end = text.iter().position(|&byte| byte == b'\n');
        rest = end.map(|end| &text[end + 1..]);
        Some(text[..end.unwrap_or(text.len())].trim_ascii_end())
    })
}

fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

/// `text` up to a `#` that stands at its start or after a space.
fn without_comment(text: &[u8]) -> &[u8] {
    let starts = |at: usize| at == 0 || text[at - 1].is_ascii_whitespace();
    let end = (0..text.len()).find(|&at| text[at] == b'#' && starts(at));
    &text[..end.unwrap_or(text.len())]
}
