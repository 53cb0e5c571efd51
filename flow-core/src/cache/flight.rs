//! Equal calls at the same time: one is made, the others wait for what comes of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::{CacheKey, Kept};

type Told = watch::Receiver<Option<Arc<Kept>>>;

/// The calls that are under way.
#[derive(Debug, Default)]
pub(super) struct Flights(Mutex<HashMap<CacheKey, Told>>);

/// What became of a wish to make a call.
pub(super) enum Boarded<'a> {
    /// It is the caller's to make.
    First(Flight<'a>),
    /// Another one made it.
    Told(Arc<Kept>),
}

/// A call that its holder makes. When it is dropped without an answer, one of those who wait makes the call.
#[derive(Debug)]
pub(super) struct Flight<'a> {
    flights: &'a Flights,
    key: CacheKey,
    teller: watch::Sender<Option<Arc<Kept>>>,
}

impl Flights {
    /// The call is the caller's to make, or another one's answer is the caller's too.
    pub(super) async fn board(&self, key: CacheKey) -> Boarded<'_> {
        loop {
            let mut told = match self.first(key) {
                Ok(flight) => return Boarded::First(flight),
                Err(told) => told,
            };
            // An error means that it ended without an answer.
            if let Ok(kept) = told.wait_for(Option::is_some).await
                && let Some(kept) = &*kept
            {
                return Boarded::Told(Arc::clone(kept));
            }
        }
    }

    fn first(&self, key: CacheKey) -> Result<Flight<'_>, Told> {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(told) = flights.get(&key) {
            return Err(told.clone());
        }
        let (teller, told) = watch::channel(None);
        flights.insert(key, told);
        Ok(Flight { flights: self, key, teller })
    }
}

impl Flight<'_> {
    /// Which call it is.
    pub(super) fn key(&self) -> CacheKey {
        self.key
    }

    /// Tells those who wait.
    pub(super) fn land(self, kept: Arc<Kept>) {
        self.teller.send_replace(Some(kept));
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.flights.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}
