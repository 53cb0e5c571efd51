use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::CallPolicy;
use crate::catalogue::Catalogue;
use crate::model::{
    Answer, CallContext, CallListener, CallRecord, Model, ModelError, ModelErrorKind, ModelReply, ModelRequest,
    assemble,
};

/// The longest pause that a provider may ask for; beyond it the failure stands.
const LONGEST_HINT: Duration = Duration::from_secs(600);

/// What all calls of a run go through. Shared by all rows.
#[derive(Debug, Default)]
pub struct Gate {
    catalogue: Arc<Catalogue>,
}

/// A call that wants through the gate.
#[derive(Clone, Copy)]
pub struct GateCall<'a> {
    /// The provider.
    pub model: &'a dyn Model,
    /// The connection's name.
    pub connection: &'a Arc<str>,
    /// What is asked.
    pub request: &'a Arc<ModelRequest>,
    /// How often it is tried.
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

    /// The same with prices from this catalogue.
    #[must_use]
    pub fn with_catalogue(mut self, catalogue: Arc<Catalogue>) -> Self {
        self.catalogue = catalogue;
        self
    }

    /// Calls until there is an answer, the failure is one that stays, or the tries or the time are used up. The
    /// listener is told of the end in any case, but not if the future is dropped.
    ///
    /// # Errors
    /// The last try's failure.
    pub async fn call(&self, call: GateCall<'_>) -> Result<Arc<Answer>, Arc<ModelError>> {
        let started = Instant::now();
        let mut waited = Duration::ZERO;
        let mut attempts = 1;
        let outcome = loop {
            let result = call.attempt().await;
            let pause = match &result {
                Err(error) if attempts < call.policy.attempts && error.is_passing() => {
                    pause(call.policy, attempts, error.retry_after)
                }
                _ => None,
            };
            let Some(pause) = pause else { break result.map(Arc::new).map_err(Arc::new) };
            tokio::time::sleep(pause).await;
            waited += pause;
            attempts += 1;
        };
        let record = CallRecord {
            provider: call.model.provider().into(),
            connection: Arc::clone(call.connection),
            request: Arc::clone(call.request),
            outcome: outcome.clone(),
            replayed: call.model.is_replay(),
            attempts,
            elapsed: started.elapsed(),
            waited,
            first_delta: None,
            cost: self.catalogue.charge(call.model, call.request, &outcome),
        };
        call.listener.ended(record).await;
        outcome
    }
}

impl GateCall<'_> {
    /// One try, from the request to the end of the answer.
    async fn attempt(&self) -> Result<Answer, ModelError> {
        let exchange = self.exchange();
        let Some(limit) = self.policy.timeout else { return exchange.await };
        tokio::time::timeout(limit, exchange).await.unwrap_or_else(|_| {
            let message = format!("no answer within the timeout of {} s", limit.as_secs_f64());
            Err(ModelError::new(ModelErrorKind::Timeout, message))
        })
    }

    async fn exchange(&self) -> Result<Answer, ModelError> {
        let api = self.request.api;
        let body = match self.model.call(self.request, self.context).await? {
            ModelReply::Whole(body) => body,
            ModelReply::Stream(stream) => assemble(api, stream, self.listener).await?,
        };
        Ok(Answer::from_body(api, body))
    }
}

/// How long to wait before the next try; `None` if that is longer than anybody should.
fn pause(policy: &CallPolicy, failed: u32, hint: Option<Duration>) -> Option<Duration> {
    let doubled = 2_u32.saturating_pow(failed.saturating_sub(1));
    let own = policy.delay.saturating_mul(doubled).min(policy.max_delay);
    match hint {
        Some(hint) if hint > LONGEST_HINT => None,
        Some(hint) => Some(own.max(hint)),
        None => Some(own),
    }
}
