//! Lists from several index files: they count together, as if one file had them all.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as the tests do")]

use std::sync::Arc;

use hushwall_policy::{
    Document, Evidence, Moment, Policy, PolicyError, Reason, Resources, Situation, Subject,
};
use lists::{Bytes, Compiler, Index, Options};
use wire::{FlowKey, HostName, NameSource, Owner, Protocol};

fn index(name: &str, text: &str) -> Arc<Index<Bytes>> {
    let mut compiler = Compiler::new();
    compiler.add(name, text.as_bytes(), &Options::default()).unwrap();
    Arc::new(Index::open(Bytes::new(compiler.finish())).unwrap())
}

fn compile(document: &str) -> Result<Policy, PolicyError> {
    let lists = vec![
        index("built-in", "||ads.example^\n||shop.example^\n"),
        index("mine", "||trackers.example^\n@@||shop.example^\n"),
    ];
    let resources = Resources { lists, ..Resources::default() };
    let moment = Moment { unix_seconds: 0, utc_offset_at: |_| 0 };
    let document = Document::parse(document).unwrap();
    Policy::compile(&document, &resources, &Situation::default(), &moment)
}

/// The list that blocks this name, if one does.
fn blocking(policy: &Policy, name: &str) -> Option<String> {
    let key = FlowKey {
        protocol: Protocol::Tcp,
        local: "10.0.0.1:5000".parse().unwrap(),
        remote: "192.0.2.1:443".parse().unwrap(),
    };
    let name = HostName::parse(name.as_bytes()).unwrap();
    let names = [Evidence { name, source: NameSource::Dns }];
    let subject = Subject { owner: &Owner::Unknown, key: &key, names: &names };
    let decision = policy.decide(&subject);
    if let Reason::Listed { list, .. } = decision.reason { Some(list.to_string()) } else { None }
}

#[test]
fn each_list_is_found_in_the_file_that_has_it_and_exceptions_hold_for_all() {
    let both = compile(r#"{"version":1,"lists":[{"name":"built-in"},{"name":"mine"}]}"#).unwrap();
    assert_eq!(blocking(&both, "a.ads.example").as_deref(), Some("built-in"));
    assert_eq!(blocking(&both, "trackers.example").as_deref(), Some("mine"));
    assert_eq!(blocking(&both, "shop.example"), None, "the other file's exception");
    assert_eq!(blocking(&both, "news.example"), None);
    let one = compile(r#"{"version":1,"lists":[{"name":"built-in"}]}"#).unwrap();
    assert_eq!(blocking(&one, "shop.example").as_deref(), Some("built-in"));
    assert_eq!(blocking(&one, "trackers.example"), None);
}

#[test]
fn a_list_that_no_file_has_is_told_with_those_that_there_are() {
    let error = compile(r#"{"version":1,"lists":[{"name":"other"}]}"#).unwrap_err();
    assert_eq!(error.path, "lists[0].name");
    assert!(error.message.contains("built-in, mine"), "{error}");
}
