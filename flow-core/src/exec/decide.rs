//! Whether a node runs, as promptflow decides it (spec section 3.2).

use super::frame::{Frame, Settled};
use super::scope::Scope;
use super::{BypassReason, NodeFailure};
use crate::plan::{Activation, NodeIndex, PlanNode};

/// Whether a node runs.
pub(crate) enum Decision {
    Run,
    Bypass(BypassReason),
    /// The condition could not be decided.
    Fail(NodeFailure),
}

impl Frame<'_> {
    /// Decides for a node whose dependencies all ended.
    pub(crate) fn decide(&self, node: &PlanNode) -> Decision {
        let is_lost =
            |source: &NodeIndex| matches!(self.settled(*source), Some(Settled::Failed(_) | Settled::Unreached));
        if node.dependencies.iter().any(is_lost) {
            return Decision::Bypass(BypassReason::SourceFailed);
        }
        let decision = match &node.activation {
            // One that looks at the item is asked for each.
            Some(_) if node.asks_items() => Decision::Run,
            // A condition that holds makes the node run even if all its sources were bypassed.
            Some(activation) => self.activate(activation),
            None if !node.sources.is_empty() && node.sources.iter().all(|source| self.is_bypassed(*source)) => {
                Decision::Bypass(BypassReason::SourcesBypassed)
            }
            None => Decision::Run,
        };
        let list = node.for_each.as_ref().and_then(|for_each| for_each.list.node());
        match (decision, list) {
            // Without a list there is nothing to run over.
            (Decision::Run, Some(list)) if self.is_bypassed(list) => Decision::Bypass(BypassReason::SourcesBypassed),
            (decision, _) => decision,
        }
    }

    fn activate(&self, activation: &Activation) -> Decision {
        let scope = Scope::new(self);
        let is_met = match activation {
            Activation::Equals { when, .. } if when.node().is_some_and(|node| self.is_bypassed(node)) => {
                return Decision::Bypass(BypassReason::ConditionBypassed);
            }
            Activation::Equals { when, is } => scope.resolve(when).map(|value| value.python_eq(is)),
            Activation::Expression(expression) => scope.is_met("if", expression),
        };
        match is_met {
            Ok(true) => Decision::Run,
            Ok(false) => Decision::Bypass(BypassReason::Condition),
            Err(failure) => Decision::Fail(failure),
        }
    }
}

impl PlanNode {
    /// Whether its `if` looks at the item of `for_each`: then it picks items, not the node.
    pub(crate) fn asks_items(&self) -> bool {
        match &self.activation {
            Some(Activation::Expression(expression)) if self.for_each.is_some() => {
                expression.names().iter().any(|name| matches!(name.root(), "item" | "loop"))
            }
            _ => false,
        }
    }
}
