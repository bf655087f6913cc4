//! How fast captures are read: MB of capture a second, from memory, and what is allocated on the way. `--json` for one
//! line of JSON; a file as argument is measured in place of the recorded captures, which are repeated to 256 MB.
//!
//! Run it with `cargo run --release -p hushwall-capture --example measure`.

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;
use std::{env, fs, io};

use hushwall_capture::{Inspector, Packets};

const SIZE: usize = 256 << 20;
const ROUNDS: usize = 5;
const PCAP_HEADER: usize = 24;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let is_json = arguments.iter().any(|argument| argument == "--json");
    let file = arguments.iter().find(|argument| !argument.starts_with('-'));
    let capture = match file {
        Some(path) => fs::read(path)?,
        None => repeated()?,
    };
    let mut best = f64::INFINITY;
    let (mut frames, mut flows, mut allocations) = (0u64, 0, 0);
    for _ in 0..ROUNDS {
        let (start, before) = (Instant::now(), ALLOCATIONS.load(Relaxed));
        frames = 0;
        let mut inspector = Inspector::new();
        let mut packets = Packets::open(&capture[..])?;
        while let Some(frame) = packets.next(&mut |damage| eprintln!("{damage}")) {
            frames += 1;
            // What is malformed is part of the work.
            let _ = inspector.push(&frame);
        }
        flows = inspector.flows().count();
        best = best.min(start.elapsed().as_secs_f64());
        allocations = ALLOCATIONS.load(Relaxed) - before;
    }
    let speed = capture.len() as f64 / 1e6 / best;
    let rate = frames as f64 / 1e6 / best;
    if is_json {
        println!(
            "{{\"inspect_mb_per_s\":{speed:.0},\"inspect_mpackets_per_s\":{rate:.2},\"frames\":{frames},\"flows\":{flows},\"allocations\":{allocations}}}"
        );
    } else {
        println!(
            "{speed:.0} MB/s, {rate:.2} million packets/s; {frames} packets of {flows} flows, {allocations} allocations"
        );
    }
    Ok(())
}

/// The recorded captures one after another, again and again: the same flows, read for names the first time.
fn repeated() -> io::Result<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/captures");
    let mut header = Vec::new();
    let mut records = Vec::new();
    for name in ["curl-http", "chromium", "quic-go", "chromium-quic", "dig", "go"] {
        let file = fs::read(folder.join(name).with_extension("pcap"))?;
        header = file[..PCAP_HEADER].to_vec();
        records.extend_from_slice(&file[PCAP_HEADER..]);
    }
    let mut capture = header;
    while capture.len() < SIZE {
        capture.extend_from_slice(&records);
    }
    Ok(capture)
}

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

struct Counting;

#[expect(unsafe_code, reason = "counting allocations needs an allocator")]
// SAFETY: every call is passed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;
