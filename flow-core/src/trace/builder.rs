use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::span::{NodeSpan, Span, SpanDetail, SpanStatus, Trace, Work};
use crate::exec::{Event, NodeAt, NodeFailure};
use crate::model::CallRecord;
use crate::plan::{Op, Plan};
use crate::value::Value;

/// Makes a trace of the events of one row, and of the aggregation behind it.
#[derive(Debug)]
pub struct TraceBuilder {
    plan: Arc<Plan>,
    began: Instant,
    trace: Trace,
}

impl TraceBuilder {
    /// A trace that begins now.
    #[must_use]
    pub fn new(plan: Arc<Plan>) -> Self {
        let flow = SpanDetail::Flow { name: Arc::clone(&plan.name), row: 0, inputs: Value::Null, outputs: Value::Null };
        let root = Span {
            parent: None,
            started: Duration::ZERO,
            elapsed: Duration::ZERO,
            status: SpanStatus::Running,
            detail: flow,
        };
        Self { plan, began: Instant::now(), trace: Trace { spans: vec![root] } }
    }

    /// Takes the next event, as it happens.
    pub fn observe(&mut self, event: &Event) {
        match event {
            Event::RowStarted { row, inputs } => {
                let inputs_given = Value::Map(Arc::clone(inputs));
                if let SpanDetail::Flow { row: own, inputs, .. } = &mut self.trace.spans[0].detail {
                    (*own, *inputs) = (*row, inputs_given);
                }
            }
            Event::NodeStarted { at, inputs } => self.start(at, inputs.clone(), SpanStatus::Running, 1),
            Event::NodeBypassed { at, reason } => self.start(at, Value::Null, SpanStatus::Bypassed(*reason), 0),
            Event::Called { at, call, .. } => self.call(at, call),
            Event::NodeFinished { at, output, elapsed, attempts } => {
                self.end(at, SpanStatus::Completed, Some(output.clone()), (*elapsed, *attempts));
            }
            Event::NodeFailed { at, error, replaced, elapsed, attempts } => {
                let status = SpanStatus::Failed { code: error.code(), message: error.failure.to_string() };
                self.end(at, status, replaced.clone(), (*elapsed, *attempts));
            }
            Event::Read { at, liberties } => {
                if let Some((_, node)) = self.running(at) {
                    node.liberties.extend(liberties.iter().cloned());
                }
            }
            Event::Printed { at, text } => {
                if let Some((_, node)) = self.running(at) {
                    node.printed.push_str(text);
                }
            }
            Event::Measured { at, metric } => {
                if let Some((_, node)) = self.running(at) {
                    node.metrics.push(metric.clone());
                }
            }
            Event::ItemFailed { at, item, error, .. } => {
                let why = match &error.failure {
                    NodeFailure::Item { failure, .. } => failure.to_string(),
                    failure => failure.to_string(),
                };
                if let Some((_, node)) = self.running(at) {
                    node.failed_items.push((*item, why));
                }
            }
            Event::RowFinished { outputs, elapsed, .. } => {
                let outputs = Value::Map(Arc::clone(outputs));
                self.conclude(*elapsed, SpanStatus::Completed, outputs);
            }
            Event::RowFailed { error, elapsed, .. } => {
                let status = SpanStatus::Failed { code: error.code(), message: error.to_string() };
                self.conclude(*elapsed, status, Value::Null);
            }
            _ => {}
        }
    }

    /// The trace so far.
    #[must_use]
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// The trace.
    #[must_use]
    pub fn finish(self) -> Trace {
        self.trace
    }

    fn start(&mut self, at: &NodeAt, inputs: Value, status: SpanStatus, attempts: u32) {
        let node = NodeSpan {
            name: Arc::clone(&at.node),
            work: work(&self.plan, &at.node),
            item: at.item,
            inputs,
            output: None,
            attempts,
            liberties: Vec::new(),
            printed: String::new(),
            metrics: Vec::new(),
            failed_items: Vec::new(),
        };
        let span = Span {
            parent: Some(self.caller(&at.node)),
            started: self.began.elapsed(),
            elapsed: Duration::ZERO,
            status,
            detail: SpanDetail::Node(node),
        };
        self.trace.spans.push(span);
    }

    /// The span of the node that calls a node: the latest of that name, which is the one that runs.
    fn caller(&self, node: &str) -> usize {
        let Some((caller, _)) = node.rsplit_once('/') else { return 0 };
        let is_caller = |span: &Span| matches!(&span.detail, SpanDetail::Node(node) if *node.name == *caller);
        self.trace.spans.iter().rposition(is_caller).unwrap_or(0)
    }

    fn call(&mut self, at: &NodeAt, call: &Arc<CallRecord>) {
        let parent = self.position(at).unwrap_or(0);
        let status = match &call.outcome {
            Ok(_) => SpanStatus::Completed,
            Err(error) => SpanStatus::Failed { code: error.kind.code(), message: error.message.clone() },
        };
        let span = Span {
            parent: Some(parent),
            started: self.began.elapsed().saturating_sub(call.elapsed),
            elapsed: call.elapsed,
            status,
            detail: SpanDetail::Call(Arc::clone(call)),
        };
        self.trace.spans.push(span);
    }

    fn end(&mut self, at: &NodeAt, status: SpanStatus, output: Option<Value>, took: (Duration, u32)) {
        let Some(position) = self.position(at) else { return };
        let span = &mut self.trace.spans[position];
        (span.elapsed, span.status) = (took.0, status);
        if let SpanDetail::Node(node) = &mut span.detail {
            (node.output, node.attempts) = (output, took.1);
        }
    }

    /// An end belongs to the last start that has none: the same node may run often in a sub-flow.
    fn position(&self, at: &NodeAt) -> Option<usize> {
        self.trace.spans.iter().rposition(|span| match &span.detail {
            SpanDetail::Node(node) => {
                span.status == SpanStatus::Running && node.name == at.node && node.item == at.item
            }
            _ => false,
        })
    }

    fn running(&mut self, at: &NodeAt) -> Option<(usize, &mut NodeSpan)> {
        let position = self.position(at)?;
        match &mut self.trace.spans[position].detail {
            SpanDetail::Node(node) => Some((position, node)),
            _ => None,
        }
    }

    fn conclude(&mut self, elapsed: Duration, status: SpanStatus, given: Value) {
        let root = &mut self.trace.spans[0];
        (root.elapsed, root.status) = (elapsed, status);
        if let SpanDetail::Flow { outputs, .. } = &mut root.detail {
            *outputs = given;
        }
    }
}

/// What a node does; of one in a sub-flow, as the plan of that flow has it.
fn work(plan: &Plan, name: &str) -> Work {
    let (first, rest) = name.split_once('/').map_or((name, None), |(first, rest)| (first, Some(rest)));
    match (plan.node(first).map(|(_, node)| &node.op), rest) {
        (Some(Op::Flow(inner)), Some(rest)) => work(inner, rest),
        (Some(Op::Llm(_)), None) => Work::Llm,
        (Some(Op::Prompt(_)), None) => Work::Prompt,
        (Some(Op::Script(_)), None) => Work::Python,
        (Some(Op::Tool(tool)), None) => Work::Tool(tool.spec().name.to_owned()),
        (Some(Op::Flow(_)), None) => Work::Flow,
        _ => Work::Unknown,
    }
}
