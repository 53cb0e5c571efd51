//! A row's result, put together from its events alone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{BypassReason, Event, EventSink, NodeAt, NodeError, Observer, RowError, RowForAggregation};
use crate::model::Usage;
use crate::plan::Plan;
use crate::value::{Map, Value};

/// What a row gave.
#[derive(Debug, Clone)]
pub struct RowResult {
    /// Its position in the data.
    pub row: u64,
    /// Its inputs after defaults and coercion; `None` if they do not fit.
    pub inputs: Option<Arc<Map>>,
    /// The flow's outputs, or why there are none.
    pub outcome: Result<Arc<Map>, Arc<RowError>>,
    /// Its nodes in the order in which they started or were bypassed; those of sub-flows among them.
    pub nodes: Vec<NodeResult>,
    /// The metrics that its code logged, by name.
    pub metrics: Map,
    /// Tokens of all its calls.
    pub usage: Usage,
    /// How long it took.
    pub elapsed: Duration,
}

/// What became of a node.
#[derive(Debug, Clone)]
pub struct NodeResult {
    /// Which node.
    pub at: NodeAt,
    /// Its arguments; null if it did not start.
    pub inputs: Value,
    /// How it ended.
    pub status: NodeStatus,
    /// How long it took.
    pub elapsed: Duration,
    /// Tries; 0 if it did not start.
    pub attempts: u32,
}

/// How a node ended.
#[derive(Debug, Clone)]
pub enum NodeStatus {
    /// Well, with this output.
    Finished(Value),
    /// Badly, and `on_error` put this in its place, if anything.
    Failed {
        /// Why.
        error: Arc<NodeError>,
        /// What stands in its place.
        replaced: Option<Value>,
    },
    /// It did not run.
    Bypassed(BypassReason),
    /// It was stopped with its row.
    Stopped,
}

impl RowResult {
    /// The node with this name; in a sub-flow the first of that name.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<&NodeResult> {
        self.nodes.iter().find(|node| &*node.at.node == name)
    }

    /// What aggregation nodes see of this row; `None` if it failed.
    #[must_use]
    pub fn for_aggregation(&self, plan: &Plan) -> Option<RowForAggregation> {
        self.outcome.as_ref().ok()?;
        let mut nodes = BTreeMap::new();
        for name in RowForAggregation::sources(plan) {
            if let Some(output) = self.node(&name).and_then(NodeResult::output) {
                nodes.insert(name, output.clone());
            }
        }
        Some(RowForAggregation { inputs: self.inputs.clone().unwrap_or_default(), nodes })
    }
}

impl NodeResult {
    /// What others see of it; `None` if it was bypassed or has no output.
    #[must_use]
    pub fn output(&self) -> Option<&Value> {
        match &self.status {
            NodeStatus::Finished(output) => Some(output),
            NodeStatus::Failed { replaced, .. } => replaced.as_ref(),
            NodeStatus::Bypassed(_) | NodeStatus::Stopped => None,
        }
    }
}

/// Gathers the events of one row.
#[derive(Debug)]
pub struct RowCollector {
    result: RowResult,
}

impl Default for RowCollector {
    fn default() -> Self {
        let outcome = Err(Arc::new(RowError::Cancelled));
        let (usage, elapsed) = (Usage::default(), Duration::ZERO);
        Self {
            result: RowResult { row: 0, inputs: None, outcome, nodes: Vec::new(), metrics: Map::new(), usage, elapsed },
        }
    }
}

impl RowCollector {
    /// Takes the row's next event.
    pub fn observe(&mut self, event: Event) {
        let result = &mut self.result;
        match event {
            Event::RowStarted { row, inputs } => {
                result.row = row;
                result.inputs = Some(inputs);
            }
            Event::NodeStarted { at, inputs } => {
                let status = NodeStatus::Stopped;
                result.nodes.push(NodeResult { at, inputs, status, elapsed: Duration::ZERO, attempts: 1 });
            }
            Event::NodeFinished { at, output, elapsed, attempts } => {
                self.end(&at, NodeStatus::Finished(output), elapsed, attempts);
            }
            Event::NodeFailed { at, error, replaced, elapsed, attempts } => {
                self.end(&at, NodeStatus::Failed { error, replaced }, elapsed, attempts);
            }
            Event::NodeBypassed { at, reason } => {
                let status = NodeStatus::Bypassed(reason);
                let (inputs, elapsed) = (Value::Null, Duration::ZERO);
                result.nodes.push(NodeResult { at, inputs, status, elapsed, attempts: 0 });
            }
            Event::RowFinished { row, outputs, elapsed, usage } => {
                (result.row, result.outcome, result.elapsed, result.usage) = (row, Ok(outputs), elapsed, usage);
            }
            Event::RowFailed { row, error, elapsed, usage } => {
                (result.row, result.outcome, result.elapsed, result.usage) = (row, Err(error), elapsed, usage);
            }
            Event::Measured { metric, .. } => metric.add_to(&mut result.metrics),
            Event::Delta { .. }
            | Event::Waiting { .. }
            | Event::Called { .. }
            | Event::Read { .. }
            | Event::Printed { .. }
            | Event::ItemFailed { .. } => {}
        }
    }

    /// What was gathered; a row without an end counts as stopped.
    #[must_use]
    pub fn finish(self) -> RowResult {
        self.result
    }

    /// The same node may run often in a sub-flow; an end belongs to the last start that has none.
    fn end(&mut self, at: &NodeAt, status: NodeStatus, elapsed: Duration, attempts: u32) {
        let is_open = |node: &&mut NodeResult| node.at == *at && matches!(node.status, NodeStatus::Stopped);
        if let Some(node) = self.result.nodes.iter_mut().rev().find(is_open) {
            (node.status, node.elapsed, node.attempts) = (status, elapsed, attempts);
        }
    }

    /// A collector, and a sink that leads to it.
    pub(super) fn shared() -> (Arc<SharedCollector>, EventSink) {
        let shared = Arc::new(SharedCollector(Mutex::new(RowCollector::default())));
        let events = EventSink::observer(Arc::clone(&shared) as Arc<dyn Observer>);
        (shared, events)
    }
}

/// A collector behind a sink.
pub(super) struct SharedCollector(Mutex<RowCollector>);

impl SharedCollector {
    pub(super) fn take(&self) -> RowResult {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).finish()
    }
}

impl Observer for SharedCollector {
    fn observe(&self, event: Event) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).observe(event);
    }
}
