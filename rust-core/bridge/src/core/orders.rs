//! Orders: what the app has done with the log and the lists, and audits.

use std::path::PathBuf;

use report::audit::{Audit, Recorded};
use runtime::{Recording, Whose};

use super::{Core, lock};
use crate::error::{Code, CoreError};
use crate::messages::answers::Done;
use crate::messages::lists::Named;
use crate::messages::requests::{BeginAudit, Command, EndAudit};
use crate::resources::Known;
use crate::{export, lists_command};

impl Core {
    /// Carries out an order.
    ///
    /// # Errors
    /// What could not be done.
    pub(crate) fn command(&self, command: Command) -> Result<Done, CoreError> {
        match command {
            Command::ClearLog(_) => self.clear_log(),
            Command::MoveBuffer(order) => self.move_buffer(order.log),
            Command::ExportLog(order) => {
                let reader = lock(&self.journal).reader()?;
                let known = self.known();
                let export = |reader| export::run(&reader, &order, &known);
                let rows = reader.map(export).transpose()?;
                Ok(Done { ok: true, rows: Some(rows.unwrap_or(0)), ..Done::default() })
            }
            Command::ExportReport(order) => {
                let mut report = self.report(&order.asked())?;
                report.hide(order.hidden());
                export::report(&report, &order.to, order.format)?;
                Ok(Done { ok: true, rows: Some(report.contacts.len()), ..Done::default() })
            }
            Command::CompileLists(order) => lists_command::run(&order),
            Command::AddList(order) => self.add_list(order),
            Command::UpdateList(order) => self.update_list(order),
            Command::SetList(order) => self.set_list(&order),
            Command::RemoveList(Named { name }) => self.change_list(|edit| edit.remove(&name)),
            Command::UndoList(Named { name }) => {
                self.change_list(|edit| edit.undo(&name).map(|_| ()))
            }
            Command::BeginAudit(BeginAudit { uid, values }) => {
                let running = lock(&self.session);
                *lock(&self.last_audit) = None;
                if let Some(running) = running.as_ref() {
                    let whose = Whose::Uid(uid);
                    running.session.begin_audit(runtime::Audit { whose, keeps_values: values });
                }
                Ok(Done { ok: running.is_some(), ..Done::default() })
            }
            Command::EndAudit(EndAudit { utc_offset }) => Ok(self.end_audit(utc_offset)),
            Command::ExportAudit(order) => {
                let audit = lock(&self.last_audit).clone();
                let is_there = audit.is_some();
                if let Some(audit) = audit {
                    export::audit(&audit.without_values(), &order)?;
                }
                Ok(Done { ok: is_there, ..Done::default() })
            }
        }
    }

    fn end_audit(&self, utc_offset: i32) -> Done {
        let recording = lock(&self.session).as_ref().and_then(|it| it.session.end_audit());
        let audit = recording.map(|recording| self.audit(&recording, utc_offset));
        lock(&self.last_audit).clone_from(&audit);
        Done { ok: audit.is_some(), audit: audit.map(Box::new), ..Done::default() }
    }

    /// What was heard, joined with what is known of hosts and places.
    pub(super) fn audit(&self, recording: &Recording, utc_offset: i32) -> Audit {
        let Known { catalog, places } = self.known();
        let recorded = Recorded {
            begun_ms: recording.begun_ms,
            ended_ms: recording.ended_ms,
            connections: &recording.connections,
            left_out: recording.left_out,
        };
        let places = places.as_ref().map(|places| &places.0);
        Audit::of(&recorded, &catalog, places, utc_offset)
    }

    fn clear_log(&self) -> Result<Done, CoreError> {
        let running = lock(&self.session);
        match running.as_ref() {
            Some(running) => running.session.clear_log()?,
            None => {
                if let Some(mut store) = lock(&self.journal).open_log()? {
                    store.clear()?;
                }
            }
        }
        Ok(Done { ok: true, ..Done::default() })
    }

    /// From the buffer to the log, also under a session that writes the buffer: it goes on in the log.
    fn move_buffer(&self, log: Option<PathBuf>) -> Result<Done, CoreError> {
        let mut running = lock(&self.session);
        let mut journal = lock(&self.journal);
        if let Some(log) = log {
            journal.set_log(log);
        }
        let moved = match running.as_mut() {
            // A session that writes the log took in what the buffer had when it was started.
            Some(running) if !running.on_buffer => 0,
            Some(running) => {
                let log = journal.open_log()?.ok_or_else(no_log)?;
                running.on_buffer = false;
                running.session.replace_log(log)?
            }
            None => {
                let mut log = journal.open_log()?.ok_or_else(no_log)?;
                journal.empty_buffer(&mut log)?
            }
        };
        Ok(Done { ok: true, moved: Some(moved), ..Done::default() })
    }
}

fn no_log() -> CoreError {
    CoreError::new(Code::BadMessage, "the core was opened without a log: name it in \"log\"")
}
