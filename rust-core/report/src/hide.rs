//! A report to be shown to others: without the names of apps, of hosts, or of both.

use std::collections::HashMap;
use std::net::IpAddr;

use serde::Serialize;

use crate::contact::{Contact, Count, Reason};
use crate::overview;
use crate::report::Report;

/// What a report does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Hidden {
    /// The names of apps: "app 1" and so on stand for them, each the same wherever it is.
    pub apps: bool,
    /// Hosts and addresses. Who is known by nothing else is "host 1" and so on.
    pub hosts: bool,
}

impl Report {
    /// Takes out of the report what is to be hidden, wherever it stands in it; so in all that is written of it.
    pub fn hide(&mut self, hidden: Hidden) {
        if hidden.apps {
            self.apps.iter_mut().for_each(|app| "hidden".clone_into(app));
            hide_apps(&mut self.contacts, &mut self.new_apps);
        }
        if hidden.hosts {
            hide_hosts(&mut self.contacts);
            self.companies = overview::companies(&self.contacts);
        }
        if hidden != Hidden::default() {
            self.contacts.iter_mut().for_each(|contact| contact.why = plain(&contact.why));
        }
        self.hidden.apps |= hidden.apps;
        self.hidden.hosts |= hidden.hosts;
    }
}

fn hide_apps(contacts: &mut [Contact], new_apps: &mut [Count]) {
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let of_contacts = contacts.iter_mut().flat_map(|contact| &mut contact.apps);
    for app in of_contacts.chain(new_apps) {
        let next = numbers.len() + 1;
        let name = std::mem::take(&mut app.name);
        let number = numbers.entry(name).or_insert(next);
        app.name = format!("app {number}");
    }
}

fn hide_hosts(contacts: &mut [Contact]) {
    let mut unnamed = 0;
    for contact in contacts {
        let is_named = contact.who.parse::<IpAddr>().is_err() && contact.hosts.is_empty();
        if contact.about.is_none() && !is_named {
            unnamed += 1;
            contact.who = format!("host {unnamed}");
        }
        contact.hosts = Vec::<Count>::new();
        contact.addresses = Vec::new();
    }
}

/// The same by kind: a reason's own words name the rule, the app or the entry of a list.
fn plain(why: &[Reason]) -> Vec<Reason> {
    let mut kinds: Vec<Reason> = Vec::new();
    for reason in why {
        match kinds
            .iter_mut()
            .find(|kind| (kind.code, kind.verdict) == (reason.code, reason.verdict))
        {
            Some(kind) => kind.count += reason.count,
            None => kinds.push(Reason { text: words(reason.code).to_owned(), ..reason.clone() }),
        }
    }
    kinds
}

fn words(code: &str) -> &str {
    match code {
        "lockdown" => "everything is blocked",
        "paused" => "while paused",
        "app-allowed" => "the app may do everything",
        "app-blocked" => "the app is blocked",
        "rule" => "a rule",
        "listed" => "it is on a list",
        "protected" => "it is kept open",
        "not-listed" => "it is not on a list of what is allowed",
        "default-allowed" => "allowed unless something is against it",
        "default-blocked" => "blocked unless something allows it",
        "nothing-against" => "nothing is against it",
        other => other,
    }
}
