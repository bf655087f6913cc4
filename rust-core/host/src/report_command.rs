//! `hushwall report`: who was contacted in a period, as text, JSON, CSV or a page of HTML.

use std::fmt::Write;
use std::io;

use catalog::Catalog;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use report::{Contact, Count, Hidden, Period, Question, Report, Sources, UtcOffset};
use runtime::AddressPlaces;
use store::Reader;

use crate::args::ReportArguments;
use crate::failure::Failure;
use crate::rules_files::{self, BROKEN};
use crate::shown::from_ms;
use crate::terminal::{Paint, Tone, bytes, counted, harmless};
use crate::time_arguments;

/// Prints the report.
pub(crate) fn run(arguments: &ReportArguments) -> Result<u8, Failure> {
    let zone = TimeZone::system();
    let question = question(arguments, &zone)?;
    let path = arguments.file.clone().ok_or_else(|| {
        Failure::new("reading the log", "no file was named")
            .hint("name it with --file FILE or HUSHWALL_LOG=FILE; it is written by: hushwall run --log FILE -- CMD")
    })?;
    let failed = |error| Failure::new(format!("reading the log {}", path.display()), error);
    let log = Reader::open(&path).map_err(failed)?;
    let catalog = Catalog::built_in()
        .map_err(|error| Failure::new("reading the built-in lists", error).hint(BROKEN))?;
    let AddressPlaces(places) = rules_files::places()?;
    let sources = Sources { log: Some(&log), catalog: &catalog, places: Some(&places) };
    let mut report = Report::of(&sources, &question).map_err(failed)?;
    report.hide(Hidden { apps: arguments.hide_apps, hosts: arguments.hide_hosts });
    let text = if arguments.json {
        report::json(&report) + "\n"
    } else if arguments.csv {
        report::csv(&report)
    } else if arguments.html {
        report::html(&report)
    } else {
        text(&report, &zone, Paint::on(&io::stdout()))
    };
    crate::print_whole(text.as_bytes())
}

fn question(arguments: &ReportArguments, zone: &TimeZone) -> Result<Question, Failure> {
    let now = Timestamp::now();
    let moment = |option: &str, text: &str| {
        time_arguments::parse(text, now, zone)
            .map(Timestamp::as_millisecond)
            .map_err(|error| Failure::new(format!("reading {option}"), error))
    };
    let since_ms = moment("--since", &arguments.since)?;
    let until = arguments.until.as_deref().map(|text| moment("--until", text)).transpose()?;
    // What begins in this very millisecond is in it.
    let until_ms = until.unwrap_or(now.as_millisecond() + 1);
    if until_ms <= since_ms {
        let why = "the period ends before it begins";
        return Err(Failure::new("reading --until", why).hint("give --since an earlier moment"));
    }
    Ok(Question {
        apps: arguments.apps.clone(),
        period: Period { since_ms, until_ms },
        before_ms: None,
        midnights: Vec::new(),
        utc_offset: UtcOffset::At(runtime::utc_offset_at),
    })
}

fn text(report: &Report, zone: &TimeZone, paint: Paint) -> String {
    let time = |ms| from_ms(ms).to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    let Report { sum, before, period, contacts, .. } = report;
    let mut text = format!(
        "{} to {}; in brackets, the same time before\n{} stopped ({}), {} let through ({}), {} at night ({}), {} with the screen off ({}), {}, {} up, {} down\n",
        time(period.since_ms),
        time(period.until_ms),
        paint.paint(Tone::Bad, sum.blocked),
        before.blocked,
        paint.paint(Tone::Good, sum.allowed()),
        before.allowed(),
        sum.at_night,
        before.at_night,
        sum.screen_off,
        before.screen_off,
        counted(contacts.len(), "contact"),
        bytes(sum.bytes_up),
        bytes(sum.bytes_down),
    );
    for contact in contacts {
        section(&mut text, contact, paint);
    }
    if let Some(attribution) = report.attribution.as_ref().filter(|_| !contacts.is_empty()) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\n{}", paint.paint(Tone::Faint, harmless(attribution)));
    }
    text
}

/// A contact in a few lines.
fn section(text: &mut String, contact: &Contact, paint: Paint) {
    let Contact { who, about, sum, before, hosts, apps, countries, networks, why, .. } = contact;
    let new = if contact.is_new { " (new)" } else { "" };
    let title = paint.paint(Tone::Strong, format!("{}{new}", harmless(who)));
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\n{title}");
    let mut line = |what: &str, words: &str| {
        if !words.is_empty() {
            let _ = writeln!(text, "{what}{}", harmless(words));
        }
    };
    if let Some(about) = about {
        line("  ", &about.purpose);
        line("  is told: ", &about.data.join(", "));
    }
    let (stopped, allowed) = (sum.blocked, sum.allowed());
    let how_often = format!(
        "{stopped} stopped ({}), {allowed} let through ({}), {} at night, {} with the screen off; {} up, {} down",
        before.blocked,
        before.allowed(),
        sum.at_night,
        sum.screen_off,
        bytes(sum.bytes_up),
        bytes(sum.bytes_down)
    );
    line("  ", &how_often);
    line("  by: ", &names(apps));
    line("  hosts: ", &names(hosts));
    let places = [names(countries), names(networks)];
    let places: Vec<String> = places.into_iter().filter(|names| !names.is_empty()).collect();
    line("  in: ", &places.join(", "));
    for why in why {
        let verdict = if why.verdict == "block" { "stopped" } else { "let through" };
        line("  ", &format!("{} × {verdict}: {}", why.count, why.text));
    }
}

fn names(counts: &[Count]) -> String {
    let names: Vec<&str> = counts.iter().map(|count| count.name.as_str()).collect();
    names.join(", ")
}
