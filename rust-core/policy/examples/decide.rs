//! What a decision costs by 10,000 rules and 50 lists: `cargo run --release -p hushwall-policy --example decide`; `--json`
//! for one line of JSON.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use hushwall_policy::{Document, Evidence, Moment, Policy, Resources, Situation, Subject, Verdict};
use lists::{Bytes, Compiler, Index, Options};
use serde_json::{Value, json};
use wire::{AppId, FlowKey, HostName, NameSource, Owner, Protocol};

const RULES: usize = 10_000;
const LISTS: usize = 50;
const NAMES_A_LIST: usize = 4_000;
const ROUNDS: usize = 101;
const DECISIONS: usize = 1_000;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let document = Document::parse(&document().to_string())?;
    let resources = Resources { lists: vec![Arc::new(index()?)], ..Resources::default() };
    let moment = Moment { unix_seconds: 1_795_392_000, utc_offset_at: |_| 0 };
    let compile =
        || Policy::compile(&document, &resources, &Situation::default(), black_box(&moment));
    let start = Instant::now();
    let policy = compile()?;
    let compile_ms = start.elapsed().as_secs_f64() * 1e3;

    let names = |name: fn(usize) -> String| -> Result<Vec<Evidence>, Failure> {
        let names = (0..DECISIONS).map(|number| HostName::parse(name(number * 37).as_bytes()));
        let seen = |name| Evidence { name, source: NameSource::Sni };
        Ok(names.map(|name| name.map(seen)).collect::<Result<_, _>>()?)
    };
    let listed = names(|number| format!("a.{}", listed(number % LISTS, number % NAMES_A_LIST)))?;
    let ruled = names(|number| format!("b.host{}.example", number % RULES))?;
    let free = names(|number| format!("www.site{number}.org"))?;
    let figures = [
        ("decide_listed_ns", decide_ns(&policy, &listed, false)?),
        ("decide_by_rule_ns", decide_ns(&policy, &ruled, true)?),
        ("decide_unknown_ns", decide_ns(&policy, &free, true)?),
        ("explain_us", explain_us(&policy, &listed)),
        ("compile_ms", compile_ms),
    ];
    let slowest = figures.iter().take(3).map(|(_, ns)| *ns).fold(0.0, f64::max);
    print(&[&[("decide_ns", slowest)], &figures[..]].concat());
    Ok(())
}

/// Rules of all kinds: three of four about hosts, the others about addresses and ports of one app.
fn document() -> Value {
    let rules: Vec<_> = (0..RULES)
        .map(|number| match number % 8 {
            0 => json!({"verdict": "block", "addresses": format!("10.{}.{}.0/24", number >> 8, number & 255)}),
            1 => json!({"verdict": "block", "app": format!("app{number}"), "ports": "1-1023"}),
            _ => json!({"verdict": "allow", "host": format!("host{number}.example")}),
        })
        .collect();
    let lists: Vec<_> = (0..LISTS).map(|list| json!({"name": format!("list{list}")})).collect();
    json!({"version": 1, "rules": rules, "lists": lists})
}

fn index() -> Result<Index<Bytes>, Failure> {
    let mut compiler = Compiler::new();
    for list in 0..LISTS {
        let text: String =
            (0..NAMES_A_LIST).map(|number| format!("||{}^\n", listed(list, number))).collect();
        compiler.add(&format!("list{list}"), text.as_bytes(), &Options::default())?;
    }
    Ok(Index::open(Bytes::new(compiler.finish()))?)
}

fn listed(list: usize, number: usize) -> String {
    format!("ads{number}.tracker{list}.net")
}

/// The median over rounds, so that other programs' turns on the processor do not count.
fn decide_ns(policy: &Policy, names: &[Evidence], allowed: bool) -> Result<f64, Failure> {
    let (owner, key) = flow()?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for name in names {
            let subject = Subject { owner: &owner, key: &key, names: std::slice::from_ref(name) };
            let decision = black_box(policy.decide(black_box(&subject)));
            assert_eq!(decision.verdict == Verdict::Allow, allowed, "{}", name.name);
        }
        rounds.push(start.elapsed().as_secs_f64() * 1e9 / names.len() as f64);
    }
    Ok(median(rounds))
}

fn explain_us(policy: &Policy, names: &[Evidence]) -> f64 {
    let Ok((owner, key)) = flow() else { return f64::NAN };
    let rounds = names.iter().take(ROUNDS).map(|name| {
        let subject = Subject { owner: &owner, key: &key, names: std::slice::from_ref(name) };
        let start = Instant::now();
        black_box(policy.explain(&subject));
        start.elapsed().as_secs_f64() * 1e6
    });
    median(rounds.collect())
}

fn flow() -> Result<(Owner, FlowKey), Failure> {
    let owner = Owner::App(AppId { uid: 10_001, name: "app1".into() });
    let (local, remote) = ("10.0.0.2:40000".parse()?, "203.0.113.7:4433".parse()?);
    Ok((owner, FlowKey { protocol: Protocol::Tcp, local, remote }))
}

fn median(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}

fn print(figures: &[(&str, f64)]) {
    if std::env::args().any(|argument| argument == "--json") {
        let fields: serde_json::Map<_, _> =
            figures.iter().map(|&(name, figure)| (name.to_owned(), figure.into())).collect();
        println!("{}", Value::from(fields));
    } else {
        for (name, figure) in figures {
            println!("{name:24} {figure:12.1}");
        }
    }
}
