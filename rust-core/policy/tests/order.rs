//! The order of `docs/policy.md`, and that the fast way to decide says what a slow and plain one says.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::net::IpAddr;
use std::sync::Arc;

use hushwall_policy::{
    Decision, Document, Evidence, Moment, NetworkKind, Places, Policy, Reason, Resources,
    Situation, Subject, Verdict,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use wire::{AppId, FlowKey, HostName, NameSource, Owner, Protocol};

const DOCUMENT: &str = include_str!("../../../docs/policy.md");

/// 203.0.113.0/24 is in Singapore, of AS45102; nothing else is anywhere.
#[derive(Debug)]
struct Singapore;

impl Places for Singapore {
    fn country(&self, address: IpAddr) -> Option<[u8; 2]> {
        address.to_string().starts_with("203.0.113.").then_some(*b"SG")
    }

    fn asn(&self, address: IpAddr) -> Option<u32> {
        self.country(address).map(|_| 45_102)
    }
}

fn compile(document: &Value) -> Policy {
    let mut document = document.clone();
    document["version"] = 1.into();
    let document = Document::parse(&document.to_string()).unwrap();
    let resources = Resources { places: Some(Arc::new(Singapore)), ..Resources::default() };
    let situation = Situation { network: NetworkKind::Wifi, ..Situation::default() };
    let moment = Moment { unix_seconds: 1_795_392_000, utc_offset_at: |_| 0 };
    Policy::compile(&document, &resources, &situation, &moment).unwrap()
}

fn decide(policy: &Policy, host: &str) -> Decision {
    let owner = Owner::App(AppId { uid: 10_077, name: "browser".into() });
    let key = FlowKey {
        protocol: Protocol::Tcp,
        local: "10.0.0.2:40000".parse().unwrap(),
        remote: "203.0.113.7:443".parse().unwrap(),
    };
    let name = HostName::parse(host.as_bytes()).unwrap();
    policy.decide(&Subject {
        owner: &owner,
        key: &key,
        names: &[Evidence { name, source: NameSource::Sni }],
    })
}

/// The rows of the table under a heading, without its head; cells without the marks of code.
fn rows(heading: &str) -> Vec<Vec<&'static str>> {
    let (_, section) = DOCUMENT.split_once(&format!("\n## {heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let lines = section.lines().filter(|line| line.starts_with('|')).skip(2);
    let cell = |cell: &'static str| cell.trim().trim_matches('`');
    lines.map(|line| line.trim_matches('|').split('|').map(cell).collect()).collect()
}

#[test]
fn the_table_of_who_decides_is_true() {
    let rows = rows("Who decides");
    assert!(rows.len() > 10);
    for row in rows {
        let [what, document, _, decided] = row[..] else { panic!("{row:?}") };
        let decision = decide(&compile(&serde_json::from_str(document).unwrap()), "a.example");
        let verdict = if decision.verdict == Verdict::Allow { "allow" } else { "block" };
        let told = format!("{verdict}: {}", decision.reason);
        assert!(told.starts_with(decided), "{what}: {told}");
    }
}

#[test]
fn the_table_of_rules_is_true_in_whichever_order_they_stand() {
    let rows = rows("Which rule decides");
    assert!(rows.len() > 15);
    for row in rows {
        let [what, first, second] = row[..] else { panic!("{row:?}") };
        let [first, second]: [Value; 2] =
            [first, second].map(|rule| serde_json::from_str(rule).unwrap());
        for (rules, number) in [(json!([first, second]), 0), (json!([second, first]), 1)] {
            let document =
                json!({"groups": [{"name": "web", "apps": ["browser"]}], "rules": rules});
            let decision = decide(&compile(&document), "www.a.example");
            let Reason::Rule { number: decided, .. } = decision.reason else {
                panic!("{what}: {decision:?}")
            };
            assert_eq!(decided, number, "{what}");
        }
        // And the other one does speak.
        let document = json!({"groups": [{"name": "web", "apps": ["browser"]}], "rules": [second]});
        let decision = decide(&compile(&document), "www.a.example");
        assert!(matches!(decision.reason, Reason::Rule { .. }), "{what}: {decision:?}");
    }
}

#[test]
fn the_example_of_the_document_is_one() {
    let (_, example) = DOCUMENT.split_once("```json\n").unwrap();
    let example = example.split("```").next().unwrap();
    compile(&serde_json::from_str(example).unwrap());
}

/// Rules over few values, so that many of them speak about the same.
fn rule() -> impl Strategy<Value = Value> {
    let value = |text: &str| match text.starts_with('{') {
        true => serde_json::from_str::<Value>(text).unwrap(),
        false => text.into(),
    };
    let maybe = |values: &'static [&'static str]| {
        prop::option::of(prop::sample::select(values).prop_map(value))
    };
    (
        prop::sample::select(&["allow", "block"][..]),
        maybe(&["browser", "other"]),
        prop::bool::ANY,
        maybe(&["example", "a.example", "b.example"]),
        maybe(&["203.0.113.0/24", "203.0.113.7", "198.51.100.0/24"]),
        maybe(&["443", "400-500", "80"]),
        maybe(&["tcp", "udp"]),
        maybe(&["SG", "CN"]),
        maybe(&[
            r#"{"screen":"on"}"#,
            r#"{"screen":"off"}"#,
            r#"{"screen":"on","networks":["wifi"]}"#,
        ]),
    )
        .prop_map(
            |(verdict, app, in_group, host, addresses, ports, protocol, country, when)| {
                let mut rule = json!({"verdict": verdict});
                let group = (in_group && app.is_none()).then(|| Value::from("web"));
                let fields = [
                    ("app", app),
                    ("group", group),
                    ("host", host),
                    ("addresses", addresses),
                    ("ports", ports),
                    ("protocol", protocol),
                    ("country", country),
                    ("when", when),
                ];
                for (field, value) in fields {
                    if let Some(value) = value {
                        rule[field] = value;
                    }
                }
                rule
            },
        )
}

proptest! {
    /// Alone, each rule says whether it speaks; of those that do, the one decides that decides against each other one.
    #[test]
    fn one_rule_decides_against_all_others(rules in prop::collection::vec(rule(), 1..12)) {
        let mut kept: Vec<Value> = Vec::new();
        for rule in rules {
            let bare = |rule: &Value| {
                let mut rule = rule.clone();
                rule["verdict"] = Value::Null;
                rule
            };
            if kept.iter().all(|earlier| bare(earlier) != bare(&rule)) {
                kept.push(rule);
            }
        }
        let decided_by = |rules: &[&Value]| {
            let document = json!({"groups": [{"name": "web", "apps": ["browser", "x"]}], "rules": rules});
            let reason = decide(&compile(&document), "www.a.example").reason;
            if let Reason::Rule { number, .. } = reason { Some(number as usize) } else { None }
        };
        let speaking: Vec<&Value> = kept.iter().filter(|rule| decided_by(&[rule]).is_some()).collect();
        let champion = decided_by(&kept.iter().collect::<Vec<_>>()).map(|number| &kept[number]);
        prop_assert_eq!(champion.is_some(), !speaking.is_empty());
        for other in speaking {
            let Some(champion) = champion.filter(|champion| *champion != other) else { continue };
            let verdict = |number: usize| [other, champion][number]["verdict"].clone();
            // Of equals it does not matter which one is named.
            let winner = decided_by(&[other, champion]).unwrap();
            prop_assert!(winner == 1 || verdict(0) == verdict(1), "{other} against {champion}");
        }
    }

    /// What explains a decision names what decided, and everything that could have.
    #[test]
    fn explanations_agree_with_decisions(rules in prop::collection::vec(rule(), 0..8)) {
        let document = json!({"groups": [{"name": "web", "apps": ["browser"]}], "rules": rules,
            "version": 1, "lists": [{"name": "l", "hosts": ["a.example"]}]});
                let parsed = Document::parse(&document.to_string()).unwrap();
        let resources = Resources { places: Some(Arc::new(Singapore)), ..Resources::default() };
        let moment = Moment { unix_seconds: 0, utc_offset_at: |_| 0 };
        let Ok(policy) = Policy::compile(&parsed, &resources, &Situation::default(), &moment) else {
            return Ok(());
        };
        let owner = Owner::App(AppId { uid: 1, name: "browser".into() });
        let key = FlowKey {
            protocol: Protocol::Tcp,
            local: "10.0.0.2:40000".parse().unwrap(),
            remote: "203.0.113.7:443".parse().unwrap(),
        };
        let names = [Evidence { name: HostName::parse(b"www.a.example").unwrap(), source: NameSource::Sni }];
        let explanation = policy.explain(&Subject { owner: &owner, key: &key, names: &names });
        let decisive: Vec<_> = explanation.considered.iter().filter(|c| c.decisive).collect();
        prop_assert_eq!(decisive.len(), 1);
        prop_assert_eq!(&decisive[0].reason, &explanation.decision.reason);
        prop_assert!(decisive[0].holds);
        let has_list = explanation.considered.iter().any(|c| matches!(c.reason, Reason::Listed { .. }));
        prop_assert!(has_list, "the list speaks, whoever decides");
    }
}
