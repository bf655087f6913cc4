//! The attribution thread: questions in by the turn, answers out by the batch.
//!
//! Each question gets exactly one answer, unless the attributor never comes back: the engine keeps the deadline with
//! its own timer and decides the flow as unknown, so this thread needs none and sleeps while nothing is asked.

use std::io;
use std::mem;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use engine::FlowId;
use wire::{FlowKey, Owner};

use super::Attributor;

/// Questions that may wait. At the slowest lookup seen (some 30 µs) this many are answered within a quarter of a second, well
/// before the deadline.
const MAX_WAITING: usize = 8192;
/// An answer is not held back longer than this for the rest of its batch.
const LONGEST_HOLD: Duration = Duration::from_millis(1);

/// The packet thread's end of the attribution thread. Dropping it ends the thread after its present question.
pub struct Attribution {
    shared: Arc<Shared>,
    asked: Vec<Question>,
    overflowed: u64,
}

/// What attribution has done since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AttributionStats {
    /// Questions that the attributor answered.
    pub answered: u64,
    /// Answered as unknown because the deadline had passed before the lookup.
    pub late: u64,
    /// Answered as unknown at once because too many questions waited.
    pub overflowed: u64,
    /// Answered as unknown because the attributor panicked.
    pub panicked: u64,
}

impl Attribution {
    /// Starts the thread. `notify` is called on it after each batch of answers; it must not block
    /// (writing to an eventfd is what it is meant for). A question that has waited for longer than `deadline` is answered
    /// [`Owner::Unknown`]; an answer that took long itself is given as it is.
    ///
    /// # Errors
    /// The system has no room for another thread.
    pub fn start(
        attributor: Box<dyn Attributor>,
        deadline: Duration,
        notify: impl Fn() + Send + 'static,
    ) -> io::Result<Attribution> {
        let shared = Arc::new(Shared::default());
        let worker = Worker { shared: Arc::clone(&shared), attributor, deadline };
        thread::Builder::new().name("attribution".into()).spawn(move || worker.run(&notify))?;
        Ok(Attribution { shared, asked: Vec::new(), overflowed: 0 })
    }

    /// Notes a question; [`Attribution::flush`] sends it.
    pub fn ask(&mut self, flow: FlowId, key: &FlowKey) {
        self.asked.push(Question { flow, key: *key, asked: Instant::now() });
    }

    /// Sends the turn's questions, waking the thread once. Those that find no room are answered
    /// [`Owner::Unknown`]: the returned flows must be given that answer by the caller, now.
    pub fn flush(&mut self) -> impl Iterator<Item = FlowId> {
        let kept = if self.asked.is_empty() { 0 } else { self.send() };
        self.overflowed += (self.asked.len() - kept) as u64;
        self.asked.drain(..).skip(kept).map(|question| question.flow)
    }

    /// Moves all answers that are ready to the end of `answers`.
    pub fn take_answers(&self, answers: &mut Vec<(FlowId, Owner)>) {
        answers.append(&mut self.shared.lock().answers);
    }

    /// What has been done so far.
    pub fn stats(&self) -> AttributionStats {
        AttributionStats { overflowed: self.overflowed, ..self.shared.lock().stats }
    }

    fn send(&mut self) -> usize {
        let mut queue = self.shared.lock();
        let kept = self.asked.len().min(MAX_WAITING.saturating_sub(queue.questions.len()));
        queue.questions.extend_from_slice(&self.asked[..kept]);
        drop(queue);
        self.shared.wake.notify_one();
        kept
    }
}

impl Drop for Attribution {
    /// Does not wait for the thread: its present lookup may hang.
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.wake.notify_one();
    }
}

#[derive(Clone, Copy)]
struct Question {
    flow: FlowId,
    key: FlowKey,
    asked: Instant,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
}

#[derive(Default)]
struct Queue {
    questions: Vec<Question>,
    answers: Vec<(FlowId, Owner)>,
    stats: AttributionStats,
    closed: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Worker {
    shared: Arc<Shared>,
    attributor: Box<dyn Attributor>,
    deadline: Duration,
}

impl Worker {
    fn run(mut self, notify: &impl Fn()) {
        let mut questions = Vec::new();
        let mut answers = Vec::new();
        while self.next_batch(&mut questions) {
            let mut stats = AttributionStats::default();
            let mut delivered = Instant::now();
            for question in questions.drain(..) {
                answers.push((question.flow, self.answer(&question, &mut stats)));
                if delivered.elapsed() >= LONGEST_HOLD {
                    self.deliver(&mut answers, mem::take(&mut stats), notify);
                    delivered = Instant::now();
                }
            }
            self.deliver(&mut answers, stats, notify);
        }
    }

    /// Sleeps until there are questions; false once the other end is gone.
    fn next_batch(&self, questions: &mut Vec<Question>) -> bool {
        let queue = self.shared.lock();
        let mut queue = self
            .shared
            .wake
            .wait_while(queue, |queue| queue.questions.is_empty() && !queue.closed)
            .unwrap_or_else(PoisonError::into_inner);
        mem::swap(questions, &mut queue.questions);
        !queue.closed
    }

    fn answer(&mut self, question: &Question, stats: &mut AttributionStats) -> Owner {
        if question.asked.elapsed() >= self.deadline {
            stats.late += 1;
            return Owner::Unknown;
        }
        let Ok(owner) =
            panic::catch_unwind(AssertUnwindSafe(|| self.attributor.owner_of(&question.key)))
        else {
            log::error!("the attributor panicked on a {} flow", question.key.protocol);
            stats.panicked += 1;
            return Owner::Unknown;
        };
        stats.answered += 1;
        owner.unwrap_or(Owner::Unknown)
    }

    fn deliver(
        &self,
        answers: &mut Vec<(FlowId, Owner)>,
        stats: AttributionStats,
        notify: &impl Fn(),
    ) {
        if answers.is_empty() {
            return;
        }
        let mut queue = self.shared.lock();
        if queue.closed {
            return;
        }
        queue.answers.append(answers);
        queue.stats.answered += stats.answered;
        queue.stats.late += stats.late;
        queue.stats.panicked += stats.panicked;
        drop(queue);
        notify();
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};
    use std::sync::mpsc;

    use wire::{AppId, Protocol};

    use super::*;

    const FOREVER: Duration = Duration::from_secs(3600);

    /// Answers with the flow's local port as the uid, after whatever the hook does.
    struct ByPort<F>(F);

    impl<F: FnMut(&FlowKey) + Send> Attributor for ByPort<F> {
        fn owner_of(&mut self, key: &FlowKey) -> Option<Owner> {
            (self.0)(key);
            let uid = u32::from(key.local.port());
            (uid != 0).then(|| Owner::App(AppId { uid, name: "app".into() }))
        }
    }

    fn start(
        deadline: Duration,
        hook: impl FnMut(&FlowKey) + Send + 'static,
    ) -> (Attribution, mpsc::Receiver<()>) {
        let (notify, notified) = mpsc::channel();
        let attribution = Attribution::start(Box::new(ByPort(hook)), deadline, move || {
            let _ = notify.send(());
        });
        (attribution.unwrap(), notified)
    }

    fn flow(index: u32) -> FlowId {
        FlowId { index, generation: 0 }
    }

    fn key(port: u16) -> FlowKey {
        FlowKey {
            protocol: Protocol::Tcp,
            local: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            remote: SocketAddr::from((Ipv4Addr::LOCALHOST, 443)),
        }
    }

    fn app(uid: u32) -> Owner {
        Owner::App(AppId { uid, name: "app".into() })
    }

    fn collect(
        attribution: &Attribution,
        notified: &mpsc::Receiver<()>,
        count: usize,
    ) -> Vec<(FlowId, Owner)> {
        let mut answers = Vec::new();
        while answers.len() < count {
            notified.recv().unwrap();
            attribution.take_answers(&mut answers);
        }
        answers
    }

    #[test]
    fn each_question_of_a_turn_is_answered_once_and_in_order() {
        let (mut attribution, notified) = start(FOREVER, |_| {});
        for port in 0..100 {
            attribution.ask(flow(u32::from(port)), &key(port));
        }
        assert_eq!(attribution.flush().count(), 0);
        let answers = collect(&attribution, &notified, 100);
        assert_eq!(answers[0], (flow(0), Owner::Unknown));
        assert_eq!(answers[1..], (1..100).map(|n| (flow(n), app(n))).collect::<Vec<_>>());
        assert_eq!(attribution.stats().answered, 100);
    }

    #[test]
    fn a_panic_costs_one_answer_and_not_the_thread() {
        let (mut attribution, notified) =
            start(FOREVER, |key| assert_ne!(key.local.port(), 1, "a test's panic"));
        attribution.ask(flow(1), &key(1));
        attribution.ask(flow(2), &key(2));
        assert_eq!(attribution.flush().count(), 0);
        assert_eq!(
            collect(&attribution, &notified, 2),
            [(flow(1), Owner::Unknown), (flow(2), app(2))]
        );
        assert_eq!(attribution.stats().panicked, 1);
    }

    #[test]
    fn a_late_question_is_unknown_and_not_looked_up() {
        let (mut attribution, notified) =
            start(Duration::ZERO, |_| panic!("looked up all the same"));
        attribution.ask(flow(1), &key(1));
        assert_eq!(attribution.flush().count(), 0);
        assert_eq!(collect(&attribution, &notified, 1), [(flow(1), Owner::Unknown)]);
        assert_eq!(attribution.stats(), AttributionStats { late: 1, ..Default::default() });
    }

    #[test]
    fn with_the_attributor_stuck_the_queue_stays_bounded_and_says_who_found_no_room() {
        let (started, has_started) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let (mut attribution, notified) = start(FOREVER, move |_| {
            let _ = started.send(());
            let _ = released.recv();
        });
        attribution.ask(flow(0), &key(1));
        assert_eq!(attribution.flush().count(), 0);
        has_started.recv().unwrap();
        let waiting = u32::try_from(MAX_WAITING).unwrap();
        for index in 1..waiting + 4 {
            attribution.ask(flow(index), &key(1));
        }
        let refused: Vec<_> = attribution.flush().collect();
        assert_eq!(refused, [flow(waiting + 1), flow(waiting + 2), flow(waiting + 3)]);
        assert_eq!(attribution.stats().overflowed, 3);
        drop(release);
        assert_eq!(collect(&attribution, &notified, MAX_WAITING + 1).len(), MAX_WAITING + 1);
    }

    #[test]
    fn a_stuck_attributor_does_not_hold_up_the_end() {
        let (started, has_started) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let (mut attribution, notified) = start(FOREVER, move |_| {
            let _ = started.send(());
            let _ = released.recv();
        });
        attribution.ask(flow(1), &key(1));
        assert_eq!(attribution.flush().count(), 0);
        has_started.recv().unwrap();
        drop(attribution);
        drop(release);
        assert!(notified.recv().is_err(), "nobody is told any more, and the thread ends");
    }
}
