use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How much longer than its limit work may run before it counts as lost.
const GRACE: Duration = if cfg!(test) { Duration::ZERO } else { Duration::from_secs(5) };
/// How often running work is looked at.
const PACE: Duration = Duration::from_millis(500);

/// What the watch knows of a piece of work.
pub(super) struct Ticket {
    limit: Duration,
    give_up: Box<dyn FnOnce() + Send>,
}

impl Ticket {
    /// Work that should end within a limit; `give_up` tells its caller that it did not.
    pub(super) fn new(limit: Duration, give_up: Box<dyn FnOnce() + Send>) -> Self {
        Self { limit, give_up }
    }
}

/// Watches over running work.
#[derive(Default)]
pub(super) struct Watch {
    /// By the number of its thread, with the time when it counts as lost; `None` where that is too far away.
    running: Mutex<BTreeMap<usize, (Option<Instant>, Ticket)>>,
    began: Condvar,
}

impl Watch {
    /// A thread begins work.
    pub(super) fn begin(&self, thread: usize, ticket: Ticket) {
        let end = Instant::now().checked_add(ticket.limit.saturating_add(GRACE));
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let was_idle = running.is_empty();
        running.insert(thread, (end, ticket));
        drop(running);
        if was_idle {
            self.began.notify_one();
        }
    }

    /// A thread has ended its work. False where it was given up.
    pub(super) fn end(&self, thread: usize) -> bool {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&thread).is_some()
    }

    /// Watches for ever; calls `lost` for each thread that is lost.
    pub(super) fn run(&self, lost: impl Fn()) {
        loop {
            let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            while running.is_empty() {
                running = self.began.wait(running).unwrap_or_else(PoisonError::into_inner);
            }
            drop(running);
            std::thread::sleep(PACE);
            for ticket in self.take_lost() {
                lost();
                (ticket.give_up)();
            }
        }
    }

    fn take_lost(&self) -> Vec<Ticket> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let is_lost = |_: &usize, (end, _): &mut (Option<Instant>, Ticket)| end.is_some_and(|end| end < now);
        running.extract_if(.., is_lost).map(|(_, (_, ticket))| ticket).collect()
    }
}
