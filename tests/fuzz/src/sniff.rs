//! The first bytes of a connection: what was said of some of them still holds when more have come.

use names::{LARGEST_OPENING, Sniff, sniff};

pub fn run(data: &[u8]) {
    let whole = sniff(data);
    assert!(whole != Sniff::NeedMore || data.len() < LARGEST_OPENING);
    // A byte of the input says where it is cut.
    let cut = data.last().map_or(0, |&last| data.len() * usize::from(last) / 256);
    match sniff(&data[..cut]) {
        Sniff::NeedMore => {}
        decided @ (Sniff::Names(..) | Sniff::NoName) => assert_eq!(decided, whole, "cut at {cut}"),
    }
    if let Sniff::Names(names) = whole {
        assert!(!names.is_empty());
        for (at, (name, _)) in names.iter().enumerate() {
            assert!(names[..at].iter().all(|(before, _)| before != name), "{name} is told twice");
        }
    }
}
