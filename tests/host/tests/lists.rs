//! The user's lists: fetched over TLS, judged, kept, counted.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests are tests, which clippy does not see"
)]

use std::fs::{self, File};
use std::io::Write;
use std::process::Stdio;

use hushwall_blackbox::{Answer, Lab, ListServer, Side, WebServer, hushwall, until};
use nix::sys::signal::Signal;
use serde_json::Value;

/// What a command said.
struct Said {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Said {
    #[track_caller]
    fn good(self) -> Self {
        assert_eq!(self.code, Some(0), "{}\n{}", self.stdout, self.stderr);
        self
    }

    /// Its JSON.
    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.stdout, self.stderr))
    }

    /// Of the first list in it.
    #[track_caller]
    fn list(&self) -> Value {
        self.json()["lists"][0].clone()
    }

    #[track_caller]
    fn says(&self, words: &str) {
        let all = format!("{}\n{}", self.stdout, self.stderr);
        assert!(all.contains(words), "{words}: {all}");
    }
}

/// Runs `hushwall` with these words in the uplink. The lists lie where they do by default, in the lab's folder.
fn hush(lab: &Lab, words: &str) -> Said {
    hush_with(lab, words, Stdio::null())
}

fn hush_with(lab: &Lab, words: &str, input: Stdio) -> Said {
    let output = lab
        .command(Side::Uplink, hushwall())
        .env("SSL_CERT_FILE", lab.certificate().0)
        .args(words.split_whitespace())
        .stdin(input)
        .output()
        .unwrap();
    Said {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A list of so many hosts.
fn list(hosts: usize, salt: &str) -> Answer {
    let text: String =
        (0..hosts).map(|number| format!("||host{number}.{salt}.example^\n")).collect();
    Answer::Text(text.into_bytes())
}

/// Whether the host is blocked by the lists that count by default.
fn is_blocked(lab: &Lab, host: &str) -> bool {
    let said = hush(lab, &format!("explain browser {host} --json")).good();
    said.json()["verdict"] == "block"
}

/// A lab with a server, and the list `ads` of a hundred hosts added.
fn with_list() -> (Lab, ListServer) {
    let lab = Lab::with_names();
    let server = ListServer::start(&lab);
    server.publish("ads.txt", list(100, "one"));
    let added = hush(&lab, &format!("lists add {} --json", server.url("ads.txt"))).good();
    assert_eq!(added.list()["outcome"], "added");
    (lab, server)
}

#[test]
fn a_list_from_the_web_counts_from_then_on_and_is_fetched_again_only_where_it_is_another() {
    let (lab, server) = with_list();
    assert!(is_blocked(&lab, "www.host99.one.example"));
    assert_eq!(server.requests().len(), 1, "nothing else asks");

    let again = hush(&lab, "lists update --json").good();
    assert_eq!(
        (&again.list()["outcome"], &again.list()["rules"]),
        (&"unchanged".into(), &100.into())
    );
    let request = server.requests()[1].to_ascii_lowercase();
    assert!(request.contains("if-none-match:"), "{request}");
    // Neither version nor device nor anything else about the user.
    assert!(request.contains("user-agent: hushwall\r\n"), "{request}");
    for more in ["cookie", "referer", "accept-language"] {
        assert!(!request.contains(more), "{request}");
    }

    server.publish("ads.txt", list(120, "two"));
    let newer = hush(&lab, "lists update ads --json").good();
    let told = newer.list();
    assert_eq!(
        (&told["outcome"], &told["rules"], &told["rules_before"]),
        (&"updated".into(), &120.into(), &100.into())
    );
    assert_ne!(told["sha256"], told["sha256_before"]);
    assert!(is_blocked(&lab, "host0.two.example") && !is_blocked(&lab, "host0.one.example"));

    hush(&lab, "lists undo").good();
    assert!(!is_blocked(&lab, "host0.two.example") && is_blocked(&lab, "host0.one.example"));
    let kept = hush(&lab, "lists update --json").good();
    assert_eq!(kept.list()["trouble"]["kind"], "taken-back");
    assert!(is_blocked(&lab, "host0.one.example"));
}

#[test]
fn what_is_broken_cut_off_or_shrunken_keeps_the_old_list_and_says_so_with_numbers() {
    let (lab, server) = with_list();
    // Where a redirection without TLS leads, there is a good list.
    let web = WebServer::start(&lab);
    web.put("good.txt", "good.example\n".repeat(200));
    let cut_off = b"||a.example^\n||b.example^\n".to_vec();
    let page = b"<!DOCTYPE html><html>gone.example</html>".to_vec();
    let too_large = 65 << 20;
    for (answer, kind, words) in [
        (
            list(30, "two"),
            "shrunken",
            "The new list is much shorter (30 instead of 100). We kept the old one.",
        ),
        (Answer::Text(page), "web-page", "web page"),
        (Answer::Text(b"!nothing\n".to_vec()), "no-rules", "We kept the old one."),
        (Answer::CutOff(cut_off), "not-fetched", "after 26 of 52 bytes"),
        (Answer::Announced(too_large), "too-large", "67.1 MB"),
        (Answer::Endless(too_large), "too-large", "67.1 MB"),
        (Answer::Redirect("http://host.test/good.txt".to_owned()), "not-fetched", "https://"),
        (Answer::Redirect("/gone.txt".to_owned()), "not-fetched", "404"),
        (Answer::Redirect("/ads.txt".to_owned()), "not-fetched", "redirects more than"),
    ] {
        server.publish("ads.txt", answer);
        let told = hush(&lab, "lists update --json");
        assert_eq!(told.code, Some(1), "{kind}: {}{}", told.stdout, told.stderr);
        assert_eq!(
            (&told.list()["outcome"], &told.list()["trouble"]["kind"]),
            (&"kept".into(), &kind.into())
        );
        told.says(words);
        assert!(is_blocked(&lab, "host0.one.example"), "{kind}");
        let shown = hush(&lab, "lists show --json").good();
        assert_eq!(
            (&shown.list()["rules"], &shown.list()["trouble"]["kind"]),
            (&100.into(), &kind.into())
        );
    }
    assert!(web.served(0).is_empty());
    server.publish("ads.txt", list(30, "two"));
    hush(&lab, "lists update ads --accept-shrunken").good().says("30 rules (before: 100)");
    assert!(is_blocked(&lab, "host0.two.example"));
    assert!(hush(&lab, "lists show --json").good().list()["trouble"].is_null());
}

#[test]
fn one_list_that_fails_keeps_no_other_from_being_updated() {
    let (lab, server) = with_list();
    server.publish("more.txt", list(10, "more"));
    hush(&lab, &format!("lists add {}", server.url("more.txt"))).good();
    server.publish("ads.txt", Answer::Announced(65 << 20));
    server.publish("more.txt", list(11, "newer"));
    let told = hush(&lab, "lists update --json");
    assert_eq!(told.code, Some(1));
    assert_eq!(told.json()["lists"][0]["outcome"], "kept");
    assert_eq!(told.json()["lists"][1]["outcome"], "updated");
    assert!(is_blocked(&lab, "host0.one.example") && is_blocked(&lab, "host0.newer.example"));
}

#[test]
fn only_tls_to_a_known_server_is_fetched_from() {
    let lab = Lab::with_names();
    let web = WebServer::start(&lab);
    web.put("list.txt", "a.example\n");
    let plain = hush(&lab, "lists add http://host.test/list.txt");
    assert_eq!(plain.code, Some(125));
    plain.says("http:// is not fetched from");
    // The certificate is for other names than this address.
    let other = hush(&lab, &format!("lists add https://{}/list.txt", Lab::TRACKER4));
    assert_eq!(other.code, Some(1));
    other.says("no safe connection");
    let unknown = hush(&lab, "lists add https://nobody.test/list.txt");
    assert_eq!(unknown.code, Some(1));
    unknown.says("not known");
    assert_eq!(hush(&lab, "lists show").code, Some(125), "nothing was added");
    // Over TLS the same file is taken, from another hand's server.
    hush(&lab, "lists add https://host.test/list.txt").good();
    assert!(is_blocked(&lab, "a.example"));
    assert_eq!(web.served(1), ["HTTP/1.1 /list.txt"]);
}

#[test]
fn a_checksum_that_was_asked_for_must_be_the_one_that_came() {
    let lab = Lab::with_names();
    let path = lab.write("mine.txt", "a.example\n");
    let wrong = "0".repeat(64);
    let told = hush(&lab, &format!("lists add {} --sha256 {wrong}", path.display()));
    assert_eq!(told.code, Some(1));
    told.says(&wrong);
    told.says("nothing was added");
    let sum = lab.run(Side::Uplink, &format!("sha256sum {}", path.display()));
    let sum = sum.split_whitespace().next().unwrap();
    let added = hush(&lab, &format!("lists add {} --sha256 {sum} --json", path.display())).good();
    assert_eq!(added.list()["sha256"], sum);
    lab.write("mine.txt", "a.example\nb.example\n");
    let kept = hush(&lab, &format!("lists update mine --sha256 {wrong} --json"));
    assert_eq!((kept.code, &kept.list()["trouble"]["kind"]), (Some(1), &"other-checksum".into()));
    assert!(!is_blocked(&lab, "b.example"));
}

#[test]
fn lists_come_from_files_and_the_standard_input_in_every_format() {
    let lab = Lab::with_names();
    for (format, text) in [
        ("hosts", "0.0.0.0 hosts.example\n"),
        ("domains", "domains.example\n"),
        ("wildcard", "*.wildcard.example\n"),
        ("abp", "[Adblock Plus]\n||abp.example^\n"),
        ("dnsmasq", "address=/dnsmasq.example/0.0.0.0\n"),
        ("rpz", "$TTL 60\n@ SOA a. b. 1 1 1 1 1\nrpz.example CNAME .\n"),
    ] {
        let path = lab.write(&format!("{format}.txt"), text);
        hush(&lab, &format!("lists add {}", path.display())).good();
        let shown = hush(&lab, &format!("lists show {format} --json")).good();
        assert_eq!(shown.list()["format"], format);
        let host = if format == "wildcard" {
            "www.wildcard.example".to_owned()
        } else {
            format!("{format}.example")
        };
        assert!(is_blocked(&lab, &host), "{host}");
        let lookup = hush(&lab, &format!("lists lookup .local/share/hushwall/lists {host} --json"));
        let entry = &lookup.good().json()["entries"][0];
        assert_eq!(entry["list"], format);
        let line = entry["line"]["text"].as_str().unwrap();
        assert!(text.lines().any(|known| known == line), "{line}");
    }
    let input = || Stdio::from(File::open(lab.path("hosts.txt")).unwrap());
    assert_eq!(hush_with(&lab, "lists add -", input()).code, Some(125), "it has no name");
    lab.write("hosts.txt", "0.0.0.0 piped.example\n");
    hush_with(&lab, "lists add - --name piped", input()).good();
    assert!(is_blocked(&lab, "piped.example"));
    hush(&lab, "lists update piped").says("hushwall lists update piped --from -");
    lab.write("hosts.txt", "0.0.0.0 piped.example\n0.0.0.0 again.example\n");
    hush_with(&lab, "lists update piped --from -", input()).good();
    assert!(is_blocked(&lab, "again.example"));
}

#[test]
fn rules_about_what_a_phone_cannot_do_without_are_told_and_have_no_effect() {
    let lab = Lab::with_names();
    lab.write("greedy.txt", "account.xiaomi.com\nupdate.miui.com\nads.example\n");
    let added = hush(&lab, "lists add greedy.txt --json").good();
    assert_eq!((&added.list()["rules"], &added.list()["kept_open"]), (&3.into(), &2.into()));
    assert!(is_blocked(&lab, "ads.example") && !is_blocked(&lab, "account.xiaomi.com"));
}

#[test]
fn each_list_is_on_or_off_and_has_its_own_choice_of_subdomains() {
    let lab = Lab::with_names();
    lab.write("wide.txt", "wide.example\n");
    lab.write("narrow.txt", "narrow.example\n");
    hush(&lab, "lists add wide.txt --include-subdomains").good();
    hush(&lab, "lists add narrow.txt").good();
    assert!(is_blocked(&lab, "www.wide.example") && !is_blocked(&lab, "www.narrow.example"));
    hush(&lab, "lists set narrow --include-subdomains yes").good();
    hush(&lab, "lists set wide --include-subdomains no").good();
    assert!(!is_blocked(&lab, "www.wide.example") && is_blocked(&lab, "www.narrow.example"));
    hush(&lab, "lists off narrow").good();
    assert!(!is_blocked(&lab, "narrow.example") && is_blocked(&lab, "wide.example"));
    // Off is off, also where rules name it; and rules may except apps from one that is on.
    let rules = r#"{"version": 1, "lists": [{"name": "narrow"}, {"name": "wide", "except": [{"apps": ["browser"]}]}]}"#;
    let rules = lab.write("rules.json", rules);
    let rules = format!("--json --policy {}", rules.display());
    let verdict = |app: &str, host: &str| {
        let said = hush(&lab, &format!("explain {app} {host} {rules}")).good();
        said.json()["verdict"].clone()
    };
    assert_eq!(verdict("browser", "narrow.example"), "allow");
    assert_eq!(verdict("browser", "wide.example"), "allow");
    assert_eq!(verdict("other", "wide.example"), "block");
    hush(&lab, "lists on narrow").good();
    assert_eq!(verdict("browser", "narrow.example"), "block");
    hush(&lab, "lists remove narrow wide").good();
    assert!(!is_blocked(&lab, "narrow.example") && !is_blocked(&lab, "wide.example"));
}

#[test]
fn a_schedule_makes_a_list_due_and_only_then_is_anybody_asked() {
    let (lab, server) = with_list();
    hush(&lab, "lists update --due").good();
    hush(&lab, "lists set ads --every 7d").good();
    hush(&lab, "lists update --due").good();
    assert_eq!(server.requests().len(), 1, "by hand, then not yet");
    let manifest = lab.path(".local/share/hushwall/lists/lists.json");
    let text = fs::read_to_string(&manifest).unwrap();
    let at = text.find("\"checked_at\": ").unwrap() + 14;
    let end = at + text[at..].find(',').unwrap();
    // As if it had been a week ago.
    let checked: u64 = text[at..end].parse().unwrap();
    let earlier = format!("{}{}{}", &text[..at], checked - 7 * 86_400, &text[end..]);
    fs::write(&manifest, earlier).unwrap();
    assert_eq!(hush(&lab, "lists show --json").good().list()["due"], true);
    let told = hush(&lab, "lists update --due --json").good();
    assert_eq!(told.list()["outcome"], "unchanged");
    assert_eq!(server.requests().len(), 2);
    assert_eq!(hush(&lab, "lists show --json").good().list()["due"], false);
}

#[test]
fn a_running_firewall_stops_what_the_lists_have_and_the_log_tells_how_often() {
    let lab = Lab::with_names();
    let _web = WebServer::start(&lab);
    lab.write("mine.txt", "tracker.test\n");
    hush(&lab, "lists add mine.txt").good();
    lab.write("idle.txt", "idle.example\n");
    hush(&lab, "lists add idle.txt").good();
    let run = lab
        .firewall()
        .option("--log", lab.path("flows.db"))
        .shell("curl -s -o /dev/null http://host.test/; curl -s --max-time 20 http://tracker.test/; true")
        .good();
    assert!(
        run.events().iter().any(|event| event.reason.contains("on the list mine")),
        "{}",
        run.stderr
    );
    let shown = hush(&lab, "lists show --log flows.db --json").good().json();
    let hits = |number: usize| shown["lists"][number]["hits"].as_u64().unwrap();
    assert!(hits(0) > 0, "{shown}");
    assert_eq!(hits(1), 0);
    let later = hush(&lab, "lists show mine --log flows.db --since 2200-01-01 --json").good();
    assert_eq!(later.list()["hits"], 0);
}

#[test]
fn a_running_firewall_takes_changed_lists_up_when_it_is_told_to() {
    let lab = Lab::with_names();
    let _web = WebServer::start(&lab);
    lab.write("mine.txt", "other.example\n");
    hush(&lab, "lists add mine.txt").good();
    let script = "curl -s -o /dev/null -m 20 http://tracker.test/; echo first $?; read line; \
                  curl -s -o /dev/null -m 20 http://tracker.test/; echo second $?";
    let mut running = lab.firewall().start_with(["sh", "-c", script], Stdio::piped());
    running.wait_for("first 0");
    lab.write("mine.txt", "tracker.test\n");
    hush(&lab, "lists update").good();
    let mut input = running.input();
    running.signal(Signal::SIGHUP);
    until("the lists to be read again", || running.stderr().contains("read again").then_some(()));
    input.write_all(b"\n").unwrap();
    let run = running.finish().good();
    assert!(run.stdout.contains("second") && !run.stdout.contains("second 0"), "{}", run.stdout);
}

#[test]
fn a_manifest_that_cannot_be_used_stops_everything_and_stays() {
    let lab = Lab::with_names();
    lab.write("mine.txt", "a.example\n");
    hush(&lab, "lists add mine.txt").good();
    let manifest = lab.path(".local/share/hushwall/lists/lists.json");
    let good = fs::read_to_string(&manifest).unwrap();
    for (text, words) in [
        (good.replace("\"version\": 1", "\"version\": 9"), "version 9"),
        (good.replace("\"on\": true", "\"on\": 7"), "lists[0].on"),
    ] {
        fs::write(&manifest, &text).unwrap();
        for command in [
            "lists show",
            "lists update",
            "lists add mine.txt --name b",
            "explain a b.example",
            "run -- true",
        ] {
            let said = hush(&lab, command);
            assert_eq!(said.code, Some(125), "{command}");
            said.says(words);
            said.says("lists.json");
        }
        assert_eq!(fs::read_to_string(&manifest).unwrap(), text);
    }
    fs::write(&manifest, good).unwrap();
    assert!(is_blocked(&lab, "a.example"));
}

#[test]
fn the_catalogue_names_lists_with_their_licence_and_what_they_break() {
    let lab = Lab::new();
    let told = hush(&lab, "lists catalogue --json").good().json();
    let lists = told["lists"].as_array().unwrap();
    for list in lists {
        for field in ["name", "licence", "blocks", "breaks"] {
            assert!(!list[field].as_str().unwrap().is_empty(), "{list}");
        }
        assert!(list["url"].as_str().unwrap().starts_with("https://"), "{list}");
    }
    let names: Vec<&str> = lists.iter().map(|list| list["name"].as_str().unwrap()).collect();
    for name in [
        "hagezi-light",
        "oisd-small",
        "stevenblack",
        "adguard-dns",
        "easylist",
        "goodbyeads-xiaomi",
        "nextdns-xiaomi",
    ] {
        assert!(names.contains(&name), "{name}");
    }
    // Nothing is fetched to tell them; to add one, somebody is asked.
    let added = hush(&lab, "lists add nextdns-xiaomi");
    assert_eq!(added.code, Some(1));
    added.says("was not fetched");
    hush(&lab, "lists add no-such-list").says("hushwall lists catalogue");
}
