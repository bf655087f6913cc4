use wire::{AppId, FlowKey, Protocol};

use super::*;

const DOCUMENT: &str = r#"{
    "version": 1,
    "apps": [
        {"app": "bank", "mode": "allow"},
        {"app": "spy", "mode": "block"},
        {"app": "browser", "mode": "filtered"},
        {"app": "browser", "uid": 10077, "mode": "allow"},
        {"app": "netd", "mode": "allow"}
    ],
    "rules": [
        {"host": "shop.example", "verdict": "allow"},
        {"host": "ads.shop.example", "verdict": "block"},
        {"host": "good.ads.shop.example", "verdict": "allow"},
        {"host": "push.xiaomi.com", "verdict": "allow"}
    ],
    "lists": [
        {"name": "empty", "hosts": []},
        {"name": "vendors", "hosts": ["xiaomi.com", "tracking.intl.miui.com", "track.shop.example"]},
        {"name": "more", "hosts": ["tracking.intl.miui.com", "more.example"]}
    ]
}"#;

const BLOCK: Verdict = Verdict::Block(Refusal::Reset);

fn policy(text: &str) -> Policy {
    Policy::from_document(&Document::parse(text).unwrap()).unwrap()
}

fn app(name: &str) -> Owner {
    Owner::App(AppId { uid: 10_001, name: name.into() })
}

fn seen(name: &str, source: NameSource) -> Evidence {
    Evidence { name: HostName::parse(name.as_bytes()).unwrap(), source }
}

fn decide(policy: &Policy, owner: &Owner, names: &[Evidence]) -> Decision {
    let key = FlowKey {
        protocol: Protocol::Tcp,
        local: "10.0.0.2:40000".parse().unwrap(),
        remote: "192.0.2.1:443".parse().unwrap(),
    };
    policy.decide(&Subject { owner, key: &key, names })
}

/// What is decided about some app's connection to one name.
fn about(name: &str) -> (Verdict, Reason) {
    let decision = decide(&policy(DOCUMENT), &app("any"), &[seen(name, NameSource::Sni)]);
    assert_eq!(decision.evidence.unwrap().name.as_str(), name);
    (decision.verdict, decision.reason)
}

fn listed(list: &str, entry: &str) -> Reason {
    Reason::Listed { list: list.into(), entry: Arc::<str>::from(entry).into() }
}

#[test]
fn the_mode_of_the_app_comes_first() {
    let policy = policy(DOCUMENT);
    let tracker = [seen("tracking.intl.miui.com", NameSource::Sni)];
    let shop = [seen("shop.example", NameSource::Dns)];
    for (owner, names, verdict, reason) in [
        (app("bank"), &tracker, Verdict::Allow, Reason::AppAllowed),
        (app("spy"), &shop, BLOCK, Reason::AppBlocked),
        (app("browser"), &tracker, BLOCK, listed("vendors", "tracking.intl.miui.com")),
        (
            Owner::App(AppId { uid: 10_077, name: "browser".into() }),
            &tracker,
            Verdict::Allow,
            Reason::AppAllowed,
        ),
        (
            Owner::System(AppId { uid: 0, name: "netd".into() }),
            &tracker,
            Verdict::Allow,
            Reason::AppAllowed,
        ),
        (
            Owner::System(AppId { uid: 0, name: "ntp".into() }),
            &tracker,
            BLOCK,
            listed("vendors", "tracking.intl.miui.com"),
        ),
        (app("bank2"), &tracker, BLOCK, listed("vendors", "tracking.intl.miui.com")),
        (Owner::Unknown, &tracker, BLOCK, listed("vendors", "tracking.intl.miui.com")),
    ] {
        let decision = decide(&policy, &owner, names);
        assert_eq!((decision.verdict, decision.reason), (verdict, reason), "{owner}");
    }
}

#[test]
fn the_longest_host_rule_speaks_before_any_list() {
    let allowed = |number| (Verdict::Allow, Some(number));
    let about = |name| {
        let (verdict, reason) = about(name);
        let Reason::Rule { number, .. } = reason else { return (verdict, None) };
        (verdict, Some(number))
    };
    assert_eq!(about("www.shop.example"), allowed(0));
    assert_eq!(about("x.ads.shop.example"), (BLOCK, Some(1)));
    assert_eq!(about("good.ads.shop.example"), allowed(2));
    assert_eq!(
        about("track.shop.example"),
        allowed(0),
        "a list entry is longer, the user's word weighs more"
    );
    assert_eq!(about("eu.push.xiaomi.com"), allowed(3));
}

#[test]
fn the_first_list_that_has_it_is_named() {
    assert_eq!(
        about("a.tracking.intl.miui.com"),
        (BLOCK, listed("vendors", "tracking.intl.miui.com"))
    );
    assert_eq!(about("more.example"), (BLOCK, listed("more", "more.example")));
    assert_eq!(about("xxiaomi.com"), (Verdict::Allow, Reason::NothingAgainst));
}

#[test]
fn of_several_names_the_most_blocked_one_wins() {
    let policy = policy(DOCUMENT);
    let tracker = seen("tracking.intl.miui.com", NameSource::Dns);
    let innocent = seen("innocent.example", NameSource::Sni);
    let allowed = seen("shop.example", NameSource::Sni);
    for names in [
        [tracker.clone(), innocent.clone()],
        [innocent.clone(), tracker.clone()],
        [allowed.clone(), tracker.clone()],
        [tracker.clone(), allowed.clone()],
    ] {
        let decision = decide(&policy, &app("any"), &names);
        assert_eq!(decision.verdict, BLOCK, "{names:?}");
        assert_eq!(decision.evidence, Some(tracker.clone()));
    }
    let own_rule = seen("ads.shop.example", NameSource::SystemDns);
    let decision = decide(&policy, &app("any"), &[tracker, own_rule.clone()]);
    assert_eq!(decision.evidence, Some(own_rule), "the user's own rule is named before a list");
}

#[test]
fn a_guess_speaks_only_where_nothing_better_is_known() {
    let policy = policy(DOCUMENT);
    let guess = seen("tracking.intl.miui.com", NameSource::Guess);
    let known = seen("innocent.example", NameSource::SystemDns);
    assert_eq!(decide(&policy, &app("any"), std::slice::from_ref(&guess)).verdict, BLOCK);
    let decision = decide(&policy, &app("any"), &[guess, known.clone()]);
    assert_eq!((decision.verdict, decision.evidence), (Verdict::Allow, Some(known)));
}

#[test]
fn without_names_nothing_speaks_against_it() {
    let decision = decide(&policy(DOCUMENT), &app("any"), &[]);
    assert_eq!(
        (decision.verdict, decision.reason, decision.evidence),
        (Verdict::Allow, Reason::NothingAgainst, None)
    );
}

#[test]
fn the_strongest_evidence_names_the_connection() {
    use NameSource::{Dns, Guess, Sni, SniOuter, SystemDns};
    let cdn = [
        seen("a.example", Dns),
        seen("b.example", Dns),
        seen("b.example", Sni),
        seen("c.example", Sni),
    ];
    assert_eq!(strongest(&cdn), Some(&cdn[1]), "resolved and named");
    let mut rising = vec![seen("z.example", Guess)];
    for source in [SystemDns, SniOuter, Sni, Dns] {
        rising.push(seen(&format!("n{}.example", rising.len()), source));
        assert_eq!(strongest(&rising), rising.last());
        let decision = decide(&policy(DOCUMENT), &app("any"), &rising);
        assert_eq!(decision.evidence.as_ref(), rising.last());
    }
}

#[test]
fn names_matter_only_where_they_could_change_the_verdict() {
    let rules = policy(DOCUMENT);
    assert!(rules.names_matter(&app("any")));
    assert!(rules.names_matter(&Owner::Unknown));
    assert!(!rules.names_matter(&app("bank")));
    assert!(!rules.names_matter(&app("spy")));
    assert!(!Policy::default().names_matter(&app("any")));
}

#[test]
fn modes_and_refusal_come_from_the_document() {
    let strict = policy(
        r#"{"version":1,"default_mode":"block","unknown_mode":"allow","refusal":"unreachable"}"#,
    );
    assert_eq!(decide(&strict, &app("any"), &[]).verdict, Verdict::Block(Refusal::Unreachable));
    assert_eq!(decide(&strict, &Owner::Unknown, &[]).verdict, Verdict::Allow);
}

#[test]
fn nothing_may_stand_twice() {
    for (text, path) in [
        (
            r#"{"version":1,"apps":[{"app":"a","mode":"allow"},{"app":"a","uid":1,"mode":"block"},{"app":"a","mode":"block"}]}"#,
            "apps[2]",
        ),
        (
            r#"{"version":1,"apps":[{"app":"a","uid":1,"mode":"allow"},{"app":"a","uid":1,"mode":"allow"}]}"#,
            "apps[1]",
        ),
        (
            r#"{"version":1,"rules":[{"host":"a.b","verdict":"allow"},{"host":"A.b.","verdict":"block"}]}"#,
            "rules[1]",
        ),
        (
            r#"{"version":1,"lists":[{"name":"l","hosts":[]},{"name":"l","hosts":[]}]}"#,
            "lists[1].name",
        ),
    ] {
        let error = Policy::from_document(&Document::parse(text).unwrap()).unwrap_err();
        assert_eq!(error.path, path, "{error}");
        assert!(error.message.contains("leave one of the two"), "{error}");
    }
}

#[test]
fn a_list_does_not_count_for_the_apps_that_it_excepts() {
    let document = r#"{"version": 1, "lists": [{"name": "social", "hosts": ["graph.example", "an.example"],
        "addresses": [{"addresses": "192.0.2.1"}],
        "except": [{"apps": ["chat", "photos"], "hosts": ["graph.example"]}, {"apps": ["vendor"]}]}]}"#;
    let policy = policy(document);
    let verdict = |owner: &str, names: &[Evidence]| decide(&policy, &app(owner), names).verdict;
    let graph = [seen("a.graph.example", NameSource::Sni)];
    let ads = [seen("an.example", NameSource::Sni)];
    // Blocked by address where the name is free: the exception is about the host only.
    assert_eq!(verdict("chat", &graph), BLOCK);
    let document = document.replace(r#""addresses": [{"addresses": "192.0.2.1"}],"#, "");
    let policy = super::tests::policy(&document);
    let verdict = |owner: &str, names: &[Evidence]| decide(&policy, &app(owner), names).verdict;
    assert_eq!(verdict("chat", &graph), Verdict::Allow);
    assert_eq!(verdict("photos,gallery", &graph), Verdict::Allow);
    assert_eq!(verdict("chat", &ads), BLOCK);
    assert_eq!(verdict("other", &graph), BLOCK);
    assert_eq!(verdict("vendor", &ads), Verdict::Allow);
}

#[test]
fn built_in_lists_count_unless_the_document_says_otherwise() {
    let lists = r#"{"version": 1, "lists": [{"name": "trackers", "hosts": ["t.example"]},
        {"name": "strict", "hosts": ["s.example"], "enabled": false},
        {"name": "never", "role": "protect", "hosts": ["login.t.example"]}]}"#;
    let lists = Document::parse(lists).unwrap().lists;
    let resources = Resources { built_in: Some(lists.into()), ..Resources::default() };
    let blocked = |lists: &str| {
        let document = Document::parse(&format!(r#"{{"version": 1, "lists": {lists}}}"#)).unwrap();
        let moment = Moment { unix_seconds: 0, utc_offset_at: |_| 0 };
        let policy =
            Policy::compile(&document, &resources, &Situation::default(), &moment).unwrap();
        ["t.example", "login.t.example", "s.example"]
            .map(|name| decide(&policy, &app("any"), &[seen(name, NameSource::Sni)]).verdict)
            .map(|verdict| verdict == BLOCK)
    };
    assert_eq!(blocked("[]"), [true, false, false]);
    assert_eq!(blocked(r#"[{"name": "strict"}]"#), [true, false, true]);
    assert_eq!(blocked(r#"[{"name": "trackers", "enabled": false}]"#), [false, false, false]);
    assert_eq!(blocked(r#"[{"name": "trackers", "except": [{"apps": ["any"]}]}]"#), [false; 3]);
    assert_eq!(blocked(r#"[{"name": "mine", "hosts": ["example"]}]"#), [true, false, true]);
    assert_eq!(blocked(r#"[{"name": "trackers", "hosts": ["s.example"]}]"#), [false, false, true]);
}

#[test]
fn a_built_in_list_may_lie_in_an_index_file() {
    let mut compiler = lists::Compiler::new();
    compiler.add("pages", b"t.example\n", &lists::Options::default()).unwrap();
    let index = lists::Index::open(lists::Bytes::new(compiler.finish())).unwrap();
    let built_in =
        Document::parse(r#"{"version": 1, "lists": [{"name": "pages"}]}"#).unwrap().lists;
    let with = |indices: Vec<Arc<lists::Index<lists::Bytes>>>, document: &str| {
        let resources = Resources {
            built_in: Some(built_in.clone().into()),
            lists: indices,
            ..Resources::default()
        };
        let moment = Moment { unix_seconds: 0, utc_offset_at: |_| 0 };
        let document = Document::parse(document).unwrap();
        let policy =
            Policy::compile(&document, &resources, &Situation::default(), &moment).unwrap();
        decide(&policy, &app("any"), &[seen("t.example", NameSource::Sni)]).verdict == BLOCK
    };
    let index = Arc::new(index);
    assert!(with(vec![Arc::clone(&index)], r#"{"version": 1}"#));
    assert!(!with(
        vec![Arc::clone(&index)],
        r#"{"version": 1, "lists": [{"name": "pages", "enabled": false}]}"#
    ));
    assert!(!with(vec![], r#"{"version": 1}"#), "without the file nothing counts");
    assert!(!with(vec![], r#"{"version": 1, "lists": [{"name": "pages"}]}"#));
}

#[test]
fn a_rule_that_is_turned_off_says_nothing() {
    let text = r#"{"version":1,"rules":[{"app":"any","verdict":"block","enabled":false},{"app":"any","verdict":"allow","enabled":false},
        {"verdict":"allow","host":"a.example","until":9999999999,"enabled":false}]}"#;
    let policy = policy(text);
    let decision = decide(&policy, &app("any"), &[seen("a.example", NameSource::Sni)]);
    assert_eq!(decision.reason, Reason::NothingAgainst);
    assert_eq!(policy.valid_until(), None);
}
