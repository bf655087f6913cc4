//! `hushwall log`: what the log has kept, as text, JSON or CSV.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use report::csv_row;
use serde::Serialize;
use store::{
    Filter, HostFilter, HourTotal, Mark, Reader, Row, State, StoreError, TotalsFilter, Verdict,
};
use wire::HostName;

use crate::args::LogArguments;
use crate::failure::Failure;
use crate::shown::{CSV_HEADING, Shown, from_ms};
use crate::terminal::{Paint, Tone, bytes, harmless, harmless_json};
use crate::time_arguments;

/// Rows asked for at once.
const PAGE: usize = 1000;
/// How often a followed log is looked at; the writer writes twice a second.
const FOLLOW_PAUSE: Duration = Duration::from_millis(500);

/// Prints what is asked for.
pub(crate) fn run(arguments: &LogArguments) -> Result<u8, Failure> {
    let zone = TimeZone::system();
    let path = arguments.file.clone().ok_or_else(|| {
        Failure::new("reading the log", "no file was named")
            .hint("name it with --file FILE or HUSHWALL_LOG=FILE; it is written by: hushwall run --log FILE -- CMD")
    })?;
    let moments = Moments::read(arguments, &zone)?;
    let log = Log { reader: open(&path)?, path };
    let mut output = Output::new(arguments, zone);
    let printed = if arguments.totals {
        let filter = TotalsFilter {
            since_ms: moments.since,
            until_ms: moments.until,
            app: arguments.app.clone(),
        };
        let totals = log.told(log.reader.totals(&filter))?;
        output.totals(&totals)
    } else {
        let filter = filter(arguments, &moments)?;
        let (rows, mark) = log.newest(&filter, arguments.limit as usize)?;
        let printed =
            output.heading().and_then(|()| rows.iter().try_for_each(|row| output.row(row)));
        match printed {
            Ok(()) if arguments.follow => follow(&log, &filter, mark, &rows, &mut output)?,
            printed => printed,
        }
    };
    match printed.and_then(|()| output.out.flush()) {
        Ok(()) => Ok(0),
        // `hushwall log | head`: the reader has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(0),
        Err(error) => Err(Failure::new("writing to the standard output", error)),
    }
}

/// The log and its place, for messages.
struct Log {
    reader: Reader,
    path: PathBuf,
}

impl Log {
    /// The newest connections, oldest of them first, and the moment of reading.
    fn newest(&self, filter: &Filter, limit: usize) -> Result<(Vec<Row>, Mark), Failure> {
        let mut rows = Vec::new();
        let mut cursor = None;
        let mut mark = None;
        while rows.len() < limit {
            let page = self.told(self.reader.page(filter, cursor, PAGE.min(limit - rows.len())))?;
            rows.extend(page.rows);
            // Of the first page: what changes while later ones are read comes again, not never.
            mark.get_or_insert(page.mark);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        rows.reverse();
        Ok((rows, mark.unwrap_or_default()))
    }

    fn told<T>(&self, result: Result<T, StoreError>) -> Result<T, Failure> {
        result.map_err(|error| {
            Failure::new(format!("reading the log {}", self.path.display()), error)
        })
    }
}

/// Prints each connection when it appears and again when it ends, until the output is closed.
fn follow(
    log: &Log,
    filter: &Filter,
    mut mark: Mark,
    printed: &[Row],
    output: &mut Output,
) -> Result<io::Result<()>, Failure> {
    let id = |row: &Row| (row.session, row.connection.id);
    let mut open: HashMap<(i64, u64), Verdict> = printed
        .iter()
        .filter(|row| row.connection.state == State::Open)
        .map(|row| (id(row), row.connection.verdict))
        .collect();
    loop {
        let changes = log.told(log.reader.follow(filter, mark, PAGE))?;
        mark = changes.mark;
        for row in &changes.rows {
            let connection = &row.connection;
            let before = open.remove(&id(row));
            let goes_on = connection.state == State::Open;
            if goes_on {
                open.insert(id(row), connection.verdict);
            }
            if (!goes_on || before != Some(connection.verdict))
                && let Err(error) = output.row(row)
            {
                return Ok(Err(error));
            }
        }
        if let Err(error) = output.out.flush() {
            return Ok(Err(error));
        }
        if !changes.more {
            thread::sleep(FOLLOW_PAUSE);
        }
    }
}

/// The bounds in time, in milliseconds of Unix time.
struct Moments {
    since: Option<i64>,
    until: Option<i64>,
}

impl Moments {
    fn read(arguments: &LogArguments, zone: &TimeZone) -> Result<Self, Failure> {
        let now = Timestamp::now();
        let moment = |option: &str, text: &Option<String>| {
            text.as_deref()
                .map(|text| time_arguments::parse(text, now, zone))
                .transpose()
                .map(|moment| moment.map(Timestamp::as_millisecond))
                .map_err(|error| Failure::new(format!("reading {option}"), error))
        };
        Ok(Moments {
            since: moment("--since", &arguments.since)?,
            until: moment("--until", &arguments.until)?,
        })
    }
}

fn filter(arguments: &LogArguments, moments: &Moments) -> Result<Filter, Failure> {
    let host = arguments.host.as_deref().map(|host| HostName::parse(host.as_bytes())).transpose();
    let host = host.map_err(|error| {
        Failure::new("reading --host", error)
            .hint("give a name such as example.org; it covers all names below it")
    })?;
    let verdict = match (arguments.blocked, arguments.allowed) {
        (true, _) => Some(Verdict::Block),
        (false, true) => Some(Verdict::Allow),
        (false, false) => None,
    };
    Ok(Filter {
        app: arguments.app.clone(),
        host: host.map(HostFilter::Suffix),
        verdict,
        since_ms: moments.since,
        until_ms: moments.until,
        text: arguments.text.clone(),
        ..Filter::default()
    })
}

fn open(path: &Path) -> Result<Reader, Failure> {
    Reader::open(path)
        .map_err(|error| Failure::new(format!("opening the log {}", path.display()), error))
}

/// How rows are written.
#[derive(Clone, Copy)]
enum Form {
    Text,
    Json,
    Csv,
}

/// The standard output, in one of the forms.
struct Output {
    out: io::BufWriter<io::Stdout>,
    form: Form,
    zone: TimeZone,
    paint: Paint,
}

impl Output {
    fn new(arguments: &LogArguments, zone: TimeZone) -> Self {
        let form = match (arguments.json, arguments.csv) {
            (true, _) => Form::Json,
            (false, true) => Form::Csv,
            (false, false) => Form::Text,
        };
        let stdout = io::stdout();
        let paint = Paint::on(&stdout);
        Output { out: io::BufWriter::new(stdout), form, zone, paint }
    }

    fn heading(&mut self) -> io::Result<()> {
        match self.form {
            Form::Csv => writeln!(self.out, "{CSV_HEADING}"),
            Form::Text | Form::Json => Ok(()),
        }
    }

    fn row(&mut self, row: &Row) -> io::Result<()> {
        let shown = Shown::logged(row);
        match self.form {
            Form::Text => writeln!(self.out, "{}", shown.log_line(&self.zone, self.paint)),
            Form::Json => writeln!(self.out, "{}", shown.json()),
            Form::Csv => writeln!(self.out, "{}", shown.csv()),
        }
    }

    fn totals(&mut self, totals: &[HourTotal]) -> io::Result<()> {
        if let Form::Csv = self.form {
            writeln!(self.out, "hour,app,uid,connections,blocked,bytes_up,bytes_down")?;
        }
        totals.iter().try_for_each(|total| self.total(total))
    }

    fn total(&mut self, total: &HourTotal) -> io::Result<()> {
        let id = total.owner.id();
        let hour = from_ms(total.hour_ms);
        let (up, down) = (bytes(total.bytes_up), bytes(total.bytes_down));
        match self.form {
            Form::Text => {
                let name = total.owner.to_string();
                let app = id.map_or(name.clone(), |id| format!("{name} ({})", id.uid));
                let hour = hour.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
                writeln!(
                    self.out,
                    "{}  {:<40}  {:>7} connections  {:>7} blocked  {up:>8} up  {down:>8} down",
                    self.paint.paint(Tone::Faint, hour),
                    harmless(&app),
                    total.connections,
                    total.blocked,
                )
            }
            Form::Json => {
                let total = ShownTotal {
                    hour,
                    app: id.map(|id| &*id.name),
                    uid: id.map(|id| id.uid),
                    connections: total.connections,
                    blocked: total.blocked,
                    bytes_up: total.bytes_up,
                    bytes_down: total.bytes_down,
                };
                writeln!(self.out, "{}", harmless_json(&total))
            }
            Form::Csv => {
                let row = csv_row(&[
                    &hour.to_string(),
                    id.map_or("", |id| &id.name),
                    &id.map(|id| id.uid.to_string()).unwrap_or_default(),
                    &total.connections.to_string(),
                    &total.blocked.to_string(),
                    &total.bytes_up.to_string(),
                    &total.bytes_down.to_string(),
                ]);
                writeln!(self.out, "{row}")
            }
        }
    }
}

/// An hour's total as JSON. Its fields are an interface: add, never rename.
#[derive(Serialize)]
struct ShownTotal<'a> {
    hour: Timestamp,
    app: Option<&'a str>,
    uid: Option<u32>,
    connections: u64,
    blocked: u64,
    bytes_up: u64,
    bytes_down: u64,
}
