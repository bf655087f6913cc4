//! The program as a command among commands: exit codes, signals, users, and what it says and does not say.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests are tests, which clippy does not see"
)]

use std::fs;
use std::process::{Command, Stdio};

use hushwall_blackbox::{Lab, Process, Side, WebServer, echo, hushwall, serve, until};
use nix::sys::signal::Signal;

#[test]
fn the_exit_code_is_the_commands_own() {
    let lab = Lab::new();
    assert_eq!(lab.firewall().run("true").code, Some(0));
    assert_eq!(lab.firewall().shell("exit 42").code, Some(42));
    assert_eq!(lab.firewall().shell("kill -9 $$").code, Some(128 + 9));
    let missing = lab.firewall().run("no-such-program");
    assert_eq!(missing.code, Some(127));
    assert!(missing.stderr.contains("no-such-program"), "{}", missing.stderr);
    let text = lab.write("text", "no program");
    let not_runnable = lab.firewall().run(&text.display().to_string());
    assert_eq!(not_runnable.code, Some(126));
    let bad = lab.firewall().option("--policy", "/no/such/file").run("echo ran");
    assert_eq!((bad.code, bad.stdout.as_str()), (Some(125), ""));
    assert!(bad.stderr.contains("/no/such/file"), "{}", bad.stderr);
}

#[test]
fn the_command_sees_the_tun_and_no_interface_of_the_host() {
    let run = Lab::new().firewall().shell("ls /sys/class/net");
    assert_eq!(run.stdout.split_whitespace().collect::<Vec<_>>(), ["hushwall", "lo"]);
}

#[test]
fn a_signal_to_hushwall_reaches_the_command_which_decides_what_it_means() {
    let lab = Lab::new();
    for (signal, name) in
        [(Signal::SIGTERM, "TERM"), (Signal::SIGINT, "INT"), (Signal::SIGHUP, "HUP")]
    {
        let script =
            format!("trap 'echo told; exit 7' {name}; echo ready; while :; do sleep 0.02; done");
        let mut running = lab.firewall().start(["sh", "-c", &script]);
        running.wait_for("ready");
        running.signal(signal);
        let run = running.finish();
        assert_eq!((run.code, run.stdout.as_str()), (Some(7), "ready\ntold\n"), "{name}");
    }
    let mut running = lab.firewall().start(["sh", "-c", "echo ready; exec sleep 60"]);
    running.wait_for("ready");
    running.signal(Signal::SIGTERM);
    assert_eq!(running.finish().code, Some(128 + 15));
}

#[test]
fn control_c_in_a_terminal_ends_the_command_once_and_the_summary_follows() {
    let lab = Lab::new();
    // It stays for some turns after the first, to hear a second if there were one.
    let script = "trap 'echo interrupted; told=1' INT; echo ready; while [ -z \"$told\" ]; do sleep 0.02; done; \
                  for turn in 1 2 3 4 5; do sleep 0.02; done";
    lab.write("script.sh", script);
    let line = format!("{} run -- sh {}", hushwall().display(), lab.path("script.sh").display());
    let transcript = lab.path("terminal");
    // script(1) is the terminal: what it reads is typed.
    let mut terminal = Process::start(
        lab.command(Side::Uplink, "script")
            .args(["--quiet", "--flush", "--return", "--command", &line, "/dev/null"])
            .stdin(Stdio::piped())
            .stdout(fs::File::create(&transcript).unwrap()),
    );
    let shown = || fs::read_to_string(&transcript).unwrap_or_default();
    until("the command", || shown().contains("ready").then_some(()));
    let mut keyboard = terminal.child().stdin.take().unwrap();
    std::io::Write::write_all(&mut keyboard, b"\x03").unwrap();
    until("the summary", || shown().contains("hushwall: ").then_some(()));
    drop(keyboard);
    terminal.child().wait().unwrap();
    let shown = shown();
    assert_eq!(shown.matches("interrupted").count(), 1, "{shown}");
    assert!(shown.find("interrupted") < shown.find("hushwall: "), "{shown}");
}

#[test]
fn a_user_without_any_rights_runs_it_through_a_user_namespace() {
    const UID: &str = "65533";
    let lab = Lab::with_names();
    let web = WebServer::start(&lab);
    web.put("page", "hello");
    let program = for_everybody(&lab);
    let output = lab
        .command(Side::Uplink, "setpriv")
        .args([
            "--reuid",
            UID,
            "--regid",
            UID,
            "--clear-groups",
            "--no-new-privs",
            "--bounding-set",
            "-all",
        ])
        .arg(program)
        .args(["run", "--json", "--", "sh", "-c", "id -u; curl -sS http://host.test/page"])
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{UID}\nhello"), "{errors}");
    let connection = hushwall_blackbox::events(&errors)
        .into_iter()
        .find(|event| event.remote.port() == 80)
        .unwrap();
    assert_eq!(connection.uid, Some(65_533));
    assert!(connection.app.unwrap().ends_with("/curl"));
}

#[test]
fn root_may_run_a_command_as_another_user() {
    let lab = Lab::new();
    let (address, _) = serve(&lab, "192.0.2.2:0", echo);
    let script = format!("id -un; echo hello | nc -N {} {}", address.ip(), address.port());
    let run = lab.firewall().option("--user", "nobody").shell(&script).good();
    assert_eq!(run.stdout, "nobody\nhello\n");
    assert_eq!(run.connections(address.port())[0].uid, Some(65_534));
    let run = lab.firewall().option("--user", "no-such-user").run("echo ran");
    assert_eq!((run.code, run.stdout.as_str()), (Some(125), ""));
    assert!(run.stderr.contains("no-such-user"), "{}", run.stderr);
}

#[test]
fn where_user_namespaces_are_off_the_user_is_told_what_to_do() {
    let lab = Lab::new();
    let program = for_everybody(&lab);
    // A user namespace of its own allows no further ones: the machine's own setting stays as it is.
    let script = format!(
        "echo 0 > /proc/sys/user/max_user_namespaces; \
         exec setpriv --bounding-set -all --inh-caps -all --no-new-privs {} run -- echo ran",
        program.display()
    );
    let output = lab
        .command(Side::Uplink, "unshare")
        .args(["--user", "--map-root-user", "sh", "-c", &script])
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(125), "{errors}");
    assert!(output.stdout.is_empty());
    assert!(errors.contains("user namespace") && errors.contains("sudo"), "{errors}");
}

#[test]
fn nothing_but_hushwall_leads_out() {
    let lab = Lab::new();
    let interfaces = lab.firewall().run("cat /proc/net/dev /proc/net/route").good().stdout;
    assert!(!interfaces.contains("uplink"), "{interfaces}");
    // When hushwall is gone, so is the network of what it leaves behind.
    let (address, _) = serve(&lab, "192.0.2.2:0", echo);
    let connect = format!("{}/clients/connect.py", env!("CARGO_MANIFEST_DIR"));
    let report = lab.path("report");
    let script = format!(
        "python3 {connect} errno {0} {1}; read line; python3 {connect} errno {0} {1} >{2}; echo end >>{2}",
        address.ip(),
        address.port(),
        report.display()
    );
    let mut running = lab.firewall().start_with(["sh", "-c", &script], Stdio::piped());
    let mut input = running.input();
    running.wait_for("connected");
    running.signal(Signal::SIGKILL);
    running.finish();
    std::io::Write::write_all(&mut input, b"\n").unwrap();
    until("the orphan's report", || {
        fs::read_to_string(&report).is_ok_and(|text| text.ends_with("end\n")).then_some(())
    });
    assert_ne!(fs::read_to_string(&report).unwrap(), "connected\nend\n");
}

#[test]
fn what_it_says_of_itself_names_no_host_and_no_address() {
    let lab = Lab::with_names();
    let _web = WebServer::start(&lab);
    let lines = [
        "curl -sS -o /dev/null http://host.test/",
        "curl -s -m 20 http://198.51.100.66:9/",
        "dig +tries=1 +time=1 nothing.test",
    ];
    let output = lab
        .command(Side::Uplink, hushwall())
        .env("RUST_LOG", "info")
        .args([
            "run",
            "--quiet",
            "--",
            "sh",
            "-c",
            &format!("({}) >/dev/null 2>&1", lines.join("; ")),
        ])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    for secret in [".test", "192.0.2", "198.51.100", "2001:db8"] {
        assert!(!said.contains(secret), "{said}");
    }
}

/// A copy of the program where every user can reach it.
fn for_everybody(lab: &Lab) -> std::path::PathBuf {
    let program = lab.path("hushwall");
    fs::copy(hushwall(), &program).unwrap();
    program
}

#[test]
fn advice_goes_into_the_rules_and_out_again_and_a_damaged_file_stays() {
    let lab = Lab::new();
    let advise = |words: &str| {
        let mut command = Command::new(hushwall());
        let output = command
            .arg("advise")
            .args(words.split_whitespace())
            .current_dir(lab.path(""))
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let phone = "com.xiaomi.xmsf com.android.browser com.android.contacts com.miui.analytics";
    let (code, told, _) = advise(&format!("--apply rules.json {phone}"));
    assert!(
        code == Some(0) && told.contains("  on: ") && told.contains("--undo rules.json"),
        "{told}"
    );
    let rules = fs::read_to_string(lab.path("rules.json")).unwrap();
    let (_, again, _) = advise(&format!("--apply rules.json {phone}"));
    assert!(again.contains("on already"), "{again}");
    assert_eq!(fs::read_to_string(lab.path("rules.json")).unwrap(), rules);
    let (code, told, _) = advise("--undo rules.json");
    assert!(code == Some(0) && told.contains("  off\n"), "{told}");
    let rules: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(lab.path("rules.json")).unwrap()).unwrap();
    assert_eq!(rules["lists"], serde_json::json!([]));

    let damaged = lab.write("rules.json", "{\"version\": 1,");
    let (code, _, why) = advise(&format!("--apply rules.json {phone}"));
    assert!(code == Some(125) && why.contains("rules.json"), "{why}");
    assert_eq!(fs::read_to_string(damaged).unwrap(), "{\"version\": 1,");
}
