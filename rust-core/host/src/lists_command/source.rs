//! From what the user types to where a list is from, and from there to its text.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, absolute};

use collection::{Arrived, KnownList, Source, Trouble, Version, known_lists};

use crate::failure::Failure;
use crate::fetch::{Fetched, Fetcher};
use crate::rules_files::BROKEN;

/// What stands for the standard input.
const STDIN: &str = "-";

/// Where a list is from, as typed.
pub(super) struct Typed {
    /// From where.
    pub(super) source: Source,
    /// What it is called where the user gives no name; none for the standard input.
    pub(super) name: Option<String>,
    /// What is known of it.
    pub(super) known: Option<KnownList>,
}

/// Brings texts; agrees on keys with nobody before it must.
#[derive(Default)]
pub(super) struct Bringer(Option<Fetcher>);

/// Reads what was typed; a well-known list comes before a file of the same name.
pub(super) fn typed(word: &str) -> Result<Typed, Failure> {
    if word == STDIN {
        return Ok(Typed { source: Source::Stdin, name: None, known: None });
    }
    if let Some((scheme, rest)) = word.split_once("://") {
        return url(word, scheme, rest);
    }
    let known = known().map(|lists| lists.into_iter().find(|list| list.name == word))?;
    if let Some(known) = known {
        let (source, name) = (Source::Url(known.url.clone()), Some(known.name.clone()));
        return Ok(Typed { source, name, known: Some(known) });
    }
    let failed =
        |why: &dyn std::fmt::Display| Failure::new(format!("looking for the list {word}"), why);
    let path = Path::new(word);
    if !path.is_file() {
        return Err(failed(&"there is no well-known list and no file of this name").hint(
            "`hushwall lists catalogue` tells the names; or give a file, an https:// address, or -",
        ));
    }
    let whole = absolute(path).map_err(|error| failed(&error))?;
    let whole = whole.into_os_string().into_string();
    let whole =
        whole.map_err(|_| failed(&"its path is not UTF-8").hint("move it to another folder"))?;
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    Ok(Typed { source: Source::File(whole), name, known: None })
}

/// The well-known lists.
pub(super) fn known() -> Result<Vec<KnownList>, Failure> {
    known_lists().map_err(|error| Failure::new("reading the well-known lists", error).hint(BROKEN))
}

fn url(word: &str, scheme: &str, rest: &str) -> Result<Typed, Failure> {
    if !scheme.eq_ignore_ascii_case("https") {
        return Err(Failure::new(
            format!("looking for the list {word}"),
            format!("{scheme}:// is not fetched from: anybody on the way could change the list"),
        )
        .hint("give its https:// address, or fetch it yourself and add the file"));
    }
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let file = path.rsplit('/').next().unwrap_or_default();
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let name = if stem.is_empty() { host } else { stem };
    Ok(Typed {
        source: Source::Url(format!("https://{rest}")),
        name: Some(name.to_owned()).filter(|name| !name.is_empty()),
        known: None,
    })
}

impl Bringer {
    /// The text from this source; from the web only where it is another than the known one.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn bring(
        &mut self,
        source: &Source,
        known: Option<&Version>,
    ) -> Result<Fetched, Trouble> {
        let text = match source {
            Source::Url(url) => return self.fetcher()?.fetch(url, known),
            Source::File(path) => File::open(path).and_then(whole),
            Source::Stdin => whole(io::stdin().lock()),
        };
        match text {
            Ok(text) => Ok(Fetched::Text(Arrived { text, etag: None, last_modified: None })),
            Err(error) => Err(Trouble::NotFetched { message: error.to_string() }),
        }
    }

    fn fetcher(&mut self) -> Result<&Fetcher, Trouble> {
        if self.0.is_none() {
            self.0 = Some(Fetcher::new().map_err(|message| Trouble::NotFetched { message })?);
        }
        let message = String::new();
        self.0.as_ref().ok_or(Trouble::NotFetched { message })
    }
}

/// What is larger than a list may be is read no further than needed to say so.
fn whole(from: impl Read) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    from.take(lists::MAX_BYTES as u64 + 1).read_to_end(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_from_the_web_is_called_after_its_file_or_its_server() {
        for (address, name) in [
            ("https://lists.example/a/ads.txt", "ads"),
            ("https://lists.example/hosts", "hosts"),
            ("HTTPS://lists.example/ads.txt?x=/b.c#d", "ads"),
            ("https://small.oisd.example/", "small.oisd.example"),
            ("https://small.oisd.example", "small.oisd.example"),
        ] {
            let typed = typed(address).unwrap();
            assert_eq!(typed.name.as_deref(), Some(name), "{address}");
            assert!(matches!(typed.source, Source::Url(url) if url.starts_with("https://")));
        }
        for address in ["http://lists.example/a", "ftp://lists.example/a", "file:///etc/hosts"] {
            assert!(typed(address).is_err(), "{address}");
        }
    }

    #[test]
    fn a_well_known_list_brings_its_address_and_licence() {
        let typed = typed("nextdns-xiaomi").unwrap();
        let known = typed.known.unwrap();
        assert_eq!((known.licence.as_str(), known.include_subdomains), ("MIT", true));
        assert_eq!(typed.source, Source::Url(known.url));
    }
}
