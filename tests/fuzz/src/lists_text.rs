//! Lists: in every format each rule that was read holds in the index, its line is found again, and what was left out is
//! told with lines that exist.

use lists::{Compiler, Format, Index, Options, Report, Rule, find, read, verify};
use wire::HostName;

pub fn run(data: &[u8]) {
    // The first byte says how the rest is read.
    let Some((&how, source)) = data.split_first() else { return };
    let options = Options {
        format: Format::ALL.get(usize::from(how & 7)).copied(),
        include_subdomains: how & 8 != 0,
        public_suffixes_confirmed: how & 16 != 0,
    };
    let mut rules = Vec::new();
    let Ok(report) = read(source, &options, |rule| rules.push(rule)) else { return };
    check_report(&report, source, rules.len());

    let mut compiler = Compiler::new();
    assert_eq!(compiler.add("list", source, &options).as_ref(), Ok(&report));
    let file = compiler.finish();
    verify(&file).expect("our own index");
    let index = Index::open(file.as_slice()).expect("our own index");
    for rule in rules.iter().filter(|rule| !is_cancelled(rule, &rules)).take(20) {
        check_rule(rule, &index, source, &options);
    }
}

fn check_report(report: &Report, source: &[u8], rules: usize) {
    assert_eq!(report.rules, rules);
    assert!(report.skipped.total() <= source.len());
    let lines = source.iter().filter(|&&byte| byte == b'\n').count() + 1;
    for (_, count, examples) in report.skipped.iter() {
        assert!((1..=3).contains(&examples.len()) && examples.len() <= count);
        assert!(examples.iter().all(|example| (1..=lines).contains(&example.line)));
        assert!(examples.iter().all(|example| !example.text.contains(char::is_control)));
    }
}

/// The rule is among what is said of its name or of a name below, and its line is found.
fn check_rule(rule: &Rule, index: &Index<&[u8]>, source: &[u8], options: &Options) {
    let below = HostName::parse(format!("x.{}", rule.name).as_bytes());
    let found = [Some(rule.name.clone()), below.ok()].into_iter().flatten().any(|name| {
        let mut matches = index.lookup(&name);
        let same = matches.find(|found| {
            (found.entry, found.scope, found.effect)
                == (rule.name.as_str(), rule.scope, rule.effect)
        });
        same.is_some_and(|same| find(source, options, &same).is_some())
    });
    // No name is below the longest names.
    assert!(found || rule.name.as_str().len() > 251, "{rule:?}");
}

fn is_cancelled(rule: &Rule, rules: &[Rule]) -> bool {
    let cancels =
        |other: &Rule| other.cancels && Rule { cancels: rule.cancels, ..other.clone() } == *rule;
    rule.cancels || rules.iter().any(cancels)
}
