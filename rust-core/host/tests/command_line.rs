//! The program from outside, as far as it needs no TUN: help, complaints, exit codes, and what it prints of a log.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn hushwall(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hushwall"));
    command
        .args(arguments)
        .env_remove("HUSHWALL_LOG")
        .env_remove("HUSHWALL_LISTS")
        .env_remove("HUSHWALL_PLACES")
        .env("XDG_DATA_HOME", "/nowhere")
        .env("NO_COLOR", "1")
        .env("TZ", "UTC");
    command
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn help_tells_each_command_and_what_its_exit_codes_mean() {
    let help = hushwall(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    for word in ["run", "engine", "log", "report", "completions", "man", "125", "126", "127", "128"]
    {
        assert!(text(&help.stdout).contains(word), "{word}");
    }
    assert!(!text(&help.stdout).contains("__inside"));
    assert!(text(&hushwall(&["run", "--help"]).stdout).contains("--pcap"));
    assert!(text(&hushwall(&["--version"]).stdout).starts_with("hushwall "));
}

#[test]
fn the_built_in_lists_count_and_tell_what_a_host_is_for() {
    let explain = |host: &str| {
        let output = hushwall(&["explain", "com.android.browser", host, "--json"]);
        assert_eq!(output.status.code(), Some(0), "{host}");
        text(&output.stdout).to_owned()
    };
    for host in [
        "sa.api.intl.miui.com",
        "tracking.intl.miui.com",
        "data.mistat.xiaomi.com",
        "api.ad.intl.xiaomi.com",
        "t.appsflyer.com",
        "203.107.1.65:80",
    ] {
        assert!(explain(host).contains(r#""verdict":"block","reason":""#), "{host}");
    }
    for host in [
        "account.xiaomi.com",
        "find.api.micloud.xiaomi.net",
        "update.miui.com",
        "connect.rom.miui.com",
        "example.org",
    ] {
        assert!(explain(host).contains(r#""verdict":"allow","reason":""#), "{host}");
    }
    let told = explain("sa.api.intl.miui.com");
    assert!(told.contains(r#""about":{"id":"xiaomi.sensors","organisation":"Xiaomi""#), "{told}");
    assert!(explain("example.org").contains(r#""about":null"#));
}

#[test]
fn advice_gives_lists_that_rules_can_have() {
    let told = hushwall(&["advise", "com.android.browser", "package:com.xiaomi.xmsf"]);
    assert_eq!(told.status.code(), Some(0), "{}", text(&told.stderr));
    assert!(text(&told.stdout).starts_with("Xiaomi: "), "{}", text(&told.stdout));
    assert!(text(&told.stdout).contains("Xiaomi: Mi Push  your choice\n"));
    let json = hushwall(&["advise", "com.android.browser", "com.xiaomi.xmsf", "--json"]);
    let advised: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let protections = advised["protections"].as_array().unwrap();
    let push = protections.iter().find(|known| known["id"] == "xiaomi.push").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rules.json");
    std::fs::write(&path, format!(r#"{{"version": 1, "lists": [{}]}}"#, push["list"])).unwrap();
    let arguments = ["explain", "com.xiaomi.xmsf", "app.chat.xiaomi.net", "--policy"];
    let explained = hushwall(&[&arguments[..], &[path.to_str().unwrap()]].concat());
    let line = "block: app.chat.xiaomi.net is on the list Xiaomi: Mi Push";
    assert!(text(&explained.stdout).contains(line), "{}", text(&explained.stdout));
    assert!(text(&hushwall(&["advise", "a.b"]).stdout).contains("Nothing is known"));
}

#[test]
fn easyprivacy_counts_from_the_start_and_a_document_turns_it_off() {
    let text_of = include_str!("../../../data/easyprivacy.txt");
    let rule = text_of.lines().find_map(|line| line.strip_prefix("||")).unwrap();
    let host = rule.trim_end_matches('^');
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rules.json");
    let verdict = |lists: &str| {
        std::fs::write(&path, format!(r#"{{"version": 1, "lists": {lists}}}"#)).unwrap();
        let output = hushwall(&["explain", "browser", host, "--policy", path.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout).lines().nth(1).unwrap_or_default().to_owned()
    };
    let blocked = format!("block: {host} is on the list EasyPrivacy");
    assert_eq!(verdict("[]"), blocked);
    assert_eq!(verdict(r#"[{"name": "EasyPrivacy"}]"#), blocked);
    assert_eq!(
        verdict(r#"[{"name": "EasyPrivacy", "enabled": false}]"#),
        "allow: nothing speaks against it"
    );
}

#[test]
fn another_file_of_places_counts_in_place_of_the_built_in_one() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules.json");
    let document = r#"{"version": 1, "rules": [{"verdict": "block", "country": "SG"}]}"#;
    fs::write(&rules, document).unwrap();
    let explain = |places: &Path| {
        let rules = rules.to_str().unwrap();
        let arguments = [
            "explain",
            "an.app",
            "47.88.200.10:443",
            "--json",
            "--policy",
            rules,
            "--at",
            "2026-01-01T12:00",
        ];
        command(&arguments).env("HUSHWALL_PLACES", places).output().unwrap()
    };
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data");
    let shipped = explain(&data.join("places.bin"));
    assert_eq!(shipped.stdout, explain(Path::new("")).stdout);
    assert!(text(&shipped.stdout).contains(r#""verdict":"block""#), "{}", text(&shipped.stdout));
    fs::write(folder.path().join("none"), "no places").unwrap();
    for (places, word) in [("none", "place"), ("missing", "No such file")] {
        let output = explain(&folder.path().join(places));
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(125));
        assert!(told.contains(word) && told.contains("HUSHWALL_PLACES"), "{told}");
    }
}

#[test]
fn completions_and_the_man_page_are_printed() {
    for (shell, word) in
        [("bash", "complete"), ("zsh", "#compdef"), ("fish", "complete -c hushwall")]
    {
        let script = hushwall(&["completions", shell]);
        assert_eq!(script.status.code(), Some(0));
        assert!(text(&script.stdout).contains(word), "{shell}");
        assert!(text(&script.stdout).contains("policy"), "{shell}");
    }
    let page = hushwall(&["man"]);
    assert_eq!(page.status.code(), Some(0));
    for part in [".TH hushwall", "\\-\\-policy", "\\-\\-app\\-netns", "\\-\\-since"] {
        assert!(text(&page.stdout).contains(part), "{part}");
    }
}

#[test]
fn a_bad_command_line_ends_with_125_and_never_runs_the_command() {
    for arguments in [
        &["run"][..],
        &["run", "--"],
        &["run", "--mtu", "1279", "--", "true"],
        &["run", "--mtu", "65536", "--", "true"],
        &["run", "--colour", "--", "true"],
        &["engine", "--mtu", "1500"],
        &["engine", "--tun-fd", "-1", "--mtu", "1500"],
        &["log", "--blocked", "--allowed"],
        &["log", "--json", "--csv"],
        &["nonsense"],
    ] {
        let run = hushwall(arguments);
        assert_eq!(run.status.code(), Some(125), "{arguments:?}");
        assert!(text(&run.stderr).contains("error: "), "{arguments:?}");
        assert!(run.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn failures_tell_what_failed_why_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.json");
    let missing = missing.to_str().unwrap();
    for (arguments, what, advice) in [
        (&["run", "--policy", missing, "--", "true"][..], "reading the rules in", "hint: "),
        (&["run", "--pcap", "/nonexistent/x", "--", "true"], "writing packets to", "hint: "),
        (&["run", "--log", "/nonexistent/x", "--", "true"], "opening the log", ""),
        (&["run", "--user", "no-such-user", "--", "true"], "becoming the user", "hint: "),
        (
            &["engine", "--tun-fd", "99", "--mtu", "1500"],
            "using descriptor 99 as the TUN",
            "hint: ",
        ),
        (&["engine", "--tun-fd", "0", "--mtu", "1500"], "using descriptor 0 as the TUN", "hint: "),
        (&["log"], "no file was named", "--file"),
        (&["log", "--file", missing], "opening the log", ""),
        (&["log", "--file", missing, "--since", "yesterday"], "reading --since", "2026-03-01"),
        (&["log", "--file", missing, "--host", "a b"], "log", ""),
    ] {
        let run = hushwall(arguments);
        let said = text(&run.stderr);
        assert_eq!(run.status.code(), Some(125), "{arguments:?}: {said}");
        assert!(
            said.starts_with("hushwall: ") && said.contains(what) && said.contains(advice),
            "{said}"
        );
    }
}

#[test]
fn a_broken_policy_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.json");
    std::fs::write(
        &file,
        "{\"version\":1,\n\"rules\":[{\"host\":\"a.example\",\"verdict\":\"blok\"}]}",
    )
    .unwrap();
    let run = hushwall(&["run", "--policy", file.to_str().unwrap(), "--", "true"]);
    assert_eq!(run.status.code(), Some(125));
    assert!(text(&run.stderr).contains("rules[0].verdict"), "{}", text(&run.stderr));
    assert!(text(&run.stderr).contains("line 2"), "{}", text(&run.stderr));
}

#[test]
fn a_newer_or_foreign_log_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.db");
    std::fs::write(
        &file,
        "this is no database, but it is long enough to look like one".repeat(100),
    )
    .unwrap();
    let run = hushwall(&["log", "--file", file.to_str().unwrap()]);
    assert_eq!(run.status.code(), Some(125));
    assert!(text(&run.stderr).starts_with("hushwall: "));
}

mod logged {
    use std::sync::Arc;

    use store::{Connection, Options, Reason, ReasonCode, State, Store, Verdict};
    use tempfile::TempDir;
    use wire::{AppId, FlowKey, HostName, NameSource, Owner, Protocol};

    use super::*;

    /// 2026-03-01T12:00:00Z.
    const NOON_MS: i64 = 1_772_366_400_000;

    fn connection(id: u64, app: &str, host: Option<&str>, verdict: Verdict) -> Connection {
        let started_ms = NOON_MS + 1000 * i64::try_from(id).unwrap();
        Connection {
            id,
            started_ms,
            ended_ms: Some(started_ms + 500),
            updated_ms: started_ms + 500,
            owner: Owner::App(AppId { uid: 1000, name: Arc::from(app) }),
            key: FlowKey {
                protocol: Protocol::Tcp,
                local: "10.213.97.2:40000".parse().unwrap(),
                remote: "192.0.2.80:443".parse().unwrap(),
            },
            name: host.map(|host| (HostName::parse(host.as_bytes()).unwrap(), NameSource::Sni)),
            verdict,
            reason: Reason {
                code: ReasonCode::NothingAgainst,
                text: Arc::from("a, \"reason\""),
                listed: None,
            },
            state: if verdict == Verdict::Block { State::Blocked } else { State::Closed },
            bytes_up: 1234,
            bytes_down: 5,
            packets_up: 3,
            packets_down: 2,
            network: Arc::from("linux"),
            screen_on: None,
            country: None,
            asn: None,
        }
    }

    fn log() -> (TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.db");
        let (mut store, _) = Store::open(&path, Options::default()).unwrap();
        store
            .write(&[
                connection(1, "/usr/bin/curl", Some("shop.example"), Verdict::Allow),
                connection(2, "/opt/=msa\u{1b}[2J", Some("ads.tracker.example"), Verdict::Block),
                connection(3, "=cmd", None, Verdict::Allow),
            ])
            .unwrap();
        (folder, path.to_str().unwrap().to_owned())
    }

    fn lines(path: &str, more: &[&str]) -> Vec<String> {
        let run = hushwall(&[&["log", "--file", path], more].concat());
        assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
        text(&run.stdout).lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_report_is_told_in_four_forms() {
        let (_folder, path) = log();
        let report = |more: &[&str]| {
            let command =
                ["report", "--file", &path, "--since", "2000-01-01", "--until", "2100-01-01"];
            let run = hushwall(&[&command, more].concat());
            assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
            text(&run.stdout).to_owned()
        };
        let told = report(&[]);
        assert!(told.contains("1 stopped (0), 2 let through (0)"), "{told}");
        assert!(told.contains("\nads.tracker.example (new)\n"), "{told}");
        assert!(!told.contains('\u{1b}'), "{told}");
        assert!(report(&["--app", "curl"]).contains("1 contact,"));
        assert!(report(&["--json"]).starts_with(r#"{"apps":[],"period":"#));
        assert_eq!(report(&["--csv"]).lines().count(), 4);
        assert!(report(&["--html"]).ends_with("</html>\n"));
        for form in [&[][..], &["--json"], &["--csv"], &["--html"]] {
            assert!(report(form).contains("curl"));
            assert!(!report(&[form, &["--hide-apps", "--app", "curl"]].concat()).contains("curl"));
            assert!(!report(&[form, &["--hide-hosts"]].concat()).contains(".example"), "{form:?}");
        }
        let backwards = hushwall(&["report", "--file", &path, "--since", "1h", "--until", "2h"]);
        assert_eq!(backwards.status.code(), Some(125));
        assert!(text(&backwards.stderr).contains("ends before it begins"));
    }

    #[test]
    fn connections_come_in_the_order_of_their_beginning() {
        let (_folder, path) = log();
        let all = lines(&path, &[]);
        assert_eq!(all.len(), 3);
        assert!(all[0].starts_with("2026-03-01 12:00:01  curl (1000)"), "{}", all[0]);
        assert!(
            all[1].contains("ads.tracker.example:443") && all[1].contains("block"),
            "{}",
            all[1]
        );
        assert!(all[2].contains("192.0.2.80:443"), "{}", all[2]);
        assert!(!all.concat().contains('\u{1b}'), "{all:?}");
    }

    #[test]
    fn filters_leave_what_was_asked_for() {
        let (_folder, path) = log();
        let count = |more: &[&str]| lines(&path, more).len();
        assert_eq!(count(&["--blocked"]), 1);
        assert_eq!(count(&["--allowed"]), 2);
        assert_eq!(count(&["--host", "tracker.example"]), 1);
        assert_eq!(count(&["--app", "curl"]), 1);
        assert_eq!(count(&["--text", "SHOP"]), 1);
        assert_eq!(count(&["--since", "2026-03-01T12:00:02"]), 2);
        assert_eq!(count(&["--until", "2026-03-01T12:00:02"]), 1);
        assert_eq!(count(&["--limit", "2"]), 2);
        assert!(lines(&path, &["--limit", "1"])[0].contains("192.0.2.80:443"), "the newest");
        assert_eq!(count(&["--host", "nowhere.example"]), 0);
    }

    #[test]
    fn json_is_one_object_a_line_with_the_values_as_they_are() {
        let (_folder, path) = log();
        let objects: Vec<serde_json::Value> = lines(&path, &["--json"])
            .iter()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(objects.len(), 3);
        assert_eq!(objects[0]["host"], "shop.example");
        assert_eq!(objects[0]["started"], "2026-03-01T12:00:01Z");
        assert_eq!(objects[0]["bytes_up"], 1234);
        assert_eq!(objects[1]["app"], "/opt/=msa\u{1b}[2J");
        assert_eq!(objects[1]["verdict"], "block");
    }

    #[test]
    fn csv_is_harmless_to_a_spreadsheet() {
        let (_folder, path) = log();
        let rows = lines(&path, &["--csv"]);
        assert!(rows[0].starts_with("started,"));
        assert!(rows[3].contains(",'=cmd,"), "{}", rows[3]);
        assert!(rows[1].contains("\"a, \"\"reason\"\"\""), "{}", rows[1]);
    }

    #[test]
    fn totals_add_up_each_apps_hour() {
        let (_folder, path) = log();
        let totals = lines(&path, &["--totals", "--json"]);
        let total: serde_json::Value = totals
            .iter()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .find(|total| total["app"] == "/usr/bin/curl")
            .unwrap();
        assert_eq!(total["hour"], "2026-03-01T12:00:00Z");
        assert_eq!((&total["connections"], &total["bytes_up"]), (&1.into(), &1234.into()));
        assert_eq!(lines(&path, &["--totals"]).len(), 3);
        assert_eq!(lines(&path, &["--totals", "--csv", "--app", "curl"]).len(), 2);
    }
}
