use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Places for requests that run, and a queue of those that wait for one. Neither grows.
#[derive(Debug)]
pub(super) struct Queue {
    places: Arc<Semaphore>,
    all: usize,
    waiting: AtomicUsize,
    may_wait: usize,
}

/// A request that is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// All places are taken, and as many wait as may.
    #[error("the server is busy: {running} requests run and {waiting} wait; try again later")]
    Full {
        /// Requests that run.
        running: usize,
        /// Requests that wait.
        waiting: usize,
    },
}

impl Queue {
    pub(super) fn new(in_flight: usize, may_wait: usize) -> Self {
        let all = in_flight.clamp(1, u32::MAX as usize);
        Self { places: Arc::new(Semaphore::new(all)), all, waiting: AtomicUsize::new(0), may_wait }
    }

    /// Done when nothing runs any more.
    pub(super) async fn all_free(&self) {
        let all = u32::try_from(self.all).unwrap_or(u32::MAX);
        drop(self.places.acquire_many(all).await);
    }

    /// Requests that run.
    pub(super) fn running(&self) -> usize {
        self.all.saturating_sub(self.places.available_permits())
    }

    /// Requests that wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// A place that nobody waits for.
    pub(super) fn enter_now(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    /// A place, which is free again when it is dropped. Nobody waits for longer than `patience`.
    pub(super) async fn enter(&self, patience: Option<Duration>) -> Result<OwnedSemaphorePermit, Refused> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Ok(place);
        }
        let full = || Refused::Full { running: self.running(), waiting: self.waiting() };
        let waiting = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waits = Waits(&self.waiting);
        if waiting >= self.may_wait {
            return Err(full());
        }
        let place = Arc::clone(&self.places).acquire_owned();
        let place = match patience {
            Some(patience) => tokio::time::timeout(patience, place).await.map_err(|_| full())?,
            None => place.await,
        };
        // It is never closed.
        place.map_err(|_| full())
    }
}

/// One that waits, until it is dropped.
struct Waits<'q>(&'q AtomicUsize);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
