//! An audit as one page of HTML, of the same make as a report's.

use std::fmt::Write;

use crate::audit::{Audit, AuditContact};
use crate::harmless_html as safe;
use crate::page::{HEAD, STYLE, bdi, bytes, moment, names, reasons};

/// The audit as a whole page.
pub fn html(audit: &Audit) -> String {
    let mut page = String::with_capacity(16_384 + 1_024 * audit.contacts.len());
    let time = |ms| moment(ms, audit.utc_offset);
    // Writing to a String cannot fail.
    let _ = write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n{HEAD}\n<title>An audit</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>{}</h1>\n<p>{} to {}. {}</p>\n<ul class=\"numbers\">\n\
         <li><b class=\"blocked\">{}</b> stopped</li>\n<li><b>{}</b> let through</li>\n<li><b>{} ↑ {} ↓</b></li>\n</ul>\n",
        bdi(&audit.headline()),
        time(audit.begun_ms),
        time(audit.ended_ms),
        safe(&audit.heard.words()),
        audit.sum.blocked,
        audit.sum.allowed(),
        bytes(audit.sum.bytes_up),
        bytes(audit.sum.bytes_down),
    );
    for contact in &audit.contacts {
        section(&mut page, audit, contact);
    }
    if audit.left_out > 0 {
        let _ = writeln!(
            page,
            "<p>{} more connections and requests had no room here.</p>",
            audit.left_out
        );
    }
    let attribution = audit.attribution.as_deref().unwrap_or_default();
    let _ = write!(
        page,
        "<footer>Made by Hushwall on this device. Nothing on this page comes from elsewhere. {}</footer>\n</body>\n</html>\n",
        safe(attribution)
    );
    page
}

fn section(page: &mut String, audit: &Audit, contact: &AuditContact) {
    let AuditContact { who, about, sum, heard, hosts, countries, networks, why, .. } = contact;
    let needless = if contact.is_needless {
        " <span class=\"new\">does not need to know you</span>"
    } else {
        ""
    };
    let _ = writeln!(page, "<section>\n<h2>{}{needless}</h2>", bdi(who));
    if let Some(about) = about {
        let _ = writeln!(page, "{}", safe(&about.purpose));
    }
    page.push_str("<dl>\n");
    let mut entry = |term: &str, what: String| {
        if !what.is_empty() {
            let _ = writeln!(page, "<dt>{term}</dt><dd>{what}</dd>");
        }
    };
    if let Some(about) = about {
        entry("Kind", safe(about.category));
        entry("Is usually told", safe(&about.data.join(", ")));
    }
    let how_often = format!(
        "<span class=\"blocked\">{} stopped</span>, {} let through",
        sum.blocked,
        sum.allowed()
    );
    entry("How often", how_often);
    entry("Bytes", format!("{} ↑ {} ↓", bytes(sum.bytes_up), bytes(sum.bytes_down)));
    let time = |ms| moment(ms, audit.utc_offset);
    entry("When", format!("{} to {}", time(contact.first_ms), time(contact.last_ms)));
    entry("Connections", safe(&heard.words()));
    entry("Where", [names(countries), names(networks)].concat().join(", "));
    entry("Hosts", names(hosts).join(", "));
    entry("Why", reasons(why));
    entry("Readable", said(contact));
    page.push_str("</dl>\n</section>\n");
}

/// What was said in plain HTTP.
fn said(contact: &AuditContact) -> String {
    let mut lines = Vec::new();
    for said in &contact.said {
        lines.push(format!("{} ({})", bdi(&said.line()), said.outcome.words()));
        for (place, names) in said.told() {
            lines.push(format!("· {place}: {}", bdi(&names)));
        }
    }
    if contact.said_left_out > 0 {
        lines.push(format!("and {} other requests", contact.said_left_out));
    }
    lines.join("<br>")
}
