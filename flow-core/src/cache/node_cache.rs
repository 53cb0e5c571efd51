use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::flight::{Boarded, Flight, Flights};
use super::{CacheKey, CacheStore, Kept};

/// How a run uses the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheOptions {
    /// Whether calls are answered with what earlier runs got; if not, what is kept is replaced.
    pub reads: bool,
    /// Whether answers are kept that nobody is paid for, those of a mock model.
    pub keeps_free: bool,
}

/// The cache of a run: a store, and which calls are under way. Shared by all rows.
#[derive(Debug)]
pub struct NodeCache {
    store: Arc<dyn CacheStore>,
    options: CacheOptions,
    flights: Flights,
    /// What this run kept, where it does not read what others did.
    own: Mutex<HashSet<CacheKey>>,
}

/// What became of a look for an answer.
#[derive(Debug)]
pub enum Found<'a> {
    /// It was known, or another caller got it meanwhile.
    Known(Arc<Kept>),
    /// The caller has to ask; equal calls wait until the ticket is used or dropped.
    Unknown(Ticket<'a>),
}

/// The right to make a call that others wait for.
#[derive(Debug)]
pub struct Ticket<'a> {
    cache: &'a NodeCache,
    flight: Flight<'a>,
}

impl NodeCache {
    /// A cache over a store.
    #[must_use]
    pub fn new(store: Arc<dyn CacheStore>, options: CacheOptions) -> Self {
        Self { store, options, flights: Flights::default(), own: Mutex::default() }
    }

    /// Whether answers are kept that nobody is paid for.
    #[must_use]
    pub fn keeps_free(&self) -> bool {
        self.options.keeps_free
    }

    /// Looks for an answer. Where an equal call is under way, its answer is waited for; where that fails, one of those who wait asks.
    pub async fn find(&self, key: CacheKey) -> Found<'_> {
        let flight = match self.flights.board(key).await {
            Boarded::Told(kept) => return Found::Known(kept),
            Boarded::First(flight) => flight,
        };
        if self.reads(&key)
            && let Some(kept) = self.store.get(&key)
        {
            flight.land(Arc::clone(&kept));
            return Found::Known(kept);
        }
        Found::Unknown(Ticket { cache: self, flight })
    }

    /// What this run would be answered with, without waiting for a call that is under way.
    #[must_use]
    pub fn peek(&self, key: &CacheKey) -> Option<Arc<Kept>> {
        if self.options.reads { self.store.get(key) } else { None }
    }

    /// Keeps an answer that was got elsewhere, unless there is one.
    pub fn add(&self, key: CacheKey, kept: Kept) {
        self.store.put(key, Arc::new(kept), false);
    }

    fn reads(&self, key: &CacheKey) -> bool {
        self.options.reads || self.own.lock().unwrap_or_else(PoisonError::into_inner).contains(key)
    }

    /// Why nothing is kept any more, in words.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.store.trouble()
    }

    /// Waits until all is kept.
    pub fn close(&self) {
        self.store.close();
    }
}

impl Ticket<'_> {
    /// Keeps the answer, and hands it to those who wait.
    pub fn keep(self, kept: Kept) {
        let (key, kept) = (self.flight.key(), Arc::new(kept));
        if !self.cache.options.reads {
            self.cache.own.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
        }
        // First of all into the store, so that whoever comes when nobody waits any more finds it there.
        self.cache.store.put(key, Arc::clone(&kept), !self.cache.options.reads);
        self.flight.land(kept);
    }

    /// Hands the answer to those who wait, and keeps it nowhere.
    pub fn share(self, kept: Kept) {
        self.flight.land(Arc::new(kept));
    }
}
