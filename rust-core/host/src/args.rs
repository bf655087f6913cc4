//! The command line: what the user may ask for, and the words that explain it.

mod inspect;
mod lists;
mod report;
mod rules;
mod user_lists;

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

pub(crate) use self::inspect::InspectArguments;
pub(crate) use self::lists::{
    CheckLists, CompileLists, ListsAction, LookupLists, NamedFile, Reading,
};
pub(crate) use self::report::ReportArguments;
pub(crate) use self::rules::{
    AdviseArguments, CheckPolicy, ExplainArguments, NetworkName, PolicyAction, ProtocolName,
    RulesArguments, ScreenState, ShowPolicy, SituationArguments,
};
pub(crate) use self::user_lists::{
    AddList, Catalogue, ListsFolder, SetList, ShowLists, Switch, UndoLists, UpdateLists, Yes,
};

/// The smallest MTU that carries IPv6, RFC 8200 section 5.
const MIN_MTU: i64 = 1280;
/// The largest packet that IPv4 and a TUN know.
const MAX_MTU: i64 = 65_535;

/// A firewall for one command: see every connection it makes, and stop those to trackers.
#[derive(Debug, Parser)]
#[command(
    name = "hushwall",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    after_help = "Examples:
  hushwall run -- curl https://example.org/
  hushwall run --policy rules.json --log flows.db -- firefox
  hushwall log --file flows.db --blocked --since 2h
  hushwall report --file flows.db --since 7d --html > report.html
  hushwall lists add oisd-small --every 7d
  hushwall explain /usr/bin/curl tracker.example:443 --policy rules.json --lists lists.idx

Exit codes: that of the command (128 + N where signal N ended it); 125 where hushwall itself failed,
126 where the command cannot be run, 127 where it was not found; 1 where a check finds a fault."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) action: Action,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    Run(RunArguments),
    Engine(EngineArguments),
    Log(LogArguments),
    Report(ReportArguments),
    Inspect(InspectArguments),
    /// Block lists: keep your own and update them; make an index file, check lists, look hosts up
    #[command(subcommand)]
    Lists(ListsAction),
    /// Rules: check a file of them, show what it says
    #[command(subcommand)]
    Policy(PolicyAction),
    Explain(ExplainArguments),
    Advise(AdviseArguments),
    /// Print the completions for a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print the manual page (read it with: hushwall man | man -l -)
    Man,
    /// The inside of a namespace that `run` is making
    #[command(name = "__inside", hide = true)]
    Inside(InsideArguments),
}

/// Run a command behind the firewall
///
/// The command gets a network namespace of its own whose only way out is hushwall. Every connection is shown on the
/// standard error output with the program behind it and the verdict; a summary follows at the end.
/// Programs that the command leaves running behind it lose the network when the command ends.
/// SIGHUP reads the rules and lists again.
#[derive(Args, Debug)]
pub(crate) struct RunArguments {
    #[command(flatten)]
    pub(crate) session: SessionArguments,
    /// Show no connections and no summary
    #[arg(long, short, conflicts_with = "json")]
    pub(crate) quiet: bool,
    /// The largest packet that the command can send, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 1500, value_parser = mtu())]
    pub(crate) mtu: u16,
    /// Run the command as this user (root only); without it the command keeps the user who calls
    #[arg(long, value_name = "NAME|UID")]
    pub(crate) user: Option<String>,
    /// The command and its arguments
    #[arg(required = true, trailing_var_arg = true, value_name = "CMD")]
    pub(crate) command: Vec<OsString>,
}

/// Run the firewall on a TUN descriptor that was inherited, until SIGTERM or SIGINT
///
/// SIGHUP reads the rules and lists again. Files with a fault leave the rules as they were, and the fault is told.
#[derive(Args, Debug)]
pub(crate) struct EngineArguments {
    /// The TUN's descriptor (IFF_TUN | IFF_NO_PI), as opened by the parent process
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(0..))]
    pub(crate) tun_fd: i32,
    /// The TUN's MTU in bytes
    #[arg(long, value_name = "BYTES", value_parser = mtu())]
    pub(crate) mtu: u16,
    #[command(flatten)]
    pub(crate) session: SessionArguments,
    /// The largest packet to write to the TUN, in bytes; the MTU where the other side takes no more
    #[arg(long, value_name = "BYTES", default_value_t = 15_900, value_parser = mtu())]
    pub(crate) largest_packet: u16,
    /// Look for the programs behind connections in this network namespace, as in /run/netns/NAME
    #[arg(long, value_name = "PATH")]
    pub(crate) app_netns: Option<PathBuf>,
    /// Name the user of each connection and not its program, as Android does: cheaper with programs that hold
    /// thousands of sockets
    #[arg(long)]
    pub(crate) by_user: bool,
    /// An address inside the tunnel that answers name service (several: repeat)
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) dns: Vec<IpAddr>,
}

/// What every firewall is started with.
#[derive(Args, Debug)]
pub(crate) struct SessionArguments {
    #[command(flatten)]
    pub(crate) rules: RulesArguments,
    /// Keep the connections in this file, for `hushwall log`
    #[arg(long, value_name = "FILE", env = "HUSHWALL_LOG")]
    pub(crate) log: Option<PathBuf>,
    /// Listen to what is sent in plain HTTP, and write to this file at the end what was told whom: as JSON or HTML where it
    /// is called .json or .html, else as text. Values are left out
    #[arg(long, value_name = "FILE")]
    pub(crate) audit: Option<PathBuf>,
    /// Write the values of parameters into the audit too: they may be passwords, places, what you searched for
    #[arg(long, requires = "audit")]
    pub(crate) values: bool,
    /// Show each connection as a JSON object on a line of its own, on the standard error output
    #[arg(long)]
    pub(crate) json: bool,
    /// Write the packets to this file (pcapng), with program and verdict as comments
    #[arg(long, value_name = "FILE")]
    pub(crate) pcap: Option<PathBuf>,
}

/// Show the connections that a log has kept: the newest ones, in the order of their beginning
#[derive(Args, Debug)]
pub(crate) struct LogArguments {
    /// The log, as written by `hushwall run --log FILE`
    #[arg(long, value_name = "FILE", env = "HUSHWALL_LOG")]
    pub(crate) file: Option<PathBuf>,
    /// Only this app: path or file name of the program, or package name
    #[arg(long, value_name = "NAME")]
    pub(crate) app: Option<String>,
    /// Only this host and the names below it
    #[arg(long, value_name = "HOST")]
    pub(crate) host: Option<String>,
    /// Show allowed questions for names too; without it the connections that follow them stand for them (JSON and CSV
    /// always have them)
    #[arg(long)]
    pub(crate) all: bool,
    /// Only what was blocked
    #[arg(long)]
    pub(crate) blocked: bool,
    /// Only what was allowed
    #[arg(long, conflicts_with = "blocked")]
    pub(crate) allowed: bool,
    /// Begun at this moment or later: 90s, 15m, 2h, 7d (ago), 2026-03-01 or 2026-03-01T18:30
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Begun before this moment, written in the same way
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// Only where this text is part of the host's or the app's name
    #[arg(long, value_name = "TEXT")]
    pub(crate) text: Option<String>,
    /// At most so many connections
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: u32,
    /// Go on and show what is added, until interrupted
    #[arg(long, short, conflicts_with_all = ["totals", "until"])]
    pub(crate) follow: bool,
    /// One JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
    /// Comma-separated values with a heading, for a spreadsheet
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
    /// Totals for each app and hour in place of connections
    #[arg(long, conflicts_with_all = ["host", "text", "blocked", "allowed"])]
    pub(crate) totals: bool,
}

/// What the outside tells the inside when it starts it.
#[derive(Args, Debug)]
pub(crate) struct InsideArguments {
    /// The socket to the outside
    pub(crate) socket: i32,
    /// What to prepare, as JSON
    pub(crate) setup: String,
    /// The command and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) command: Vec<OsString>,
}

/// Writes the manual: the page of `hushwall`, then that of each of its commands.
pub(crate) fn manual(out: &mut Vec<u8>) -> std::io::Result<()> {
    let mut command = Arguments::command();
    command.build();
    clap_mangen::Man::new(command.clone()).render(out)?;
    sections(&command, out)
}

/// The sections of a command's commands, and of theirs.
fn sections(command: &clap::Command, out: &mut Vec<u8>) -> std::io::Result<()> {
    for sub in
        command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help")
    {
        let page = clap_mangen::Man::new(sub.clone());
        let mut section = Vec::new();
        page.render_synopsis_section(&mut section)?;
        page.render_description_section(&mut section)?;
        page.render_options_section(&mut section)?;
        out.extend_from_slice(&section);
        sections(sub, out)?;
    }
    Ok(())
}

fn mtu() -> clap::builder::RangedI64ValueParser<u16> {
    clap::value_parser!(u16).range(MIN_MTU..=MAX_MTU)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_the_command_belongs_to_the_command() {
        let Action::Run(run) =
            Arguments::parse_from(["hushwall", "run", "--json", "curl", "--json", "x", "--", "-v"])
                .action
        else {
            panic!("not run");
        };
        assert!(run.session.json);
        assert_eq!(run.command, ["curl", "--json", "x", "--", "-v"]);
    }

    #[test]
    fn clap_finds_no_fault_with_the_definitions() {
        Arguments::command().debug_assert();
    }
}
