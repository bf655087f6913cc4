//! The rows of all files, ready to be asked.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, SocketAddr};

use policy::{List, ListException, ListedAddresses, Role};
use serde::Deserialize;
use wire::{HostName, Protocol};

use crate::files;
use crate::row::{Breakage, Organisation, Row, Source};

/// The version of the files that this program reads.
const VERSION: u32 = 1;

/// What hosts are for; without files, nothing is known.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    organisations: HashMap<String, Organisation>,
    sources: HashMap<String, Source>,
    rows: Vec<Row>,
    /// The place of the row that has this host.
    by_host: HashMap<String, usize>,
}

/// Where rows lead.
#[derive(Clone, Debug, Default)]
pub struct Reach<'c> {
    /// Hosts, each with all names below it but these, which lead elsewhere, and all below them.
    pub hosts: Vec<(&'c HostName, Vec<&'c HostName>)>,
    /// What is reached without a name.
    pub addresses: Vec<&'c ListedAddresses>,
}

/// Why files are no catalogue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tracker data in {file}, at {path}: {message}")]
pub struct CatalogError {
    /// Which file.
    pub file: String,
    /// Where in it, such as `rows[3].hosts`.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "$schema")]
    _schema: Option<String>,
    version: u32,
    organisations: Vec<Organisation>,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourcesFile {
    sources: Vec<Source>,
}

impl Catalog {
    /// The data that is part of the program. Takes some milliseconds: keep it.
    ///
    /// # Errors
    /// [`CatalogError`]; the tests see to it that there is none.
    pub fn built_in() -> Result<Self, CatalogError> {
        Self::parse(files::SOURCES, &files::ROWS)
    }

    /// Reads data from text: the sources, then name and text of each file of rows.
    ///
    /// # Errors
    /// [`CatalogError`] with the place: no JSON, another version, an unknown field or word, a host or id twice, a row whose
    /// organisation or source there is not.
    pub fn parse(sources: &str, files: &[(&str, &str)]) -> Result<Self, CatalogError> {
        let SourcesFile { sources } = read("sources.json", sources)?;
        let mut catalog = Catalog {
            organisations: HashMap::new(),
            sources: sources.into_iter().map(|source| (source.id.clone(), source)).collect(),
            rows: Vec::new(),
            by_host: HashMap::new(),
        };
        for (name, text) in files {
            catalog.add(name, read(name, text)?)?;
        }
        Ok(catalog)
    }

    /// All rows, file by file.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Whose the hosts of a row are. None for a row of another catalogue.
    pub fn organisation(&self, row: &Row) -> Option<&Organisation> {
        self.organisations.get(&row.organisation)
    }

    /// A source of evidence, by its id.
    pub fn source(&self, id: &str) -> Option<&Source> {
        self.sources.get(id)
    }

    /// A row with its organisation, as a title: "Xiaomi: OneTrack"; just "Alibaba HTTPDNS".
    pub fn title(&self, row: &Row) -> String {
        match self.organisation(row) {
            Some(organisation) if !row.product.starts_with(&organisation.name) => {
                format!("{}: {}", organisation.name, row.product)
            }
            Some(_) | None => row.product.clone(),
        }
    }

    /// The row of a host: of those that have it or a name above it, the closest.
    pub fn about_host(&self, host: &HostName) -> Option<&Row> {
        let place = host.suffixes().find_map(|suffix| self.by_host.get(suffix));
        self.rows.get(*place?)
    }

    /// The row of what is reached without a name.
    pub fn about_address(&self, address: IpAddr, port: u16, protocol: Protocol) -> Option<&Row> {
        self.rows.iter().find(|row| {
            row.addresses.iter().any(|listed| {
                listed.addresses.contains(address)
                    && listed.ports.is_none_or(|ports| ports.contains(port))
                    && listed.protocol.is_none_or(|only| Protocol::from(only) == protocol)
            })
        })
    }

    /// The row of a connection: by its name where it has one, else by where it goes.
    pub fn about(
        &self,
        name: Option<&HostName>,
        remote: SocketAddr,
        protocol: Protocol,
    ) -> Option<&Row> {
        match name {
            Some(name) => self.about_host(name),
            None => self.about_address(remote.ip(), remote.port(), protocol),
        }
    }

    /// The hosts of all organisations that have this in their name, in any case.
    pub fn hosts_of(&self, text: &str) -> Vec<HostName> {
        let text = text.to_lowercase();
        let is_meant = |row: &&Row| {
            self.organisation(row).is_some_and(|known| known.name.to_lowercase().contains(&text))
        };
        self.rows.iter().filter(is_meant).flat_map(|row| row.hosts.iter().cloned()).collect()
    }

    /// Where the rows lead that `is_meant` takes, as [`Catalog::about`] finds them. It is asked of each row and its organisation.
    pub fn reach(&self, is_meant: impl Fn(&Row, &Organisation) -> bool) -> Reach<'_> {
        let is_meant = |row: &Row| self.organisation(row).is_some_and(|known| is_meant(row, known));
        let mut hosts: BTreeMap<&HostName, Vec<&HostName>> = BTreeMap::new();
        let (meant, others): (Vec<&Row>, Vec<&Row>) =
            self.rows.iter().partition(|row| is_meant(row));
        let named = meant.iter().flat_map(|row| &row.hosts);
        hosts.extend(named.map(|host| (host, Vec::new())));
        let above: HashMap<&str, &HostName> =
            hosts.keys().map(|host| (host.as_str(), *host)).collect();
        for other in others.iter().flat_map(|row| &row.hosts) {
            for host in other.suffixes().filter_map(|suffix| above.get(suffix)) {
                hosts.entry(host).or_default().push(other);
            }
        }
        let addresses = meant.iter().flat_map(|row| &row.addresses).collect();
        Reach { hosts: hosts.into_iter().collect(), addresses }
    }

    /// One row as a list of a policy document, named by [`Catalog::title`]: so a single strict row is switched on.
    pub fn list_of_row(&self, row: &Row) -> List {
        list_of(&self.title(row), [row].into_iter())
    }

    fn add(&mut self, name: &str, file: File) -> Result<(), CatalogError> {
        let wrong =
            |path: String, message: String| CatalogError { file: name.to_owned(), path, message };
        if file.version != VERSION {
            let message = format!("this program reads version {VERSION}, not {}", file.version);
            return Err(wrong("version".to_owned(), message));
        }
        for (place, organisation) in file.organisations.into_iter().enumerate() {
            let id = organisation.id.clone();
            if self.organisations.insert(id.clone(), organisation).is_some() {
                let message = format!("the organisation {id:?} is there already");
                return Err(wrong(format!("organisations[{place}]"), message));
            }
        }
        for (place, row) in file.rows.into_iter().enumerate() {
            self.add_row(row)
                .map_err(|(field, what)| wrong(format!("rows[{place}].{field}"), what))?;
        }
        Ok(())
    }

    fn add_row(&mut self, row: Row) -> Result<(), (&'static str, String)> {
        if self.rows.iter().any(|earlier| earlier.id == row.id) {
            return Err(("id", format!("the row {:?} is there already", row.id)));
        }
        if !self.organisations.contains_key(&row.organisation) {
            let what = format!("there is no organisation {:?}", row.organisation);
            return Err(("organisation", what));
        }
        if row.hosts.is_empty() && row.addresses.is_empty() {
            return Err(("hosts", "a row has hosts or addresses".to_owned()));
        }
        let unknown = |evidence: &&crate::Evidence| !self.sources.contains_key(&evidence.source);
        if let Some(evidence) = row.evidence.iter().find(unknown) {
            return Err(("evidence", format!("there is no source {:?}", evidence.source)));
        }
        for host in &row.hosts {
            if let Some(earlier) = self.by_host.insert(host.as_str().to_owned(), self.rows.len()) {
                let whose = self.rows.get(earlier).map_or(&row.id, |row| &row.id);
                return Err(("hosts", format!("{host} is in {whose} already")));
            }
        }
        self.rows.push(row);
        Ok(())
    }
}

impl Breakage {
    /// What a user sees, in plain sentences.
    pub fn words(&self) -> &str {
        self.text.as_deref().unwrap_or_else(|| self.severity.words())
    }
}

/// A list that has all that some rows have.
pub(crate) fn list_of<'r>(name: &str, rows: impl Iterator<Item = &'r Row>) -> List {
    let (mut hosts, mut addresses, mut except) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        hosts.extend_from_slice(&row.hosts);
        addresses.extend_from_slice(&row.addresses);
        if !row.own_apps.is_empty() {
            let hosts = Some(row.hosts.clone());
            except.push(ListException { apps: row.own_apps.clone(), hosts });
        }
    }
    List {
        name: name.to_owned(),
        role: Role::Block,
        enabled: true,
        hosts: Some(hosts),
        addresses: Some(addresses),
        except,
    }
}

fn read<'t, T: Deserialize<'t>>(file: &str, text: &'t str) -> Result<T, CatalogError> {
    let mut json = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut json).map_err(|error| CatalogError {
        file: file.to_owned(),
        path: error.path().to_string(),
        message: error.inner().to_string(),
    })
}
