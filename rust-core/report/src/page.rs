//! A report as one page of HTML that needs nothing else: no script, no font, no picture from elsewhere. It prints well.

use std::fmt::Write;

use crate::contact::{Contact, Count, Reason, Sum};
use crate::harmless_html as safe;
use crate::report::Report;

/// The page may load nothing and run nothing, whatever stands in it.
pub(crate) const HEAD: &str = "<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">";

pub(crate) const STYLE: &str = "
:root { color-scheme: light dark; --blocked: #1f5c4d; --line: #8884; }
@media (prefers-color-scheme: dark) { :root { --blocked: #7fcdb4; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: 0; }
h2 { font-size: 1.1rem; margin: 0; }
section { border-top: 1px solid var(--line); padding: 1rem 0; break-inside: avoid; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 1rem; margin: 0.5rem 0 0; }
dt { opacity: 0.7; }
dd { margin: 0; overflow-wrap: anywhere; }
.numbers { display: flex; flex-wrap: wrap; gap: 0 2rem; padding: 0; list-style: none; }
.numbers b { display: block; font-size: 1.5rem; }
.blocked { color: var(--blocked); }
rect { fill: #8888; }
rect.blocked { fill: var(--blocked); }
.new { border: 1px solid; border-radius: 0.4rem; padding: 0 0.4rem; font-size: 0.8rem; font-weight: normal; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.1rem 1.5rem 0.1rem 0; text-align: start; }
svg { width: 100%; height: 6rem; }
svg.bar { width: 12.5rem; height: 0.625rem; }
footer { opacity: 0.7; font-size: 0.85rem; border-top: 1px solid var(--line); padding-top: 1rem; }
@media print { body { margin: 0; max-width: none; font-size: 11px; } :root { color-scheme: light; --blocked: #1f5c4d; } }
";

/// The report as a whole page.
pub fn html(report: &Report) -> String {
    let mut page = String::with_capacity(16_384 + 1_024 * report.contacts.len());
    // Writing to a String cannot fail.
    let _ = write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n{HEAD}\n<title>Who was contacted</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    );
    heading(&mut page, report);
    days(&mut page, report);
    hours(&mut page, report);
    for contact in &report.contacts {
        section(&mut page, report, contact);
    }
    let attribution = report.attribution.as_deref().unwrap_or_default();
    let _ = write!(
        page,
        "<footer>Made by Hushwall on this device. Nothing on this page comes from elsewhere. {}</footer>\n</body>\n</html>\n",
        safe(attribution)
    );
    page
}

/// What the report is about, and the numbers that tell most.
fn heading(page: &mut String, report: &Report) {
    let Report { sum, before, contacts, period, .. } = report;
    let about = match report.apps.as_slice() {
        [] => "all apps".to_owned(),
        [_] if report.hidden.apps => "one app, whose name is hidden".to_owned(),
        apps if report.hidden.apps => format!("{} apps, whose names are hidden", apps.len()),
        apps => apps.iter().map(|app| bdi(app)).collect::<Vec<_>>().join(", "),
    };
    let time = |ms| moment(ms, report.utc_offset);
    let _ = write!(
        page,
        "<h1>Who was contacted</h1>\n<p>By {about}, from {} to {}; in brackets, the same time before.</p>\n<ul class=\"numbers\">\n",
        time(period.since_ms),
        time(period.until_ms),
    );
    let number = |page: &mut String, class: &str, now: u64, before: u64, what: &str| {
        let _ = writeln!(page, "<li><b class=\"{class}\">{now}</b> {what} ({before})</li>");
    };
    number(page, "blocked", sum.blocked, before.blocked, "stopped");
    number(page, "", sum.allowed(), before.allowed(), "let through");
    number(page, "", sum.at_night, before.at_night, "at night");
    number(page, "", sum.screen_off, before.screen_off, "with the screen off");
    let _ = writeln!(page, "<li><b>{}</b> contacts</li>", contacts.len());
    let _ = writeln!(
        page,
        "<li><b>{} ↑ {} ↓</b> ({} ↑ {} ↓)</li>\n</ul>",
        bytes(sum.bytes_up),
        bytes(sum.bytes_down),
        bytes(before.bytes_up),
        bytes(before.bytes_down),
    );
    if contacts.is_empty() {
        page.push_str("<p>Nobody was contacted.</p>\n");
    }
}

/// The days in a table, with a bar for each, where there are several.
fn days(page: &mut String, report: &Report) {
    let most = report.by_day.iter().map(|day| day.total.connections).max().unwrap_or_default();
    if report.by_day.len() < 2 || most == 0 {
        return;
    }
    page.push_str("<table>\n<tr><th>Day</th><th>Stopped</th><th>Let through</th><th></th></tr>\n");
    for day in &report.by_day {
        // Noon is of the same date also where clocks change in the period.
        let date = moment(day.since_ms.saturating_add(12 * 3_600_000), report.utc_offset);
        let date = date.split(' ').next().unwrap_or_default();
        let (blocked, allowed) = (day.total.blocked, day.total.allowed());
        let (end, all) = (blocked * 200 / most, day.total.connections * 200 / most);
        let _ = writeln!(
            page,
            "<tr><td>{date}</td><td>{blocked}</td><td>{allowed}</td><td><svg class=\"bar\" viewBox=\"0 0 200 10\" role=\"presentation\">\
             <rect width=\"{all}\" height=\"10\"/><rect class=\"blocked\" width=\"{end}\" height=\"10\"/></svg></td></tr>"
        );
    }
    page.push_str("</table>\n<p>By day; questions for names count too. Green: stopped.</p>\n");
}

/// A bar for each hour of the day, its blocked part below.
fn hours(page: &mut String, report: &Report) {
    let Some(most) = report.by_hour.iter().max().copied().filter(|most| *most > 0) else { return };
    page.push_str("<svg viewBox=\"0 0 480 100\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"Connections by hour of the day\">\n");
    for (hour, (all, blocked)) in report.by_hour.iter().zip(report.blocked_by_hour).enumerate() {
        let mut bar = |count: u64, class: &str| {
            let height = count * 100 / most;
            let (x, y) = (hour * 20 + 2, 100 - height);
            let _ =
                write!(page, "<rect{class} x=\"{x}\" y=\"{y}\" width=\"16\" height=\"{height}\"/>");
        };
        bar(*all, "");
        bar(blocked, " class=\"blocked\"");
    }
    page.push_str("</svg>\n<p>By hour of the day, from 0 to 24 o'clock; green: stopped.</p>\n");
}

fn section(page: &mut String, report: &Report, contact: &Contact) {
    let Contact { who, about, sum, before, hosts, apps, countries, networks, why, .. } = contact;
    let new = if contact.is_new { " <span class=\"new\">new</span>" } else { "" };
    let _ = writeln!(page, "<section>\n<h2>{}{new}</h2>", bdi(who));
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
        entry("Is told", safe(&about.data.join(", ")));
    }
    entry("How often", how_often(sum, before));
    entry("Bytes", format!("{} ↑ {} ↓", bytes(sum.bytes_up), bytes(sum.bytes_down)));
    let (first, last) =
        (moment(contact.first_ms, report.utc_offset), moment(contact.last_ms, report.utc_offset));
    let unseen = [(sum.at_night, "at night"), (sum.screen_off, "with the screen off")];
    let unseen = unseen.iter().filter(|(count, _)| *count > 0);
    let unseen: String = unseen.map(|(count, when)| format!("; {count} {when}")).collect();
    entry("When", format!("{first} to {last}{unseen}"));
    entry("Where", [names(countries), names(networks)].concat().join(", "));
    entry("By", names(apps).join(", "));
    entry("Hosts", names(hosts).join(", "));
    entry("Why", reasons(why));
    page.push_str("</dl>\n</section>\n");
}

fn how_often(sum: &Sum, before: &Sum) -> String {
    let blocked = sum.blocked;
    format!(
        "<span class=\"blocked\">{blocked} stopped</span>, {} let through ({} and {})",
        sum.allowed(),
        before.blocked,
        before.allowed()
    )
}

/// Why connections were stopped or let through, a line each.
pub(crate) fn reasons(why: &[Reason]) -> String {
    let lines = why.iter().map(|why| {
        let verdict = if why.verdict == "block" { "stopped" } else { "let through" };
        format!("{}× {verdict}: {}", why.count, bdi(&why.text))
    });
    lines.collect::<Vec<_>>().join("<br>")
}

/// The names, each as a part of the page.
pub(crate) fn names(counts: &[Count]) -> Vec<String> {
    counts.iter().map(|count| bdi(&count.name)).collect()
}

/// A name from outside, which keeps its direction to itself.
pub(crate) fn bdi(text: &str) -> String {
    format!("<bdi>{}</bdi>", safe(text))
}

/// A moment of Unix time in milliseconds as local time, "2026-11-25 21:02".
pub(crate) fn moment(ms: i64, utc_offset: i32) -> String {
    let minutes = (ms.div_euclid(1000) + i64::from(utc_offset)).div_euclid(60);
    let (days, minute) = (minutes.div_euclid(1440), minutes.rem_euclid(1440));
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", minute / 60, minute % 60)
}

/// The date of a day counted from 1970-01-01, in the Gregorian calendar: eras of 400 years that begin in March.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, day)
}

/// A number of bytes with a unit.
pub(crate) fn bytes(number: u64) -> String {
    let (mut value, mut unit) = (number as f64, "B");
    for larger in ["KB", "MB", "GB", "TB"] {
        if value < 999.95 {
            break;
        }
        (value, unit) = (value / 1000.0, larger);
    }
    if unit == "B" { format!("{number} B") } else { format!("{value:.1} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_local() {
        for (ms, offset, told) in [
            (0, 0, "1970-01-01 00:00"),
            (-1, 0, "1969-12-31 23:59"),
            (951_782_399_000, 0, "2000-02-28 23:59"),
            (951_782_400_000, 0, "2000-02-29 00:00"),
            (1_795_392_000_000, 7200, "2026-11-23 02:00"),
            (4_107_542_400_000, -3600, "2100-02-28 23:00"),
        ] {
            assert_eq!(moment(ms, offset), told, "{ms}");
        }
    }

    #[test]
    fn bytes_have_their_unit() {
        let told = [0, 999, 1000, 999_949, 999_950, 5_000_000_000].map(bytes);
        assert_eq!(told, ["0 B", "999 B", "1.0 KB", "999.9 KB", "1.0 MB", "5.0 GB"]);
    }
}
