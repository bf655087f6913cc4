//! A log goes in, what a user reads comes out.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::HashMap;

use catalog::{Catalog, Category};
use geo::{Compiler, Places};
use hushwall_report::{
    CompanyReport, Contact, Hidden, Period, Question, Report, Sources, UtcOffset, csv, html, json,
};
use serde_json::Value;
use store::{Connection, Options, Reader, Reason, ReasonCode, State, Store, Verdict};
use tempfile::TempDir;
use wire::{AppId, FlowKey, HostName, NameSource, Owner, Protocol};

/// A Monday, 00:00 UTC.
const MONDAY: i64 = 1_795_392_000_000;
const HOUR: i64 = 3_600_000;

struct Log {
    _folder: TempDir,
    reader: Reader,
}

/// What apps did: app, host (or none), address, hours after Monday began, and whether it was blocked.
fn log(connections: &[(&str, Option<&str>, &str, i64, bool)]) -> Log {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("log");
    let (mut store, _) = Store::open(&path, Options::default()).unwrap();
    let rows: Vec<Connection> = connections
        .iter()
        .enumerate()
        .map(|(id, &(app, host, remote, hours, blocked))| {
            let started_ms = MONDAY + hours * HOUR;
            let remote: std::net::SocketAddr = remote.parse().unwrap();
            let places = places();
            let place = places.lookup(remote.ip());
            let source = if remote.port() == 53 { NameSource::Dns } else { NameSource::Sni };
            Connection {
                id: id as u64,
                started_ms,
                ended_ms: Some(started_ms),
                updated_ms: started_ms,
                owner: Owner::App(AppId { uid: 10_001, name: app.into() }),
                key: FlowKey {
                    protocol: Protocol::Tcp,
                    local: "10.0.0.2:40000".parse().unwrap(),
                    remote,
                },
                name: host.map(|host| (HostName::parse(host.as_bytes()).unwrap(), source)),
                verdict: if blocked { Verdict::Block } else { Verdict::Allow },
                reason: reason(blocked),
                state: if blocked { State::Blocked } else { State::Closed },
                // A blocked question has bytes too, which went nowhere.
                bytes_up: if blocked && remote.port() != 53 { 0 } else { 100 },
                bytes_down: if blocked && remote.port() != 53 { 0 } else { 2000 },
                packets_up: 1,
                packets_down: 1,
                network: "wifi".into(),
                // Nobody told in the evening.
                screen_on: (hours < 20).then_some(hours >= 7),
                country: place.country.map(|country| country.0),
                asn: place.network.map(|network| network.number),
            }
        })
        .collect();
    store.write(&rows).unwrap();
    Log { reader: Reader::open(&path).unwrap(), _folder: folder }
}

fn reason(blocked: bool) -> Reason {
    let (code, text) = match blocked {
        true => (ReasonCode::Listed, "it is on a list"),
        false => (ReasonCode::NothingAgainst, "nothing against"),
    };
    Reason { code, text: text.into(), listed: None }
}

fn places() -> Places<Vec<u8>> {
    let mut compiler = Compiler::new();
    compiler.add_countries("47.241.0.0,47.241.255.255,SG\n").unwrap();
    let names = HashMap::from([(45_102, "Alibaba Cloud"), (64_496, "<b>\"Evil\" & Sons\u{202e}")]);
    let networks = "47.241.0.0,47.241.255.255,45102\n198.51.100.0,198.51.100.255,64496\n";
    compiler.add_networks(networks, &names).unwrap();
    compiler.attribution("IP Geolocation by DB-IP");
    Places::open(compiler.finish()).unwrap()
}

/// The Monday, in a zone two hours ahead of UTC.
fn report(log: &Log, apps: &[&str]) -> Report {
    let catalog = Catalog::built_in().unwrap();
    let places = places();
    let sources = Sources { log: Some(&log.reader), catalog: &catalog, places: Some(&places) };
    let question = Question {
        apps: apps.iter().map(|app| (*app).to_owned()).collect(),
        period: Period { since_ms: MONDAY, until_ms: MONDAY + 24 * HOUR },
        before_ms: None,
        midnights: Vec::new(),
        utc_offset: UtcOffset::Fixed(7200),
    };
    Report::of(&sources, &question).unwrap()
}

fn contact<'r>(report: &'r Report, who: &str) -> &'r Contact {
    report.contacts.iter().find(|contact| contact.who == who).unwrap()
}

fn names(counts: &[hushwall_report::Count]) -> Vec<(&str, u64)> {
    counts.iter().map(|count| (count.name.as_str(), count.count)).collect()
}

fn redmi() -> Log {
    let browser = "com.android.browser";
    log(&[
        // The day before.
        (browser, Some("sa.api.intl.miui.com"), "47.241.69.153:443", -5, false),
        (browser, Some("tracking.intl.miui.com"), "47.241.35.73:443", -30, false),
        // The day.
        (browser, Some("sa.api.intl.miui.com"), "47.241.69.153:443", 0, true),
        (browser, Some("sa.api.intl.miui.com"), "47.241.69.153:443", 10, true),
        (browser, Some("o.data.mistat.xiaomi.com"), "47.241.7.88:80", 10, true),
        (browser, Some("data.mistat.intl.xiaomi.com"), "47.241.7.88:80", 21, false),
        (browser, Some("shop.example"), "203.0.113.7:443", 11, false),
        ("com.xiaomi.xmsf,com.miui.core", None, "203.107.1.65:80", 12, true),
        ("com.xiaomi.xmsf,com.miui.core", None, "47.241.1.1:5222", 12, false),
        // Questions for names: one answered, one blocked.
        (browser, Some("shop.example"), "10.111.222.2:53", 11, false),
        (browser, Some("t.appsflyer.com"), "10.111.222.2:53", 11, true),
        // The day after.
        (browser, Some("late.example"), "203.0.113.8:443", 24, false),
    ])
}

#[test]
fn a_report_tells_who_was_contacted_how_often_and_why() {
    let log = redmi();
    let report = report(&log, &[]);
    let who: Vec<&str> = report.contacts.iter().map(|contact| contact.who.as_str()).collect();
    let wanted = [
        "Xiaomi: MiStat",
        "Xiaomi: Sensors Analytics",
        "Alibaba Cloud",
        "Alibaba HTTPDNS",
        "AppsFlyer",
        "shop.example",
    ];
    assert_eq!(who, wanted);
    assert_eq!((report.sum.connections, report.sum.blocked, report.sum.allowed()), (8, 5, 3));
    assert_eq!((report.sum.bytes_up, report.sum.bytes_down), (300, 6000));
    assert_eq!((report.before.connections, report.before.blocked), (1, 0));

    let sensors = contact(&report, "Xiaomi: Sensors Analytics");
    let about = sensors.about.as_ref().unwrap();
    assert_eq!((about.organisation.as_str(), about.category), ("Xiaomi", "usage statistics"));
    assert_eq!(names(&sensors.hosts), [("sa.api.intl.miui.com", 2)]);
    assert!(sensors.addresses.is_empty());
    let lookups = contact(&report, "Alibaba HTTPDNS");
    assert_eq!(
        (names(&lookups.hosts), names(&lookups.addresses)),
        (vec![], vec![("203.107.1.65", 1)])
    );
    assert_eq!(sensors.countries[0].code.as_deref(), Some("SG"));
    assert_eq!(names(&sensors.countries), [("Singapore", 2)]);
    assert_eq!(names(&sensors.networks), [("Alibaba Cloud", 2)]);
    assert_eq!((sensors.sum.blocked, sensors.before.connections, sensors.is_new), (2, 1, false));
    assert_eq!((sensors.first_ms, sensors.last_ms), (MONDAY, MONDAY + 10 * HOUR));
    assert_eq!(sensors.why.len(), 1);
    assert_eq!((sensors.why[0].verdict, sensors.why[0].count), ("block", 2));

    let mistat = contact(&report, "Xiaomi: MiStat");
    assert!(mistat.is_new);
    assert_eq!(mistat.why.len(), 2, "blocked and let through, each with its reason");
    assert_eq!(names(&contact(&report, "shop.example").hosts), [("shop.example", 1)]);
    assert_eq!(report.attribution.as_deref(), Some("IP Geolocation by DB-IP"));
}

#[test]
fn hours_are_local() {
    let log = redmi();
    let report = report(&log, &[]);
    // 00:00 UTC is 02:00, and 21:00 UTC is 23:00: both at night.
    assert_eq!(report.sum.at_night, 2);
    assert_eq!((report.sum.screen_off, report.before.screen_off), (1, 1));
    assert_eq!(report.sum.screen_off_at_night, 1, "at 02:00, not at 23:00 when nobody told");
    let busy = report.by_hour.iter().enumerate().filter(|(_, count)| **count > 0);
    let busy: Vec<(usize, u64)> = busy.map(|(hour, count)| (hour, *count)).collect();
    assert_eq!(busy, [(2, 1), (12, 2), (13, 2), (14, 2), (23, 1)]);
    assert_eq!(report.blocked_by_hour[12], 2);
}

#[test]
fn days_and_the_period_before_are_summed_from_the_totals() {
    let log = redmi();
    let day = report(&log, &[]);
    // Local midnights are at 22:00 UTC: 21:00 is 23:00 of the Monday.
    let days: Vec<(i64, u64, u64)> = day
        .by_day
        .iter()
        .map(|day| ((day.since_ms - MONDAY) / HOUR, day.total.connections, day.total.blocked))
        .collect();
    assert_eq!(days, [(-2, 8, 5)], "without the question that was answered");
    assert_eq!((day.sum.connections, day.sum.blocked), (8, 5), "as the contacts count");
    assert_eq!((day.total_before.connections, day.total_before.blocked), (1, 0));
    assert_eq!(day.known_since_ms, Some(MONDAY - 30 * HOUR));

    let catalog = Catalog::built_in().unwrap();
    let sources = Sources::<Vec<u8>> { log: Some(&log.reader), catalog: &catalog, places: None };
    let question = Question {
        apps: Vec::new(),
        period: Period { since_ms: MONDAY, until_ms: MONDAY + 11 * HOUR },
        before_ms: Some(MONDAY - 30 * HOUR),
        midnights: [0, 24, 48].map(|hours| MONDAY + hours * HOUR).to_vec(),
        utc_offset: UtcOffset::Fixed(0),
    };
    let so_far = Report::of(&sources, &question).unwrap();
    assert!(html(&so_far).contains("<tr><td>2026-11-23</td><td>3</td><td>"));
    let blocked: Vec<u64> = so_far.by_day.iter().map(|day| day.total.blocked).collect();
    assert_eq!(blocked, [3, 0], "the second day has not come yet");
    assert_eq!(so_far.total_before.connections, 1, "of the first eleven hours");
    assert_eq!(so_far.before.connections, 1);

    assert_eq!(report(&log, &["com.xiaomi.xmsf", "com.miui.core"]).by_day[0].total.connections, 2);
    assert!(report(&log, &["org.example"]).by_day.is_empty());
}

#[test]
fn companies_countries_and_reasons_are_gathered() {
    let log = redmi();
    let report = report(&log, &[]);
    let companies: Vec<(&str, bool, u64, u64)> = report
        .companies
        .iter()
        .map(|company| {
            let sum = &company.sum;
            (company.name.as_str(), company.is_known, sum.blocked, sum.connections)
        })
        .collect();
    let wanted = [
        ("Xiaomi", true, 3, 4),
        ("Alibaba", true, 1, 1),
        ("AppsFlyer", true, 1, 1),
        ("Alibaba Cloud", false, 0, 1),
        ("shop.example", false, 0, 1),
    ];
    assert_eq!(companies, wanted);
    assert_eq!(names(&report.companies[0].countries), [("Singapore", 4)]);
    assert_eq!(names(&report.blocked_by_country), [("Singapore", 3)], "as far as known");
    let decided: Vec<(&str, &str, u64)> = report
        .decided
        .iter()
        .map(|decided| (decided.code, decided.verdict, decided.count))
        .collect();
    assert_eq!(decided, [("listed", "block", 5), ("nothing-against", "allow", 3)]);
}

#[test]
fn apps_that_were_not_there_before_are_new() {
    let log = redmi();
    assert_eq!(names(&report(&log, &[]).new_apps), [("com.xiaomi.xmsf,com.miui.core", 2)]);
    assert_eq!(names(&report(&log, &["com.miui.core"]).new_apps).len(), 1);
    assert!(report(&log, &["com.android.browser"]).new_apps.is_empty());
    let first =
        self::log(&[("com.android.browser", Some("shop.example"), "203.0.113.7:443", 3, false)]);
    assert!(report(&first, &[]).new_apps.is_empty(), "nothing is known of before");
}

#[test]
fn apps_are_chosen_by_any_of_their_packages() {
    let log = redmi();
    let count = |apps: &[&str]| report(&log, apps).sum.connections;
    assert_eq!(count(&["com.android.browser"]), 6);
    assert_eq!(count(&["com.xiaomi.xmsf"]), 2);
    assert_eq!(count(&["com.xiaomi.xmsf", "com.miui.core"]), 2, "not twice");
    assert_eq!(count(&["com.android.browser", "com.miui.core"]), 8);
    assert_eq!(count(&["org.example"]), 0);
    assert!(html(&report(&log, &["org.example"])).contains("Nobody was contacted."));
}

#[test]
fn csv_has_a_row_for_each_contact() {
    let log = redmi();
    let text = csv(&report(&log, &[]));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 7);
    assert!(lines[0].starts_with("who,organisation,product,category,level"));
    assert!(
        lines[2].starts_with(
            "Xiaomi: Sensors Analytics,Xiaomi,Sensors Analytics,usage statistics,block,"
        )
    );
    assert!(
        lines[2].contains(",1,1,2026-11-23 02:00,2026-11-23 12:00,1,0,it is on a list"),
        "{}",
        lines[2]
    );
}

#[test]
fn what_is_hidden_is_nowhere_in_what_is_written() {
    let browser = "com.android.browser";
    let listed = [(browser, Some("t.appsflyer.com"), "47.241.7.88:443", 1, true)];
    let apps = ["com.android.browser", "com.xiaomi.xmsf", "com.miui.core"];
    let hosts = [
        "miui.com",
        "data.mistat",
        "appsflyer.com",
        "shop.example",
        "203.107.1.65",
        "47.241",
        "203.0.113",
        "10.111",
    ];
    let telling = Reason {
        code: ReasonCode::Rule,
        text: "rule 3: com.android.browser may not reach shop.example".into(),
        listed: None,
    };
    for (hidden, gone, kept) in [
        (Hidden { apps: true, hosts: false }, &apps[..], &hosts[..4]),
        (Hidden { apps: false, hosts: true }, &hosts[..], &apps[..]),
        (Hidden { apps: true, hosts: true }, &[&apps[..], &hosts].concat(), &[]),
    ] {
        for asked in [&[][..], &apps[..1]] {
            let log = redmi();
            let mut told = report(&log, asked);
            told.contacts[0].why[0].text = telling.text.to_string();
            told.hide(hidden);
            for text in [html(&told), csv(&told), json(&told)] {
                for word in gone {
                    assert!(!text.to_lowercase().contains(word), "{hidden:?}: {word} in {text}");
                }
                assert!(
                    text.contains("Xiaomi") && (asked.len() == 1 || text.contains("Alibaba Cloud"))
                );
            }
            let page = html(&told);
            assert!(asked.len() == 1 || kept.iter().all(|word| page.contains(word)), "{page}");
        }
    }
    let mut told = report(&log(&listed), &[]);
    told.hide(Hidden::default());
    assert!(csv(&told).contains("t.appsflyer.com") && csv(&told).contains("it is on a list"));
}

#[test]
fn who_is_hidden_can_still_be_told_apart() {
    let mut told = report(&redmi(), &[]);
    told.hide(Hidden { apps: true, hosts: true });
    let apps: Vec<&str> = told
        .contacts
        .iter()
        .flat_map(|contact| &contact.apps)
        .map(|app| app.name.as_str())
        .collect();
    assert!(
        apps.contains(&"app 1") && apps.contains(&"app 2") && !apps.contains(&"app 3"),
        "{apps:?}"
    );
    let who: Vec<&str> = told.contacts.iter().map(|contact| contact.who.as_str()).collect();
    assert!(who.contains(&"host 1") && who.contains(&"AppsFlyer"), "{who:?}");
    assert!(told.companies.iter().any(|company| company.name == "host 1"));
    let one = html(&{
        let mut told = report(&redmi(), &["com.android.browser"]);
        told.hide(Hidden { apps: true, hosts: false });
        told
    });
    assert!(one.contains("By one app, whose name is hidden"), "{one}");
}

#[test]
fn a_company_is_told_with_its_apps_purposes_days_and_what_a_rule_would_name() {
    let log = redmi();
    let catalog = Catalog::built_in().unwrap();
    let places = places();
    let sources = Sources { log: Some(&log.reader), catalog: &catalog, places: Some(&places) };
    let period = Period { since_ms: MONDAY - 24 * HOUR, until_ms: MONDAY + 24 * HOUR };
    let midnights = [MONDAY - 24 * HOUR, MONDAY, MONDAY + 24 * HOUR];
    let told = CompanyReport::of(&sources, "Xiaomi", period, &midnights).unwrap().unwrap();
    assert_eq!((told.seat.as_str(), told.total.connections, told.total.blocked), ("CN", 5, 3));
    let days: Vec<u64> = told.by_day.iter().map(|day| day.total.connections).collect();
    assert_eq!(days, [1, 4]);
    assert_eq!(told.apps.len(), 1);
    assert_eq!(&*told.apps[0].0.id().unwrap().name, "com.android.browser");
    assert_eq!((told.categories[0].0, told.categories[0].1.blocked), (Category::Analytics, 3));
    assert_eq!(names(&told.countries), [("Singapore", 5)]);
    let hosts: Vec<&str> = told.hosts.iter().map(HostName::as_str).collect();
    assert!(hosts.contains(&"ad.xiaomi.com"));
    assert!(!hosts.contains(&"log.ad.xiaomi.com"), "the rule about ad.xiaomi.com covers it");
    assert!(!hosts.contains(&"find.api.micloud.xiaomi.net"), "never blocked");
    let lookups = CompanyReport::of(&sources, "Alibaba", period, &midnights).unwrap().unwrap();
    assert_eq!(lookups.total.connections, 1, "without a name, by its address");
    assert!(CompanyReport::of(&sources, "xiaomi", period, &[]).unwrap().is_none());
}

#[test]
fn nothing_hostile_gets_through() {
    for host in
        ["<script>", "=cmd|' /C calc'!A0", "a\u{1b}[2J.example", "a\u{202e}b.example", "a\"b"]
    {
        assert!(
            HostName::parse(host.as_bytes()).is_err(),
            "{host:?} is no name, so it is not shown as one"
        );
    }
    let log = log(&[
        ("<script>alert(1)</script>", Some("a.example"), "198.51.100.1:443", 1, false),
        ("=HYPERLINK(\"http://a.example\")", Some("b.example"), "198.51.100.1:443", 1, true),
        ("@SUM(1)\u{1b}]0;owned\u{7}", None, "198.51.100.1:443", 1, true),
        ("com.example\u{202e}evil\u{2066}", Some("c.example"), "198.51.100.1:443", 1, true),
        ("'\"><img src=x onerror=alert(1)>", Some("d.example"), "198.51.100.1:443", 1, true),
    ]);
    let report = report(
        &log,
        &[
            "<script>alert(1)</script>",
            "=HYPERLINK(\"http://a.example\")",
            "@SUM(1)\u{1b}]0;owned\u{7}",
            "com.example\u{202e}evil\u{2066}",
            "'\"><img src=x onerror=alert(1)>",
        ],
    );
    assert_eq!(report.sum.connections, 5);

    let page = html(&report);
    for mark in ["<script", "<img", "<b>\"", "onerror=alert(1)>", "\u{202e}", "\u{1b}", "\u{7}"] {
        assert!(!page.contains(mark), "{mark:?}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(page.contains("default-src 'none'"));
    let loads = ["src=", "href=", "@import", "url(", "http-equiv=\"refresh"];
    let without_names = page.replace("src=x", "");
    assert!(loads.iter().all(|load| !without_names.contains(load)), "the page needs nothing else");

    let table = csv(&report);
    for line in table.lines().skip(1) {
        for cell in line.split(',') {
            assert!(!cell.trim_start_matches('"').starts_with(['=', '+', '-', '@']), "{cell}");
        }
    }
    let object = json(&report);
    for text in [&table, &object] {
        assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}', '\u{2066}']));
    }
    let value: Value = serde_json::from_str(&object).unwrap();
    let apps: Vec<&str> = value["contacts"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|contact| contact["apps"].as_array().unwrap())
        .map(|app| app["name"].as_str().unwrap())
        .collect();
    assert!(apps.contains(&"com.example\u{202e}evil\u{2066}"), "JSON keeps names whole");
    assert!(page.contains("&lt;b&gt;&quot;Evil&quot; &amp; Sons\\u{202e}"));
}
