//! A browser loads a page of several parts, and the tracker's part is missing.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests are tests, which clippy does not see"
)]

use hushwall_blackbox::{Lab, WebServer, Wiretap};
use serde_json::json;

const PAGE: &str = r#"<!doctype html><title>lab</title>
<link rel=stylesheet href=/style.css>
<p id=script></p><p id=style></p><p id=image></p><p id=tracker>no tracker</p>
<img src=/image.svg onload="document.getElementById('image').textContent = 'image loaded'">
<script src="https://tracker.test/tracker.js"></script>
<script src=/script.js></script>"#;
const SCRIPT: &str = "document.getElementById('script').textContent = 'script ran';
document.getElementById('style').textContent = 'width ' + getComputedStyle(document.getElementById('style')).width;";
const STYLE: &str = "#style { width: 123px }";
const IMAGE: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>"#;
const TRACKER: &str = "document.getElementById('tracker').textContent = 'tracked';";

#[test]
fn chromium_loads_a_page_without_its_tracker() {
    let lab = Lab::with_names();
    let web = WebServer::start(&lab);
    for (name, contents) in [
        ("page.html", PAGE),
        ("script.js", SCRIPT),
        ("style.css", STYLE),
        ("image.svg", IMAGE),
        ("tracker.js", TRACKER),
    ] {
        web.put(name, contents);
    }
    // Without rules the tracker is part of the page: what follows is not an accident.
    let free = load(&lab, &json!({"version": 1}));
    assert!(free.contains(">tracked<"), "{free}");

    let tap = Wiretap::new(&lab);
    let before = web.served(5).len();
    let page = load(
        &lab,
        &json!({"version": 1, "lists": [{"name": "test list", "hosts": ["tracker.test"]}]}),
    );
    for part in [">script ran<", ">width 123px<", ">image loaded<", ">no tracker<"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!(tap.packets_of(&[Lab::TRACKER4, Lab::TRACKER6]), 0);
    let served = &web.served(before + 4)[before..];
    for path in ["/page.html", "/script.js", "/style.css", "/image.svg"] {
        let line = served
            .iter()
            .find(|line| line.contains(path))
            .unwrap_or_else(|| panic!("{path}: {served:?}"));
        assert!(line.contains("HTTP/2.0"), "{line}");
    }
}

/// The page as chromium has it after loading, from a fresh profile.
fn load(lab: &Lab, policy: &serde_json::Value) -> String {
    let profile = tempfile::tempdir_in(lab.path("")).unwrap();
    let command = format!(
        "chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
         --disable-component-update --disable-sync --ignore-certificate-errors --user-data-dir={} --dump-dom \
         https://host.test/page.html",
        profile.path().display()
    );
    lab.firewall().policy(policy).run(&command).good().stdout
}
