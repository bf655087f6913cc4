//! An audit as plain text.

use std::fmt::Write;

use crate::audit::{Audit, AuditContact};
use crate::contact::Count;
use crate::harmless;
use crate::page::{bytes, moment};

/// The audit for a terminal or a file. Times are local.
pub fn text(audit: &Audit) -> String {
    let time = |ms| moment(ms, audit.utc_offset);
    let mut text = format!(
        "{}\n{} to {}; {} stopped, {} let through; {} up, {} down\n",
        harmless(&audit.headline()),
        time(audit.begun_ms),
        time(audit.ended_ms),
        audit.sum.blocked,
        audit.sum.allowed(),
        bytes(audit.sum.bytes_up),
        bytes(audit.sum.bytes_down),
    );
    if !audit.contacts.is_empty() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}", audit.heard.words());
    }
    for contact in &audit.contacts {
        section(&mut text, audit, contact);
    }
    if audit.left_out > 0 {
        let _ =
            writeln!(text, "\n{} more connections and requests had no room here", audit.left_out);
    }
    if let Some(attribution) = audit.attribution.as_ref().filter(|_| !audit.contacts.is_empty()) {
        let _ = writeln!(text, "\n{}", harmless(attribution));
    }
    text
}

fn section(text: &mut String, audit: &Audit, contact: &AuditContact) {
    let AuditContact { who, about, sum, heard, hosts, countries, networks, why, said, .. } =
        contact;
    let needless = if contact.is_needless { " (does not need to know you)" } else { "" };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\n{}{needless}", harmless(who));
    let mut line = |what: &str, words: &str| {
        if !words.is_empty() {
            let _ = writeln!(text, "{what}{}", harmless(words));
        }
    };
    if let Some(about) = about {
        line("  ", &about.purpose);
        line("  is usually told: ", &about.data.join(", "));
    }
    let time = |ms| moment(ms, audit.utc_offset);
    line(
        "  ",
        &format!(
            "{} stopped, {} let through, {} to {}; {} up, {} down",
            sum.blocked,
            sum.allowed(),
            time(contact.first_ms),
            time(contact.last_ms),
            bytes(sum.bytes_up),
            bytes(sum.bytes_down)
        ),
    );
    line("  ", &heard.words());
    line("  hosts: ", &names(hosts));
    let places = [names(countries), names(networks)];
    let places: Vec<String> = places.into_iter().filter(|names| !names.is_empty()).collect();
    line("  in: ", &places.join(", "));
    for why in why {
        let verdict = if why.verdict == "block" { "stopped" } else { "let through" };
        line("  ", &format!("{} × {verdict}: {}", why.count, why.text));
    }
    for said in said {
        line("  ", &format!("{} ({})", said.line(), said.outcome.words()));
        for (place, names) in said.told() {
            line(&format!("      {place}: "), &names);
        }
    }
    if contact.said_left_out > 0 {
        line("  ", &format!("and {} other requests", contact.said_left_out));
    }
}

fn names(counts: &[Count]) -> String {
    let names: Vec<&str> = counts.iter().map(|count| count.name.as_str()).collect();
    names.join(", ")
}
