//! The threads that Python runs on: few, since it computes, and with large stacks, since deep data recurses in the
//! interpreter itself.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use tokio::sync::oneshot;

/// The stack of a thread in bytes: a thousand calls that recurse through the interpreter fit, also unoptimized. Only what is
/// used of it takes memory.
const STACK: usize = 512 << 20;

type Job = Box<dyn FnOnce() + Send>;

static POOL: OnceLock<Mutex<Sender<Job>>> = OnceLock::new();

/// Runs work on one of the threads. `None` where it panicked.
pub(super) async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (answer, answered) = oneshot::channel();
    let job: Job = Box::new(move || {
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).ok();
        // Whoever waited for it may be gone.
        let _ = answer.send(done);
    });
    let pool = POOL.get_or_init(start);
    let sent = pool.lock().unwrap_or_else(PoisonError::into_inner).send(job);
    sent.ok()?;
    answered.await.ok()?
}

fn start() -> Mutex<Sender<Job>> {
    let (sender, receiver) = channel();
    let receiver = Arc::new(Mutex::new(receiver));
    let count = thread::available_parallelism().map_or(2, usize::from).max(2);
    for number in 0..count {
        let receiver = Arc::clone(&receiver);
        let thread = thread::Builder::new().name(format!("python-{number}")).stack_size(STACK);
        // Without threads, work waits; the machine has none to give.
        let _ = thread.spawn(move || serve(&receiver));
    }
    Mutex::new(sender)
}

fn serve(receiver: &Mutex<Receiver<Job>>) {
    loop {
        let job = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(job) => job(),
            Err(_) => return,
        }
    }
}
