//! The log's thread: takes records from the engine's thread and writes them, one transaction a batch.
//!
//! The queue between them never makes the engine wait for the disk. A flow has at most one record in it, its latest, so
//! however busy flows are, the queue is bounded by their number. The thread sleeps while nothing is queued.

use std::collections::HashMap;
use std::io;
use std::mem;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use engine::{FlowId, FlowRecord};
use policy::Places;
use store::{Connection, Opened, Store, StoreError};

use crate::clock::{self, WallClock};
use crate::events::{Event, EventSender, LogEvent};
use crate::logged;

/// Records that wait for the disk at most, about 30 MiB: as many as there can be flows.
const MAX_QUEUED: usize = 65_536;
/// A batch of this size is written without waiting for more, and a larger one in pieces, which bounds its memory.
const FULL_BATCH: usize = 1_024;
/// How long the first record of a batch waits for more. With the half second between the engine's records of a busy flow
/// and the time a commit takes, a kill loses less than a second.
const HOLD: Duration = Duration::from_millis(300);
/// After a failed write, the longest time until the next try.
const RETRY: Duration = Duration::from_secs(5);
/// Retention is looked after at the start, and after this many records or this long, when something is written.
const MAINTAIN_RECORDS: usize = 50_000;
const MAINTAIN_TIME: Duration = Duration::from_secs(3600);

/// Records on their way to the log.
#[derive(Default)]
pub(crate) struct LogQueue {
    queue: Mutex<Queue>,
    filled: Condvar,
}

#[derive(Default)]
struct Queue {
    records: Vec<Queued>,
    /// Where in `records` a flow's record is.
    places: HashMap<FlowId, usize>,
    tasks: Vec<Task>,
    lost: u64,
    closed: bool,
}

/// What else the log's thread is asked to do, between two batches. Whoever asked waits for the answer, or has gone.
pub(crate) enum Task {
    /// Forget everything.
    Clear(SyncSender<Result<(), StoreError>>),
    /// Go on in this log, and move there what the log so far has.
    Replace(Box<Store>, SyncSender<Result<usize, StoreError>>),
}

struct Queued {
    record: FlowRecord,
    network: Arc<str>,
}

impl LogQueue {
    /// Queues the record in the place of an earlier one of the same flow; where there is no room it is lost and counted.
    pub(crate) fn push(&self, record: FlowRecord, network: &Arc<str>) {
        let mut queue = self.lock();
        let flow = record.flow;
        let queued = Queued { record, network: Arc::clone(network) };
        if let Some(&place) = queue.places.get(&flow) {
            queue.records[place] = queued;
            return;
        }
        if queue.records.len() >= MAX_QUEUED {
            queue.lost += 1;
            return;
        }
        let place = queue.records.len();
        queue.places.insert(flow, place);
        queue.records.push(queued);
        drop(queue);
        if place == 0 || place + 1 == FULL_BATCH {
            self.filled.notify_one();
        }
    }

    /// Asks for something else, to be done after what is queued is written.
    pub(crate) fn ask(&self, task: Task) {
        self.lock().tasks.push(task);
        self.filled.notify_one();
    }

    /// Records that did not reach the log so far.
    pub(crate) fn lost(&self) -> u64 {
        self.lock().lost
    }

    /// No more records will come: the thread writes what is queued and ends.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_one();
    }

    /// Sleeps until a batch is due, at most for `patience`; `false` once the queue is closed and this is all.
    fn next_batch(&self, batch: &mut Vec<Queued>, patience: Option<Duration>) -> bool {
        let empty =
            |queue: &mut Queue| queue.records.is_empty() && queue.tasks.is_empty() && !queue.closed;
        let queue = self.lock();
        let queue = match patience {
            None => self.filled.wait_while(queue, empty).unwrap_or_else(PoisonError::into_inner),
            Some(patience) => {
                self.filled
                    .wait_timeout_while(queue, patience, empty)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0
            }
        };
        let small = |queue: &mut Queue| {
            !queue.records.is_empty()
                && queue.records.len() < FULL_BATCH
                && queue.tasks.is_empty()
                && !queue.closed
        };
        let (mut queue, _) = self
            .filled
            .wait_timeout_while(queue, HOLD, small)
            .unwrap_or_else(PoisonError::into_inner);
        // The memory of a burst goes with it.
        *batch = mem::take(&mut queue.records);
        queue.places = HashMap::new();
        !queue.closed
    }

    fn take_tasks(&self) -> Vec<Task> {
        mem::take(&mut self.lock().tasks)
    }

    fn add_lost(&self, count: usize) {
        self.lock().lost += count as u64;
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts the thread that writes what is queued to this store until the queue is closed, with the places of the servers.
///
/// # Errors
/// The system has no room for another thread.
pub(crate) fn start(
    queue: Arc<LogQueue>,
    store: Store,
    events: Option<EventSender>,
    places: Option<Arc<dyn Places>>,
) -> io::Result<JoinHandle<()>> {
    let writer = Writer {
        queue,
        store: Some(store),
        events,
        places,
        pending: Vec::new(),
        failing: false,
        told_lost: 0,
        untidy: true,
        unmaintained: 0,
        maintained: Instant::now(),
    };
    thread::Builder::new().name("hushwall-log".into()).spawn(move || writer.run())
}

struct Writer {
    queue: Arc<LogQueue>,
    /// None after it was damaged and no new one could be begun.
    store: Option<Store>,
    events: Option<EventSender>,
    places: Option<Arc<dyn Places>>,
    /// What is to be written: a batch, and before it what earlier tries could not write.
    pending: Vec<Connection>,
    failing: bool,
    told_lost: u64,
    /// Retention has something to do.
    untidy: bool,
    unmaintained: usize,
    maintained: Instant,
}

impl Writer {
    fn run(mut self) {
        let mut batch = Vec::new();
        let mut open = true;
        while open {
            let patience =
                if self.untidy { Some(Duration::ZERO) } else { self.failing.then_some(RETRY) };
            open = self.queue.next_batch(&mut batch, patience);
            let clock = WallClock::read();
            let was_burst = batch.len() >= FULL_BATCH;
            for part in mem::take(&mut batch).chunks(FULL_BATCH) {
                let places = self.places.as_deref();
                self.pending.extend(part.iter().map(|queued| connection(queued, clock, places)));
                self.write();
            }
            self.write(); // what is left of a failure, even if nothing new came
            for task in self.queue.take_tasks() {
                self.run_task(task);
            }
            if self.untidy {
                self.maintain();
            }
            self.tell_lost();
            if was_burst {
                give_freed_memory_back();
            }
        }
    }

    fn run_task(&mut self, task: Task) {
        match task {
            Task::Clear(reply) => {
                let cleared = self.store.as_mut().map_or(Ok(()), Store::clear);
                drop(reply.try_send(cleared));
            }
            Task::Replace(mut store, reply) => {
                let moved = self.store.take().map_or(Ok(0), |old| store.take_in(old));
                self.store = Some(*store);
                self.untidy = true;
                drop(reply.try_send(moved));
            }
        }
    }

    /// Writes what is pending; what cannot be written now stays pending, within the bound.
    fn write(&mut self) {
        let result = match &mut self.store {
            _ if self.pending.is_empty() => return,
            Some(store) => store.write(&self.pending),
            None => {
                self.queue.add_lost(mem::take(&mut self.pending).len());
                return;
            }
        };
        match result {
            Ok(()) => {
                if mem::take(&mut self.failing) {
                    self.tell(LogEvent::Recovered);
                }
                self.unmaintained += mem::take(&mut self.pending).len();
                self.untidy |= self.unmaintained >= MAINTAIN_RECORDS
                    || self.maintained.elapsed() >= MAINTAIN_TIME;
            }
            Err(StoreError::Damaged(_)) => self.start_over(),
            Err(error) => {
                self.fail(&error);
                let excess = self.pending.len().saturating_sub(MAX_QUEUED);
                self.pending.drain(..excess);
                self.queue.add_lost(excess);
            }
        }
    }

    /// The file is damaged: it is set aside, and the batch goes to a new one.
    fn start_over(&mut self) {
        let Some(damaged) = self.store.take() else { return };
        match damaged.start_over() {
            Ok((mut store, opened)) => {
                match opened {
                    Opened::SetAside { corrupt_file_moved_to, reason } => {
                        self.tell(LogEvent::SetAside { moved_to: corrupt_file_moved_to, reason });
                    }
                    Opened::Fresh | Opened::Existing => {}
                }
                if let Err(error) = store.write(&self.pending) {
                    self.fail(&error);
                } else {
                    self.pending.clear();
                }
                self.store = Some(store);
            }
            Err(error) => self.fail(&error),
        }
    }

    /// One bounded step of retention.
    fn maintain(&mut self) {
        self.unmaintained = 0;
        self.maintained = Instant::now();
        let Some(store) = &mut self.store else { return };
        self.untidy = match store.maintain(millis(WallClock::read(), clock::now())) {
            Ok(maintained) => maintained.more,
            Err(error) => {
                log::warn!("the log could not be tidied up: {error}");
                false
            }
        };
    }

    /// Says once that writing fails, until it works again.
    fn fail(&mut self, error: &StoreError) {
        if !mem::replace(&mut self.failing, true) {
            log::warn!("the log cannot be written: {error}");
            self.tell(LogEvent::from(error));
        }
    }

    fn tell_lost(&mut self) {
        let lost = self.queue.lost();
        if lost > self.told_lost {
            self.tell(LogEvent::Lost(lost - self.told_lost));
            self.told_lost = lost;
        }
    }

    fn tell(&self, event: LogEvent) {
        if let Some(events) = &self.events {
            events.send(Event::Log(event));
        }
    }
}

/// glibc keeps what a burst of connections freed; the other C libraries give it back by themselves.
#[cfg_attr(
    target_env = "gnu",
    expect(unsafe_code, reason = "the C library's allocator has no safe interface")
)]
fn give_freed_memory_back() {
    // SAFETY: malloc_trim takes any padding and may be called from any thread at any time.
    #[cfg(target_env = "gnu")]
    unsafe {
        libc::malloc_trim(0);
    }
}

/// The record as the log keeps it.
fn connection(queued: &Queued, clock: WallClock, places: Option<&dyn Places>) -> Connection {
    let Queued { record, network } = queued;
    let (started, at) = (millis(clock, record.started), millis(clock, record.at));
    logged::connection(record, network, places, (started, at))
}

fn millis(clock: WallClock, at: engine::Instant) -> i64 {
    i64::try_from(clock.unix_micros(at) / 1_000).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, SocketAddr};
    use std::path::Path;

    use store::{Filter, Options, Reader, ReasonCode, State};
    use tempfile::TempDir;

    use super::*;
    use crate::testing::blocked_record;

    fn record(index: u32) -> FlowRecord {
        let local = SocketAddr::from(([10, 0, 0, 1], 5000));
        blocked_record(index, local, SocketAddr::from(([192, 0, 2, 1], 53)))
    }

    fn begin(path: &Path) -> (Arc<LogQueue>, JoinHandle<()>) {
        let (store, _) = Store::open(path, Options::default()).unwrap();
        let queue = Arc::<LogQueue>::default();
        (Arc::clone(&queue), start(queue, store, None, Some(Arc::new(Singapore))).unwrap())
    }

    /// All servers are in Singapore.
    #[derive(Debug)]
    struct Singapore;

    impl Places for Singapore {
        fn country(&self, _: IpAddr) -> Option<[u8; 2]> {
            Some(*b"SG")
        }

        fn asn(&self, _: IpAddr) -> Option<u32> {
            Some(45_102)
        }
    }

    fn rows(path: &Path) -> Vec<Connection> {
        let page = Reader::open(path).unwrap().page(&Filter::default(), None, 100).unwrap();
        page.rows.into_iter().map(|row| row.connection).collect()
    }

    #[test]
    fn what_is_queued_is_in_the_log_when_the_thread_ends() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("log");
        let (queue, thread) = begin(&path);
        let network: Arc<str> = "wifi".into();
        for index in 0..5 {
            queue.push(record(index), &network);
        }
        queue.close();
        thread.join().unwrap();
        let rows = rows(&path);
        assert_eq!(rows.len(), 5);
        assert_eq!(&*rows[0].network, "wifi");
        assert_eq!(rows[0].verdict, store::Verdict::Block);
        assert_eq!(rows[0].state, State::Blocked);
        assert_eq!(&*rows[0].reason.text, "you block this app");
        assert_eq!(rows[0].reason.code, ReasonCode::AppBlocked);
        assert_eq!((rows[0].bytes_up, rows[0].packets_up), (5, 1));
        assert_eq!((rows[0].country, rows[0].asn), (Some(*b"SG"), Some(45_102)));
        assert!(rows[0].ended_ms.is_some());
    }

    #[test]
    fn the_latest_record_of_a_flow_counts() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("log");
        let (queue, thread) = begin(&path);
        let network: Arc<str> = "wifi".into();
        for bytes in 1..=1000 {
            let mut record = record(1);
            record.traffic.bytes_down = bytes;
            queue.push(record, &network);
        }
        queue.close();
        thread.join().unwrap();
        let rows = rows(&path);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].bytes_down, 1000);
    }

    #[test]
    fn a_full_queue_takes_later_records_of_flows_it_has_and_counts_what_it_loses() {
        let queue = LogQueue::default(); // nobody writes
        let network: Arc<str> = "wifi".into();
        let one = record(0);
        let count = u32::try_from(MAX_QUEUED).unwrap() + 3;
        for index in 0..count {
            queue.push(
                FlowRecord { flow: FlowId { index, generation: 1 }, ..one.clone() },
                &network,
            );
        }
        assert_eq!(queue.lost(), 3);
        queue.push(one, &network);
        assert_eq!(queue.lost(), 3);
    }
}
