//! The index file: what it answers is what its rules say, and damage is refused or harmless.
#![allow(clippy::unwrap_used, reason = "what does not work out has to fail the test")]

use hushwall_lists::{
    CompileError, Compiler, Effect, Format, Index, IndexError, ListId, ListSet, Options, Rule,
    Scope, read, verify,
};
use proptest::prelude::*;
use wire::HostName;

fn name(text: &str) -> HostName {
    HostName::parse(text.as_bytes()).unwrap()
}

fn compile(sources: &[String]) -> Vec<u8> {
    let mut compiler = Compiler::new();
    for source in sources {
        compiler.add("list", source.as_bytes(), &abp()).unwrap();
    }
    compiler.finish()
}

fn abp() -> Options {
    Options { format: Some(Format::Abp), ..Options::default() }
}

/// What a rule-by-rule reading finds: list, rule, in the order that the index promises.
fn naive_matches(sources: &[String], asked: &HostName) -> Vec<(usize, String, Scope, Effect)> {
    let mut rules: Vec<(usize, Rule)> = Vec::new();
    for (list, source) in sources.iter().enumerate() {
        read(source.as_bytes(), &abp(), |rule| rules.push((list, rule))).unwrap();
    }
    let cancelled: Vec<Rule> =
        rules.iter().filter(|(_, rule)| rule.cancels).map(|(_, rule)| rule.clone()).collect();
    rules.retain(|(_, rule)| {
        !rule.cancels && !cancelled.contains(&Rule { cancels: true, ..rule.clone() })
    });
    let below = |rule: &Rule| asked.as_str().ends_with(&format!(".{}", rule.name));
    rules.retain(|(_, rule)| match rule.scope {
        Scope::Exact => rule.name == *asked,
        Scope::Suffix => rule.name == *asked || below(rule),
        Scope::Subdomains => below(rule),
    });
    let mut found: Vec<_> = rules
        .into_iter()
        .map(|(list, rule)| (list, rule.name.to_string(), rule.scope, rule.effect))
        .collect();
    found.sort_by_key(|(list, name, scope, effect)| {
        (std::cmp::Reverse(name.len()), *list, *scope, *effect)
    });
    found.dedup();
    found
}

/// Names from few labels, so that they meet.
fn any_name() -> impl Strategy<Value = String> {
    proptest::collection::vec(prop_oneof!["[abc]", "ads", "x-1"], 1..5)
        .prop_map(|labels| format!("{}.example", labels.join(".")))
}

fn any_line() -> impl Strategy<Value = String> {
    let start = prop_oneof!["\\|\\|", "\\|", "", "@@\\|\\|", "@@\\|", "\\|\\|\\*\\.", "\\*\\."];
    let end = prop_oneof![6 => "", 1 => "\\$important", 1 => "\\$badfilter", 1 => "\\$important,badfilter"];
    (start, any_name(), end).prop_map(|(start, name, end)| {
        let caret = if start.is_empty() { "" } else { "^" };
        format!("{start}{name}{caret}{end}\n")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_index_answers_as_the_rules_read_one_by_one(
        lists in proptest::collection::vec(proptest::collection::vec(any_line(), 0..30), 0..4),
        asked in proptest::collection::vec(any_name(), 20),
        turned_on in 0u8..16,
    ) {
        let sources: Vec<String> = lists.iter().map(|lines| lines.concat()).collect();
        let file = compile(&sources);
        prop_assert_eq!(&file, &compile(&sources));
        verify(&file).unwrap();
        let index = Index::open(file).unwrap();
        let on: ListSet =
            (0..4).filter(|list| turned_on >> list & 1 != 0).filter_map(ListId::new).collect();
        for asked in asked.iter().map(|text| name(text)) {
            let expected = naive_matches(&sources, &asked);
            let found: Vec<_> = index
                .lookup(&asked)
                .map(|found| (found.list.number(), found.entry.to_owned(), found.scope, found.effect))
                .collect();
            prop_assert_eq!(&found, &expected);
            let strongest =
                expected.iter().filter(|(list, ..)| turned_on >> list & 1 != 0).map(|rule| rule.3).max();
            prop_assert_eq!(index.decide(&asked, on).map(|found| found.effect), strongest);
        }
    }

    #[test]
    fn damage_is_seen_by_verify_and_never_leads_astray(
        flips in proptest::collection::vec((any::<proptest::sample::Index>(), 1u8..), 1..8),
        cut in any::<proptest::sample::Index>(),
    ) {
        let good = compile(&["||ads.example^\n@@||ok.ads.example^\n".to_owned()]);
        let mut damaged = good.clone();
        for (place, flip) in flips {
            damaged[place.index(good.len())] ^= flip;
        }
        let asked = name("x.ok.ads.example");
        if let Ok(index) = Index::open(&damaged) {
            prop_assert!(index.lookup(&asked).take(10_000).all(|found| asked.as_str().ends_with(found.entry)));
        }
        prop_assert_eq!(verify(&damaged).is_ok(), damaged == good);
        prop_assert!(Index::open(&good[..cut.index(good.len())]).is_err());
    }
}

#[test]
fn an_index_knows_its_lists() {
    let mut compiler = Compiler::new();
    compiler.add("Ads", b"||a.example^\n||a.example^\n", &Options::default()).unwrap();
    compiler.add("W\u{e4}chter", b"b.example\n", &Options::default()).unwrap();
    let index = Index::open(compiler.finish()).unwrap();
    let lists: Vec<_> =
        index.lists().map(|list| (list.id.number(), list.name.to_owned(), list.rules)).collect();
    assert_eq!(lists, [(0, "Ads".to_owned(), 2), (1, "W\u{e4}chter".to_owned(), 1)]);
    assert_eq!((index.names(), index.all().iter().count()), (2, 2));
}

#[test]
fn an_index_without_lists_says_nothing() {
    let index = Index::open(Compiler::new().finish()).unwrap();
    assert_eq!(index.lookup(&name("a.example")).count(), 0);
}

#[test]
fn an_index_holds_64_lists_and_tells_them_apart() {
    let mut compiler = Compiler::new();
    for i in 0..64 {
        compiler.add("list", format!("n{i}.example\nall.example").as_bytes(), &abp()).unwrap();
    }
    let more = compiler.add("one more", b"a.example", &abp());
    assert_eq!(more, Err(CompileError::TooManyLists));
    let index = Index::open(compiler.finish()).unwrap();
    let lists =
        |asked: &str| index.lookup(&name(asked)).map(|found| found.list).collect::<ListSet>();
    assert_eq!(lists("all.example"), index.all());
    assert_eq!(lists("n63.example").iter().map(ListId::number).collect::<Vec<_>>(), [63]);
}

#[test]
fn a_refused_list_leaves_the_others_as_they_were() {
    let mut compiler = Compiler::new();
    compiler.add("good", b"||a.example^\n", &abp()).unwrap();
    let before = compile(&["||a.example^\n".to_owned()]);
    assert!(compiler.add("bad", b"||b.example^\n\0", &abp()).is_err());
    let many = format!("{}||a.example^$badfilter\n", "b.example\n".repeat(2_000_000));
    assert!(matches!(compiler.add("many", many.as_bytes(), &abp()), Err(CompileError::Read(_))));
    assert_eq!(compiler.add(&"n".repeat(256), b"", &abp()), Err(CompileError::LongName));
    let index = compiler.finish();
    assert_eq!(Index::open(index).unwrap().names(), Index::open(before).unwrap().names());
}

#[test]
fn what_is_no_index_is_refused_with_what_to_do() {
    let good = compile(&["||a.example^\n".to_owned()]);
    assert_eq!(Index::open(&b""[..]).err(), Some(IndexError::NotAnIndex));
    assert_eq!(Index::open(&b"||a.example^\n"[..]).err(), Some(IndexError::NotAnIndex));
    let mut newer = good.clone();
    newer[8] = 9;
    assert_eq!(Index::open(&newer).err(), Some(IndexError::Version(9)));
    let longer = [good.as_slice(), b"\0"].concat();
    assert_eq!(Index::open(&longer).err(), Some(IndexError::Damaged));
    assert!(IndexError::Damaged.to_string().contains("compile the lists again"));
}
