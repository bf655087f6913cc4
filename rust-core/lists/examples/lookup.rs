//! What an index of a million names costs: compiling, opening, looking up. `--json` for one line of JSON.
//!
//! The names are made up here: three lists, one after another as a phone would have them, that share a part of their
//! names. Run it with `cargo run --release -p hushwall-lists --example lookup`.

use std::alloc::{GlobalAlloc, Layout, System};
use std::fmt::Write;
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

use hushwall_lists::{Compiler, Index, Options, find, verify};
use wire::HostName;

const NAMES: usize = 1_000_000;
const LOOKUPS: usize = 2_000_000;
const BATCH: usize = 500;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sources = sources();
    let source_bytes: usize = sources.iter().map(String::len).sum();

    let (start, before) = (Instant::now(), start_peak());
    let mut compiler = Compiler::new();
    for (source, name) in sources.iter().zip(["filter", "domains", "hosts"]) {
        compiler.add(name, source.as_bytes(), &Options::default())?;
    }
    let file = compiler.finish();
    let (compile_s, compile_peak) = (start.elapsed().as_secs_f64(), PEAK.load(Relaxed) - before);

    let (start, before) = (Instant::now(), start_peak());
    let index = Index::open(file.as_slice())?;
    let (open_ms, open_heap) = (start.elapsed().as_secs_f64() * 1e3, PEAK.load(Relaxed) - before);
    let start = Instant::now();
    verify(&file)?;
    let verify_ms = start.elapsed().as_secs_f64() * 1e3;

    let asked = |prefix: &str, step: usize| -> Result<Vec<HostName>, wire::HostNameError> {
        let numbers = (0..LOOKUPS).map(|i| i.wrapping_mul(step) % NAMES);
        numbers.map(|i| HostName::parse(format!("{prefix}{}", domain(i)).as_bytes())).collect()
    };
    let (hits, misses) = (asked("x.", 7_919)?, asked("no", 7_919)?);
    let hit_ns = lookup_ns(&index, &hits, true);
    let miss_ns = lookup_ns(&index, &misses, false);
    let before = start_peak();
    black_box(index.decide(&hits[0], index.all()));
    let lookup_heap = PEAK.load(Relaxed) - before;

    let last = HostName::parse(format!("x.{}", domain(FILTER - 1)).as_bytes())?;
    let found = index.decide(&last, index.all()).ok_or("a name that is listed is not found")?;
    let start = Instant::now();
    find(sources[0].as_bytes(), &Options::default(), &found).ok_or("its line is not found")?;
    let find_ms = start.elapsed().as_secs_f64() * 1e3;

    let per_name = file.len() as f64 / index.names() as f64;
    let figures = [
        ("names", index.names() as f64),
        ("rules", index.lists().map(|list| f64::from(list.rules)).sum()),
        ("source_bytes", source_bytes as f64),
        ("compile_s", compile_s),
        ("compile_peak_mib", compile_peak as f64 / f64::from(1 << 20)),
        ("file_bytes", file.len() as f64),
        ("per_name_bytes", per_name),
        ("open_ms", open_ms),
        ("open_heap_bytes", open_heap as f64),
        ("verify_ms", verify_ms),
        ("listed_ns", hit_ns),
        ("unlisted_ns", miss_ns),
        ("lookup_heap_bytes", lookup_heap as f64),
        ("find_line_ms", find_ms),
    ];
    print(&figures);
    Ok(())
}

/// Of the names, so many are in the filter list and the domain list each; the hosts file has the rest and some of both.
const FILTER: usize = 400_000;
const DOMAINS: usize = 400_000;

fn sources() -> [String; 3] {
    let mut all = [String::from("[Adblock Plus 2.0]\n"), String::new(), String::new()];
    let [filter, domains, hosts] = &mut all;
    // Writing to a string does not fail.
    for i in 0..FILTER {
        let _ = writeln!(filter, "||{}^", domain(i));
    }
    for i in FILTER..FILTER + DOMAINS {
        let _ = writeln!(domains, "*.{}", domain(i));
    }
    for i in (FILTER + DOMAINS..NAMES).chain((0..FILTER + DOMAINS).step_by(10)) {
        let _ = writeln!(hosts, "0.0.0.0 x.{}", domain(i));
    }
    all
}

/// A name of three or four labels and about 22 characters, as in published lists.
fn domain(i: usize) -> String {
    let kinds = ["ads", "track", "metrics-collect", "log"];
    let tops = ["com", "net", "example.org", "io", "co.example"];
    format!("{}{}.site{}.{}", kinds[i % 4], i % 1000, i / 50, tops[i / 7 % 5])
}

/// The median over batches of names, so that other programs' turns on the processor do not count.
fn lookup_ns(index: &Index<&[u8]>, names: &[HostName], listed: bool) -> f64 {
    let lists = index.all();
    let mut batches: Vec<f64> = names
        .chunks(BATCH)
        .map(|batch| {
            let start = Instant::now();
            for name in batch {
                let found = black_box(index.decide(black_box(name), lists)).is_some();
                assert_eq!(found, listed, "{name}");
            }
            start.elapsed().as_secs_f64() * 1e9 / batch.len() as f64
        })
        .collect();
    batches.sort_by(f64::total_cmp);
    batches[batches.len() / 2]
}

fn print(figures: &[(&str, f64)]) {
    if std::env::args().any(|argument| argument == "--json") {
        let map: serde_json::Map<_, _> =
            figures.iter().map(|&(key, value)| (key.to_owned(), value.into())).collect();
        println!("{}", serde_json::Value::from(map));
    } else {
        for (key, value) in figures {
            println!("{key:>20} {value:>16.3}");
        }
    }
}

/// Counts what is on the heap, now and at most.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Starts a new peak and returns what is in use.
fn start_peak() -> usize {
    let now = NOW.load(Relaxed);
    PEAK.store(now, Relaxed);
    now
}

#[expect(unsafe_code, reason = "an allocator that counts is the only way to see the heap")]
// SAFETY: every call is handed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        PEAK.fetch_max(NOW.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        // SAFETY: the caller's promises are the system allocator's conditions.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}
