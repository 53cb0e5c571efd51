use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use flow_core::exec::{Event, Observer, RowResult};
use flow_core::plan::Plan;
use flow_core::trace::{Trace, TraceBuilder};
use flow_core::value::Map;

use crate::telemetry;
use crate::ui::{self, Progress, Speech};

/// Sees all events of a row: for the progress line, the trace and the result.
pub(crate) struct Watcher {
    seen: Mutex<Seen>,
    began: SystemTime,
}

struct Seen {
    progress: Progress,
    speech: Option<Speech>,
    trace: TraceBuilder,
    collector: flow_core::exec::RowCollector,
}

impl Watcher {
    /// A watcher that shows progress where it is wanted and can be seen.
    pub(crate) fn new(progress: bool, plan: &Arc<Plan>) -> Self {
        let trace = TraceBuilder::new(Arc::clone(plan));
        let seen = Seen { progress: Progress::new(progress), speech: None, trace, collector: <_>::default() };
        Self { seen: Mutex::new(seen), began: SystemTime::now() }
    }

    /// A watcher that also prints an output as it comes.
    pub(crate) fn with_speech(self, speech: Option<Speech>) -> Self {
        self.seen().speech = speech;
        self
    }

    /// Whether an output is printed as it comes.
    pub(crate) fn streams(&self) -> bool {
        self.seen().speech.is_some()
    }

    /// Prints the outputs of a row that ended well, as far as they were not printed.
    pub(crate) fn show_outputs(&self, outputs: &Map) {
        self.end_line();
        match &self.seen().speech {
            None => ui::out(&ui::outputs_text(outputs)),
            Some(speech) => {
                if let Some(rest) = speech.rest(outputs) {
                    ui::out(&rest);
                }
            }
        }
    }

    /// Whether an output was printed in pieces, as a whole.
    pub(crate) fn has_said(&self, outputs: &Map) -> bool {
        self.seen().speech.as_ref().is_some_and(|speech| speech.has_said(outputs))
    }

    /// Ends the line of an output that came in pieces.
    pub(crate) fn end_line(&self) {
        if let Some(speech) = &mut self.seen().speech {
            speech.end_line();
        }
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
        if seen.speech.as_ref().is_some_and(|speech| speech.adds(&event)) {
            // First, since on a terminal the line would be taken away with what stands in it.
            seen.progress.clear();
        }
        if let Event::Printed { at, text } = &event {
            seen.progress.clear();
            if let Some(speech) = &mut seen.speech {
                speech.end_line();
            }
            ui::say_printed(&at.node, text);
        }
        if let Some(speech) = &mut seen.speech {
            speech.hear(&event);
        }
        seen.progress.see(&event);
        seen.trace.observe(&event);
        seen.collector.observe(event);
    }
}
