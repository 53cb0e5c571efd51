use std::sync::Arc;
use std::time::Duration;

use crate::secret::Secrets;

use super::{Answer, Api, CallParts, Cost, ModelError, ModelRequest, Usage};

/// A call of a provider, with all its tries: what was asked, what came of it, what it took.
#[derive(Debug, Clone)]
pub struct CallRecord {
    /// The provider's name in traces: `openai`, `azure.ai.openai`, `mock`.
    pub provider: Arc<str>,
    /// The connection's name.
    pub connection: Arc<str>,
    /// What was asked, as it went over the wire.
    pub request: Arc<ModelRequest>,
    /// What came of it.
    pub outcome: Result<Arc<Answer>, Arc<ModelError>>,
    /// Whether a recording answered, so that nobody was asked and nothing spent.
    pub replayed: bool,
    /// Whether it was answered from the memory of an earlier attempt at the row: all that it took was taken then.
    pub recalled: bool,
    /// Whether the node cache answered, so that nobody was asked and nothing spent; all that it took was taken then.
    pub cached: bool,
    /// What its place in the node cache was made of, where the run has one.
    pub parts: Option<Arc<CallParts>>,
    /// Requests that were sent.
    pub attempts: u32,
    /// From the first wish to call to the end, pauses included.
    pub elapsed: Duration,
    /// The part of it in which nothing was under way: queueing, and pauses between tries.
    pub waited: Duration,
    /// From the last try's start to the first piece of its answer, where it came in pieces.
    pub first_delta: Option<Duration>,
    /// What it cost.
    pub cost: Cost,
}

impl CallRecord {
    /// The record as it may leave the engine: without what the flow was given to know.
    #[must_use]
    pub fn without(&self, secrets: &Secrets) -> Self {
        let request = ModelRequest {
            api: self.request.api,
            model: Arc::from(secrets.blot(&self.request.model)),
            body: secrets.blot_object(&self.request.body),
        };
        let outcome = self.outcome.as_ref().map(|answer| {
            let body = secrets.blot_json(&answer.body);
            if body == answer.body { Arc::clone(answer) } else { Arc::new(Answer::from_body(self.api(), body)) }
        });
        Self { request: Arc::new(request), outcome: outcome.map_err(Arc::clone), ..self.clone() }
    }

    /// The API that was called.
    #[must_use]
    pub fn api(&self) -> Api {
        self.request.api
    }

    /// The model that was asked.
    #[must_use]
    pub fn model(&self) -> &Arc<str> {
        &self.request.model
    }

    /// Whether its request or its answer holds a secret, so that it must not be written down.
    #[must_use]
    pub fn tells(&self, secrets: &Secrets) -> bool {
        if secrets.is_empty() {
            return false;
        }
        let tells_answer = |answer: &Arc<Answer>| secrets.blot_json(&answer.body) != answer.body;
        secrets.blot_object(&self.request.body) != self.request.body || self.outcome.as_ref().is_ok_and(tells_answer)
    }

    /// Its tokens and cost; `None` where the provider does not tell of tokens, or the call failed.
    #[must_use]
    pub fn usage(&self) -> Option<Usage> {
        Some(Usage { cost: self.cost, ..self.outcome.as_ref().ok()?.usage? })
    }

    /// What it adds to a sum of calls: tokens as far as the provider tells, and the cost, also of a call that failed
    /// but may have been billed.
    #[must_use]
    pub fn spent(&self) -> Usage {
        let calls = u64::from(self.outcome.is_ok());
        let usage = self.usage().unwrap_or(Usage { calls, cost: self.cost, ..Usage::default() });
        if !self.cached {
            return usage;
        }
        Usage { served_calls: usage.calls, served_tokens: usage.total_tokens(), ..usage }
    }
}
