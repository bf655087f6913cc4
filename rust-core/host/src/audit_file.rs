//! `--audit FILE`: what the command told whom, written when it has ended.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use catalog::Catalog;
use report::audit::{self, Audit, Recorded};
use runtime::{AddressPlaces, Recording, Whose};

use crate::failure::Failure;
use crate::rules_files::{self, BROKEN};

/// The file that the audit goes to, and what to listen to.
pub(crate) struct AuditFile {
    path: PathBuf,
    file: File,
    /// What the engine is asked for.
    pub(crate) audit: runtime::Audit,
}

impl AuditFile {
    /// The file, which was opened, and whether values are wanted.
    pub(crate) fn new(path: &Path, file: File, keeps_values: bool) -> Self {
        let audit = runtime::Audit { whose: Whose::Everybody, keeps_values };
        AuditFile { path: path.into(), file, audit }
    }

    /// Writes what was recorded, in the format that the file's name asks for; there is nothing where the firewall failed.
    pub(crate) fn write(mut self, recording: Option<Recording>) -> Result<(), Failure> {
        let what = format!("writing the audit to {}", self.path.display());
        let recording =
            recording.ok_or_else(|| Failure::new(&what, "the firewall failed before its end"))?;
        let catalog =
            Catalog::built_in().map_err(|error| Failure::new(&what, error).hint(BROKEN))?;
        let AddressPlaces(places) = rules_files::places()?;
        let recorded = Recorded {
            begun_ms: recording.begun_ms,
            ended_ms: recording.ended_ms,
            connections: &recording.connections,
            left_out: recording.left_out,
        };
        let ended = u64::try_from(recording.ended_ms / 1000).unwrap_or_default();
        let utc_offset = runtime::utc_offset_at(ended);
        let audit = Audit::of(&recorded, &catalog, Some(&places), utc_offset);
        let text = match self.path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => audit::json(&audit) + "\n",
            Some("html" | "htm") => audit::html(&audit),
            Some(_) | None => audit::text(&audit),
        };
        self.file.write_all(text.as_bytes()).map_err(|error| Failure::new(&what, error))
    }
}
