use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use flow_core::exec::Executor;

use super::{Asked, Site};
use crate::endpoint::{Endpoint, Taken};
use crate::keep::Keeper;

/// A name under which a flow is served, whichever edit of the flow it is.
#[derive(Debug)]
pub struct Slot {
    name: Arc<str>,
    endpoint: RwLock<Arc<Endpoint>>,
    executor: Executor,
    keeper: Option<Arc<Keeper>>,
    lines: AtomicU64,
}

impl Slot {
    /// A slot with its first flow, whose calls go through the executor's gate also after edits.
    #[must_use]
    pub fn new(endpoint: Endpoint, executor: Executor) -> Self {
        let name = Arc::clone(&endpoint.name);
        Self { name, endpoint: RwLock::new(Arc::new(endpoint)), executor, keeper: None, lines: AtomicU64::new(0) }
    }

    /// The same slot, with requests kept.
    #[must_use]
    pub fn keeping(self, keeper: Keeper) -> Self {
        Self { keeper: Some(Arc::new(keeper)), ..self }
    }

    /// What keeps its requests.
    #[must_use]
    pub fn keeper(&self) -> Option<&Arc<Keeper>> {
        self.keeper.as_ref()
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The flow as it is served now. A request takes it once, and keeps it to its end.
    #[must_use]
    pub fn endpoint(&self) -> Arc<Endpoint> {
        Arc::clone(&self.endpoint.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Serves another edit of the flow from the next request on.
    pub fn replace(&self, endpoint: Endpoint) {
        *self.endpoint.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(endpoint);
    }

    /// Whether it is what is served now: the same files, and nodes that are set the same.
    #[must_use]
    pub fn is_same(&self, endpoint: &Endpoint) -> bool {
        let identity = |endpoint: &Endpoint| {
            let manifest = &endpoint.identity.as_ref()?.manifest;
            Some((manifest.flow.files.clone(), manifest.nodes.clone()))
        };
        let new = identity(endpoint);
        new.is_some() && identity(&self.endpoint()) == new
    }

    pub(crate) fn executor(&self) -> &Executor {
        &self.executor
    }

    /// The number of the next request.
    pub(crate) fn next_line(&self) -> u64 {
        self.lines.fetch_add(1, Ordering::Relaxed)
    }
}

/// A flow of a site, as those who answer requests have it.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    pub(crate) site: Arc<Site>,
    pub(crate) slot: Arc<Slot>,
}

impl Desk {
    /// The flow as it is served now, in the variant that answers this request.
    pub(crate) fn take(&self, asked: &Asked) -> Taken {
        let endpoint = self.slot.endpoint();
        let variant = match endpoint.variants.len() {
            1 => 0,
            _ => endpoint.pick(asked.drawn(&endpoint.name)),
        };
        let taken = Taken { endpoint, variant };
        if taken.endpoint.variants.len() > 1 {
            let _ = asked.variant.set(Arc::clone(&taken.variant().label));
        }
        taken
    }
}
