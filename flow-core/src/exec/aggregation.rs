//! Aggregation nodes: they run once after all rows, over lists of what the rows have (spec section 3.4).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::frame::{Frame, Settled, Stage};
use super::{EventSink, Executor, NodeError, RowError, RowOptions};
use crate::model::Usage;
use crate::plan::{Plan, PlanNode};
use crate::value::{Map, Value};

/// What aggregation nodes see of a row that ended well.
#[derive(Debug, Clone)]
pub struct RowForAggregation {
    /// Its inputs after defaults and coercion.
    pub inputs: Arc<Map>,
    /// The outputs of the nodes that aggregation nodes refer to; a bypassed one is null or left out.
    pub nodes: BTreeMap<Arc<str>, Value>,
}

impl RowForAggregation {
    /// The nodes of a row whose outputs aggregation nodes refer to.
    #[must_use]
    pub fn sources(plan: &Plan) -> BTreeSet<Arc<str>> {
        let of_node = |node: &PlanNode| node.dependencies.to_vec();
        plan.nodes
            .iter()
            .filter(|node| node.aggregation)
            .flat_map(of_node)
            .map(|source| &plan.nodes[source.index()])
            .filter(|source| !source.aggregation)
            .map(|source| Arc::clone(&source.name))
            .collect()
    }
}

/// What the aggregation nodes of a plan gave.
#[derive(Debug, Clone)]
pub struct AggregationResult {
    /// By node, in the plan's order.
    pub nodes: Vec<(Arc<str>, AggregationOutcome)>,
    /// The metrics that their code logged, by name.
    pub metrics: Map,
    /// Tokens of all their calls.
    pub usage: Usage,
    /// Why they did not all run to their end: cancelled, or out of time.
    pub stopped: Option<RowError>,
}

/// How an aggregation node ended.
#[derive(Debug, Clone)]
pub enum AggregationOutcome {
    /// Well, with this output.
    Finished(Value),
    /// Badly. The run is not failed by it; nodes behind it do not run.
    Failed(Arc<NodeError>),
    /// It did not run, by its condition or since what it waits for was bypassed or failed.
    Bypassed,
    /// It was stopped.
    Stopped,
}

/// The flow's inputs as aggregation nodes see them: lists over the rows.
pub(super) fn columns(plan: &Plan, rows: &[RowForAggregation]) -> Box<[Value]> {
    let column = |name: &str| Value::list(rows.iter().map(|row| row.inputs.get(name).cloned().unwrap_or_default()));
    plan.inputs.iter().map(|input| column(&input.name)).collect()
}

impl Executor {
    /// Runs the aggregation nodes of a plan over the rows that ended well, in the data's order. A node that fails is
    /// reported and fails nothing else than the nodes behind it. Events are of nodes only, without a row.
    pub async fn run_aggregation(
        &self,
        plan: &Arc<Plan>,
        rows: &[RowForAggregation],
        events: &EventSink,
        options: RowOptions,
    ) -> AggregationResult {
        let deadline = options.deadline;
        let context = self.context(plan, None, events, options);
        let frame = Frame::new(plan, &context, columns(plan, rows), Stage::Aggregation(rows));
        let stopped = match context.bounded(deadline, frame.run_nodes()).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(RowError::Node(error)),
            Err(error) => Some(error),
        };
        let outcome = |settled: Option<&Settled>| match settled {
            Some(Settled::Output(value)) => AggregationOutcome::Finished(value.clone()),
            Some(Settled::Failed(error)) => AggregationOutcome::Failed(Arc::clone(error)),
            Some(Settled::Bypassed | Settled::Unreached) => AggregationOutcome::Bypassed,
            None => AggregationOutcome::Stopped,
        };
        let nodes = plan
            .nodes
            .iter()
            .zip(&frame.slots)
            .filter(|(node, _)| node.aggregation)
            .map(|(node, slot)| (Arc::clone(&node.name), outcome(slot.get())))
            .collect();
        AggregationResult { nodes, metrics: context.measured(), usage: context.spent(), stopped }
    }
}
