use std::sync::Arc;

use super::Catalogue;
use crate::model::{Answer, Cost, Model, ModelError, ModelErrorKind, ModelRequest};

impl Catalogue {
    /// What a call cost, by the tokens that its answer tells of. A mock model costs what the model would have cost that
    /// it stands in for: so a budget can be tried out and a run be estimated without a key. It is marked as simulated.
    ///
    /// A call that failed costs nothing if the provider refused it. Where an answer began and broke off, or did not come
    /// in time, the provider may well have billed something, and nobody can say how much.
    #[must_use]
    pub fn charge(
        &self,
        model: &dyn Model,
        request: &ModelRequest,
        outcome: &Result<Arc<Answer>, Arc<ModelError>>,
    ) -> Cost {
        match outcome {
            Ok(answer) => Cost::of_call(self.cost_of_answer(model.provider(), request, answer), model.is_billed()),
            Err(error) => match error.kind {
                ModelErrorKind::Timeout | ModelErrorKind::Truncated | ModelErrorKind::InvalidResponse
                    if model.is_billed() =>
                {
                    Cost::of_call(None, true)
                }
                _ => Cost::default(),
            },
        }
    }

    /// The cost of an answer by the name that was asked for, if that is one of the user's or the provider's; else by
    /// the name that answered: the name of a deployment says nothing, but its answers tell which model it is.
    fn cost_of_answer(&self, provider: &str, request: &ModelRequest, answer: &Answer) -> Option<rust_decimal::Decimal> {
        let usage = answer.usage.as_ref()?;
        let answered = answer.model.as_deref().filter(|answered| self.price(provider, answered).is_some());
        let is_own = self.deployment(&request.model).is_some() || self.is_own(&request.model);
        match answered {
            Some(answered) if !is_own => self.cost(provider, answered, usage),
            _ => self.cost(provider, &request.model, usage),
        }
    }
}
