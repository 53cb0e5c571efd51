//! The threads that Python runs on: few, since it computes, and with large stacks, since deep data recurses in the
//! interpreter itself.
//!
//! The interpreter looks at its limits again and again, but not in the middle of each operation: to multiply two huge numbers
//! takes as long as it takes. Where work runs on long after its limit, its caller is told so, and another thread takes the place of
//! the one that is lost to it.

mod watch;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, Once, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;

use watch::{Ticket, Watch};

/// The stack of a thread in bytes: a thousand calls that recurse through the interpreter fit, also unoptimized. Only what is
/// used of it takes memory.
const STACK: usize = 512 << 20;

/// The most threads that may be lost to work that cannot be stopped.
const MOST_LOST: usize = 16;

/// Why work has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// It panicked.
    Broken,
    /// It ran on after its limit.
    Stuck,
    /// Too many threads are lost to such work.
    Full,
}

struct Job {
    work: Box<dyn FnOnce() + Send>,
    ticket: Ticket,
}

struct Pool {
    sender: Mutex<Sender<Job>>,
    receiver: Mutex<Receiver<Job>>,
    /// How many threads are lost.
    lost: AtomicUsize,
    /// The number of the next thread.
    next: AtomicUsize,
    watch: Watch,
}

thread_local! {
    static IS_OURS: Cell<bool> = const { Cell::new(false) };
}

/// Runs work on one of the threads. It should stop by itself within the limit.
///
/// # Errors
/// It did not come to an end, see [`Failure`].
pub(super) async fn run<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    let pool = pool();
    if pool.lost.load(Ordering::Relaxed) >= MOST_LOST {
        return Err(Failure::Full);
    }
    let (sender, answered) = oneshot::channel();
    // Either the work answers, or the watch does.
    let answer = Arc::new(Mutex::new(Some(sender)));
    let stuck = Arc::clone(&answer);
    let take =
        |answer: &Mutex<Option<oneshot::Sender<_>>>| answer.lock().unwrap_or_else(PoisonError::into_inner).take();
    let work = Box::new(move || {
        let done = catch_unwind(AssertUnwindSafe(work)).map_err(|_| Failure::Broken);
        // Whoever waited for it may be gone.
        let _ = take(&answer).map(|answer| answer.send(done));
    });
    let give_up = Box::new(move || {
        let _ = take(&stuck).map(|answer| answer.send(Err(Failure::Stuck)));
    });
    let job = Job { work, ticket: Ticket::new(limit, give_up) };
    let sent = pool.sender.lock().unwrap_or_else(PoisonError::into_inner).send(job);
    sent.map_err(|_| Failure::Broken)?;
    answered.await.unwrap_or(Err(Failure::Broken))
}

/// Runs work on a thread of its own with a large stack, and waits for it. `None` where it panicked.
pub(in crate::python) fn run_here<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    quieten();
    thread::scope(|scope| {
        let work = move || {
            IS_OURS.set(true);
            work()
        };
        thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok()?.join().ok()
    })
}

fn pool() -> &'static Arc<Pool> {
    static POOL: OnceLock<Arc<Pool>> = OnceLock::new();
    POOL.get_or_init(|| {
        quieten();
        let (sender, receiver) = channel();
        let pool = Arc::new(Pool {
            sender: Mutex::new(sender),
            receiver: Mutex::new(receiver),
            lost: AtomicUsize::new(0),
            next: AtomicUsize::new(0),
            watch: Watch::default(),
        });
        let count = thread::available_parallelism().map_or(2, usize::from).max(2);
        (0..count).for_each(|_| pool.add_thread());
        let watching = Arc::clone(&pool);
        let watch = thread::Builder::new().name("python-watch".to_owned());
        // Without it, work that cannot be stopped keeps its caller waiting.
        let _ = watch.spawn(move || watching.watch.run(|| watching.replace_lost()));
        pool
    })
}

impl Pool {
    fn add_thread(self: &Arc<Self>) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let pool = Arc::clone(self);
        let thread = thread::Builder::new().name(format!("python-{number}")).stack_size(STACK);
        // Without threads, work waits; the machine has none to give.
        let _ = thread.spawn(move || pool.serve(number));
    }

    fn replace_lost(self: &Arc<Self>) {
        self.lost.fetch_add(1, Ordering::Relaxed);
        self.add_thread();
    }

    fn serve(&self, number: usize) {
        IS_OURS.set(true);
        loop {
            let job = self.receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(Job { work, ticket }) = job else { return };
            self.watch.begin(number, ticket);
            work();
            if !self.watch.end(number) {
                // Another thread has taken this one's place.
                self.lost.fetch_sub(1, Ordering::Relaxed);
                return;
            }
        }
    }
}

/// Panics of the interpreter are told by whoever asked for the work, so nothing is written about them.
fn quieten() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !IS_OURS.get() {
                before(panic);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_panics_or_runs_on_is_told_and_the_next_runs() {
        assert_eq!(run(Duration::from_secs(60), || 1).await, Ok(1));
        assert_eq!(run(Duration::from_secs(60), || panic!("on purpose")).await, Err::<(), _>(Failure::Broken));
        let (go_on, wait) = channel::<()>();
        let stuck = run(Duration::ZERO, move || wait.recv());
        assert_eq!(stuck.await, Err(Failure::Stuck));
        assert_eq!(run(Duration::from_secs(60), || 2).await, Ok(2));
        drop(go_on);
        assert_eq!(run_here(|| 3), Some(3));
        assert_eq!(run_here(|| panic!("on purpose")), None::<()>);
    }
}
