//! Packet capture: what passes the TUN, as pcapng with process and verdict as each packet's comment.
//!
//! The engine's thread only copies packets into a bounded channel; a thread of its own writes them. A packet is held
//! until its flow is decided, and all packets leave in the order they passed, so the file reads like the traffic.

use std::collections::{HashMap, VecDeque};
use std::io::{self, BufWriter, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use engine::{FlowRecord, Instant, RecordState};
use policy::{Refusal, Verdict};
use wire::{FlowKey, Packet, Transport};

use crate::clock::{self, WallClock};
use crate::pcapng::{Direction, PcapngWriter};

/// Messages and bytes on their way to the writing thread at most: a second of a fast connection. Beyond it packets are
/// missing from the file, and counted there.
const MAX_MESSAGES: usize = 65_536;
const MAX_BYTES: usize = 64 << 20;
/// Packets held for a decision at most, and how long: past the engine's longest wait for a name (10 s) and an owner.
const MAX_HELD: usize = 16_384;
const MAX_HOLD: Duration = Duration::from_secs(11);
/// Flows whose comment is remembered; ended ones go first.
const MAX_FLOWS: usize = 100_000;

/// The engine thread's end. Dropping it ends the file.
pub(crate) struct Tap {
    sender: SyncSender<Message>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// Bytes in the channel.
    queued: AtomicUsize,
    lost: AtomicU64,
}

enum Message {
    Packet(Captured),
    Flow { key: FlowKey, comment: Arc<str>, over: bool },
}

struct Captured {
    at: Instant,
    direction: Direction,
    bytes: Vec<u8>,
}

/// Starts the thread that writes the capture to `out`.
///
/// # Errors
/// The file's start could not be written, or the system has no room for another thread.
pub(crate) fn start(out: Box<dyn Write + Send>) -> io::Result<(Tap, JoinHandle<()>)> {
    let mut file = PcapngWriter::new(BufWriter::with_capacity(1 << 18, out))?;
    file.flush()?;
    let (sender, receiver) = sync_channel(MAX_MESSAGES);
    let shared = Arc::<Shared>::default();
    let writer = Writer {
        file,
        held: VecDeque::new(),
        flows: HashMap::new(),
        clock: WallClock::read(),
        shared: Arc::clone(&shared),
        ending: false,
    };
    let thread = thread::Builder::new().name("hushwall-pcap".into()).spawn(move || {
        if let Err(error) = writer.run(&receiver) {
            log::error!("the capture ended early, its file cannot be written: {error}");
        }
    })?;
    Ok((Tap { sender, shared }, thread))
}

impl Tap {
    /// Notes a packet that passed.
    pub(crate) fn packet(&mut self, direction: Direction, packet: &[u8]) {
        let queued = self.shared.queued.fetch_add(packet.len(), Ordering::Relaxed);
        if queued + packet.len() <= MAX_BYTES {
            let captured = Captured { at: clock::now(), direction, bytes: packet.to_vec() };
            if self.sender.try_send(Message::Packet(captured)).is_ok() {
                return;
            }
        }
        self.shared.queued.fetch_sub(packet.len(), Ordering::Relaxed);
        self.shared.lost.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes what was decided about a flow.
    pub(crate) fn record(&mut self, record: &FlowRecord) {
        let message = Message::Flow {
            key: record.key,
            comment: comment(record).into(),
            over: match record.state {
                // A blocked flow is remembered by the engine: its later packets get no record of their own.
                RecordState::Open | RecordState::Blocked => false,
                RecordState::Closed
                | RecordState::Reset
                | RecordState::Failed
                | RecordState::Evicted => true,
            },
        };
        // Without it the flow's packets go without a comment, which is all that a full channel may cost.
        let _ = self.sender.try_send(message);
    }

    /// Packets that are missing from the file.
    pub(crate) fn lost(&self) -> u64 {
        self.shared.lost.load(Ordering::Relaxed)
    }
}

/// `app=/usr/bin/curl uid=1000 verdict=block reason=…`; control characters in a path are made harmless.
fn comment(record: &FlowRecord) -> String {
    let verdict = match record.decision.verdict {
        Verdict::Allow => "allow",
        Verdict::Block(Refusal::Reset | Refusal::Unreachable | Refusal::Silence) => "block",
    };
    let uid = record.owner.id().map(|id| format!(" uid={}", id.uid)).unwrap_or_default();
    let text = format!("app={}{uid} verdict={verdict} reason={}", record.owner, record.reason());
    text.chars().map(|letter| if letter.is_control() { '?' } else { letter }).collect()
}

struct Writer<W: Write> {
    file: PcapngWriter<W>,
    held: VecDeque<Held>,
    flows: HashMap<FlowKey, Noted>,
    clock: WallClock,
    shared: Arc<Shared>,
    /// Nothing more will be known: hold nothing.
    ending: bool,
}

struct Held {
    packet: Captured,
    /// The flow it belongs to, seen from the app; none for what has no ports.
    key: Option<FlowKey>,
}

impl Held {
    fn age(&self, now: Instant) -> Duration {
        let micros = now.total_micros().saturating_sub(self.packet.at.total_micros());
        Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    }
}

/// What is known of a flow.
struct Noted {
    comment: Arc<str>,
    /// It has ended: a packet that begins a flow begins another one.
    over: bool,
}

impl<W: Write> Writer<W> {
    fn run(mut self, receiver: &Receiver<Message>) -> io::Result<()> {
        while let Some(message) = self.next(receiver)? {
            match message {
                Message::Packet(packet) => self.hold(packet),
                Message::Flow { key, comment, over } => self.note(key, Noted { comment, over }),
            }
            self.release(clock::now())?;
        }
        self.ending = true;
        self.release(clock::now())?;
        let lost = self.shared.lost.load(Ordering::Relaxed);
        self.file.finish(self.clock.unix_micros(clock::now()), lost)
    }

    /// The next message; `None` once the other end is gone. Sleeps, except that held packets are looked after.
    fn next(&mut self, receiver: &Receiver<Message>) -> io::Result<Option<Message>> {
        match receiver.try_recv() {
            Ok(message) => return Ok(Some(message)),
            Err(TryRecvError::Disconnected) => return Ok(None),
            Err(TryRecvError::Empty) => {}
        }
        loop {
            self.file.flush()?;
            let Some(oldest) = self.held.front() else { return Ok(receiver.recv().ok()) };
            let patience = MAX_HOLD.saturating_sub(oldest.age(clock::now()));
            match receiver.recv_timeout(patience) {
                Ok(message) => return Ok(Some(message)),
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) => self.release(clock::now())?,
            }
        }
    }

    fn hold(&mut self, packet: Captured) {
        self.shared.queued.fetch_sub(packet.bytes.len(), Ordering::Relaxed);
        let parsed = Packet::parse(&packet.bytes).ok();
        let key = parsed.and_then(|parsed| parsed.flow_key()).map(|key| match packet.direction {
            Direction::FromApp => key,
            Direction::ToApp => FlowKey { local: key.remote, remote: key.local, ..key },
        });
        if let Some(key) = key
            && packet.direction == Direction::FromApp
            && parsed.is_some_and(|parsed| may_begin_a_flow(&parsed))
            && self.flows.get(&key).is_some_and(|noted| noted.over)
        {
            self.flows.remove(&key);
        }
        self.held.push_back(Held { packet, key });
    }

    fn note(&mut self, key: FlowKey, noted: Noted) {
        if self.flows.len() >= MAX_FLOWS {
            self.flows.retain(|_, noted| !noted.over);
            if self.flows.len() >= MAX_FLOWS {
                self.flows.clear();
            }
        }
        self.flows.insert(key, noted);
    }

    /// Writes packets from the front, up to the first that still waits for its flow's decision.
    fn release(&mut self, now: Instant) -> io::Result<()> {
        while let Some(held) = self.held.front() {
            let comment = match held.key.map(|key| self.flows.get(&key)) {
                Some(Some(noted)) => &*noted.comment,
                Some(None)
                    if !self.ending && self.held.len() < MAX_HELD && held.age(now) < MAX_HOLD =>
                {
                    break;
                }
                Some(None) | None => "",
            };
            let at = self.clock.unix_micros(held.packet.at);
            self.file.packet(at, held.packet.direction, &held.packet.bytes, comment)?;
            self.held.pop_front();
        }
        Ok(())
    }
}

/// Whether the packet is the first of a flow wherever the flow table does not know it.
fn may_begin_a_flow(packet: &Packet<'_>) -> bool {
    match packet.payload {
        Transport::Tcp(segment) => segment.flags.syn() && !segment.flags.ack(),
        Transport::Udp(_) | Transport::Echo(_) => true,
        Transport::Fragment(_) | Transport::Icmp(_) | Transport::Other(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::sync::Mutex;

    use super::*;
    use crate::testing::{blocked_record, udp_packet};

    /// A file that the test can look into.
    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Sink {
        /// Where in the file these bytes are.
        fn find(&self, bytes: &[u8]) -> Option<usize> {
            self.0.lock().unwrap().windows(bytes.len()).position(|window| window == bytes)
        }
    }

    fn address(last: u8, port: u16) -> SocketAddr {
        SocketAddr::from(([10, 0, 0, last], port))
    }

    const COMMENT: &[u8] = b"app=/usr/bin/app uid=1000 verdict=block reason=you block this app";

    #[test]
    fn packets_wait_for_their_flows_decision_and_keep_their_order() {
        let sink = Sink::default();
        let (mut tap, thread) = start(Box::new(sink.clone())).unwrap();
        let (app, decided, never) = (address(1, 5000), address(2, 53), address(3, 53));
        tap.packet(Direction::FromApp, &udp_packet(app, decided, b"first"));
        tap.packet(Direction::FromApp, &udp_packet(app, never, b"second"));
        tap.packet(Direction::ToApp, &udp_packet(decided, app, b"third"));
        tap.record(&blocked_record(1, app, decided));
        drop(tap);
        thread.join().unwrap();

        let [first, second, third] =
            [b"first".as_slice(), b"second", b"third"].map(|text| sink.find(text).unwrap());
        assert!(first < second && second < third);
        let comments: Vec<usize> = {
            let file = sink.0.lock().unwrap();
            let at = |(at, window): (usize, &[u8])| (window == COMMENT).then_some(at);
            file.windows(COMMENT.len()).enumerate().filter_map(at).collect()
        };
        assert_eq!(comments.len(), 2, "one for each packet of the decided flow");
        assert!(first < comments[0] && comments[0] < second && third < comments[1]);
    }

    #[test]
    fn the_next_flow_of_a_socket_does_not_inherit_the_last_ones_comment() {
        let sink = Sink::default();
        let (mut tap, thread) = start(Box::new(sink.clone())).unwrap();
        let (app, remote) = (address(1, 5000), address(2, 53));
        let mut ended = blocked_record(1, app, remote);
        ended.state = RecordState::Closed;
        tap.record(&ended);
        tap.packet(Direction::FromApp, &udp_packet(app, remote, b"next flow"));
        drop(tap);
        thread.join().unwrap();
        assert!(sink.find(b"next flow").is_some());
        assert_eq!(sink.find(COMMENT), None);
    }

    #[test]
    fn a_comment_keeps_no_control_characters() {
        let mut record = blocked_record(1, address(1, 1), address(2, 2));
        let name = "/tmp/\x1b[31mred".into();
        record.owner = wire::Owner::App(wire::AppId { uid: 1, name });
        assert!(comment(&record).starts_with("app=/tmp/?[31mred uid=1 "));
    }
}
