//! One node from its start to its end: its events, and what its failure means.

use std::sync::Arc;

use tokio::time::Instant;

use super::arguments::Arguments;
use super::frame::{Frame, Settled, Stage};
use super::scope::Scope;
use super::{Event, NodeAt, NodeError, NodeFailure};
use crate::plan::{NodeIndex, OnError, PlanNode};
use crate::value::Value;

/// A node that was started.
pub(crate) struct Step<'s> {
    pub(crate) frame: &'s Frame<'s>,
    pub(crate) node: &'s PlanNode,
    pub(crate) at: &'s NodeAt,
    pub(crate) started: Instant,
}

/// What a run of a node gave, after how many tries; with several turns the most that one of them took.
pub(crate) struct Tried<T = Value> {
    pub(crate) result: Result<T, NodeFailure>,
    pub(crate) attempts: u32,
}

impl Frame<'_> {
    /// Runs a node for which it was decided that it runs.
    pub(crate) async fn run_node(&self, index: NodeIndex) -> Result<NodeIndex, Arc<NodeError>> {
        let node = self.node(index);
        let at = self.at(node);
        let step = Step { frame: self, node, at: &at, started: Instant::now() };
        let scope = Scope::new(self);
        let has_turns = node.for_each.is_some() || node.repeat.is_some();
        let prepared =
            if has_turns { Arguments::resolve_constant(node, &scope) } else { Arguments::resolve(node, &scope) };
        let inputs = prepared.as_ref().map(|arguments| arguments.whole().clone()).unwrap_or_default();
        self.emit(Event::NodeStarted { at: at.clone(), inputs }).await;
        let tried = match prepared {
            Err(failure) => Tried { result: Err(failure), attempts: 1 },
            Ok(_) if has_turns => step.turns().await,
            Ok(arguments) => step.tries(&arguments, None).await,
        };
        let settled = match tried.result {
            Ok(output) => {
                let elapsed = step.started.elapsed();
                self.emit(Event::NodeFinished { at, output: output.clone(), elapsed, attempts: tried.attempts }).await;
                Settled::Output(output)
            }
            Err(failure) => step.fail(failure, tried.attempts).await?,
        };
        self.settle(index, settled);
        Ok(index)
    }

    /// A node whose condition cannot be decided fails as if it had run.
    pub(crate) async fn fail_before_start(&self, index: NodeIndex, failure: NodeFailure) -> Result<(), Arc<NodeError>> {
        let node = self.node(index);
        let at = self.at(node);
        self.emit(Event::NodeStarted { at: at.clone(), inputs: Value::Null }).await;
        let step = Step { frame: self, node, at: &at, started: Instant::now() };
        let settled = step.fail(failure, 1).await?;
        self.settle(index, settled);
        Ok(())
    }
}

impl Step<'_> {
    /// What stands in the node's place after a failure; an error if the failure is the row's.
    pub(crate) async fn fail(&self, failure: NodeFailure, attempts: u32) -> Result<Settled, Arc<NodeError>> {
        let error = self.error(failure);
        let settled = match &self.node.on_error {
            OnError::Skip => Some(Settled::Bypassed),
            OnError::Default(value) => Some(Settled::Output(value.clone())),
            OnError::Fail => None,
        };
        let replaced = settled.as_ref().map(|settled| match settled {
            Settled::Output(value) => value.clone(),
            _ => Value::Null,
        });
        let elapsed = self.started.elapsed();
        let event = Event::NodeFailed { at: self.at.clone(), error: Arc::clone(&error), replaced, elapsed, attempts };
        self.frame.emit(event).await;
        match (settled, self.frame.stage) {
            (Some(settled), _) => Ok(settled),
            (None, Stage::Aggregation(_)) => Ok(Settled::Failed(error)),
            (None, _) => Err(error),
        }
    }

    pub(crate) fn error(&self, failure: NodeFailure) -> Arc<NodeError> {
        Arc::new(NodeError { node: Arc::clone(&self.at.node), failure })
    }
}
