use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use flow_core::exec::{Event, Observer, RowResult};
use flow_core::plan::Plan;
use flow_core::trace::{Trace, TraceBuilder};

use crate::telemetry;
use crate::ui::Progress;

/// Sees all events of a row: for the progress line, the trace and the result.
pub(crate) struct Watcher {
    seen: Mutex<Seen>,
    began: SystemTime,
}

struct Seen {
    progress: Progress,
    trace: TraceBuilder,
    collector: flow_core::exec::RowCollector,
}

impl Watcher {
    /// A watcher that shows progress where it is wanted and can be seen.
    pub(crate) fn new(progress: bool, plan: &Arc<Plan>) -> Self {
        let trace = TraceBuilder::new(Arc::clone(plan));
        let seen = Seen { progress: Progress::new(progress), trace, collector: <_>::default() };
        Self { seen: Mutex::new(seen), began: SystemTime::now() }
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

    /// Sends the trace to the collector that the environment names, if it names one.
    pub(crate) async fn export(&self) {
        let trace = self.trace();
        telemetry::send(&trace, self.began).await;
    }

    /// The trace of what was seen.
    pub(crate) fn trace(&self) -> Trace {
        self.seen().trace.trace().clone()
    }
}

impl Observer for Watcher {
    fn observe(&self, event: Event) {
        let mut seen = self.seen();
        seen.progress.see(&event);
        seen.trace.observe(&event);
        seen.collector.observe(event);
    }
}
