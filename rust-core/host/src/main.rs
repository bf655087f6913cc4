//! `hushwall`: the firewall for one command, on Linux.
//!
//! The program holds no logic that the phone would need too: it reads arguments ([`args`]), prepares what the engine
//! runs on ([`run`] a network namespace, [`engine_command`] an inherited descriptor), and shows what happened
//! ([`terminal`], [`log_command`]). Deciding and relaying are the business of the crates below.

mod advise_command;
mod args;
mod audit_file;
mod descriptor;
mod engine_command;
mod explain_command;
mod failure;
mod fetch;
mod host_argument;
mod inspect_command;
mod lists_command;
mod lists_file;
mod log_command;
mod logger;
mod network_watch;
mod policy_command;
mod report_command;
mod rules_files;
mod run;
mod session;
mod shown;
mod signals;
mod situation;
mod summary;
mod terminal;
mod time_arguments;

use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::args::{Action, Arguments};
use crate::failure::{Failure, HUSHWALL_FAILED};

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    logger::install();
    let outcome = match arguments.action {
        Action::Run(arguments) => run::run(&arguments),
        Action::Engine(arguments) => engine_command::run(&arguments),
        Action::Log(arguments) => log_command::run(&arguments),
        Action::Report(arguments) => report_command::run(&arguments),
        Action::Inspect(arguments) => inspect_command::run(&arguments),
        Action::Lists(action) => lists_command::run(&action),
        Action::Policy(action) => policy_command::run(&action),
        Action::Explain(arguments) => explain_command::run(&arguments),
        Action::Advise(arguments) => advise_command::run(&arguments),
        Action::Completions { shell } => completions(shell),
        Action::Man => manual(),
        Action::Inside(arguments) => run::inside(&arguments),
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            failure.print();
            ExitCode::from(failure.code)
        }
    }
}

/// Prints clap's help, version or complaint. A complaint is a failure of ours, never to be mistaken for the command's.
fn usage(error: &clap::Error) -> ExitCode {
    let printed = error.print();
    if error.use_stderr() || printed.is_err() {
        ExitCode::from(HUSHWALL_FAILED)
    } else {
        ExitCode::SUCCESS
    }
}

fn completions(shell: clap_complete::Shell) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "hushwall", &mut script);
    print_whole(&script)
}

fn manual() -> Result<u8, Failure> {
    let mut page = Vec::new();
    args::manual(&mut page).map_err(|error| Failure::new("writing the man page", error))?;
    print_whole(&page)
}

/// Writes what a command says to the standard output.
pub(crate) fn print_whole(bytes: &[u8]) -> Result<u8, Failure> {
    match std::io::stdout().write_all(bytes) {
        Ok(()) => Ok(0),
        // `hushwall man | head`: the reader has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(0),
        Err(error) => Err(Failure::new("writing to the standard output", error)),
    }
}
