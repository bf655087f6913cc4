//! Orders about the lists that the user keeps. Each is done whole or not at all, and counts when it is answered.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use catalog::NEVER;
use collection::{
    Arrived, Choices, CollectionError, Demands, Edit, NewList, Schedule, Source, Trouble, kept_open,
};
use runtime::Rules;

use super::{Core, lock};
use crate::error::{Code, CoreError};
use crate::messages::answers::Done;
use crate::messages::lists::{AddList, ListOutcome, ListRead, SetList, Text, UpdateList};

impl Core {
    /// Adds a list, which is on. A text that is not worth it is told as the outcome, and nothing was added then.
    ///
    /// # Errors
    /// `list-name`: there is such a list, or none can be called so; what keeps it from being written.
    pub(super) fn add_list(&self, order: AddList) -> Result<Done, CoreError> {
        let known = self.resources().built_in.unwrap_or_default();
        if known.iter().any(|list| list.name == order.name) {
            return Err(CollectionError::NameTaken(order.name).into());
        }
        let mut edit = self.edit()?;
        edit.check_new_name(&order.name)?;
        let source = match order.url {
            Some(url) if !url.starts_with("https://") => {
                return Err(CoreError::new(Code::BadMessage, "url: only https:// is taken"));
            }
            Some(url) => Source::Url(url),
            None => Source::Stdin,
        };
        let choices = Choices {
            format: None,
            include_subdomains: order.include_subdomains,
            allow_public_suffixes: false,
            update: Schedule::ByHand,
        };
        let name = order.name.clone();
        let new = NewList { name: order.name, source, licence: order.licence, choices };
        let taken = edit.add(new, arrived(order.text)?, &Demands::default(), now())?;
        let outcome = match taken {
            Ok(taken) => ListOutcome::taken(&taken, self.open_in(&edit, &name)),
            Err(trouble) => return Ok(told(ListOutcome::refused(trouble))),
        };
        self.save(edit)?;
        Ok(told(outcome))
    }

    /// Takes a newer text of a list, or notes that there is none, or why none came.
    ///
    /// # Errors
    /// There is no such list; what keeps it from being written.
    pub(super) fn update_list(&self, order: UpdateList) -> Result<Done, CoreError> {
        let UpdateList { name, text, failure, accept_shrunken } = order;
        let mut edit = self.edit()?;
        let outcome = match (text, failure) {
            (Some(text), _) => {
                let demands = Demands { sha256: None, accept_shrunken };
                match edit.update(&name, None, arrived(text)?, &demands, now())? {
                    Ok(taken) => ListOutcome::taken(&taken, self.open_in(&edit, &name)),
                    Err(trouble) => ListOutcome::refused(trouble),
                }
            }
            (None, Some(message)) => {
                let trouble = Trouble::NotFetched { message };
                edit.note(&name, trouble.clone(), now())?;
                ListOutcome::refused(trouble)
            }
            (None, None) => {
                edit.unchanged(&name, now())?;
                ListOutcome::unchanged(edit.collection().list(&name)?)
            }
        };
        self.save(edit)?;
        Ok(told(outcome))
    }

    /// Switches a list on or off, or reads it otherwise.
    ///
    /// # Errors
    /// There is no such list, its text is damaged; what keeps it from being written.
    pub(super) fn set_list(&self, order: &SetList) -> Result<Done, CoreError> {
        self.change_list(|edit| {
            if let Some(on) = order.on {
                edit.set_on(&order.name, on)?;
            }
            if let Some(include_subdomains) = order.include_subdomains {
                let list = edit.collection().list(&order.name)?;
                let choices = Choices {
                    format: list.format,
                    include_subdomains,
                    allow_public_suffixes: list.allow_public_suffixes,
                    update: list.update,
                };
                edit.choose(&order.name, choices)?;
            }
            Ok(())
        })
    }

    /// Changes the lists, and lets that count.
    ///
    /// # Errors
    /// As of the change; nothing was changed then.
    pub(super) fn change_list(
        &self,
        change: impl FnOnce(&mut Edit) -> Result<(), CollectionError>,
    ) -> Result<Done, CoreError> {
        let mut edit = self.edit()?;
        change(&mut edit)?;
        self.save(edit)?;
        Ok(Done { ok: true, ..Done::default() })
    }

    /// How the text of a kept list is read, and how many of its rules have no effect.
    ///
    /// # Errors
    /// There is no such list, or its text is damaged.
    pub(super) fn list_read(&self, name: &str) -> Result<ListRead, CoreError> {
        let kept = {
            let mut files = lock(&self.files);
            files.refresh();
            files.kept().ok_or_else(|| no_list(name))?
        };
        let list = kept.list(name)?;
        let (text, options) = (kept.text(list)?, list.options());
        let report = lists::read(&text, &options, drop);
        let report = report.map_err(|error| CoreError::new(Code::Lists, error))?;
        Ok(ListRead::new(&report, kept_open(&text, &options, &self.open_hosts())))
    }

    fn edit(&self) -> Result<Edit, CoreError> {
        let folder = lock(&self.files).user_lists();
        let none =
            || CoreError::new(Code::BadMessage, "the core was opened without \"user_lists\"");
        Ok(Edit::begin(&folder.ok_or_else(none)?)?)
    }

    fn save(&self, edit: Edit) -> Result<(), CoreError> {
        edit.save()?;
        self.renew_rules()
    }

    /// The rules of before with the lists of now.
    fn renew_rules(&self) -> Result<(), CoreError> {
        let running = lock(&self.session);
        let mut standing = lock(&self.rules);
        let rules = Rules { resources: self.resources(), ..standing.clone() };
        rules.compile(&runtime::moment())?;
        if let Some(running) = running.as_ref() {
            running.session.replace_rules(rules.clone())?;
        }
        *standing = rules;
        Ok(())
    }

    /// How many rules of this list have no effect; 0 where its text cannot be read.
    fn open_in(&self, edit: &Edit, name: &str) -> usize {
        let kept = edit.collection();
        let list = kept.list(name);
        let text = list.and_then(|list| Ok((kept.text(list)?, list.options())));
        text.map_or(0, |(text, options)| kept_open(&text, &options, &self.open_hosts()))
    }

    /// What no list stops.
    fn open_hosts(&self) -> HashSet<String> {
        let known = self.known();
        let hosts = known.catalog.rows_of(NEVER).flat_map(|row| &row.hosts);
        hosts.map(|host| host.as_str().to_owned()).collect()
    }
}

/// What is larger than a list may be is read no further than needed to say so.
fn arrived(text: Text) -> Result<Arrived, CoreError> {
    let Text { path, etag, last_modified } = text;
    let text = read(&path).map_err(|error| {
        CoreError::new(Code::BadMessage, format!("the text {}: {error}", path.display()))
    })?;
    Ok(Arrived { text, etag, last_modified })
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    File::open(path)?.take(lists::MAX_BYTES as u64 + 1).read_to_end(&mut text)?;
    Ok(text)
}

fn told(outcome: ListOutcome) -> Done {
    Done { ok: outcome.trouble.is_none(), list: Some(Box::new(outcome)), ..Done::default() }
}

fn no_list(name: &str) -> CoreError {
    CollectionError::NoSuchList(name.to_owned()).into()
}

/// In Unix seconds.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
