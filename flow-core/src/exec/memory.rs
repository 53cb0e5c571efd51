//! What is done so that no call of a model has to be paid twice when a row is run again.

use std::collections::BTreeSet;

use tokio::sync::watch;

use super::NodeFailure;
use super::step::Step;
use crate::model::{Answer, CallRecord, ModelErrorKind, NewCall, digest};
use crate::plan::{NodeIndex, Op, Plan, PlanNode};

impl Plan {
    /// Whether a row can be broken off behind a call of a model that ended well, with anything left to wait for. Where there is but
    /// one call and nothing behind it, keeping its answer beside the row's outputs would only double what is written.
    #[must_use]
    pub fn outlasts_its_calls(&self) -> bool {
        let of_row = || self.nodes.iter().filter(|node| !node.aggregation);
        let mut calls = of_row().filter(|node| node.calls_models());
        let Some(first) = calls.next() else { return false };
        let is_one = match &first.op {
            // What does not fit its schema is asked for once more.
            Op::Llm(op) => op.schema.is_none() && first.for_each.is_none() && first.repeat.is_none(),
            _ => false,
        };
        if calls.next().is_some() || !is_one {
            return true;
        }
        let mut before = BTreeSet::new();
        let mut open: Vec<NodeIndex> = first.dependencies.to_vec();
        while let Some(index) = open.pop() {
            if before.insert(index) {
                open.extend(&self.nodes[index.index()].dependencies);
            }
        }
        let is_before = |node: &PlanNode| before.iter().any(|index| self.nodes[index.index()].name == node.name);
        of_row().any(|node| node.name != first.name && !node.is_inline() && !is_before(node))
    }
}

impl PlanNode {
    fn calls_models(&self) -> bool {
        match &self.op {
            Op::Llm(_) => true,
            Op::Flow(plan) => plan.nodes.iter().any(PlanNode::calls_models),
            Op::Prompt(_) | Op::Tool(_) | Op::Script(_) => false,
        }
    }
}

impl Step<'_> {
    /// Keeps a call that ended well. One whose request or answer holds a secret is not kept: what is kept is written down, and without
    /// the secret it would be another answer.
    pub(super) async fn remember(&self, record: &CallRecord, item: Option<usize>) {
        let context = self.frame.context;
        // What the node cache answered is there another time as well, and costs nothing.
        let is_new = !record.recalled && !record.cached;
        let Some(memory) = context.memory.as_deref().filter(|_| is_new) else { return };
        let Ok(answer) = &record.outcome else { return };
        if Answer::failure(record.api(), &answer.body).is_some() {
            return;
        }
        if !record.tells(context.secrets) {
            let digest = digest(&self.at.node, &record.connection, &record.request);
            let item = item.or(self.at.item);
            memory.remember(NewCall { node: &self.at.node, item, digest: &digest, record }).await;
        }
    }
}

/// Whether a call was refused as the budget is used up.
pub(super) fn is_over_budget(failure: &NodeFailure) -> bool {
    match failure {
        NodeFailure::Llm(error) => error.model_error().is_some_and(|error| error.kind == ModelErrorKind::Budget),
        _ => false,
    }
}

/// Counts the calls of a row that are under way.
pub(crate) struct UnderWay(watch::Sender<usize>);

/// A call that is under way until this is dropped.
pub(super) struct OneUnderWay<'a>(&'a UnderWay);

impl Default for UnderWay {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl UnderWay {
    pub(super) fn enter(&self) -> OneUnderWay<'_> {
        self.0.send_modify(|count| *count += 1);
        OneUnderWay(self)
    }

    /// Waits until none is under way.
    pub(super) async fn none(&self) {
        // The sender is ours, so it does not go away meanwhile.
        let _ = self.0.subscribe().wait_for(|count| *count == 0).await;
    }
}

impl Drop for OneUnderWay<'_> {
    fn drop(&mut self) {
        self.0.0.send_modify(|count| *count -= 1);
    }
}
