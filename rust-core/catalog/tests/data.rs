//! The rules that the data keeps, and what the program does by it.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::{HashMap, HashSet};
use std::fs;
use std::net::IpAddr;
use std::path::Path;

use hushwall_catalog::{
    Catalog, Category, Certainty, KITS, Level, MAKERS, NEVER, Row, STRICT, Severity, TRACKERS,
    XIAOMI, XIAOMI_STRICT,
};
use policy::{Document, Evidence, Moment, Policy, Reason, Resources, Situation, Subject, Verdict};
use serde_json::Value;
use wire::{AppId, FlowKey, HostName, NameSource, Owner, Protocol};

fn catalog() -> Catalog {
    Catalog::built_in().unwrap()
}

fn host(name: &str) -> HostName {
    HostName::parse(name.as_bytes()).unwrap()
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/trackers")
}

/// The files of rows, by name.
fn files() -> Vec<(String, Value)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.ends_with(".json") && name != "schema.json" && name != "sources.json" {
            files.push((name, serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()));
        }
    }
    files
}

/// Whether this is blocked for the app, by a document with these lists.
fn is_blocked(lists: &str, app: &str, name: Option<&str>, remote: &str) -> bool {
    let document = Document::parse(&format!(r#"{{"version": 1, "lists": {lists}}}"#)).unwrap();
    let built_in = Some(catalog().lists().into());
    let resources = Resources { built_in, ..Resources::default() };
    let moment = Moment { unix_seconds: 0, utc_offset_at: |_| 0 };
    let policy = Policy::compile(&document, &resources, &Situation::default(), &moment).unwrap();
    let owner = Owner::App(AppId { uid: 10_001, name: app.into() });
    let key = FlowKey {
        protocol: Protocol::Tcp,
        local: "10.0.0.2:40000".parse().unwrap(),
        remote: remote.parse().unwrap(),
    };
    let names: Vec<Evidence> = name
        .map(|name| Evidence { name: host(name), source: NameSource::Sni })
        .into_iter()
        .collect();
    policy.decide(&Subject { owner: &owner, key: &key, names: &names }).verdict != Verdict::Allow
}

fn browser_is_blocked(name: &str) -> bool {
    is_blocked("[]", "com.android.browser", Some(name), "198.51.100.1:443")
}

#[test]
fn every_file_of_the_folder_is_part_of_the_program() {
    let rows: usize = files().iter().map(|(_, file)| file["rows"].as_array().unwrap().len()).sum();
    assert_eq!(rows, catalog().rows().len());
    assert!(rows > 100);
}

#[test]
fn the_schema_knows_every_field_and_word_that_is_used() {
    let schema = fs::read_to_string(folder().join("schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let described = &schema["$defs"]["row"]["properties"];
    let words = |pointer: &str| -> HashSet<&str> {
        described
            .pointer(pointer)
            .unwrap()
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect()
    };
    for (name, file) in files() {
        for row in file["rows"].as_array().unwrap() {
            let id = row["id"].as_str().unwrap();
            for field in row.as_object().unwrap().keys() {
                assert!(described.get(field).is_some(), "{name} {id}: {field}");
            }
            for required in schema["$defs"]["row"]["required"].as_array().unwrap() {
                assert!(row.get(required.as_str().unwrap()).is_some(), "{name} {id}: {required}");
            }
            assert!(words("/category/enum").contains(row["category"].as_str().unwrap()), "{id}");
            assert!(words("/level/enum").contains(row["level"].as_str().unwrap()), "{id}");
            for data in row["data"].as_array().into_iter().flatten() {
                assert!(words("/data/items/enum").contains(data.as_str().unwrap()), "{id}: {data}");
            }
            let organisation = row["organisation"].as_str().unwrap();
            assert!(id.starts_with(&format!("{organisation}.")), "{id}");
        }
    }
}

#[test]
fn every_row_says_what_it_is_and_why_we_say_so() {
    let catalog = catalog();
    for row in catalog.rows() {
        let Row { id, purpose, breakage, evidence, .. } = row;
        assert!(purpose.ends_with('.') && purpose.chars().next().unwrap().is_uppercase(), "{id}");
        assert!(!evidence.is_empty(), "{id}");
        for evidence in evidence {
            let source = catalog.source(&evidence.source).unwrap();
            assert!(!source.licence.is_empty() && source.date.len() >= 4, "{id}: {}", source.id);
            let url = source.url.as_deref().unwrap_or_default();
            assert!(url.starts_with("http"), "{id}: who can follow {}?", source.id);
        }
        if let Some(text) = &breakage.text {
            assert!(text.ends_with('.') && text.chars().next().unwrap().is_uppercase(), "{id}");
        }
        // A list alone does not say what a host is for: what is protected is known by what its maker says or what broke.
        let is_list = |source: &str| {
            catalog.source(source).unwrap().kind == hushwall_catalog::SourceKind::List
        };
        let known = evidence.iter().any(|evidence| !is_list(&evidence.source));
        assert!(row.level != Level::Never || known, "{id}");
        assert!(row.regions.iter().all(|region| region.len() == 2), "{id}");
    }
}

#[test]
fn what_is_blocked_from_the_start_breaks_nothing_that_is_missed() {
    for row in catalog().rows().iter().filter(|row| row.level == Level::Block) {
        let Row { id, category, breakage, .. } = row;
        let is_advertising = category.words() == "advertising";
        assert!(breakage.severity < Severity::Feature || is_advertising, "{id}");
        assert_ne!(breakage.sure, Certainty::Untested, "{id}");
    }
}

#[test]
fn no_row_hides_another() {
    let catalog = catalog();
    let levels: HashMap<&str, (&str, Level)> = catalog
        .rows()
        .iter()
        .flat_map(|row| row.hosts.iter().map(|host| (host.as_str(), (row.id.as_str(), row.level))))
        .collect();
    for row in catalog.rows() {
        for host in &row.hosts {
            for above in host.suffixes().skip(1) {
                let Some(&(id, level)) = levels.get(above) else { continue };
                assert_ne!(id, row.id, "{host} is below {above} in the same row");
                // What is protected above cannot be blocked below; what is blocked above needs no strictness below.
                let hidden = match (level, row.level) {
                    (Level::Never, Level::Block | Level::Strict)
                    | (Level::Block, Level::Strict) => true,
                    (Level::Block | Level::Strict | Level::Never, _) => false,
                };
                assert!(
                    !hidden,
                    "{host} ({}, {}) is below {above} ({id}, {level})",
                    row.id, row.level
                );
            }
        }
        for listed in &row.addresses {
            let address: IpAddr = listed.addresses.to_string().parse().unwrap();
            let port = listed.ports.map_or(443, |ports| ports.to_string().parse().unwrap());
            let found = catalog.about_address(address, port, Protocol::Tcp).unwrap();
            assert_eq!(found.id, row.id, "{address}");
        }
    }
}

#[test]
fn every_host_is_decided_as_its_row_says() {
    for row in catalog().rows() {
        for host in &row.hosts {
            let plain = browser_or_other(row, "[]", host);
            let strict = browser_or_other(row, &format!(r#"[{{"name": "{STRICT}"}}]"#), host);
            let wanted = match row.level {
                Level::Block => (true, true),
                Level::Strict => (false, true),
                Level::Never => (false, false),
            };
            assert_eq!((plain, strict), wanted, "{host} ({})", row.id);
        }
    }
    fn browser_or_other(row: &Row, lists: &str, host: &HostName) -> bool {
        assert!(!row.own_apps.iter().any(|app| app == "org.example.app"));
        is_blocked(lists, "org.example.app", Some(host.as_str()), "198.51.100.1:443")
    }
}

#[test]
fn the_redmi_is_kept_from_telling_and_goes_on_working() {
    for name in [
        "sa.api.intl.miui.com",
        "tracking.intl.miui.com",
        "data.mistat.xiaomi.com",
        "data.mistat.intl.xiaomi.com",
        "api.ad.intl.xiaomi.com",
        "globalapi.ad.xiaomi.com",
        "sdkconfig.ad.intl.xiaomi.com",
        "t.appsflyer.com",
        "httpdns.browser.miui.com",
    ] {
        assert!(browser_is_blocked(name), "{name}");
    }
    for name in [
        "account.xiaomi.com",
        "sgpac.account.xiaomi.com",
        "find.api.micloud.xiaomi.net",
        "us.find.api.micloud.xiaomi.net",
        "update.miui.com",
        "bigota.d.miui.com",
        "eu-unlock.update.intl.miui.com",
        "connect.rom.miui.com",
        "api.io.mi.com",
        "api.zhuti.xiaomi.com",
        "app.chat.global.xiaomi.net",
        "www.mi.com",
        "wikipedia.org",
    ] {
        assert!(!browser_is_blocked(name), "{name}");
    }
}

#[test]
fn imported_lists_do_not_block_what_is_protected() {
    let imported = r#"[{"name": "imported", "hosts": ["xiaomi.com", "miui.com"]}]"#;
    let blocked = |name| is_blocked(imported, "any.app", Some(name), "198.51.100.1:443");
    assert!(blocked("shop.xiaomi.com"));
    assert!(!blocked("account.xiaomi.com"));
    assert!(!blocked("update.miui.com"));
    let overridden = format!(
        r#"[{{"name": "imported", "hosts": ["xiaomi.com"]}}, {{"name": "{NEVER}", "enabled": false}}]"#
    );
    assert!(is_blocked(&overridden, "any.app", Some("account.xiaomi.com"), "198.51.100.1:443"));
}

#[test]
fn what_needs_no_name_is_met_by_its_address() {
    let app = "com.xiaomi.xmsf";
    // Alibaba's HTTPDNS, which a Redmi asks over plain HTTP.
    assert!(is_blocked("[]", app, None, "203.107.1.65:80"));
    assert!(is_blocked("[]", app, None, "[2401:b180:2000:20::10]:443"));
    let strict = format!(r#"[{{"name": "{STRICT}"}}]"#);
    assert!(!is_blocked("[]", app, None, "161.117.97.14:443"));
    assert!(is_blocked(&strict, app, None, "161.117.97.14:443"));
    assert!(!is_blocked(&strict, app, None, "161.117.97.14:80"));
}

#[test]
fn a_company_reaches_its_own_servers() {
    let strict = format!(r#"[{{"name": "{STRICT}"}}]"#);
    let blocked = |app, name| is_blocked(&strict, app, Some(name), "198.51.100.1:443");
    for own in ["com.facebook.katana", "com.instagram.android", "com.whatsapp"] {
        assert!(!blocked(own, "graph.facebook.com"), "{own}");
    }
    assert!(blocked("org.example.game", "graph.facebook.com"));
    assert!(blocked("org.example.game", "an.facebook.com"));
    assert!(blocked("com.facebook.katana", "app-measurement.com"));
}

#[test]
fn a_host_leads_to_its_row() {
    let catalog = catalog();
    let title = |name: &str| catalog.about_host(&host(name)).map(|row| catalog.title(row));
    assert_eq!(title("sa.api.intl.miui.com").unwrap(), "Xiaomi: Sensors Analytics");
    assert_eq!(title("o.data.mistat.xiaomi.com").unwrap(), "Xiaomi: MiStat");
    assert_eq!(title("t.appsflyer.com").unwrap(), "AppsFlyer");
    assert_eq!(title("example.org"), None);
    let address = "161.117.97.14".parse().unwrap();
    let row = catalog.about_address(address, 443, Protocol::Tcp).unwrap();
    assert_eq!(row.id, "xiaomi.push-addresses");
    assert!(catalog.about_address(address, 80, Protocol::Tcp).is_none());
}

#[test]
fn a_strict_row_is_switched_on_alone() {
    let catalog = catalog();
    let row = catalog.rows().iter().find(|row| row.id == "xiaomi.push").unwrap();
    let document = Document { lists: vec![catalog.list_of_row(row)], ..Document::default() };
    let policy = Policy::from_document(&document).unwrap();
    let owner = Owner::App(AppId { uid: 1, name: "com.xiaomi.xmsf".into() });
    let key = FlowKey {
        protocol: Protocol::Tcp,
        local: "10.0.0.2:40000".parse().unwrap(),
        remote: "198.51.100.1:5222".parse().unwrap(),
    };
    let names = [Evidence { name: host("fr.app.chat.global.xiaomi.net"), source: NameSource::Dns }];
    let decision = policy.decide(&Subject { owner: &owner, key: &key, names: &names });
    let Reason::Listed { list, .. } = decision.reason else { panic!("{decision:?}") };
    assert_eq!(&*list, "Xiaomi: Mi Push");
}

#[test]
fn advice_is_for_the_apps_that_are_there() {
    let catalog = catalog();
    let redmi = [
        "com.android.browser",
        "com.miui.analytics",
        "com.miui.msa.global",
        "com.xiaomi.xmsf",
        "com.miui.securitycenter",
        "com.android.contacts",
        "org.example.app",
    ];
    let advice = catalog.advice(redmi);
    let sensors = advice.iter().find(|advice| advice.row.id == "xiaomi.sensors").unwrap();
    assert_eq!(sensors.apps, ["com.android.browser"]);
    assert!(sensors.is_on && sensors.recommended);
    assert_eq!(
        sensors.stops(),
        "Reports the pages, searches and downloads of Xiaomi's browsers, also in incognito mode. It is told the pages you \
         open, what you search for, what you download, marks of your device, your account and your settings."
    );
    assert_eq!(sensors.may_break(), "Nothing that you would notice. (confirmed)");
    let push = advice.iter().find(|advice| advice.row.id == "xiaomi.push").unwrap();
    assert!(!push.is_on && !push.recommended, "notifications would be missed");
    let cards = advice.iter().find(|advice| advice.row.id == "xiaomi.contact-cards").unwrap();
    assert!(!cards.is_on && cards.recommended);
    assert!(advice.is_sorted_by_key(|advice| !advice.recommended));
    assert!(advice.iter().all(|advice| advice.row.level != Level::Never));
    assert!(advice.iter().all(|advice| advice.row.organisation == "xiaomi"), "no other vendor's");
    assert!(catalog.advice(["org.example.app"]).is_empty());
}

#[test]
fn advice_is_followed_at_once_and_undone_at_once() {
    let catalog = catalog();
    let own =
        Document::parse(r#"{"version": 1, "lists": [{"name": "mine", "hosts": ["ad.example"]}]}"#)
            .unwrap();
    let every_app: Vec<&str> =
        catalog.rows().iter().flat_map(|row| row.apps.iter().map(String::as_str)).collect();
    let mut document = own.clone();
    let news: Vec<String> = catalog
        .follow_advice(&mut document, every_app.iter().copied())
        .into_iter()
        .map(|news| news.title)
        .collect();
    let recommended = catalog.advice(every_app.iter().copied()).into_iter();
    let wanted: Vec<String> = recommended
        .filter(|advice| advice.recommended && !advice.is_on)
        .map(|advice| advice.title)
        .collect();
    assert!(!news.is_empty() && news == wanted, "{news:?}");
    let again = catalog.follow_advice(&mut document, every_app.iter().copied());
    assert!(again.is_empty(), "a protection comes once");
    let is_on = |document: &Document, id: &str| {
        let row = catalog.rows().iter().find(|row| row.id == id).unwrap();
        catalog.is_switched_on(row, document)
    };
    assert!(is_on(&document, "xiaomi.contact-cards") && is_on(&own, "xiaomi.sensors"));
    assert!(!is_on(&own, "xiaomi.contact-cards") && !is_on(&document, "xiaomi.push"));
    let without = r#"{"version": 1, "lists": [{"name": "built-in trackers", "enabled": false}]}"#;
    assert!(!is_on(&Document::parse(without).unwrap(), "xiaomi.sensors"));
    let strict = r#"{"version": 1, "lists": [{"name": "built-in strict"}]}"#;
    assert!(is_on(&Document::parse(strict).unwrap(), "xiaomi.push"));
    let groups = Document::parse(
        r#"{"version": 1, "lists": [{"name": "built-in trackers", "enabled": false}, {"name": "built-in xiaomi"},
            {"name": "built-in xiaomi strict"}]}"#,
    )
    .unwrap();
    assert!(is_on(&groups, "xiaomi.sensors") && is_on(&groups, "xiaomi.push"));
    assert!(!is_on(&groups, "samsung.analytics"), "its group is off");
    assert_eq!(catalog.undo_advice(&mut document), news);
    assert_eq!(document, own, "what the user wrote stays");
}

#[test]
fn what_rows_lead_to_is_found_and_nothing_of_others_below() {
    let catalog = catalog();
    let adobe = catalog.reach(|_, organisation| organisation.name == "Adobe");
    let below: Vec<(&str, Vec<&str>)> = adobe
        .hosts
        .iter()
        .map(|(host, except)| (host.as_str(), except.iter().map(|name| name.as_str()).collect()))
        .collect();
    assert!(below.contains(&("2o7.net", vec!["samsung-com.112.2o7.net"])), "{below:?}");
    let lookups = catalog.reach(|row, organisation| {
        organisation.name == "Alibaba" && row.category == Category::NameLookup
    });
    assert!(!lookups.addresses.is_empty());
    assert!(catalog.reach(|_, organisation| organisation.name == "adobe").hosts.is_empty());
}

#[test]
fn an_app_that_every_phone_has_does_not_make_it_a_xiaomi() {
    let catalog = catalog();
    let galaxy = ["com.android.settings", "com.android.contacts", "com.samsung.android.dqagent"];
    let advice = catalog.advice(galaxy);
    assert!(advice.iter().any(|advice| advice.row.id == "samsung.analytics"));
    assert!(advice.iter().all(|advice| advice.row.organisation == "samsung"), "{advice:?}");
}

#[test]
fn wrong_data_is_told_with_its_place() {
    let sources = r#"{"sources": [{"id": "s", "name": "S", "kind": "list", "licence": "MIT", "date": "2026"}]}"#;
    let file = |rows: &str| {
        format!(
            r#"{{"version": 1, "organisations": [{{"id": "o", "name": "O", "country": "DE"}}], "rows": [{rows}]}}"#
        )
    };
    let row = |id: &str, field: &str| {
        format!(
            r#"{{"id": "{id}", "organisation": "o", "product": "P", "category": "update", "level": "block", "purpose": "It is.",
            "breakage": {{"severity": "none", "sure": "likely"}}, {field}, "evidence": [{{"source": "s"}}]}}"#
        )
    };
    let error =
        |rows: &str| Catalog::parse(sources, &[("f.json", &file(rows))]).unwrap_err().to_string();
    let good = row("o.a", r#""hosts": ["a.example"]"#);
    assert!(Catalog::parse(sources, &[("f.json", &file(&good))]).is_ok());
    for (rows, words) in [
        (format!("{good}, {good}"), "f.json, at rows[1].id: the row \"o.a\" is there already"),
        (
            format!("{good}, {}", row("o.b", r#""hosts": ["a.example"]"#)),
            "a.example is in o.a already",
        ),
        (row("o.a", r#""hosts": ["a b"]"#), "rows[0].hosts: \"a b\""),
        (row("o.a", r#""hosts": []"#), "a row has hosts or addresses"),
        (good.replace("\"s\"", "\"t\""), "there is no source \"t\""),
        (good.replace("update", "upgrade"), "rows[0].category: unknown variant `upgrade`"),
        (good.replace("\"o\"", "\"x\""), "there is no organisation \"x\""),
    ] {
        assert!(error(&rows).contains(words), "{}", error(&rows));
    }
    assert_eq!(TRACKERS, catalog().lists()[0].name);
}

#[test]
fn the_groups_are_off_until_wanted_and_together_stop_what_the_trackers_do() {
    let lists = catalog().lists();
    let hosts = |name: &str| -> HashSet<HostName> {
        let list = lists.iter().find(|list| list.name == name).unwrap();
        list.hosts.iter().flatten().cloned().collect()
    };
    let groups = [XIAOMI, MAKERS, KITS].map(hosts);
    assert!(groups.iter().all(|group| !group.is_empty()));
    let together: HashSet<HostName> = groups.into_iter().flatten().collect();
    assert_eq!(together, hosts(TRACKERS));
    assert!(hosts(XIAOMI_STRICT).is_subset(&hosts(STRICT)));
    let stops = |lists: &str, name: &str| is_blocked(lists, "a.b", Some(name), "198.51.100.1:443");
    let off = format!(r#"{{"name": "{TRACKERS}", "enabled": false}}"#);
    let only_kits = format!(r#"[{off}, {{"name": "{KITS}"}}]"#);
    assert!(stops("[]", "tracking.intl.miui.com"));
    assert!(!stops(&only_kits, "tracking.intl.miui.com"));
    assert!(stops(&only_kits, "t.appsflyer.com"));
}
