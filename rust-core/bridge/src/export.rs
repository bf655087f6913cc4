//! The log and reports as files for other programs.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use jiff::Timestamp;
use report::Report;
use report::audit::{self, Audit};
use store::{Filter, Reader};

use crate::error::{Code, CoreError};
use crate::messages::requests::{AuditFormat, ExportAudit, ExportFormat, ExportLog, ReportFormat};
use crate::messages::row::Row;
use crate::resources::Known;

/// Rows read at once.
const PAGE: usize = 1000;
const HEADING: &str = "started,updated,app,uid,protocol,host,name_source,confidence,remote,verdict,reason,state,\
                       bytes_up,bytes_down,network,organisation,category";

/// Writes the connections of the time asked for, newest first; tells how many.
///
/// # Errors
/// The log cannot be read, or the file not be written; what it has by then stays.
pub(crate) fn run(reader: &Reader, order: &ExportLog, known: &Known) -> Result<usize, CoreError> {
    let mut out = BufWriter::new(create(&order.to).map_err(|error| cannot_write(&error))?);
    if let ExportFormat::Csv = order.format {
        writeln!(out, "{HEADING}").map_err(|error| cannot_write(&error))?;
    }
    let filter = Filter { since_ms: order.since, until_ms: order.until, ..Filter::default() };
    let (mut cursor, mut count) = (None, 0);
    loop {
        let page = reader.page(&filter, cursor, PAGE)?;
        for row in &page.rows {
            let line = match order.format {
                ExportFormat::Csv => csv(&row.connection, known),
                ExportFormat::Json => json(&Row::logged(row, known))?,
            };
            writeln!(out, "{line}").map_err(|error| cannot_write(&error))?;
        }
        count += page.rows.len();
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    out.flush().map_err(|error| cannot_write(&error))?;
    Ok(count)
}

/// Writes a report.
///
/// # Errors
/// The file cannot be written; what it has by then stays.
pub(crate) fn report(report: &Report, to: &Path, format: ReportFormat) -> Result<(), CoreError> {
    let text = match format {
        ReportFormat::Html => report::html(report),
        ReportFormat::Csv => report::csv(report),
        ReportFormat::Json => report::json(report) + "\n",
    };
    write(to, &text)
}

/// Writes an audit.
///
/// # Errors
/// The file cannot be written; what it has by then stays.
pub(crate) fn audit(audit: &Audit, order: &ExportAudit) -> Result<(), CoreError> {
    let text = match order.format {
        AuditFormat::Html => audit::html(audit),
        AuditFormat::Txt => audit::text(audit),
        AuditFormat::Json => audit::json(audit) + "\n",
    };
    write(&order.to, &text)
}

fn write(to: &Path, text: &str) -> Result<(), CoreError> {
    let write = || create(to)?.write_all(text.as_bytes());
    write().map_err(|error| cannot_write(&error))
}

/// A file for nobody else: it tells what somebody did.
fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

fn json(row: &Row) -> Result<String, CoreError> {
    serde_json::to_string(row).map_err(|error| CoreError::new(Code::System, error))
}

fn csv(connection: &store::Connection, Known { catalog, .. }: &Known) -> String {
    let id = connection.owner.id();
    let name = connection.name.as_ref();
    let key = &connection.key;
    let about = catalog.about(name.map(|(host, _)| host), key.remote, key.protocol);
    let organisation = about.and_then(|row| catalog.organisation(row));
    report::csv_row(&[
        &moment(connection.started_ms),
        &moment(connection.updated_ms),
        id.map_or("", |id| &id.name),
        &id.map(|id| id.uid.to_string()).unwrap_or_default(),
        key.protocol.as_str(),
        name.map_or("", |(host, _)| host.as_str()),
        name.map_or("", |(_, source)| source.as_str()),
        connection.confidence().map_or("", store::Confidence::as_str),
        &key.remote.to_string(),
        connection.verdict.as_str(),
        &connection.reason.text,
        connection.state.as_str(),
        &connection.bytes_up.to_string(),
        &connection.bytes_down.to_string(),
        &connection.network,
        organisation.map_or("", |known| &known.name),
        about.map_or("", |row| row.category.words()),
    ])
}

/// RFC 3339, in UTC.
fn moment(unix_ms: i64) -> String {
    Timestamp::from_millisecond(unix_ms).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

fn cannot_write(error: &io::Error) -> CoreError {
    CoreError::cannot_write("the file", error)
}
