//! The arguments about reports.

use std::path::PathBuf;

use clap::Args;

/// Tell who was contacted in a period, and compare it with the period before
///
/// Whom a host belongs to, what it is for and where it is comes from the data that the program brings.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hushwall report --file flows.db --since 7d
  hushwall report --file flows.db --app com.android.browser --since 2026-03-01 --html > report.html")]
pub(crate) struct ReportArguments {
    /// The log, as written by `hushwall run --log`
    #[arg(long, value_name = "FILE", env = "HUSHWALL_LOG")]
    pub(crate) file: Option<PathBuf>,
    /// Of this app: path or name of the program, or package (several: repeat)
    #[arg(long = "app", value_name = "APP")]
    pub(crate) apps: Vec<String>,
    /// From this moment on: 2h (ago), 7d, 18:30, 2026-03-01, 2026-03-01T18:30
    #[arg(long, value_name = "TIME", default_value = "24h")]
    pub(crate) since: String,
    /// Up to this moment [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// One JSON object
    #[arg(long, conflicts_with_all = ["csv", "html"])]
    pub(crate) json: bool,
    /// CSV, a row for each contact
    #[arg(long, conflicts_with = "html")]
    pub(crate) csv: bool,
    /// One page of HTML that needs nothing else, to keep, send or print
    #[arg(long)]
    pub(crate) html: bool,
    /// Without the names of apps, to show it to others
    #[arg(long)]
    pub(crate) hide_apps: bool,
    /// Without hosts and addresses, to show it to others
    #[arg(long)]
    pub(crate) hide_hosts: bool,
}
