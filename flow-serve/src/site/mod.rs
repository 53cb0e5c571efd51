//! What all requests share: the flows that are served, the places in which requests run, and how all of it is set up.

mod asked;
mod log;
mod options;
mod queue;
mod slot;
mod tracing;
mod witness;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use flow_core::value::Map;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub(crate) use asked::Asked;
pub use log::{AccessLog, RequestLine, RunLine};
pub use options::SiteOptions;
pub(crate) use queue::Refused;
pub(crate) use slot::Desk;
pub use slot::Slot;
pub use tracing::{TraceContext, Traces};

use crate::endpoint::{Endpoint, OnDisconnect, Running, Taken, Work, start};
use crate::keep::KeptRow;
use crate::metrics::Metrics;
use queue::Queue;
use witness::{Kept, Witness};

/// What is served.
#[derive(Debug)]
pub struct Site {
    slots: Vec<Arc<Slot>>,
    options: SiteOptions,
    queue: Queue,
    metrics: Arc<Metrics>,
    connections: AtomicUsize,
    draining: AtomicBool,
    stop: CancellationToken,
}

impl Site {
    /// A site of these flows, each under its name.
    #[must_use]
    pub fn new(slots: Vec<Slot>, options: SiteOptions) -> Self {
        let queue = Queue::new(options.in_flight, options.queue);
        let slots: Vec<Arc<Slot>> = slots.into_iter().map(Arc::new).collect();
        let metrics = Arc::new(Metrics::new());
        metrics.serves(slots.iter().map(|slot| &**slot.name()));
        Self {
            slots,
            options,
            queue,
            metrics,
            connections: AtomicUsize::new(0),
            draining: AtomicBool::new(false),
            stop: CancellationToken::new(),
        }
    }

    /// The flows.
    #[must_use]
    pub fn slots(&self) -> &[Arc<Slot>] {
        &self.slots
    }

    /// How it is set up.
    #[must_use]
    pub fn options(&self) -> &SiteOptions {
        &self.options
    }

    /// Whether it takes no new work, since it is about to end.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Says from now on that it takes no new work.
    pub(crate) fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Stops all requests that run.
    pub(crate) fn stop(&self) {
        self.stop.cancel();
    }

    /// Connections that are open.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// A connection is open until what this gives is dropped.
    pub(crate) fn connected(self: &Arc<Self>) -> Connected {
        self.connections.fetch_add(1, Ordering::Relaxed);
        Connected(Arc::clone(self))
    }

    /// Requests that run.
    #[must_use]
    pub fn running(&self) -> usize {
        self.queue.running()
    }

    /// What it counts.
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// What it counts, for Prometheus.
    pub(crate) fn metrics_text(&self) -> String {
        self.metrics.text(self.connections(), self.queue.running(), self.queue.waiting())
    }

    /// Runs a request, as soon as there is a place for it, and beside it the variants that are compared with the one that answers.
    ///
    /// # Errors
    /// If there is none, and as many wait as may.
    pub(crate) async fn run(
        &self,
        slot: &Slot,
        taken: &Taken,
        asked: &Asked,
        inputs: Map,
        events: bool,
    ) -> Result<Running, Refused> {
        let began = Instant::now();
        let place = self.queue.enter(self.options.deadline).await.inspect_err(|_| self.metrics.shed("queue"))?;
        let waited = began.elapsed();
        self.metrics.waited(slot.name(), waited);
        let row = self.kept_row(slot, taken).await;
        let line = slot.next_line();
        let variants = taken.endpoint.variants.iter().enumerate();
        for (position, _) in variants.filter(|(position, variant)| variant.shadow && *position != taken.variant) {
            // What nobody waits for takes no place from those who do.
            let Some(place) = self.queue.enter_now() else {
                self.metrics.shed("shadow");
                continue;
            };
            let shadow = Taken { endpoint: Arc::clone(&taken.endpoint), variant: position };
            let work = Work {
                on_disconnect: OnDisconnect::Complete,
                ..self.work(&shadow, asked, (line, inputs.clone()), false)
            };
            let witness = self.witness(slot, &shadow, asked, (place, row.clone(), &work));
            drop(start(slot.executor().clone(), work, |ended| witness.saw(ended)));
        }
        let mut work = self.work(taken, asked, (line, inputs), events);
        if waited >= NOTICEABLE {
            // The deadline is the request's, not the row's.
            work.deadline = work.deadline.map(|limit| limit.saturating_sub(waited));
        }
        let witness = self.witness(slot, taken, asked, (place, row, &work));
        Ok(start(slot.executor().clone(), work, |ended| witness.saw(ended)))
    }

    fn work(&self, taken: &Taken, asked: &Asked, (line, inputs): (u64, Map), events: bool) -> Work {
        Work {
            plan: Arc::clone(taken.plan()),
            line,
            inputs,
            deadline: self.options.deadline,
            on_disconnect: self.options.on_disconnect,
            events,
            traceparent: asked.trace.as_ref().map(TraceContext::traceparent),
            trace: self.options.traces.is_some() && asked.trace.is_some_and(|context| context.sampled),
            stop: self.stop.child_token(),
        }
    }

    /// The row that a request will be, where requests are kept.
    async fn kept_row(&self, slot: &Slot, taken: &Taken) -> Option<KeptRow> {
        let opened = slot.keeper()?.open(&taken.endpoint).await;
        opened
            .inspect_err(|error| witness::not_kept(&self.metrics, self.options.log.as_deref(), slot.name(), error))
            .ok()
    }

    /// What is told of the end of a request that runs; its place is free then.
    fn witness(
        &self,
        slot: &Slot,
        taken: &Taken,
        asked: &Asked,
        (place, row, work): (OwnedSemaphorePermit, Option<KeptRow>, &Work),
    ) -> Witness {
        let variant = u32::try_from(taken.variant).unwrap_or(u32::MAX);
        let kept = slot.keeper().zip(row).map(|(keeper, row)| Kept {
            keeper: Arc::clone(keeper),
            row,
            variant,
            given: work.inputs.clone(),
        });
        Witness {
            metrics: Arc::clone(&self.metrics),
            log: self.options.log.clone(),
            traces: self.options.traces.clone(),
            asked: asked.clone(),
            flow: Arc::clone(slot.name()),
            variant: Arc::clone(&taken.variant().label),
            kept,
            place,
        }
    }

    /// Serves another edit of a flow from the next request on; `None` if the edit cannot be served, and what was served before goes on.
    pub fn reloaded(&self, slot: &Slot, endpoint: Option<Endpoint>) {
        self.metrics.reloaded(slot.name(), endpoint.is_some());
        if let Some(endpoint) = endpoint {
            slot.replace(endpoint);
        }
    }

    /// Waits until nothing runs any more, but no longer than so; then what was kept has its end.
    pub async fn settle(&self, patience: Duration) {
        let _ = tokio::time::timeout(patience, self.queue.all_free()).await;
        for keeper in self.slots.iter().filter_map(|slot| slot.keeper()) {
            keeper.close().await;
        }
    }
}

/// Whoever waited for less found a place at once.
const NOTICEABLE: Duration = Duration::from_millis(1);

/// A connection that is open.
#[derive(Debug)]
pub(crate) struct Connected(Arc<Site>);

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}
