use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value as Json, json};

/// The most different bodies that are told apart.
const MOST_BODIES: usize = 1 << 20;

/// The most different names that are counted: clients can send any.
const MOST_NAMES: usize = 10_000;

/// What was asked so far. Requests count that reach the model, and those of them that are refused.
#[derive(Debug, Default)]
pub(super) struct Stats {
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    requests: u64,
    in_flight: u64,
    most_in_flight: u64,
    /// Requests whose body came before on the same path.
    duplicates: u64,
    bodies: HashMap<u64, u64>,
    paths: HashMap<String, u64>,
    models: HashMap<String, u64>,
    statuses: HashMap<String, u64>,
    faults: HashMap<String, u64>,
    /// Times that the counts began anew: visits from before do not count.
    age: u64,
}

/// A request under way.
pub(super) struct Visit {
    stats: Arc<Stats>,
    age: u64,
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut counts = self.stats.lock();
        if counts.age == self.age {
            counts.in_flight = counts.in_flight.saturating_sub(1);
        }
    }
}

impl Stats {
    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request that begins.
    pub(super) fn begin(self: &Arc<Self>, path: &str, model: &str, body: &[u8]) -> Visit {
        let mut hasher = DefaultHasher::new();
        (path, body).hash(&mut hasher);
        let body = hasher.finish();
        let mut counts = self.lock();
        let counts = &mut *counts;
        counts.requests += 1;
        counts.in_flight += 1;
        counts.most_in_flight = counts.most_in_flight.max(counts.in_flight);
        if let Some(count) = counts.bodies.get_mut(&body) {
            *count += 1;
            counts.duplicates += 1;
        } else if counts.bodies.len() < MOST_BODIES {
            counts.bodies.insert(body, 1);
        }
        count(&mut counts.paths, path);
        count(&mut counts.models, model);
        Visit { stats: Arc::clone(self), age: counts.age }
    }

    /// Counts what a request is answered with.
    pub(super) fn answered(&self, status: &str, fault: Option<&str>) {
        let mut counts = self.lock();
        count(&mut counts.statuses, status);
        if let Some(fault) = fault {
            count(&mut counts.faults, fault);
        }
    }

    /// Begins anew.
    pub(super) fn forget(&self) {
        let mut counts = self.lock();
        *counts = Counts { age: counts.age + 1, ..Counts::default() };
    }

    /// All counts as JSON.
    pub(super) fn to_json(&self) -> Json {
        let counts = self.lock();
        json!({
            "requests": counts.requests,
            "in_flight": counts.in_flight,
            "most_in_flight": counts.most_in_flight,
            "duplicates": counts.duplicates,
            "different": counts.bodies.len(),
            "paths": sorted(&counts.paths),
            "models": sorted(&counts.models),
            "statuses": sorted(&counts.statuses),
            "faults": sorted(&counts.faults),
        })
    }
}

fn count(counts: &mut HashMap<String, u64>, name: &str) {
    if let Some(count) = counts.get_mut(name) {
        *count += 1;
    } else if counts.len() < MOST_NAMES {
        counts.insert(name.to_owned(), 1);
    }
}

fn sorted(counts: &HashMap<String, u64>) -> Json {
    let mut entries: Vec<_> = counts.iter().collect();
    entries.sort();
    Json::Object(entries.into_iter().map(|(name, count)| (name.clone(), Json::from(*count))).collect::<Map<_, _>>())
}
