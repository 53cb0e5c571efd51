use std::sync::{Arc, OnceLock};

use super::NodeFailure;
use super::frame::Stage;
use super::scope::Scope;
use crate::plan::{Binding, Op, PlanNode};
use crate::value::Value;

/// The arguments of one call.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    /// By name, in the node's order. For an LLM node each stands at its position in the plan.
    pub(crate) pairs: Vec<(Arc<str>, Value)>,
    whole: OnceLock<Value>,
}

impl Arguments {
    /// Arguments that were resolved elsewhere.
    pub(crate) fn of(pairs: Vec<(Arc<str>, Value)>) -> Self {
        Self { pairs, whole: OnceLock::new() }
    }

    /// Resolves the arguments of a node. One that has a default of its own is left out where it comes from a
    /// bypassed node.
    pub(crate) fn resolve(node: &PlanNode, scope: &Scope<'_>) -> Result<Self, NodeFailure> {
        Self::collect(node, scope, |_| true)
    }

    /// Resolves those arguments that are the same in each turn, to tell what a node starts with.
    pub(crate) fn resolve_constant(node: &PlanNode, scope: &Scope<'_>) -> Result<Self, NodeFailure> {
        let of_turn =
            |binding: &Binding| matches!(binding, Binding::Item(_) | Binding::LoopIndex | Binding::LoopPrevious(_));
        Self::collect(node, scope, |binding| !of_turn(binding))
    }

    fn collect(node: &PlanNode, scope: &Scope<'_>, is_wanted: impl Fn(&Binding) -> bool) -> Result<Self, NodeFailure> {
        let bindings = match scope.frame.stage {
            Stage::Single(replaced) => &replaced.arguments,
            _ => &node.arguments,
        };
        let mut pairs = Vec::with_capacity(bindings.len());
        for (name, binding) in bindings {
            if !is_wanted(binding) {
                continue;
            }
            let is_dead = || binding.node().is_some_and(|source| scope.frame.is_bypassed(source));
            if !node.defaulted.is_empty() && node.defaulted.contains(name) && is_dead() {
                // An LLM node's parameters go by position; a null one is not sent.
                if matches!(node.op, Op::Llm(_)) {
                    pairs.push((Arc::clone(name), Value::Null));
                }
                continue;
            }
            pairs.push((Arc::clone(name), scope.resolve(binding)?));
        }
        Ok(Self { pairs, whole: OnceLock::new() })
    }

    /// All of them as one mapping.
    pub(crate) fn whole(&self) -> &Value {
        self.whole.get_or_init(|| Value::map(self.pairs.iter().cloned()))
    }
}
