//! `policy.schema.json` and [`Document`] describe the same format.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeSet;

use hushwall_policy::Document;
use serde_json::{Value, json};

const SCHEMA: &str = include_str!("../policy.schema.json");

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

/// A document with every field there is.
fn full() -> Value {
    json!({
        "version": 1, "default_mode": "allow", "unknown_mode": "block", "refusal": "silence",
        "blocked_dns": "nodata", "lockdown": true, "pause": {"until": 9},
        "groups": [{"name": "g", "apps": ["a"]}],
        "apps": [{"app": "a", "uid": 1, "mode": "filtered"}],
        "rules": [{
            "verdict": "allow", "app": "a", "uid": 1, "group": "g", "host": "a.example", "exact_host": "b.example",
            "addresses": "192.0.2.0/24", "ports": "1-2", "protocol": "udp", "country": "SG", "asn": 45102, "until": 9,
            "note": "n", "enabled": false,
            "when": {
                "networks": ["wifi"], "roaming": true, "metered": true, "screen": "on", "days": ["mon"],
                "time": "01:00-02:00", "ssids": ["s"],
            },
        }],
        "lists": [{
            "name": "l", "role": "protect", "enabled": false, "hosts": ["b.example"],
            "addresses": [{"addresses": "192.0.2.1", "ports": "1", "protocol": "tcp"}],
            "except": [{"apps": ["a"], "hosts": ["b.example"]}],
        }],
    })
}

fn accepts(document: &Value) -> bool {
    Document::parse(&document.to_string()).is_ok()
}

fn keys(object: &Value) -> BTreeSet<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Where the schema describes an object, and where [`full`] has one.
const OBJECTS: [(&str, &str); 9] = [
    ("", ""),
    ("/properties/pause", "/pause"),
    ("/$defs/group", "/groups/0"),
    ("/$defs/app", "/apps/0"),
    ("/$defs/rule", "/rules/0"),
    ("/$defs/when", "/rules/0/when"),
    ("/$defs/list", "/lists/0"),
    ("/$defs/listed_addresses", "/lists/0/addresses/0"),
    ("/$defs/list_exception", "/lists/0/except/0"),
];

#[test]
fn both_have_the_same_fields() {
    let schema = schema();
    let written = serde_json::to_value(Document::parse(&full().to_string()).unwrap()).unwrap();
    for (described, at) in OBJECTS {
        let described = schema.pointer(described).unwrap();
        assert_eq!(keys(&described["properties"]), keys(written.pointer(at).unwrap()), "{at}");
        assert_eq!(described["additionalProperties"], false, "{at}");
    }
}

#[test]
fn both_require_the_same_fields() {
    let schema = schema();
    for (described, at) in OBJECTS {
        let described = schema.pointer(described).unwrap();
        let required: BTreeSet<_> = described["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        for field in keys(&described["properties"]) {
            let mut document = full();
            document.pointer_mut(at).unwrap().as_object_mut().unwrap().remove(field);
            assert_eq!(accepts(&document), !required.contains(field), "without {at}/{field}");
        }
    }
}

#[test]
fn both_know_the_same_words() {
    let schema = schema();
    for (described, fields) in [
        ("/$defs/mode/enum", &["/default_mode", "/unknown_mode", "/apps/0/mode"][..]),
        ("/properties/refusal/enum", &["/refusal"]),
        ("/properties/blocked_dns/enum", &["/blocked_dns"]),
        ("/$defs/rule/properties/verdict/enum", &["/rules/0/verdict"]),
        ("/$defs/protocol/enum", &["/rules/0/protocol", "/lists/0/addresses/0/protocol"]),
        ("/$defs/when/properties/networks/items/enum", &["/rules/0/when/networks/0"]),
        ("/$defs/when/properties/days/items/enum", &["/rules/0/when/days/0"]),
        ("/$defs/list/properties/role/enum", &["/lists/0/role"]),
    ] {
        let words = schema.pointer(described).unwrap().as_array().unwrap();
        for field in fields {
            let with = |word: &str| {
                let mut document = full();
                *document.pointer_mut(field).unwrap() = word.into();
                Document::parse(&document.to_string())
            };
            for word in words {
                assert!(with(word.as_str().unwrap()).is_ok(), "{field} {word}");
            }
            // The program lists the words it knows where it meets another.
            let error = with("something else").unwrap_err().message;
            assert_eq!(error.matches('`').count(), 2 * (words.len() + 1), "{error}");
        }
    }
}

#[test]
fn the_defaults_are_those_of_the_program() {
    let schema = schema();
    let default = serde_json::to_value(Document::default()).unwrap();
    for (field, description) in schema["properties"].as_object().unwrap() {
        let described = description.get("default").or(description.get("const")).unwrap();
        assert_eq!(described, default.get(field).unwrap_or(&Value::Null), "{field}");
    }
}
