//! What a run came to: each app's connections and bytes, and the hosts that were blocked most.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use crate::shown::{APP_COLUMN, Shown};
use crate::terminal::{Paint, Tone, bytes, column, harmless};

/// Blocked hosts in the summary at most.
const MAX_HOSTS: usize = 10;
/// An app asks for a name's addresses of both families, and again when nothing came of it: told once, that is quiet this long.
const QUIET: SignedDuration = SignedDuration::from_secs(60);
/// Questions remembered for that at most.
const MAX_TOLD: usize = 1024;

/// Counts connections as they are told, each once, however often it is told.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    apps: HashMap<String, Counts>,
    blocked_hosts: HashMap<String, u64>,
    /// What was counted already of connections that go on.
    open: HashMap<String, Counts>,
    /// When an app's blocked question for a name was told last.
    told: HashMap<(String, Option<String>), Timestamp>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    connections: u64,
    blocked: u64,
    bytes_up: u64,
    bytes_down: u64,
}

impl Summary {
    /// Takes in what is now known of a connection; true where it is worth telling: new, or with another verdict. A question
    /// for a name counts only if it was blocked: else the connection that follows tells all.
    pub(crate) fn add(&mut self, shown: &Shown) -> bool {
        let counts = !shown.is_question || shown.is_blocked();
        let now = Counts {
            connections: u64::from(counts),
            blocked: u64::from(shown.is_blocked()),
            bytes_up: shown.bytes_up,
            bytes_down: shown.bytes_down,
        };
        let before = self.open.remove(&shown.id).unwrap_or_default();
        if shown.is_open() {
            self.open.insert(shown.id.clone(), now);
        }
        if !counts {
            return false;
        }
        let app = self.apps.entry(shown.app_label()).or_default();
        app.connections += now.connections.saturating_sub(before.connections);
        app.blocked += now.blocked.saturating_sub(before.blocked);
        app.bytes_up += now.bytes_up.saturating_sub(before.bytes_up);
        app.bytes_down += now.bytes_down.saturating_sub(before.bytes_down);
        if now.blocked > before.blocked {
            let host = shown.host.clone().unwrap_or_else(|| shown.remote.ip().to_string());
            *self.blocked_hosts.entry(host).or_default() += 1;
        }
        let is_news = before.connections == 0 || before.blocked != now.blocked;
        is_news && (!shown.is_question || self.is_told_anew(shown))
    }

    /// Whether an app's question for this name was not told lately; it is now.
    fn is_told_anew(&mut self, question: &Shown) -> bool {
        if self.told.len() >= MAX_TOLD {
            self.told.clear();
        }
        let key = (question.app_label(), question.host.clone());
        let before = self.told.insert(key, question.at);
        before.is_none_or(|before| question.at.duration_since(before) >= QUIET)
    }

    /// The summary as text, each line with its end.
    pub(crate) fn text(&self, paint: Paint) -> String {
        let total = self.apps.values().fold(Counts::default(), |sum, app| Counts {
            connections: sum.connections + app.connections,
            blocked: sum.blocked + app.blocked,
            bytes_up: sum.bytes_up + app.bytes_up,
            bytes_down: sum.bytes_down + app.bytes_down,
        });
        let heading = format!("hushwall: {}", told(&total));
        let mut text = format!("{}\n", paint.paint(Tone::Strong, heading));
        let mut apps: Vec<_> = self.apps.iter().collect();
        apps.sort_by(|(a, x), (b, y)| y.connections.cmp(&x.connections).then_with(|| a.cmp(b)));
        for (app, counts) in apps {
            text.push_str(&format!("  {}  {}\n", column(app, APP_COLUMN), told(counts)));
        }
        let mut hosts: Vec<_> = self.blocked_hosts.iter().collect();
        hosts.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.cmp(b)));
        if !hosts.is_empty() {
            text.push_str(&format!("{}\n", paint.paint(Tone::Strong, "blocked most:")));
        }
        for (host, times) in hosts.iter().take(MAX_HOSTS) {
            text.push_str(&format!(
                "  {:<40}  {}\n",
                harmless(host),
                paint.paint(Tone::Bad, times)
            ));
        }
        text
    }
}

fn told(counts: &Counts) -> String {
    let noun = if counts.connections == 1 { "connection" } else { "connections" };
    format!(
        "{} {noun}, {} blocked, {} up, {} down",
        counts.connections,
        counts.blocked,
        bytes(counts.bytes_up),
        bytes(counts.bytes_down)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shown::tests::example;

    #[test]
    fn a_connection_counts_once_with_its_last_bytes() {
        let mut summary = Summary::default();
        let begun = Shown { id: "1.1".into(), ..example("/usr/bin/curl", Some("shop.example")) };
        let ended = Shown { state: "closed", bytes_up: 100, bytes_down: 2000, ..begun.clone() };
        assert!(summary.add(&begun));
        assert!(!summary.add(&Shown { bytes_up: 50, ..begun.clone() }));
        assert!(!summary.add(&ended));
        let other = Shown {
            id: "2.1".into(),
            verdict: "block",
            state: "blocked",
            ..example("/usr/bin/msa", Some("t.example"))
        };
        assert!(summary.add(&other));
        assert_eq!(
            summary.text(Paint::off()),
            "hushwall: 2 connections, 1 blocked, 100 B up, 2.0 KB down\n  \
             curl (1000)                           1 connection, 0 blocked, 100 B up, 2.0 KB down\n  \
             msa (1000)                            1 connection, 1 blocked, 0 B up, 0 B down\n\
             blocked most:\n  t.example                                 1\n"
        );
    }

    #[test]
    fn a_question_counts_once_it_is_blocked_and_its_twin_is_not_told_again() {
        let mut summary = Summary::default();
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let asked = |id: &str, seconds| Shown {
            id: id.into(),
            is_question: true,
            at: at(seconds),
            ..example("/usr/bin/msa", Some("t.example"))
        };
        let blocked = |question: Shown| Shown { verdict: "block", state: "blocked", ..question };
        assert!(!summary.add(&Shown { state: "open", ..asked("1.1", 0) }));
        assert!(summary.add(&blocked(asked("1.1", 1))));
        assert!(!summary.add(&blocked(asked("2.1", 1))));
        assert!(summary.add(&blocked(asked("3.1", 120))));
        assert!(summary.text(Paint::off()).starts_with("hushwall: 3 connections, 3 blocked"));
    }

    #[test]
    fn a_connection_cut_by_a_new_rule_is_told_again_and_counted_as_blocked() {
        let mut summary = Summary::default();
        let begun = Shown { id: "1.1".into(), ..example("/usr/bin/curl", Some("shop.example")) };
        summary.add(&begun);
        assert!(summary.add(&Shown { verdict: "block", state: "blocked", ..begun }));
        assert!(summary.text(Paint::off()).starts_with("hushwall: 1 connection, 1 blocked"));
    }
}
