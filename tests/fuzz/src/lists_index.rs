//! Index files: damage never leads out of the file, and is refused where the whole file is read.

use std::cell::Cell;

use lists::{Compiler, Index, IndexError, Options, verify};
use wire::HostName;

const LISTS: [&str; 2] = [
    "||ads.example^\n@@||ok.ads.example^\n||a.example^$important\n",
    "address=/track.example/\nserver=/fine.track.example/#\naddress=/*.b.example/0.0.0.0\n",
];
const NAMES: [&str; 6] = [
    "ads.example",
    "x.ok.ads.example",
    "a.example",
    "y.fine.track.example",
    "x.b.example",
    "unlisted.example",
];

pub fn run(data: &[u8]) {
    // As a file of its own, and as damage to a good one: two bytes a place, one what is changed there.
    ask(data);
    let good = index();
    let mut damaged = good.clone();
    for change in data.as_chunks::<3>().0 {
        let [low, high, flip] = *change;
        let place = usize::from(u16::from_le_bytes([low, high])) % good.len();
        damaged[place] ^= flip;
    }
    assert_eq!(verify(&damaged).is_ok(), damaged == good);
    ask(&damaged);
    // Memory that is damaged while it is mapped.
    ask_open(&Index::open(Changing {
        seen: Cell::new(false),
        whole: good.clone(),
        later: damaged,
    }));
    ask(&good[..data.len() % good.len()]);
}

fn ask(file: &[u8]) {
    ask_open(&Index::open(file));
    let _ = verify(file);
}

fn ask_open<B: AsRef<[u8]>>(index: &Result<Index<B>, IndexError>) {
    let Ok(index) = index else { return };
    assert!(index.lists().all(|list| list.name.len() <= 255));
    for name in NAMES {
        let name = HostName::parse(name.as_bytes()).expect("a name");
        let matches = index.lookup(&name);
        assert!(matches.take(100_000).all(|found| name.as_str().ends_with(found.entry)));
        let _ = index.decide(&name, index.all());
    }
}

fn index() -> Vec<u8> {
    let mut compiler = Compiler::new();
    for source in LISTS {
        compiler.add("list", source.as_bytes(), &Options::default()).expect("a list");
    }
    compiler.finish()
}

/// Bytes that are whole when they are first asked for and others from then on.
struct Changing {
    seen: Cell<bool>,
    whole: Vec<u8>,
    later: Vec<u8>,
}

impl AsRef<[u8]> for Changing {
    fn as_ref(&self) -> &[u8] {
        if self.seen.replace(true) { &self.later } else { &self.whole }
    }
}
