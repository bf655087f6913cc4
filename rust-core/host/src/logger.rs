//! Warnings and errors of the crates below, on the standard error output. They never name a host or an address.

use log::{LevelFilter, Log, Metadata, Record};

use crate::terminal::harmless;

/// Prints from now on what the crates below warn of.
pub(crate) fn install() {
    // It is set once, here; a second one would only mean that warnings go elsewhere.
    if log::set_logger(&Logger).is_ok() {
        log::set_max_level(LevelFilter::Warn);
    }
}

struct Logger;

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= log::max_level()
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            eprintln!("hushwall: {}", harmless(&record.args().to_string()));
        }
    }

    fn flush(&self) {}
}
