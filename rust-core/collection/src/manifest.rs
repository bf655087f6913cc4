//! The manifest: one JSON file that says which lists there are. Its form is strict, so that a slip of the pen is told and
//! not passed over, and what a newer version has written is never touched.

use std::collections::HashSet;

use lists::{Format, Options};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::judge::Trouble;
use crate::sha256::Sha256Hex;

/// The version of the form that this program writes. Version story: 1, the first.
const VERSION: u32 = 1;
/// The longest name of a list, in bytes: what an index holds.
pub const MAX_NAME: usize = 255;
/// The longest time between updates: a year, in hours.
const MAX_HOURS: u32 = 366 * 24;

/// All that the file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    version: u32,
    /// The file of the index; none where no list is on.
    pub(crate) index: Option<IndexName>,
    pub(crate) lists: Vec<UserList>,
}

/// One list of the user's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserList {
    /// What rules, reasons and the user call it.
    pub name: String,
    /// Where it is from.
    pub source: Source,
    /// Its format, where the user has said it; none: found out anew from each text.
    #[serde(with = "format_name")]
    pub format: Option<Format>,
    /// A plain name in it covers the names below it too.
    pub include_subdomains: bool,
    /// Entries for whole public suffixes are taken too.
    pub allow_public_suffixes: bool,
    /// Whether it counts.
    pub on: bool,
    /// When it is to be updated.
    pub update: Schedule,
    /// Its licence, as its makers call it; empty where nobody has said.
    pub licence: String,
    /// When the source was last found to have nothing else than `now`, in Unix seconds.
    pub checked_at: u64,
    /// The text that counts.
    pub now: Version,
    /// The text before, for undo.
    pub before: Option<Version>,
    /// The text that the user has taken back: the source may bring it again, and it is not taken then.
    pub taken_back: Option<Sha256Hex>,
    /// Why the last update left the old text in place; none where it went well.
    pub failure: Option<Attempt>,
}

/// Where a list is from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Source {
    /// The web; always `https://`.
    Url(String),
    /// A file, by its whole path.
    File(String),
    /// What another program or the user handed over: it cannot be asked for again.
    Stdin,
}

/// When a list is to be updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Schedule {
    /// When the user says so.
    ByHand,
    /// So many hours after the last time, from 1 to a year.
    EveryHours(u32),
}

/// One text of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// Of the text; its file has this name.
    pub sha256: Sha256Hex,
    /// Of the text.
    pub bytes: u64,
    /// How many rules it has.
    pub rules: usize,
    /// The format that it was read as.
    #[serde(with = "format_known")]
    pub format: Format,
    /// When it came, in Unix seconds.
    pub fetched_at: u64,
    /// What the server calls this text (RFC 9110 section 8.8.3), to ask whether there is another.
    pub etag: Option<String>,
    /// When the server says that the text was last changed, in the server's words, for the same purpose.
    pub last_modified: Option<String>,
}

/// An update that changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempt {
    /// In Unix seconds.
    pub at: u64,
    /// What was wrong.
    pub trouble: Trouble,
}

/// The name of an index's file, which follows from its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct IndexName(Sha256Hex);

/// Why a text is no manifest that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ManifestError {
    /// Written by a newer version of the program.
    Newer(u64),
    /// What is wrong, with its place.
    Fault(String),
}

impl Manifest {
    /// Reads it.
    pub(crate) fn parse(text: &str) -> Result<Self, ManifestError> {
        // First and by itself: what a newer version has written need not fit our form.
        #[derive(Deserialize)]
        struct Versioned {
            version: u64,
        }
        match serde_json::from_str(text) {
            Ok(Versioned { version }) if version > u64::from(VERSION) => {
                return Err(ManifestError::Newer(version));
            }
            Ok(_) | Err(_) => {}
        }
        let mut reader = serde_json::Deserializer::from_str(text);
        let fault = |error: serde_path_to_error::Error<serde_json::Error>| {
            let (path, inner) = (error.path().to_string(), error.into_inner());
            let path = if path == "." { String::new() } else { format!("{path}: ") };
            ManifestError::Fault(format!("{path}{inner}"))
        };
        let manifest: Manifest = serde_path_to_error::deserialize(&mut reader).map_err(fault)?;
        let whole = reader.end().map_err(|error| ManifestError::Fault(error.to_string()));
        whole.and_then(|()| manifest.check().map_err(ManifestError::Fault))?;
        Ok(manifest)
    }

    /// The text of the file.
    pub(crate) fn to_text(&self) -> String {
        // Maps with keys that are no strings, and nothing else, would fail.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// What the form alone does not say.
    fn check(&self) -> Result<(), String> {
        if self.version != VERSION {
            return Err(format!("version: {} is none; it is {VERSION}", self.version));
        }
        let mut names = HashSet::new();
        for (number, list) in self.lists.iter().enumerate() {
            let fault = list.check().err().or_else(|| {
                (!names.insert(&list.name))
                    .then(|| format!("name: there are two lists {:?}", list.name))
            });
            if let Some(fault) = fault {
                return Err(format!("lists[{number}].{fault}"));
            }
        }
        Ok(())
    }
}

impl Default for Manifest {
    fn default() -> Self {
        Manifest { version: VERSION, index: None, lists: Vec::new() }
    }
}

impl UserList {
    /// How its text is to be read.
    pub fn options(&self) -> Options {
        Options {
            format: self.format,
            include_subdomains: self.include_subdomains,
            public_suffixes_confirmed: self.allow_public_suffixes,
        }
    }

    /// Whether its schedule asks for an update at this moment. A clock that was put back makes it due.
    pub fn is_due(&self, now: u64) -> bool {
        match self.update {
            Schedule::ByHand => false,
            Schedule::EveryHours(hours) => {
                let next = self.checked_at.saturating_add(u64::from(hours) * 3600);
                now >= next || now < self.checked_at
            }
        }
    }

    fn check(&self) -> Result<(), String> {
        check_name(&self.name).map_err(|fault| format!("name: {fault}"))?;
        match &self.source {
            Source::Url(url) if !url.starts_with("https://") => {
                return Err("source.url: only https:// is taken".to_owned());
            }
            Source::File(path) if !path.starts_with('/') => {
                return Err("source.file: write the whole path".to_owned());
            }
            Source::Url(_) | Source::File(_) | Source::Stdin => {}
        }
        match self.update {
            Schedule::EveryHours(hours) if !(1..=MAX_HOURS).contains(&hours) => {
                Err(format!("update.every_hours: from 1 to {MAX_HOURS}"))
            }
            Schedule::EveryHours(_) | Schedule::ByHand => Ok(()),
        }
    }
}

impl IndexName {
    /// For these bytes.
    pub(crate) fn of(index: &[u8]) -> Self {
        IndexName(Sha256Hex::of(index))
    }

    /// The file's name.
    pub(crate) fn file(&self) -> String {
        format!("{}.idx", self.0)
    }
}

impl TryFrom<String> for IndexName {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digits = text.strip_suffix(".idx").ok_or("the name of an index ends in .idx")?;
        digits.parse().map(IndexName)
    }
}

impl From<IndexName> for String {
    fn from(name: IndexName) -> Self {
        name.file()
    }
}

/// Whether a list may be called so.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    if name.trim().is_empty() || name.trim() != name {
        return Err("it is empty, or has a space at an end".to_owned());
    }
    if name.len() > MAX_NAME || name.chars().any(char::is_control) {
        return Err(format!("it has {MAX_NAME} bytes at most, and none that do not show"));
    }
    Ok(())
}

/// A format by its word.
mod format_known {
    use serde::de::Error;

    use super::{Deserialize, Deserializer, Format, Serializer};

    pub(super) fn serialize<S: Serializer>(format: &Format, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(format.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Format, D::Error> {
        by_word(&String::deserialize(from)?).map_err(D::Error::custom)
    }

    pub(super) fn by_word(word: &str) -> Result<Format, String> {
        Format::ALL.into_iter().find(|format| format.as_str() == word).ok_or_else(|| {
            let words: Vec<&str> = Format::ALL.iter().map(|format| format.as_str()).collect();
            format!("{word:?} is no format; there are: {}", words.join(", "))
        })
    }
}

/// The same, or null.
mod format_name {
    use serde::de::Error;

    use super::{Deserialize, Deserializer, Format, Serialize, Serializer, format_known};

    pub(super) fn serialize<S: Serializer>(
        format: &Option<Format>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        format.map(Format::as_str).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Format>, D::Error> {
        let word = Option::<String>::deserialize(from)?;
        word.map(|word| format_known::by_word(&word)).transpose().map_err(D::Error::custom)
    }
}
