//! Captures: whatever the bytes, each packet is counted at most once, and how they are handed over does not matter.

use std::io::Read;

use capture::{Damage, Flow, Inspector, Packets, Unread};

pub fn run(data: &[u8]) {
    let Some(whole) = inspect(data) else { return };
    // A byte of the input says how much a read gives.
    let size = data.last().map_or(1, |&last| usize::from(last) + 1);
    assert_eq!(inspect(Pieces { data, size }).as_ref(), Some(&whole));
    let (flows, unread, _) = &whole;
    for flow in flows {
        assert!(flow.packets > 0);
        for (at, name) in flow.names.iter().enumerate() {
            assert!(flow.names[..at].iter().all(|before| before.host != name.host));
        }
    }
    let counted: u64 = flows.iter().map(|flow| flow.packets).sum();
    let others = unread.not_ip + unread.short + unread.fragments + unread.malformed;
    assert!(counted + others + unread.links.values().sum::<u64>() <= data.len() as u64 / 12);
}

/// What is told of a capture, or that it is none.
type Told = (Vec<Flow>, Unread, Vec<Damage>);

fn inspect(reader: impl Read) -> Option<Told> {
    let mut damage = Vec::new();
    let mut inspector = Inspector::new();
    let mut packets = Packets::open(reader).ok()?;
    let mut before = None;
    while let Some(frame) = packets.next(&mut |it| damage.push(it)) {
        assert!(before.is_none_or(|before| before < frame.offset));
        assert!(frame.bytes.len() <= frame.original);
        before = Some(frame.offset);
        damage.extend(inspector.push(&frame).err());
    }
    Some((inspector.flows().collect(), inspector.unread(), damage))
}

/// A reader that gives a few bytes at a time.
struct Pieces<'a> {
    data: &'a [u8],
    size: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.size.min(buffer.len());
        self.data.read(&mut buffer[..length])
    }
}
