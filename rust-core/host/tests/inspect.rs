//! `hushwall inspect` from outside: what it prints, what it says of damage, and its exit codes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

#[test]
fn a_flow_is_a_json_object() {
    let run = inspect(&["--json", path("curl-http.pcap").to_str().unwrap()]);
    assert_eq!((run.status.code(), text(&run.stderr)), (Some(0), ""));
    let flows = objects(&run);
    assert_eq!(flows.len(), 6);
    assert_eq!(
        flows[0],
        serde_json::json!({
            "proto": "tcp", "src": "127.0.0.1:56404", "dst": "127.0.0.1:80",
            "name": "globalapi.ad.xiaomi.com", "name_source": "http-host", "confidence": "seen",
            "packets": 2, "bytes": 210,
        })
    );
    for field in ["name", "name_source", "confidence"] {
        assert_eq!(flows[5].get(field), Some(&Value::Null), "{field}");
    }
}

#[test]
fn each_source_has_its_word_and_its_confidence() {
    let mut seen = Vec::new();
    for name in ["curl-openssl.pcap", "chromium.pcap", "quinn.pcap", "dig.pcap", "ethernet.pcapng"]
    {
        for flow in objects(&inspect(&["--json", path(name).to_str().unwrap()])) {
            if flow["name"].is_string() {
                let pair = (flow["name_source"].to_string(), flow["confidence"].to_string());
                seen.push(pair);
            }
        }
    }
    seen.sort();
    seen.dedup();
    let pairs = [
        ("dns-query", "seen"),
        ("http-host", "seen"),
        ("quic-sni", "seen"),
        ("sni", "seen"),
        ("sni-outer", "guessed"),
    ];
    assert_eq!(seen, pairs.map(|(source, sure)| (format!("\"{source}\""), format!("\"{sure}\""))));
}

#[test]
fn text_has_a_line_a_flow_in_columns() {
    let run = inspect(&[path("ethernet.pcapng").to_str().unwrap()]);
    let lines: Vec<&str> = text(&run.stdout).lines().collect();
    assert_eq!(lines.len(), 21);
    let column = lines[0].find("SOURCE").unwrap();
    assert!(lines.iter().all(|line| line.as_bytes()[column - 1] == b' '));
    assert!(lines.iter().any(|line| line.ends_with("tracking.intl.miui.com")));
    assert!(lines.iter().any(|line| line.contains("[fd09::2]:443")));
}

#[test]
fn the_standard_input_is_read_as_a_file_is() {
    let file = fs::File::open(path("dig.pcap")).unwrap();
    let run = command(&["--json", "-"]).stdin(file).output().unwrap();
    let named = inspect(&["--json", path("dig.pcap").to_str().unwrap()]);
    assert_eq!((run.status.code(), run.stdout), (Some(0), named.stdout));
}

#[test]
fn damage_is_told_with_its_place_and_costs_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(path("dig.pcap")).unwrap();
    let damaged = folder.path().join("damaged.pcap");
    // Rubbish after the file's header, and the end missing.
    let bytes = [&whole[..24], &[0xee; 99], &whole[24..whole.len() - 10]].concat();
    fs::write(&damaged, bytes).unwrap();
    let run = inspect(&["--json", damaged.to_str().unwrap()]);
    assert_eq!(run.status.code(), Some(0));
    assert_eq!(objects(&run).len(), 4);
    let told: Vec<&str> = text(&run.stderr).lines().collect();
    assert!(told[0].contains("damaged.pcap: at byte 24: 99 bytes"), "{told:?}");
    assert!(told[1].contains("at byte 466: the file ends"), "{told:?}");
}

#[test]
fn what_is_no_capture_is_refused_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    for (path, why) in [
        (file("empty", b""), "it is empty"),
        (file("text", b"Hello, world, this is text\n"), "it is no capture"),
        (file("gz", b"\x1f\x8b\x08\0\0\0\0\0"), "gzip -dc FILE | hushwall inspect -"),
        (folder.path().join("missing").to_str().unwrap().to_owned(), "No such file"),
        (folder.path().to_str().unwrap().to_owned(), "directory"),
    ] {
        let run = inspect(&[&path]);
        assert_eq!(run.status.code(), Some(125), "{path}");
        assert!(run.stdout.is_empty(), "{path}");
        assert!(text(&run.stderr).contains(why), "{}", text(&run.stderr));
        assert!(text(&run.stderr).contains("reading the capture"), "{path}");
    }
}

#[test]
fn a_dangerous_file_name_is_told_harmlessly() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a\u{1b}[2Jb");
    fs::write(&path, "no capture").unwrap();
    let run = inspect(&[path.to_str().unwrap()]);
    assert!(!text(&run.stderr).contains('\u{1b}'));
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hushwall"));
    command.arg("inspect").args(arguments).env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

fn inspect(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

fn objects(run: &Output) -> Vec<Value> {
    text(&run.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/captures").join(name)
}
