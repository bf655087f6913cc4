//! The lists that the user keeps, from the orders of the app to what is decided by them.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use super::running::{ask, order};
use crate::core::Core;
use crate::error::Code;
use crate::messages::read;

fn open(folder: &Path) -> Arc<Core> {
    let config = json!({
        "sdk": 34, "log": folder.join("log.db"), "user_lists": folder.join("lists"),
    });
    Arc::new(Core::open(read("config", config.to_string().as_bytes()).unwrap()))
}

/// A text in a file, as the app hands it over.
fn text(folder: &Path, text: &str) -> Value {
    let path = folder.join("list.txt");
    std::fs::write(&path, text).unwrap();
    json!({"path": path})
}

fn lookup(core: &Core, host: &str) -> Value {
    ask(core, &json!({"ask": "lookup", "host": host}))
}

fn kept(core: &Core, name: &str) -> Value {
    let answer = ask(core, &json!({"ask": "lists", "since": 0}));
    answer["lists"].as_array().unwrap().iter().find(|list| list["name"] == name).cloned().unwrap()
}

#[test]
fn a_list_counts_at_once_and_after_a_restart_until_it_is_off_or_removed() {
    let folder = tempfile::tempdir().unwrap();
    let core = open(folder.path());
    assert_eq!(lookup(&core, "x.ads.example")["verdict"], "allow");
    let hosts = text(folder.path(), "||ads.example^\n||trackers.example^\nno host\n");
    let add = json!({"do": "add-list", "name": "mine", "url": "https://lists.example/a.txt",
        "text": hosts, "licence": "MIT"});
    let told = &order(&core, &add)["list"];
    assert_eq!((&told["outcome"], &told["rules"]), (&json!("added"), &json!(2)));
    assert_eq!(told["skipped"], 1);
    for core in [Arc::clone(&core), open(folder.path())] {
        let found = lookup(&core, "x.ads.example");
        assert_eq!(
            (&found["verdict"], &found["reason"]["list"]),
            (&json!("block"), &json!("mine"))
        );
        let entry = &found["entries"][0];
        assert_eq!((&entry["entry"], &entry["line"]), (&json!("ads.example"), &json!(1)));
        let list = kept(&core, "mine");
        assert_eq!((&list["entries"], &list["enabled"]), (&json!(2), &json!(true)));
        assert_eq!((&list["hits"], &list["kept"]["licence"]), (&json!(0), &json!("MIT")));
    }
    order(&core, &json!({"do": "set-list", "name": "mine", "on": false}));
    assert_eq!(lookup(&core, "x.ads.example")["verdict"], "allow");
    assert_eq!(kept(&core, "mine")["enabled"], false);
    order(&core, &json!({"do": "set-list", "name": "mine", "on": true}));
    assert_eq!(lookup(&core, "x.ads.example")["verdict"], "block");
    order(&core, &json!({"do": "remove-list", "name": "mine"}));
    assert_eq!(lookup(&core, "x.ads.example")["verdict"], "allow");
    assert_eq!(lookup(&open(folder.path()), "x.ads.example")["verdict"], "allow");
}

#[test]
fn a_much_shorter_text_is_refused_with_numbers_and_a_taken_one_can_be_undone() {
    let folder = tempfile::tempdir().unwrap();
    let core = open(folder.path());
    let hosts = text(folder.path(), "a.example\nb.example\nc.example\nd.example\n");
    order(&core, &json!({"do": "add-list", "name": "mine", "text": hosts}));
    let short = text(folder.path(), "a.example\n");
    let update = json!({"do": "update-list", "name": "mine", "text": short});
    let done = order(&core, &update);
    assert_eq!(done["ok"], false);
    assert_eq!(done["list"]["trouble"], json!({"kind": "shrunken", "rules": 1, "before": 4}));
    assert_eq!(lookup(&core, "d.example")["verdict"], "block");
    assert_eq!(kept(&core, "mine")["kept"]["trouble"]["kind"], "shrunken");
    let mut accepted = update.clone();
    accepted["accept_shrunken"] = json!(true);
    assert_eq!(order(&core, &accepted)["list"]["rules_before"], 4);
    assert_eq!(lookup(&core, "d.example")["verdict"], "allow");
    order(&core, &json!({"do": "undo-list", "name": "mine"}));
    assert_eq!(lookup(&core, "d.example")["verdict"], "block");
    assert_eq!(order(&core, &accepted)["list"]["trouble"]["kind"], "taken-back");
    let failed = json!({"do": "update-list", "name": "mine", "failure": "no network"});
    assert_eq!(order(&core, &failed)["list"]["trouble"]["kind"], "not-fetched");
    let same = order(&core, &json!({"do": "update-list", "name": "mine"}));
    assert_eq!(
        (&same["list"]["outcome"], &same["list"]["rules"]),
        (&json!("unchanged"), &json!(4))
    );
}

#[test]
fn names_below_and_rules_without_effect_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let core = open(folder.path());
    let never = ask(&core, &json!({"ask": "list-rows", "name": "built-in never"}));
    let rows = never["rows"].as_array().unwrap();
    assert!(rows.len() > 10);
    let kept_open = rows[0]["hosts"][0].as_str().unwrap();
    let hosts = text(folder.path(), &format!("0.0.0.0 ads.example\n0.0.0.0 {kept_open}\n"));
    order(&core, &json!({"do": "add-list", "name": "mine", "text": hosts}));
    assert_eq!(lookup(&core, "x.ads.example")["verdict"], "allow");
    order(&core, &json!({"do": "set-list", "name": "mine", "include_subdomains": true}));
    assert_eq!(lookup(&core, "x.ads.example")["verdict"], "block");
    let told = ask(&open(folder.path()), &json!({"ask": "list-read", "name": "mine"}));
    assert_eq!((&told["skipped"], &told["kept_open"]), (&json!(0), &json!(1)));
    let found = lookup(&core, kept_open);
    assert_eq!(
        (&found["verdict"], &found["reason"]["code"]),
        (&json!("allow"), &json!("protected"))
    );
    let effects: Vec<_> =
        found["entries"].as_array().unwrap().iter().map(|entry| entry["effect"].clone()).collect();
    assert_eq!(effects, ["protect", "block"]);
    let known = ask(&core, &json!({"ask": "known-lists"}));
    assert!(known["known"].as_array().unwrap().len() > 10);
}

#[test]
fn what_cannot_be_added_says_why_and_nothing_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    let core = open(folder.path());
    let refused = |order: &Value| {
        let order = read("command", order.to_string().as_bytes()).unwrap();
        core.command(order).unwrap_err().code
    };
    let hosts = text(folder.path(), "a.example\n");
    let mut add = json!({"do": "add-list", "name": "built-in never", "text": hosts});
    assert_eq!(refused(&add), Code::ListName);
    add["name"] = json!(" ");
    assert_eq!(refused(&add), Code::ListName);
    add["name"] = json!("mine");
    add["url"] = json!("http://lists.example/a.txt");
    assert_eq!(refused(&add), Code::BadMessage);
    add["url"] = Value::Null;
    add["text"] = json!({"path": folder.path().join("gone")});
    assert_eq!(refused(&add), Code::BadMessage);
    for (page, kind) in
        [("<html>", "web-page"), ("\u{0}\u{1}\u{0}", "not-text"), ("no host\n", "no-rules")]
    {
        add["text"] = text(folder.path(), page);
        assert_eq!(order(&core, &add)["list"]["trouble"]["kind"], kind);
    }
    assert_eq!(refused(&json!({"do": "remove-list", "name": "mine"})), Code::Lists);
    add["text"] = text(folder.path(), "a.example\n");
    assert_eq!(order(&core, &add)["ok"], true);
    assert_eq!(refused(&add), Code::ListName);
    assert_eq!(refused(&json!({"do": "undo-list", "name": "mine"})), Code::Lists);
}

#[test]
fn groups_of_trackers_are_switched_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let core = open(folder.path());
    assert_eq!(lookup(&core, "tracking.miui.com")["verdict"], "block");
    let document = json!({"version": 1, "lists": [
        {"name": "built-in trackers", "enabled": false}, {"name": "built-in kits"},
        {"name": "a list that is off need not be there", "enabled": false},
    ]});
    let by_another = json!({"ask": "lookup", "host": "tracking.miui.com", "document": document});
    assert_eq!(ask(&core, &by_another)["verdict"], "allow");
    assert_eq!(lookup(&core, "tracking.miui.com")["verdict"], "block");
    let policy = json!({"document": document});
    core.set_policy(read("policy", policy.to_string().as_bytes()).unwrap()).unwrap();
    let found = lookup(&core, "tracking.miui.com");
    assert_eq!(found["verdict"], "allow");
    assert_eq!(found["about"]["organisation"], "Xiaomi");
    assert!(found["entries"].as_array().unwrap().iter().all(|entry| entry["enabled"] == false));
    assert_eq!(lookup(&core, "t.appsflyer.com")["reason"]["list"], "built-in kits");
}
