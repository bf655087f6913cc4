//! A report as CSV: a row for each contact.

use crate::contact::{Contact, Count};
use crate::report::Report;
use crate::{csv_row, page};

/// The names of the columns.
const HEADING: &str = "who,organisation,product,category,level,purpose,data,apps,hosts,countries,networks,connections,blocked,allowed,\
                       bytes_up,bytes_down,at_night,screen_off,first,last,connections_before,blocked_before,why";

/// The report as CSV (RFC 4180), with a heading; lines end in a line feed. Times are local.
pub fn csv(report: &Report) -> String {
    let rows = report.contacts.iter().map(|contact| row(report, contact));
    [HEADING.to_owned()].into_iter().chain(rows).map(|line| line + "\n").collect()
}

fn row(report: &Report, contact: &Contact) -> String {
    let Contact { who, about, sum, before, hosts, apps, countries, networks, .. } = contact;
    let of =
        |field: fn(&crate::contact::About) -> String| about.as_ref().map(field).unwrap_or_default();
    let why: Vec<&str> = contact.why.iter().map(|why| why.text.as_str()).collect();
    let time = |ms: i64| page::moment(ms, report.utc_offset);
    csv_row(&[
        who,
        &of(|about| about.organisation.clone()),
        &of(|about| about.product.clone()),
        &of(|about| about.category.to_owned()),
        &of(|about| about.level.to_string()),
        &of(|about| about.purpose.clone()),
        &of(|about| about.data.join("; ")),
        &names(apps),
        &names(hosts),
        &names(countries),
        &names(networks),
        &sum.connections.to_string(),
        &sum.blocked.to_string(),
        &sum.allowed().to_string(),
        &sum.bytes_up.to_string(),
        &sum.bytes_down.to_string(),
        &sum.at_night.to_string(),
        &sum.screen_off.to_string(),
        &time(contact.first_ms),
        &time(contact.last_ms),
        &before.connections.to_string(),
        &before.blocked.to_string(),
        &why.join("; "),
    ])
}

fn names(counts: &[Count]) -> String {
    let names: Vec<&str> = counts.iter().map(|count| count.name.as_str()).collect();
    names.join("; ")
}
