use std::fmt;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::catalogue::Catalogue;
use crate::model::{Answer, Model, ModelRequest};

/// Knows what calls cost.
pub trait Prices: fmt::Debug + Send + Sync {
    /// What a call probably takes, before it is made.
    fn expected(&self, provider: &str, request: &ModelRequest) -> Expected;

    /// What an answered call cost, in US dollars; `None` if nobody knows.
    fn cost(&self, model: &dyn Model, request: &ModelRequest, answer: &Arc<Answer>) -> Option<Decimal>;
}

/// What a call may take.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Expected {
    /// Tokens of prompt and answer.
    pub tokens: u64,
    /// Money, in US dollars; `None` if the model's price is not known.
    pub cost: Option<Decimal>,
}

impl Prices for Catalogue {
    fn expected(&self, provider: &str, request: &ModelRequest) -> Expected {
        let estimate = self.estimate(provider, request);
        Expected { tokens: estimate.total_tokens(), cost: estimate.cost }
    }

    fn cost(&self, model: &dyn Model, request: &ModelRequest, answer: &Arc<Answer>) -> Option<Decimal> {
        let cost = self.charge(model, request, &Ok(Arc::clone(answer)));
        (cost.unpriced_calls == 0).then_some(cost.known)
    }
}
