//! "Recommended for this phone": what to switch on, by the apps that are installed.

use std::cmp::Reverse;
use std::collections::HashSet;

use policy::{Document, List};
use serde::Serialize;

use crate::row::Row;
use crate::{Catalog, Level, Severity, TRACKERS, groups};

/// Apps that many makers' phones have by this name: that they are there does not tell whose phone this is.
const SHARED: [&str; 8] = [
    "com.android.camera",
    "com.android.contacts",
    "com.android.incallui",
    "com.android.mms",
    "com.android.quicksearchbox",
    "com.android.settings",
    "com.android.soundrecorder",
    "com.android.updater",
];

/// One protection for this phone.
#[derive(Clone, Debug)]
pub struct Advice<'c> {
    /// What it is about: what it stops is its purpose and data, what may break is its breakage.
    pub row: &'c Row,
    /// A title: "Xiaomi: OneTrack".
    pub title: String,
    /// The installed packages that send there, in the order of the data.
    pub apps: Vec<&'c str>,
    /// It is blocked as the program comes.
    pub is_on: bool,
    /// We would switch it on: nothing stops working. The others cost something, and the user weighs it.
    pub recommended: bool,
}

/// The same for whoever shows it. As JSON its fields are an interface: add, never rename.
#[derive(Clone, Debug, Serialize)]
pub struct Protection {
    /// The row of the data, such as `xiaomi.push`.
    pub id: String,
    /// A title: "Xiaomi: OneTrack".
    pub title: String,
    /// What it stops, in sentences.
    pub stops: String,
    /// What may break, in sentences, and how sure that is.
    pub may_break: String,
    /// The installed packages that it is about.
    pub apps: Vec<String>,
    /// It is on from the start.
    pub is_on: bool,
    /// Nothing stops working with it.
    pub recommended: bool,
    /// What to add to the rules' lists to switch it on; none where it is on.
    pub list: Option<List>,
}

impl Catalog {
    /// The protections that matter for these installed packages: the recommended first, and of those the ones that stop
    /// most apps.
    pub fn advice<'p>(&self, packages: impl IntoIterator<Item = &'p str>) -> Vec<Advice<'_>> {
        let installed: HashSet<&str> = packages.into_iter().collect();
        let makers: HashSet<&str> = self
            .rows()
            .iter()
            .filter(|row| {
                row.apps.iter().any(|app| !SHARED.contains(&&**app) && installed.contains(&**app))
            })
            .map(|row| &*row.organisation)
            .collect();
        let mut advice: Vec<Advice<'_>> = self
            .rows()
            .iter()
            .filter(|row| row.level != Level::Never && makers.contains(&*row.organisation))
            .filter_map(|row| {
                let apps = row.apps.iter().map(String::as_str);
                let apps: Vec<&str> = apps.filter(|app| installed.contains(app)).collect();
                let is_on = row.level == Level::Block;
                let is_harmless = row.breakage.severity <= Severity::Cosmetic;
                (!apps.is_empty()).then(|| Advice {
                    row,
                    title: self.title(row),
                    apps,
                    is_on,
                    recommended: is_on || is_harmless,
                })
            })
            .collect();
        advice
            .sort_by_key(|advice| (!advice.recommended, !advice.is_on, Reverse(advice.apps.len())));
        advice
    }

    /// The same, to be shown.
    pub fn protections<'p>(&self, packages: impl IntoIterator<Item = &'p str>) -> Vec<Protection> {
        self.advice(packages).into_iter().map(|advice| self.protection(advice)).collect()
    }

    /// Switches on all that is recommended for these installed packages and not on as the program comes: each as a list at
    /// the end of the document's. Tells what is on now and was not.
    pub fn follow_advice<'p>(
        &self,
        document: &mut Document,
        packages: impl IntoIterator<Item = &'p str>,
    ) -> Vec<Protection> {
        let mut news = self.protections(packages);
        news.retain(|news| {
            let is_there = document.lists.iter().any(|list| list.name == news.title);
            news.recommended && !news.is_on && !is_there
        });
        document.lists.extend(news.iter().filter_map(|news| news.list.clone()));
        news
    }

    /// Takes out of a document every list that stands for one row, whoever put it there. Tells their names.
    pub fn undo_advice(&self, document: &mut Document) -> Vec<String> {
        let titles: HashSet<String> = self.rows().iter().map(|row| self.title(row)).collect();
        let gone = document.lists.extract_if(.., |list| titles.contains(&list.name));
        gone.map(|list| list.name).collect()
    }

    /// Whether a document has a row stopped by a list: by one that stands for it, or by a built-in one that has it.
    pub fn is_switched_on(&self, row: &Row, document: &Document) -> bool {
        let is_enabled = |name: &str, otherwise| {
            let named = document.lists.iter().find(|list| list.name == name);
            named.map_or(otherwise, |list| list.enabled)
        };
        let mut blocking = groups::lists_with(row).filter(|_| row.level != Level::Never);
        blocking.any(|name| is_enabled(name, name == TRACKERS))
            || is_enabled(&self.title(row), false)
    }

    fn protection(&self, advice: Advice<'_>) -> Protection {
        Protection {
            stops: advice.stops(),
            may_break: advice.may_break(),
            id: advice.row.id.clone(),
            title: advice.title,
            apps: advice.apps.into_iter().map(str::to_owned).collect(),
            is_on: advice.is_on,
            recommended: advice.recommended,
            list: (!advice.is_on).then(|| self.list_of_row(advice.row)),
        }
    }
}

impl Advice<'_> {
    /// What it stops, in plain sentences.
    pub fn stops(&self) -> String {
        let data: Vec<&str> = self.row.data.iter().map(|data| data.words()).collect();
        match data.split_last() {
            None => self.row.purpose.clone(),
            Some((last, [])) => format!("{} It is told {last}.", self.row.purpose),
            Some((last, first)) => {
                format!("{} It is told {} and {last}.", self.row.purpose, first.join(", "))
            }
        }
    }

    /// What may break, in plain sentences, and how sure that is.
    pub fn may_break(&self) -> String {
        let breakage = &self.row.breakage;
        format!("{} ({})", breakage.words(), breakage.sure.words())
    }
}
