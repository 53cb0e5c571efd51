use std::sync::Mutex;

use flow_core::exec::{Event, Observer, RowResult};

use crate::ui::{Progress, Trace};

/// Sees all events of a row: for the progress line, the trace and the result.
pub(crate) struct Watcher {
    seen: Mutex<Seen>,
}

struct Seen {
    progress: Progress,
    trace: Trace,
    collector: flow_core::exec::RowCollector,
}

impl Watcher {
    /// A watcher that shows progress where it is wanted and can be seen.
    pub(crate) fn new(progress: bool) -> Self {
        let seen = Seen { progress: Progress::new(progress), trace: Trace::default(), collector: <_>::default() };
        Self { seen: Mutex::new(seen) }
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Takes the progress line away.
    pub(crate) fn clear(&self) {
        self.seen().progress.clear();
    }

    /// What was seen so far, as a row's result.
    pub(crate) fn result(&self) -> RowResult {
        std::mem::take(&mut self.seen().collector).finish()
    }

    /// The trace of what was seen.
    pub(crate) fn trace(&self) -> Trace {
        std::mem::take(&mut self.seen().trace)
    }
}

impl Observer for Watcher {
    fn observe(&self, event: Event) {
        let mut seen = self.seen();
        seen.progress.see(&event);
        seen.trace.see(&event);
        seen.collector.observe(event);
    }
}
