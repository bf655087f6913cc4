//! Fills a log and times it: writes, then one page for each filter, at the first page and deep down.
//!
//! `cargo run --release -p hushwall-store --example fill -- [--rows N] [--hosts N] [--file PATH] [--json]`
//!
//! The traffic is made up but has the shape of a phone's: 40 apps, few busy and many quiet; hosts by Zipf's law, so
//! that most names are rare, each used by up to four apps; a tenth without a name; a fifth blocked. Times are medians in milliseconds with a warm system cache.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use hushwall_store::{
    Connection, Filter, HostFilter, Mark, Options, Reader, Reason, ReasonCode, State, Store,
    StoreError, TotalsFilter, Verdict,
};
use wire::{AppId, FlowKey, HostName, NameSource, Owner, Protocol};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const BATCH: usize = 500;
const PAGE: usize = 50;
const APPS: usize = 40;
/// 2026-01-01, and a connection each second or so from there.
const BEGIN_MS: i64 = 1_767_225_600_000;
const APART_MS: i64 = 997;

struct Arguments {
    rows: u64,
    hosts: usize,
    file: Option<PathBuf>,
    json: bool,
}

fn main() -> ExitCode {
    match arguments().and_then(|arguments| run(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fill: {error}");
            ExitCode::FAILURE
        }
    }
}

fn arguments() -> Result<Arguments> {
    let mut arguments = Arguments { rows: 1_000_000, hosts: 20_000, file: None, json: false };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        match word.as_str() {
            "--rows" => arguments.rows = value()?.parse()?,
            "--hosts" => arguments.hosts = value()?.parse()?,
            "--file" => arguments.file = Some(value()?.into()),
            "--json" => arguments.json = true,
            _ => {
                return Err(format!(
                    "unknown argument {word}; known: --rows N, --hosts N, --file PATH, --json"
                )
                .into());
            }
        }
    }
    Ok(arguments)
}

fn run(arguments: &Arguments) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = arguments.file.clone().unwrap_or_else(|| folder.path().join("fill.db"));
    let mut figures = vec![("rows", arguments.rows as f64)];
    figures.extend(fill(&file, arguments)?);
    let reader = Reader::open(&file)?;
    figures.extend(pages(&reader, arguments)?);
    figures.extend(upkeep(&file, &reader)?);
    if arguments.json {
        let fields: Vec<_> =
            figures.iter().map(|(name, figure)| format!("\"{name}\":{figure:.3}")).collect();
        println!("{{{}}}", fields.join(","));
    } else {
        for (name, figure) in figures {
            println!("{name:32} {figure:14.3}");
        }
    }
    Ok(())
}

/// Writes the rows, and then updates some: what a batch costs, and what a row takes.
fn fill(file: &PathBuf, arguments: &Arguments) -> Result<Vec<(&'static str, f64)>> {
    let (mut store, _) = Store::open(file, Options::default())?;
    let traffic = Traffic::new(arguments.hosts)?;
    let mut batch = Vec::with_capacity(BATCH);
    let mut slowest = 0.0f64;
    let mut writing = 0.0;
    for id in 0..arguments.rows {
        batch.push(traffic.connection(id));
        if batch.len() == BATCH || id + 1 == arguments.rows {
            let begin = Instant::now();
            store.write(&batch)?;
            let took = millis(begin);
            slowest = slowest.max(took);
            writing += took;
            batch.clear();
        }
    }
    drop(store);
    let bytes = std::fs::metadata(file)?.len();
    Ok(vec![
        ("write_rows_per_s", arguments.rows as f64 / writing * 1000.0),
        ("write_batch_of_500_slowest_ms", slowest),
        ("file_bytes_per_row", bytes as f64 / arguments.rows as f64),
    ])
}

/// One page for each filter: the first, and where the filter has so many, the one after nine tenths of the rows.
fn pages(reader: &Reader, arguments: &Arguments) -> Result<Vec<(&'static str, f64)>> {
    let end_ms = BEGIN_MS + arguments.rows.cast_signed() * APART_MS;
    let tenth = BEGIN_MS + (end_ms - BEGIN_MS) / 10;
    let host = |text: &str| HostName::parse(text.as_bytes());
    let text = |text: &str| Filter { text: Some(text.to_owned()), ..Filter::default() };
    let app = |app: usize| Filter { app: Some(app_name(app)), ..Filter::default() };
    let rare = arguments.hosts - 1;
    let filters = [
        ("none", Filter::default()),
        ("app_busy", app(0)),
        ("app_quiet", app(APPS - 1)),
        ("app_blocked", Filter { verdict: Some(Verdict::Block), ..app(3) }),
        ("app_quiet_blocked", Filter { verdict: Some(Verdict::Block), ..app(APPS - 1) }),
        ("uid", Filter { uid: Some(10_007), ..Filter::default() }),
        ("verdict", Filter { verdict: Some(Verdict::Block), ..Filter::default() }),
        ("protocol", Filter { protocol: Some(Protocol::Icmp), ..Filter::default() }),
        (
            "host_exact",
            Filter { host: Some(HostFilter::Exact(host(&host_name(1))?)), ..Filter::default() },
        ),
        (
            "host_rare",
            Filter { host: Some(HostFilter::Exact(host(&host_name(rare))?)), ..Filter::default() },
        ),
        (
            "host_suffix",
            Filter { host: Some(HostFilter::Suffix(host("site7.example")?)), ..Filter::default() },
        ),
        ("text_common", text("example")),
        ("text_rare", text(&format!("host{rare}."))),
        ("text_some", text("site77")),
        ("text_none", text("no such thing")),
        (
            "text_app_blocked",
            Filter { text: Some("host99".to_owned()), verdict: Some(Verdict::Block), ..app(2) },
        ),
        ("time", range(end_ms, Filter::default())),
        ("time_app", range(end_ms, app(20))),
        ("time_text_rare", range(end_ms, text(&format!("host{rare}.")))),
    ];
    let mut figures = Vec::new();
    for (name, filter) in &filters {
        let deep = Filter {
            until_ms: Some(filter.until_ms.unwrap_or(tenth).min(tenth)),
            ..filter.clone()
        };
        figures.push((
            leak(format!("page_{name}_ms")),
            median(|| reader.page(filter, None, PAGE).map(|_| ()))?,
        ));
        figures.push((
            leak(format!("deep_{name}_ms")),
            median(|| reader.page(&deep, None, PAGE).map(|_| ()))?,
        ));
    }
    Ok(figures)
}

/// What else is asked of a log in daily life.
fn upkeep(file: &PathBuf, reader: &Reader) -> Result<Vec<(&'static str, f64)>> {
    let totals = TotalsFilter::default();
    let mark = reader.page(&Filter::default(), None, 1)?.mark;
    let totals = median(|| reader.totals(&totals).map(|_| ()))?;
    let follow = median(|| reader.follow(&Filter::default(), mark, PAGE).map(|_| ()))?;
    let follow_step = Filter { text: Some("no such thing".to_owned()), ..Filter::default() };
    let follow_step = median(|| reader.follow(&follow_step, Mark(0), PAGE).map(|_| ()))?;
    let begin = Instant::now();
    let (mut store, _) = Store::open(file, Options { retention_bytes: 0, ..Options::default() })?;
    let open = millis(begin);
    let begin = Instant::now();
    store.maintain(BEGIN_MS)?;
    let maintain = millis(begin);
    Ok(vec![
        ("totals_all_ms", totals),
        ("follow_nothing_new_ms", follow),
        ("follow_longest_step_ms", follow_step),
        ("open_with_check_ms", open),
        ("maintain_step_ms", maintain),
    ])
}

struct Traffic {
    hosts: Vec<HostName>,
    owners: Vec<Owner>,
    allowed: Reason,
    blocked: Vec<Reason>,
    network: Arc<str>,
}

fn reason(code: ReasonCode, text: Arc<str>) -> Reason {
    Reason { code, text, listed: None }
}

impl Traffic {
    fn new(hosts: usize) -> Result<Self> {
        Ok(Traffic {
            hosts: (0..hosts)
                .map(|n| HostName::parse(host_name(n).as_bytes()))
                .collect::<std::result::Result<_, _>>()?,
            owners: (0..APPS)
                .map(|n| Owner::App(AppId { uid: 10_000 + n as u32, name: app_name(n).into() }))
                .collect(),
            allowed: reason(ReasonCode::NothingAgainst, "nothing speaks against it".into()),
            blocked: (0..hosts)
                .map(|n| {
                    let text = format!("{} is on the list trackers", host_name(n));
                    reason(ReasonCode::Listed, text.into())
                })
                .collect(),
            network: "wifi".into(),
        })
    }

    fn connection(&self, id: u64) -> Connection {
        let mut random = Random(id);
        let host = random.zipf(self.hosts.len());
        let started_ms = BEGIN_MS + id.cast_signed() * APART_MS;
        let block = host % 5 == 3;
        let protocol = match random.next() % 100 {
            0..70 => Protocol::Tcp,
            70..99 => Protocol::Udp,
            _ => Protocol::Icmp,
        };
        let octets = (host as u32).wrapping_mul(2_654_435_761).to_be_bytes();
        Connection {
            id,
            started_ms,
            ended_ms: Some(started_ms + 5000),
            updated_ms: started_ms + 5000,
            // A host's apps are always the same ones: the host's number decides who the four are.
            owner: self.owners[Random(host as u64 * 4 + random.next() % 4).zipf(APPS)].clone(),
            key: FlowKey {
                protocol,
                local: SocketAddr::from(([10, 7, 0, 2], 32_768 + (id % 28_000) as u16)),
                remote: SocketAddr::from((Ipv4Addr::from(octets), 443)),
            },
            name: (!random.next().is_multiple_of(10))
                .then(|| (self.hosts[host].clone(), NameSource::Dns)),
            verdict: if block { Verdict::Block } else { Verdict::Allow },
            reason: if block { self.blocked[host].clone() } else { self.allowed.clone() },
            state: if block { State::Blocked } else { State::Closed },
            bytes_up: random.next() % 10_000,
            bytes_down: random.next() % 1_000_000,
            packets_up: random.next() % 100,
            packets_down: random.next() % 1000,
            network: self.network.clone(),
            screen_on: Some(!id.is_multiple_of(3)),
            country: None,
            asn: None,
        }
    }
}

/// SplitMix64: the same traffic each time.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `n`; number k comes about 1/(k+1) as often as number 0.
    fn zipf(&mut self, n: usize) -> usize {
        let unit = self.next() as f64 / u64::MAX as f64;
        ((n as f64 + 1.0).powf(unit) as usize).clamp(1, n) - 1
    }
}

fn host_name(n: usize) -> String {
    format!("host{n}.site{}.example", n % 997)
}

fn app_name(n: usize) -> String {
    format!("org.example.app{n}")
}

/// The filter, for one hour in the middle.
fn range(end_ms: i64, filter: Filter) -> Filter {
    let middle = BEGIN_MS + (end_ms - BEGIN_MS) / 2;
    Filter { since_ms: Some(middle), until_ms: Some(middle + 3_600_000), ..filter }
}

/// The median of 15 runs in milliseconds.
fn median(mut run: impl FnMut() -> std::result::Result<(), StoreError>) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..15 {
        let begin = Instant::now();
        run()?;
        times.push(millis(begin));
    }
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}

fn millis(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

/// Names of figures live as long as the program.
fn leak(name: String) -> &'static str {
    name.leak()
}
