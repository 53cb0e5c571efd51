//! What all requests share: the flows that are served, the places in which requests run, and how all of it is set up.

mod asked;
mod log;
mod options;
mod queue;
mod slot;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

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

use crate::endpoint::{Ended, OnDisconnect, Running, Taken, Work, start};
use crate::metrics::Metrics;
use queue::Queue;

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
        let slots = slots.into_iter().map(Arc::new).collect();
        let metrics = Arc::new(Metrics::new());
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
        let place = self.queue.enter().await.inspect_err(|_| self.metrics.shed("queue"))?;
        self.metrics.waited(slot.name(), began.elapsed());
        let line = slot.next_line();
        let variants = taken.endpoint.variants.iter().enumerate();
        for (position, _) in variants.filter(|(position, variant)| variant.shadow && *position != taken.variant) {
            // What nobody waits for takes no place from those who do.
            let Some(place) = self.queue.enter_now() else {
                self.metrics.shed("shadow");
                continue;
            };
            let shadow = Taken { endpoint: Arc::clone(&taken.endpoint), variant: position };
            let work =
                Work { on_disconnect: OnDisconnect::Complete, ..self.work(&shadow, line, inputs.clone(), false) };
            drop(start(slot.executor().clone(), work, self.witness(slot, &shadow, asked, place)));
        }
        let work = self.work(taken, line, inputs, events);
        Ok(start(slot.executor().clone(), work, self.witness(slot, taken, asked, place)))
    }

    fn work(&self, taken: &Taken, line: u64, inputs: Map, events: bool) -> Work {
        Work {
            plan: Arc::clone(taken.plan()),
            line,
            inputs,
            deadline: self.options.deadline,
            on_disconnect: self.options.on_disconnect,
            events,
            stop: self.stop.child_token(),
        }
    }

    /// What is told of the end of a request that runs; its place is free then.
    fn witness(
        &self,
        slot: &Slot,
        taken: &Taken,
        asked: &Asked,
        place: OwnedSemaphorePermit,
    ) -> impl FnOnce(&Arc<Ended>) + Send + 'static {
        let witness = Witness {
            metrics: Arc::clone(&self.metrics),
            log: self.options.log.clone(),
            asked: asked.clone(),
            flow: Arc::clone(slot.name()),
            variant: Arc::clone(&taken.variant().label),
        };
        move |ended| {
            drop(place);
            witness.saw(ended);
        }
    }
}

/// A connection that is open.
#[derive(Debug)]
pub(crate) struct Connected(Arc<Site>);

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Counts and logs what came of a request.
struct Witness {
    metrics: Arc<Metrics>,
    log: Option<Arc<dyn AccessLog>>,
    asked: Asked,
    flow: Arc<str>,
    variant: Arc<str>,
}

impl Witness {
    fn saw(&self, ended: &Ended) {
        self.metrics.ran(&self.flow, ended);
        let Some(log) = &self.log else { return };
        let result = &ended.result;
        let error = result.outcome.as_ref().err();
        let node = error.and_then(|error| error.node()).map(|node| &*node.innermost().node);
        log.run(&RunLine {
            id: &self.asked.id,
            flow: &self.flow,
            variant: &self.variant,
            error: error.map(|error| error.code()),
            node,
            elapsed: result.elapsed,
            overhead: result.elapsed.saturating_sub(ended.calling),
            calls: result.usage.calls,
            prompt_tokens: result.usage.prompt_tokens,
            completion_tokens: result.usage.completion_tokens,
            cost: &result.usage.cost.known.normalize().to_string(),
        });
    }
}
