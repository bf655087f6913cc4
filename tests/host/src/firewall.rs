//! The real program: `hushwall run` in a lab's uplink.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::lab::{Lab, Side};
use crate::process::Process;
use crate::{Event, events, until};

/// Where the program is: `$HUSHWALL`, or beside the tests.
pub fn hushwall() -> PathBuf {
    let program = std::env::var_os("HUSHWALL").map_or_else(
        || std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("hushwall"),
        PathBuf::from,
    );
    assert!(
        program.exists(),
        "{} is missing: cargo build --package hushwall-host",
        program.display()
    );
    program
}

/// A run of `hushwall run --json` to come.
#[derive(Debug)]
pub struct Firewall<'a> {
    lab: &'a Lab,
    command: Command,
}

/// A run that goes on. Killed when dropped.
#[derive(Debug)]
pub struct Running {
    process: Process,
    stdout: PathBuf,
    stderr: PathBuf,
}

/// A run that has ended.
#[derive(Debug)]
pub struct Finished {
    /// The exit code; none where a signal ended hushwall.
    pub code: Option<i32>,
    /// The signal that ended hushwall.
    pub signal: Option<i32>,
    /// What the command wrote.
    pub stdout: String,
    /// What the command and hushwall wrote, with the events.
    pub stderr: String,
}

impl Lab {
    /// `hushwall run --json` in the uplink.
    pub fn firewall(&self) -> Firewall<'_> {
        let mut command = self.command(Side::Uplink, hushwall());
        command.args(["run", "--json"]);
        Firewall { lab: self, command }
    }
}

impl Firewall<'_> {
    /// More options of `hushwall run`.
    pub fn option(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.arg(name).arg(value);
        self
    }

    /// One more option without a value.
    pub fn flag(mut self, name: &str) -> Self {
        self.command.arg(name);
        self
    }

    /// With this policy document.
    pub fn policy(self, document: &Value) -> Self {
        let path = self.lab.write("policy.json", document.to_string());
        self.option("--policy", path)
    }

    /// Runs a command of words without blanks to its end.
    pub fn run(self, line: &str) -> Finished {
        self.start(line.split_whitespace()).finish()
    }

    /// Runs a shell script to its end.
    pub fn shell(self, script: &str) -> Finished {
        self.start(["sh", "-c", script]).finish()
    }

    /// Runs a script of `clients/` with arguments to its end.
    pub fn python(self, script: &str, arguments: &str) -> Finished {
        self.start_python(script, arguments, Stdio::null()).finish()
    }

    /// Starts a script of `clients/` with a standard input.
    pub fn start_python(self, script: &str, arguments: &str, input: Stdio) -> Running {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients").join(script);
        let script = script.into_os_string().into_string().unwrap();
        let words = ["python3", &script].into_iter().chain(arguments.split_whitespace());
        self.start_with(words, input)
    }

    /// Starts a command.
    pub fn start<'w>(self, words: impl IntoIterator<Item = &'w str>) -> Running {
        self.start_with(words, Stdio::null())
    }

    /// Starts a command with a standard input.
    pub fn start_with<'w>(
        mut self,
        words: impl IntoIterator<Item = &'w str>,
        input: Stdio,
    ) -> Running {
        let (stdout, stderr) = (self.lab.path("stdout"), self.lab.path("stderr"));
        self.command
            .arg("--")
            .args(words)
            .stdin(input)
            .stdout(fs::File::create(&stdout).unwrap())
            .stderr(fs::File::create(&stderr).unwrap());
        Running { process: Process::start(&mut self.command), stdout, stderr }
    }
}

impl Running {
    /// hushwall's own process.
    pub fn pid(&mut self) -> Pid {
        Pid::from_raw(self.process.child().id().cast_signed())
    }

    /// Sends a signal to hushwall.
    pub fn signal(&mut self, signal: Signal) {
        kill(self.pid(), signal).unwrap();
    }

    /// Its standard input, where one was asked for.
    pub fn input(&mut self) -> std::process::ChildStdin {
        self.process.child().stdin.take().unwrap()
    }

    /// What the command wrote so far.
    pub fn stdout(&self) -> String {
        fs::read_to_string(&self.stdout).unwrap()
    }

    /// The events so far.
    pub fn events(&self) -> Vec<Event> {
        events(&self.stderr())
    }

    /// What was written to the standard error output so far.
    pub fn stderr(&self) -> String {
        let text = fs::read_to_string(&self.stderr).unwrap();
        // The last line may be half written.
        text.rsplit_once('\n').map(|(whole, _)| whole.to_owned()).unwrap_or_default()
    }

    /// Waits until the command has written this.
    pub fn wait_for(&mut self, text: &str) {
        until(&format!("{text:?} from the command"), || {
            if let Some(status) = self.process.child().try_wait().unwrap() {
                assert!(
                    self.stdout().contains(text),
                    "{status} before {text:?}: {}",
                    self.stderr()
                );
            }
            self.stdout().contains(text).then_some(())
        });
    }

    /// Waits for its end.
    pub fn finish(mut self) -> Finished {
        let status = self.process.child().wait().unwrap();
        let read = |path: &Path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
        Finished {
            code: status.code(),
            signal: status.signal(),
            stdout: read(&self.stdout),
            stderr: read(&self.stderr),
        }
    }
}

impl Finished {
    /// The same, after a check that the command succeeded.
    #[track_caller]
    pub fn good(self) -> Self {
        assert_eq!(self.code, Some(0), "{}\n{}", self.stdout, self.stderr);
        self
    }

    /// All events, in order.
    pub fn events(&self) -> Vec<Event> {
        events(&self.stderr)
    }

    /// The last word on each connection to this port.
    pub fn connections(&self, port: u16) -> Vec<Event> {
        let mut last: Vec<Event> = Vec::new();
        for event in self.events().into_iter().filter(|event| event.remote.port() == port) {
            match last.iter_mut().find(|before| before.id == event.id) {
                Some(before) => *before = event,
                None => last.push(event),
            }
        }
        last
    }
}
