//! What all requests share: the flows that are served, the places in which requests run, and how all of it is set up.

mod asked;
mod options;
mod queue;
mod slot;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use flow_core::value::Map;
use tokio_util::sync::CancellationToken;

pub(crate) use asked::Asked;
pub use options::SiteOptions;
pub(crate) use queue::Refused;
pub(crate) use slot::Desk;
pub use slot::Slot;

use crate::endpoint::{Endpoint, Running, Work, start};
use queue::Queue;

/// What is served.
#[derive(Debug)]
pub struct Site {
    slots: Vec<Arc<Slot>>,
    options: SiteOptions,
    queue: Queue,
    draining: AtomicBool,
    stop: CancellationToken,
}

impl Site {
    /// A site of these flows, each under its name.
    #[must_use]
    pub fn new(slots: Vec<Slot>, options: SiteOptions) -> Self {
        let queue = Queue::new(options.in_flight, options.queue);
        let slots = slots.into_iter().map(Arc::new).collect();
        Self { slots, options, queue, draining: AtomicBool::new(false), stop: CancellationToken::new() }
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

    /// Requests that run.
    #[must_use]
    pub fn running(&self) -> usize {
        self.queue.running()
    }

    /// Runs a request, as soon as there is a place for it.
    ///
    /// # Errors
    /// If there is none, and as many wait as may.
    pub(crate) async fn run(
        &self,
        slot: &Slot,
        endpoint: &Endpoint,
        inputs: Map,
        events: bool,
    ) -> Result<Running, Refused> {
        let place = self.queue.enter().await?;
        let work = Work {
            plan: Arc::clone(endpoint.plan()),
            line: slot.next_line(),
            inputs,
            deadline: self.options.deadline,
            on_disconnect: self.options.on_disconnect,
            events,
            stop: self.stop.child_token(),
        };
        Ok(start(slot.executor().clone(), work, move |_| drop(place)))
    }
}
