use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use rust_decimal::Decimal;
use tokio::time::Instant;

use super::budget::{Budget, Spent};
use super::lane::Lane;
use super::tries::Tries;
use super::{CallPolicy, Expected, GateOptions, Limits, Prices};
use crate::catalogue::Catalogue;
use crate::model::{Answer, CallContext, CallListener, CallRecord, Model, ModelError, ModelErrorKind, ModelRequest};

/// What all calls of a run go through. Shared by all rows.
#[derive(Debug, Default)]
pub struct Gate {
    pub(super) options: GateOptions,
    pub(super) budget: Budget,
    catalogue: Arc<Catalogue>,
    lanes: RwLock<Lanes>,
}

/// By connection and model.
type Lanes = HashMap<Arc<str>, HashMap<Arc<str>, Arc<Lane>>>;

/// A call that wants through the gate.
#[derive(Clone, Copy)]
pub struct GateCall<'a> {
    /// The provider.
    pub model: &'a dyn Model,
    /// The connection's name.
    pub connection: &'a Arc<str>,
    /// What is asked.
    pub request: &'a Arc<ModelRequest>,
    /// How often it is tried, and the limits of its connection.
    pub policy: &'a CallPolicy,
    /// The run that it is part of.
    pub context: &'a CallContext,
    /// Who hears of it.
    pub listener: &'a dyn CallListener,
}

impl Gate {
    /// A gate without limits.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A gate for a run with limits.
    #[must_use]
    pub fn with_options(options: GateOptions) -> Self {
        let budget = Budget::new(options.budget);
        Self { options, budget, ..Self::default() }
    }

    /// The same with prices from this catalogue.
    #[must_use]
    pub fn with_catalogue(mut self, catalogue: Arc<Catalogue>) -> Self {
        self.catalogue = catalogue;
        self
    }

    /// What was taken so far of a budget; of nothing but limits of a budget an account is kept.
    #[must_use]
    pub fn spent(&self) -> Spent {
        self.budget.spent()
    }

    /// Calls until there is an answer, the failure is one that stays, or the tries, the time or the budget are used up.
    /// The listener is told of the end in any case, but not if the future is dropped.
    ///
    /// # Errors
    /// The last try's failure; of kind `Deadline`, `Budget` or `Cancelled` where it was ended from here.
    pub async fn call(&self, call: GateCall<'_>) -> Result<Arc<Answer>, Arc<ModelError>> {
        let started = Instant::now();
        let mut tries = Tries::new(self, call);
        let outcome = tokio::select! {
            biased;
            () = call.context.cancel.cancelled() => {
                Err(ModelError::new(ModelErrorKind::Cancelled, "the call was stopped before it ended"))
            }
            outcome = tries.run() => outcome,
        };
        let outcome = outcome.map_err(Arc::new);
        let record = CallRecord {
            provider: call.model.provider().into(),
            connection: Arc::clone(call.connection),
            request: Arc::clone(call.request),
            outcome: outcome.clone(),
            replayed: call.model.is_replay(),
            recalled: false,
            cached: false,
            parts: None,
            attempts: tries.attempts,
            elapsed: started.elapsed(),
            waited: tries.waited,
            first_delta: tries.first_delta,
            cost: self.catalogue.charge(call.model, call.request, &outcome),
        };
        call.listener.ended(record).await;
        outcome
    }

    /// The queue of a model over a connection. Its limits are those of the first call.
    pub(super) fn lane(&self, connection: &Arc<str>, model: &Arc<str>, limits: Limits) -> Arc<Lane> {
        let lanes = self.lanes.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get(connection).and_then(|models| models.get(model)) {
            return Arc::clone(lane);
        }
        drop(lanes);
        let mut lanes = self.lanes.write().unwrap_or_else(PoisonError::into_inner);
        let models = lanes.entry(Arc::clone(connection)).or_default();
        Arc::clone(models.entry(Arc::clone(model)).or_insert_with(|| Arc::new(Lane::new(limits))))
    }

    /// What a call may take; looked at only where that matters.
    pub(super) fn expected(&self, call: &GateCall<'_>, policy: &CallPolicy) -> Expected {
        if policy.limits.tokens_per_minute.is_none() && self.budget.is_unlimited() {
            return Expected::default();
        }
        self.prices().expected(call.model.provider(), call.request)
    }

    /// What an answered call cost; `None` if nobody knows.
    pub(super) fn cost(&self, call: &GateCall<'_>, answer: &Arc<Answer>) -> Option<Decimal> {
        self.prices().cost(call.model, call.request, answer)
    }

    fn prices(&self) -> &dyn Prices {
        self.options.prices.as_deref().unwrap_or(&*self.catalogue)
    }
}
