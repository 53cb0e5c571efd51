//! A run that another engine made and recorded, gone through again: each node is handed what it was handed then, and what it gave then
//! stands for those below in the place of what it gives, so that each is seen on its own. No model and no service is asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::time::Instant;

use super::aggregation::columns;
use super::arguments::Arguments;
use super::decide::Decision;
use super::frame::{Frame, Settled, Stage};
use super::inputs::{Giver, prepare};
use super::scope::Scope;
use super::step::Step;
use super::{EventSink, Executor, NodeFailure, Observer, RowError, RowForAggregation, RowOptions};
use crate::llm::LlmError;
use crate::model::ModelRequest;
use crate::plan::{Binding, NodeIndex, Op, Plan, PlanNode};
use crate::value::{Map, Value};

/// What is recorded of a node.
#[derive(Debug, Clone)]
pub struct RecordedNode {
    /// How it ended.
    pub ended: RecordedEnd,
    /// What it was handed, by the names of its arguments; empty where it did not start.
    pub inputs: Map,
    /// What it gave; null where it did not end well.
    pub output: Value,
}

/// How a node ended in a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordedEnd {
    /// Well.
    Finished,
    /// Badly.
    Failed,
    /// It did not run, by its condition or its sources.
    Bypassed,
}

/// What is recorded of nodes, by their names.
pub type RecordedNodes = BTreeMap<Arc<str>, RecordedNode>;

/// What was found by going through a record.
#[derive(Debug)]
pub struct Retraced {
    /// The nodes in the plan's order.
    pub nodes: Vec<RetracedNode>,
    /// The flow's outputs from what its nodes gave then; `None` where the record does not tell of all nodes, and after all rows.
    pub outputs: Option<Result<Map, RowError>>,
    /// The metrics that code logged.
    pub metrics: Map,
}

/// A node of a record, as it is here.
#[derive(Debug)]
pub struct RetracedNode {
    /// Which one.
    pub node: NodeIndex,
    /// What becomes of it, by what the nodes before it gave then.
    pub turn: Turn,
    /// What it gives where it is handed what it was handed then; `None` where the record does not say that it ran.
    pub gave: Option<Gave>,
}

/// What becomes of a node.
#[derive(Debug)]
pub enum Turn {
    /// It runs, with these arguments.
    Runs(Map),
    /// It is bypassed.
    Bypassed,
    /// It fails before it runs.
    Fails(NodeFailure),
    /// Nobody knows: something that it waits for failed, or is not in the record.
    Unreached,
}

/// What a node gives.
#[derive(Debug)]
pub enum Gave {
    /// It was run.
    Ran(Result<Value, NodeFailure>),
    /// What would be sent to its model.
    Request(Result<Arc<ModelRequest>, LlmError>),
    /// It was not run.
    NotRun,
}

/// Says of a node whether it may be run.
pub type MayRun<'a> = &'a (dyn Fn(&PlanNode) -> bool + Sync);

/// Nobody listens: what nodes give is asked for itself.
struct Nobody;

impl Observer for Nobody {
    fn observe(&self, _: super::Event) {}
}

impl Executor {
    /// Goes through a row.
    ///
    /// # Errors
    /// Inputs that do not fit the flow.
    pub async fn retrace_row(
        &self,
        plan: &Plan,
        (row, inputs): (u64, &Map),
        recorded: &RecordedNodes,
        may_run: MayRun<'_>,
    ) -> Result<Retraced, RowError> {
        let events = EventSink::observer(Arc::new(Nobody));
        let context = self.context(plan, Some(row), &events, RowOptions::default());
        let values = prepare(plan, inputs, Giver::Row).map_err(RowError::Input)?;
        let frame = Frame::new(plan, &context, values, Stage::Row);
        let nodes = frame.retrace(recorded, may_run).await;
        let is_whole = (0..).map(NodeIndex).zip(&plan.nodes).all(|(index, node)| {
            !frame.takes_part(node) || matches!(frame.settled(index), Some(Settled::Output(_) | Settled::Bypassed))
        });
        let outputs = is_whole.then(|| frame.conclude());
        Ok(Retraced { nodes, outputs, metrics: context.measured() })
    }

    /// Goes through the nodes after all rows; `rows` are those that ended well, in the data's order.
    pub async fn retrace_aggregation(
        &self,
        plan: &Plan,
        rows: &[RowForAggregation],
        recorded: &RecordedNodes,
        may_run: MayRun<'_>,
    ) -> Retraced {
        let events = EventSink::observer(Arc::new(Nobody));
        let context = self.context(plan, None, &events, RowOptions::default());
        let frame = Frame::new(plan, &context, columns(plan, rows), Stage::Aggregation(rows));
        let nodes = frame.retrace(recorded, may_run).await;
        Retraced { nodes, outputs: None, metrics: context.measured() }
    }
}

impl Frame<'_> {
    async fn retrace(&self, recorded: &RecordedNodes, may_run: MayRun<'_>) -> Vec<RetracedNode> {
        let mut retraced = Vec::new();
        for (index, node) in (0..).map(NodeIndex).zip(&self.plan.nodes).filter(|(_, node)| self.takes_part(node)) {
            let turn = self.turn(node);
            let Some(record) = recorded.get(&node.name) else {
                retraced.push(RetracedNode { node: index, turn, gave: None });
                continue;
            };
            let gave = match record.ended {
                RecordedEnd::Bypassed => None,
                _ => Some(self.give(node, fed(node, record, &turn), may_run).await),
            };
            match record.ended {
                RecordedEnd::Finished => self.settle(index, Settled::Output(standing(record, gave.as_ref()))),
                RecordedEnd::Bypassed => self.settle(index, Settled::Bypassed),
                // Those behind it do not run.
                RecordedEnd::Failed => {}
            }
            retraced.push(RetracedNode { node: index, turn, gave });
        }
        retraced
    }

    fn turn(&self, node: &PlanNode) -> Turn {
        let is_open = |source: &NodeIndex| self.takes_part(self.node(*source)) && self.settled(*source).is_none();
        if node.dependencies.iter().any(is_open) {
            return Turn::Unreached;
        }
        match self.decide(node) {
            Decision::Bypass(_) => Turn::Bypassed,
            Decision::Fail(failure) => Turn::Fails(failure),
            Decision::Run => match Arguments::resolve(node, &Scope::new(self)) {
                Ok(arguments) => Turn::Runs(arguments.pairs.into_iter().collect()),
                Err(failure) => Turn::Fails(failure),
            },
        }
    }

    async fn give(&self, node: &PlanNode, arguments: Vec<(Arc<str>, Value)>, may_run: MayRun<'_>) -> Gave {
        if let Op::Llm(op) = &node.op {
            return Gave::Request(op.request(&arguments));
        }
        if !may_run(node) {
            return Gave::NotRun;
        }
        let at = self.at(node);
        let step = Step { frame: self, node, at: &at, started: Instant::now() };
        Gave::Ran(step.tries(&Arguments::of(arguments), None).await.result)
    }
}

/// The arguments that a node was handed. What stands in the flow's file is taken from there. So is what would be handed here and is the
/// same, since it knows what of it the flow's author wrote, which a record does not.
fn fed(node: &PlanNode, record: &RecordedNode, turn: &Turn) -> Vec<(Arc<str>, Value)> {
    let resolved = |name: &str| match turn {
        Turn::Runs(arguments) => arguments.get(name),
        _ => None,
    };
    let mut pairs = Vec::with_capacity(node.arguments.len());
    for (name, binding) in &node.arguments {
        let value = match (record.inputs.get(name), resolved(name), binding) {
            (_, None, Binding::Literal(value)) => Some(value),
            (_, Some(now), Binding::Literal(_)) => Some(now),
            (Some(then), Some(now), _) if is_same(then, now) => Some(now),
            (Some(then), _, _) => Some(then),
            (None, now, _) => now,
        };
        match value {
            Some(value) => pairs.push((Arc::clone(name), value.clone())),
            // The parameters of an LLM node go by position.
            None if matches!(node.op, Op::Llm(_)) => pairs.push((Arc::clone(name), Value::Null)),
            None => {}
        }
    }
    pairs
}

/// What stands for those below: what was recorded, in the form in which the node gives it here if it gives the same.
fn standing(record: &RecordedNode, gave: Option<&Gave>) -> Value {
    match gave {
        Some(Gave::Ran(Ok(value))) if is_same(&record.output, value) => value.clone(),
        _ => record.output.clone(),
    }
}

/// Whether two values are the same to the last sign, so that what prints them prints the same. Of an object of code a record
/// may hold no more than where it was in memory.
fn is_same(then: &Value, now: &Value) -> bool {
    match (then, now) {
        (Value::Text(then), Value::Object(_)) if is_address(then) => true,
        (Value::List(pieces), Value::Text(now)) => joined(pieces).is_some_and(|joined| joined == now.as_str()),
        _ => then.to_json() == now.to_json(),
    }
}

/// Whether a text is how Python prints an object of which it knows no more than its address.
#[must_use]
pub fn is_address(text: &str) -> bool {
    text.starts_with('<') && text.contains(" at 0x") && text.ends_with('>')
}

/// The text of pieces that were recorded one by one; `None` where they are no texts.
#[must_use]
pub fn joined(pieces: &[Value]) -> Option<String> {
    pieces.iter().map(Value::as_str).collect()
}
