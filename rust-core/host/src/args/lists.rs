//! The arguments of `hushwall lists`.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use clap::builder::{TypedValueParser, ValueParserFactory};
use clap::{Args, Subcommand, ValueEnum};

use super::user_lists::{AddList, Catalogue, SetList, ShowLists, Switch, UndoLists, UpdateLists};

/// What to do with block lists.
#[derive(Debug, Subcommand)]
pub(crate) enum ListsAction {
    Catalogue(Catalogue),
    Add(AddList),
    Show(ShowLists),
    Update(UpdateLists),
    Undo(UndoLists),
    /// Let lists count
    On(Switch),
    /// Keep lists and let them not count
    Off(Switch),
    Set(SetList),
    /// Remove lists and their texts
    Remove(Switch),
    Compile(CompileLists),
    Check(CheckLists),
    Lookup(LookupLists),
}

/// Make one index file of lists, for --lists
///
/// The new index replaces the old one as a whole, and only if every list was read and the file was written and
/// verified; a running hushwall takes it up on SIGHUP. What was left out of each list is told with its reason.
#[derive(Args, Debug)]
pub(crate) struct CompileLists {
    /// Where to write the index
    #[arg(long, short, value_name = "INDEX")]
    pub(crate) output: PathBuf,
    /// The lists; NAME is what rules and reasons call the list, without it the file's name
    #[arg(required = true, value_name = "[NAME=]FILE")]
    pub(crate) lists: Vec<NamedFile>,
    #[command(flatten)]
    pub(crate) reading: Reading,
    /// One JSON object with the counts
    #[arg(long)]
    pub(crate) json: bool,
}

/// Read lists as `compile` does and write nothing; or verify an index
#[derive(Args, Debug)]
pub(crate) struct CheckLists {
    /// Lists, or index files
    #[arg(required = true, value_name = "[NAME=]FILE")]
    pub(crate) files: Vec<NamedFile>,
    #[command(flatten)]
    pub(crate) reading: Reading,
    /// One JSON object with the counts
    #[arg(long)]
    pub(crate) json: bool,
}

/// Tell what the lists of an index say about a host: every entry that it falls under
#[derive(Args, Debug)]
pub(crate) struct LookupLists {
    /// The index, as written by `hushwall lists compile`, or the folder of your lists
    pub(crate) index: PathBuf,
    /// The host
    pub(crate) host: String,
    /// Find the line again in the text that this list was compiled from (several: repeat)
    #[arg(long, value_name = "NAME=FILE")]
    pub(crate) source: Vec<NamedFile>,
    #[command(flatten)]
    pub(crate) reading: Reading,
    /// One JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// How lists are to be read. To find a line again, the same as when they were compiled.
#[derive(Args, Debug)]
pub(crate) struct Reading {
    /// The format of the lists; without it, it is found out for each
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<FormatName>,
    /// A plain name in a list covers the names below it too
    #[arg(long)]
    pub(crate) include_subdomains: bool,
    /// Take entries for whole public suffixes too, such as com or co.uk
    #[arg(long)]
    pub(crate) allow_public_suffixes: bool,
}

/// A format of lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatName {
    /// 0.0.0.0 a.example
    Hosts,
    /// a.example
    Domains,
    /// *.a.example
    Wildcard,
    /// ||a.example^, as Adblock Plus and AdGuard
    Abp,
    /// address=/a.example/0.0.0.0
    Dnsmasq,
    /// a.example CNAME ., a response policy zone
    Rpz,
}

/// A file and the name it goes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamedFile {
    /// As written before the `=`; without one the file's name without its ending.
    pub(crate) name: String,
    /// The file.
    pub(crate) path: PathBuf,
}

impl NamedFile {
    /// A `=` behind a `/` belongs to the file's path.
    fn parse(text: &OsStr) -> Result<Self, &'static str> {
        let bytes = text.as_bytes();
        let named = bytes
            .iter()
            .position(|&byte| byte == b'=')
            .filter(|&at| !bytes[..at].contains(&b'/'))
            .map(|at| (&bytes[..at], OsStr::from_bytes(&bytes[at + 1..])));
        let path = Path::new(named.map_or(text, |(_, path)| path));
        if path.as_os_str().is_empty() {
            return Err("the file is missing: write NAME=FILE");
        }
        let name = match named {
            Some((name, _)) => String::from_utf8_lossy(name).into_owned(),
            None => path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        };
        if name.is_empty() {
            return Err("the list needs a name: write NAME=FILE");
        }
        Ok(NamedFile { name, path: path.to_owned() })
    }
}

impl From<FormatName> for lists::Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Hosts => lists::Format::Hosts,
            FormatName::Domains => lists::Format::Domains,
            FormatName::Wildcard => lists::Format::Wildcard,
            FormatName::Abp => lists::Format::Abp,
            FormatName::Dnsmasq => lists::Format::Dnsmasq,
            FormatName::Rpz => lists::Format::Rpz,
        }
    }
}

impl ValueParserFactory for NamedFile {
    type Parser = clap::builder::ValueParser;

    fn value_parser() -> Self::Parser {
        let parser = clap::builder::OsStringValueParser::new();
        parser.try_map(|text: OsString| NamedFile::parse(&text)).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(String, String), &'static str> {
        let file = NamedFile::parse(OsStr::new(text))?;
        Ok((file.name, file.path.to_str().unwrap().to_owned()))
    }

    #[test]
    fn a_file_goes_by_its_own_name_unless_it_is_given_one() {
        for (text, name, path) in [
            ("ads=/tmp/list.txt", "ads", "/tmp/list.txt"),
            ("/tmp/list.txt", "list", "/tmp/list.txt"),
            ("list", "list", "list"),
            ("./a=b.txt", "a=b", "./a=b.txt"),
            ("My ads=a=b.txt", "My ads", "a=b.txt"),
        ] {
            assert_eq!(read(text), Ok((name.to_owned(), path.to_owned())), "{text}");
        }
        for text in ["", "ads=", "=file", "/", ".."] {
            assert!(read(text).unwrap_err().contains("NAME=FILE"), "{text}");
        }
    }
}
