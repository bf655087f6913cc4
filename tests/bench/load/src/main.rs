//! `hw-bench-load`: the load side of `./scripts/bench`, and the bare copy that every engine is
//! measured against.
//!
//! One machine runs the client, the engine and the server, so whatever this program spends is taken
//! from the engine: each mode is a single epoll loop (the copy: two threads that block) without
//! allocation once it runs. Each mode but the server and the copy is bounded in count or time and
//! prints one JSON object, which `figures.py` reads.

mod latency;
mod server;
mod target;
mod tcp;
mod tun;
mod udp;

use std::{io, process::ExitCode, str::FromStr, time::Duration};

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use target::Targets;

/// A run that is bounded in count ends after this long even so.
const LONGEST: Duration = Duration::from_secs(60);

const USAGE: &str = "\
usage: hw-bench-load MODE …
  serve FIRST COUNT                              echo servers for the addresses FIRST, FIRST+1, …
  connect FIRST COUNT NUMBER AT_ONCE             connect, echo a byte, close
  hold FIRST COUNT NUMBER                        open, then echo once more on all for each line on stdin
  udp FIRST COUNT FLOWS AT_ONCE SECONDS          request and response on FLOWS ports
  udp-new FIRST COUNT FLOWS AT_ONCE REQUESTS     the same with a new port for each request
  copy TUN_FD TUN_FD                             packets from one TUN to the other, until killed
  tun-cost TUN_FD LOCAL REMOTE LENGTH            nanoseconds a read and a write of a TUN";

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hw-bench-load: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> io::Result<()> {
    raise_descriptor_limit()?;
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["serve", first, count] => server::serve(targets(first, count)?),
        ["connect", first, count, number, at_once] => {
            let (number, at_once) = (value(number)?, value(at_once)?);
            print(&tcp::connect(targets(first, count)?, number, at_once)?)
        }
        ["hold", first, count, number] => tcp::hold(targets(first, count)?, value(number)?),
        [mode @ ("udp" | "udp-new"), first, count, flows, at_once, extent] => {
            let new_ports = mode == "udp-new";
            let load = udp::Load {
                targets: targets(first, count)?,
                flows: value(flows)?,
                at_once: value(at_once)?,
                longest: if new_ports { LONGEST } else { Duration::from_secs(value(extent)?) },
                requests: if new_ports { value(extent)? } else { usize::MAX },
                new_ports,
            };
            print(&udp::run(&load)?)
        }
        ["copy", one, other] => tun::copy(value(one)?, value(other)?),
        ["tun-cost", fd, local, remote, length] => {
            print(&tun::cost(value(fd)?, value(local)?, value(remote)?, value(length)?)?)
        }
        _ => Err(io::Error::other(USAGE)),
    }
}

/// Ten thousand connections need as many descriptors at either end.
fn raise_descriptor_limit() -> io::Result<()> {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    Ok(setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?)
}

fn targets(first: &str, count: &str) -> io::Result<Targets> {
    Ok(Targets { first: value(first)?, count: value(count)? })
}

fn value<T: FromStr>(text: &str) -> io::Result<T> {
    text.parse().map_err(|_| io::Error::other(format!("`{text}` is out of place\n{USAGE}")))
}

/// Prints one JSON object on a line of its own.
fn print(result: &impl serde::Serialize) -> io::Result<()> {
    println!("{}", serde_json::to_string(result)?);
    Ok(())
}
