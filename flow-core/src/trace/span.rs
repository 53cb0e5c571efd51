use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::exec::BypassReason;
use crate::model::{CallRecord, Usage};
use crate::script::Metric;
use crate::structured::Liberty;
use crate::value::Value;

/// The spans of a run. The first is the flow; each other one stands behind its parent.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// The spans, in the order in which they began; calls are known only when they end.
    pub spans: Vec<Span>,
}

/// A stretch of work.
#[derive(Debug, Clone)]
pub struct Span {
    /// The position of the span that it is part of; `None` for the flow.
    pub parent: Option<usize>,
    /// From the start of the trace to its own.
    pub started: Duration,
    /// How long it took.
    pub elapsed: Duration,
    /// How it ended.
    pub status: SpanStatus,
    /// What was done.
    pub detail: SpanDetail,
}

/// How a span ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpanStatus {
    /// It has not ended, or was stopped with its row.
    Running,
    /// Well.
    Completed,
    /// Badly.
    Failed {
        /// The kind of failure, for machines.
        code: &'static str,
        /// Why, for people.
        message: String,
    },
    /// It did not run.
    Bypassed(BypassReason),
}

/// What a span tells.
#[derive(Debug, Clone)]
pub enum SpanDetail {
    /// A row of a flow.
    Flow {
        /// The flow's name.
        name: Arc<str>,
        /// The row's position in the data.
        row: u64,
        /// The inputs, after defaults and coercion.
        inputs: Value,
        /// The outputs; null if it failed.
        outputs: Value,
    },
    /// A node.
    Node(NodeSpan),
    /// A call of a model provider, with all its tries.
    Call(Arc<CallRecord>),
}

/// What a node's span tells.
#[derive(Debug, Clone)]
pub struct NodeSpan {
    /// The node's name; inside of a sub-flow behind the calling node's: `review/grade`.
    pub name: Arc<str>,
    /// What the node does.
    pub work: Work,
    /// The item of the nearest `for_each` around, where the node is in a sub-flow inside of one.
    pub item: Option<usize>,
    /// Its arguments; for `for_each` those of no item.
    pub inputs: Value,
    /// Its output, or what stands in the place of one.
    pub output: Option<Value>,
    /// Its tries.
    pub attempts: u32,
    /// In which ways answers of models were read otherwise than they were written, to fit the node's schema.
    pub liberties: Vec<Liberty>,
    /// What its code printed.
    pub printed: String,
    /// The metrics that its code logged, in order.
    pub metrics: Vec<Metric>,
    /// Items of its list that failed, each with why.
    pub failed_items: Vec<(usize, String)>,
}

/// What a node does, as far as a trace tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Calls a model.
    Llm,
    /// Renders a template.
    Prompt,
    /// Calls code.
    Python,
    /// Calls this tool.
    Tool(String),
    /// Runs another flow.
    Flow,
    /// Nobody knows: the node is not in the plan.
    Unknown,
}

impl Trace {
    /// The positions of the spans directly below one, in order.
    pub fn children(&self, parent: usize) -> impl Iterator<Item = usize> + '_ {
        self.spans.iter().enumerate().filter(move |(_, span)| span.parent == Some(parent)).map(|(at, _)| at)
    }

    /// The calls directly below a span, in the order in which they ended.
    pub fn calls(&self, parent: usize) -> impl Iterator<Item = &Arc<CallRecord>> + '_ {
        self.children(parent).filter_map(|at| match &self.spans[at].detail {
            SpanDetail::Call(call) => Some(call),
            _ => None,
        })
    }

    /// Tokens of the calls directly below a span.
    #[must_use]
    pub fn usage(&self, parent: usize) -> Usage {
        let mut usage = Usage::default();
        self.calls(parent).for_each(|call| usage += call.spent());
        usage
    }
}
