//! Descriptors of another network namespace, opened without moving there.

use std::fs::File;
use std::io;
use std::path::Path;
use std::thread;

use nix::sched::{CloneFlags, setns};

/// Runs `body` on a short-lived thread inside the network namespace at `path` (`/proc/PID/ns/net`, or a name under
/// `/run/netns`) and returns what it gives.
///
/// # Errors
/// The namespace cannot be opened or entered (entering takes CAP_SYS_ADMIN in its user namespace and in our own),
/// there is no room for a thread, or `body` failed.
pub fn in_namespace<T: Send>(
    path: &Path,
    body: impl FnOnce() -> io::Result<T> + Send,
) -> io::Result<T> {
    let namespace = File::open(path)?;
    thread::scope(|scope| {
        let inside = move || {
            setns(&namespace, CloneFlags::CLONE_NEWNET)?;
            body()
        };
        let thread = thread::Builder::new().name("namespace".into()).spawn_scoped(scope, inside)?;
        thread
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("the thread in the namespace panicked")))
    })
}
