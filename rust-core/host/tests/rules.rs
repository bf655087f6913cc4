//! `hushwall lists`, `policy` and `explain`, as a user types them.
#![allow(clippy::unwrap_used, reason = "what does not work out has to fail the test")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const RULES: &str = r#"{
  "version": 1,
  "rules": [{"verdict": "allow", "app": "com.android.browser", "host": "sa.miui.com", "when": {"networks": ["wifi"]}}],
  "lists": [{"name": "xiaomi"}, {"name": "never", "role": "protect", "hosts": ["account.miui.com"]}]
}"#;

/// A folder with a list, its index and rules.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("list.txt"), "||miui.com^\n||bad.example^$script\nco.uk\n")
        .unwrap();
    fs::write(folder.path().join("rules.json"), RULES).unwrap();
    let made = hushwall(folder.path(), "lists compile --output lists.idx xiaomi=list.txt");
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    folder
}

fn hushwall(folder: &Path, words: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hushwall"));
    command.env_remove("HUSHWALL_LISTS").env("XDG_DATA_HOME", "/nowhere");
    command.args(words.split(' ')).current_dir(folder).output().unwrap()
}

fn explain(folder: &TempDir, words: &str) -> Value {
    let words = format!("explain {words} --policy rules.json --lists lists.idx --json");
    let run = hushwall(folder.path(), &words);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
    serde_json::from_slice(&run.stdout).unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn what_a_list_leaves_out_is_told_with_its_line() {
    let folder = folder();
    let run = hushwall(folder.path(), "lists check --json list.txt");
    assert_eq!(run.status.code(), Some(0));
    let told = text(&run.stdout);
    for left_out in ["co.uk", "||bad.example^$script"] {
        assert!(told.contains(left_out), "{told}");
    }
}

#[test]
fn a_host_is_found_in_its_list_and_the_line_in_the_lists_text() {
    let folder = folder();
    let run =
        hushwall(folder.path(), "lists lookup lists.idx sa.miui.com --source xiaomi=list.txt");
    let told = text(&run.stdout);
    assert!(
        told.starts_with("sa.miui.com: block") && told.contains("list.txt:1: ||miui.com^"),
        "{told}"
    );
    let run = hushwall(folder.path(), "lists lookup lists.idx bad.example");
    assert!(!text(&run.stdout).contains("block"), "{}", text(&run.stdout));
}

#[test]
fn a_damaged_index_is_refused_and_a_bad_list_leaves_the_good_index() {
    let folder = folder();
    let index = folder.path().join("lists.idx");
    let whole = fs::read(&index).unwrap();
    fs::write(folder.path().join("empty.txt"), "<html>404</html>\n").unwrap();
    let run = hushwall(folder.path(), "lists compile --output lists.idx xiaomi=empty.txt");
    assert_eq!(run.status.code(), Some(125));
    assert!(text(&run.stderr).contains("the index stays as it was"), "{}", text(&run.stderr));
    assert_eq!(fs::read(&index).unwrap(), whole);

    let mut damaged = whole;
    *damaged.last_mut().unwrap() ^= 1;
    fs::write(&index, damaged).unwrap();
    let run = hushwall(folder.path(), "explain a b.example --lists lists.idx");
    assert_eq!(run.status.code(), Some(125));
    assert!(text(&run.stderr).contains("lists.idx"), "{}", text(&run.stderr));
}

#[test]
fn explain_tells_the_verdict_and_all_that_speaks() {
    let folder = folder();
    let wifi = explain(&folder, "com.android.browser sa.miui.com --network wifi");
    assert_eq!(wifi["verdict"], "allow");
    assert_eq!(wifi["considered"][0]["path"], "rules[0]");
    assert_eq!(wifi["considered"][1]["list"], "xiaomi");

    let mobile = explain(&folder, "com.android.browser sa.miui.com:443 --network mobile");
    assert_eq!(mobile["verdict"], "block");
    assert_eq!(mobile["considered"][0]["entry"], "miui.com");
    assert_eq!(mobile["considered"][1]["holds"], false);

    let never = explain(&folder, "com.android.browser account.miui.com");
    assert_eq!(
        (&never["verdict"], &never["considered"][0]["list"]),
        (&"allow".into(), &"never".into())
    );
    let free = explain(&folder, "other shop.example");
    assert_eq!(
        (&free["verdict"], &free["considered"][0]["kind"]),
        (&"allow".into(), &"default".into())
    );
}

#[test]
fn rules_are_checked_and_told_in_words() {
    let folder = folder();
    let show = hushwall(folder.path(), "policy show rules.json --lists lists.idx");
    let told = text(&show.stdout);
    assert!(
        told.contains("com.android.browser may reach sa.miui.com and all below it on Wi-Fi"),
        "{told}"
    );

    let wrong = RULES.replace("wifi", "wireless");
    fs::write(folder.path().join("wrong.json"), wrong).unwrap();
    let check = hushwall(folder.path(), "policy check wrong.json");
    assert_eq!(check.status.code(), Some(1));
    let told = text(&check.stdout).to_owned() + text(&check.stderr);
    assert!(told.contains("wrong.json:3:") && told.contains("rules[0].when.networks[0]"), "{told}");

    let newer = RULES.replace("\"version\": 1", "\"version\": 2, \"more\": true");
    fs::write(folder.path().join("newer.json"), newer).unwrap();
    let check = hushwall(folder.path(), "policy check newer.json");
    let told = text(&check.stdout).to_owned() + text(&check.stderr);
    assert!(told.contains("version 2"), "{told}");
}

#[test]
fn rules_that_never_speak_are_named_with_the_reason() {
    let folder = folder();
    let rules = r#"{"version": 1, "rules": [
        {"verdict": "block", "host": "a.example", "when": {"networks": ["wifi", "mobile"]}},
        {"verdict": "allow", "host": "a.example", "when": {"networks": ["wifi"]}},
        {"verdict": "block", "enabled": false}]}"#;
    fs::write(folder.path().join("silent.json"), rules).unwrap();
    let check = hushwall(folder.path(), "policy check silent.json");
    let told = text(&check.stdout);
    assert!(told.contains("rules[1]: the rule never speaks: rules[0] is stronger"), "{told}");
    assert!(told.contains("rules[2]: the rule is turned off"), "{told}");
    let show = hushwall(folder.path(), "policy show silent.json");
    assert!(text(&show.stdout).contains("may not reach anything (turned off)"), "{show:?}");
}
