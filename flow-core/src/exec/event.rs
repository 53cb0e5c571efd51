use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::{NodeError, RowError};
use crate::model::{CallRecord, Usage, Wait};
use crate::script::Metric;
use crate::secret::Secrets;
use crate::structured::Liberty;
use crate::value::{Map, Value};

/// What happens while a row runs, in the order in which it happens. Events are the only way results leave the executor.
///
/// Each row ends with exactly one `RowFinished` or `RowFailed`. A node that started and has no end event by then was
/// stopped with its row. A row whose inputs do not fit has no `RowStarted`.
#[derive(Debug, Clone)]
pub enum Event {
    /// A row begins.
    RowStarted {
        /// Its position in the data, from 0.
        row: u64,
        /// Its inputs after defaults and coercion.
        inputs: Arc<Map>,
    },
    /// A node begins; with retries, `for_each` or `loop` there is one such event per node all the same.
    NodeStarted {
        /// Which node of which row.
        at: NodeAt,
        /// Its arguments; for `for_each` those of no item.
        inputs: Value,
    },
    /// A piece of an answer, while a model speaks.
    Delta {
        /// Which node of which row.
        at: NodeAt,
        /// The piece.
        text: Arc<str>,
    },
    /// A call of a model waits for its turn or for its next try, or no longer does.
    Waiting {
        /// Which node of which row.
        at: NodeAt,
        /// What for, and how long; `None` when it goes on.
        wait: Option<Wait>,
    },
    /// A call of a model ended, well or badly, with all its tries.
    Called {
        /// Which node of which row.
        at: NodeAt,
        /// The item of the node's own `for_each`.
        item: Option<usize>,
        /// What was asked, what came of it and what it took.
        call: Arc<CallRecord>,
    },
    /// The answer of a model was read otherwise than it was written, to fit a schema.
    Read {
        /// Which node of which row.
        at: NodeAt,
        /// What was done.
        liberties: Arc<[Liberty]>,
    },
    /// The code of a node printed something; told when the code has ended.
    Printed {
        /// Which node of which row.
        at: NodeAt,
        /// What it printed.
        text: Arc<str>,
    },
    /// The code of a node logged a metric.
    Measured {
        /// Which node of which row.
        at: NodeAt,
        /// What it logged.
        metric: Metric,
    },
    /// A node ended well.
    NodeFinished {
        /// Which node of which row.
        at: NodeAt,
        /// Its output.
        output: Value,
        /// Time since it started.
        elapsed: Duration,
        /// Tries of the node, 1 where the first was good.
        attempts: u32,
    },
    /// A node failed.
    NodeFailed {
        /// Which node of which row.
        at: NodeAt,
        /// Why.
        error: Arc<NodeError>,
        /// What `on_error` gives in its place (null for `skip`); `None` when the row fails with it.
        replaced: Option<Value>,
        /// Time since it started.
        elapsed: Duration,
        /// Tries of the node.
        attempts: u32,
    },
    /// An item of a `for_each` failed, and the node goes on without it.
    ItemFailed {
        /// Which node of which row.
        at: NodeAt,
        /// The item's position in the list, from 0.
        item: usize,
        /// Why.
        error: Arc<NodeError>,
        /// What stands in its place; `None` when it is left out.
        replaced: Option<Value>,
    },
    /// A node did not run, since its condition was not met or all it needs was bypassed.
    NodeBypassed {
        /// Which node of which row.
        at: NodeAt,
        /// Why.
        reason: BypassReason,
    },
    /// A row ended well.
    RowFinished {
        /// Its position in the data.
        row: u64,
        /// The flow's outputs.
        outputs: Arc<Map>,
        /// Time since it started.
        elapsed: Duration,
        /// Tokens of all its calls.
        usage: Usage,
    },
    /// A row failed.
    RowFailed {
        /// Its position in the data.
        row: u64,
        /// Why.
        error: Arc<RowError>,
        /// Time since it started.
        elapsed: Duration,
        /// Tokens of all its calls.
        usage: Usage,
    },
}

impl Event {
    /// The event as it may leave the engine: without what the flow's code was given to know.
    pub(super) fn without(self, secrets: &Secrets) -> Self {
        if secrets.is_empty() {
            return self;
        }
        match self {
            Event::RowStarted { row, inputs } => Event::RowStarted { row, inputs: Arc::new(secrets.blot_map(&inputs)) },
            Event::NodeStarted { at, inputs } => Event::NodeStarted { at, inputs: secrets.blot_value(&inputs) },
            Event::Printed { at, text } => Event::Printed { at, text: Arc::from(secrets.blot(&text)) },
            Event::Delta { at, text } => Event::Delta { at, text: Arc::from(secrets.blot(&text)) },
            Event::Measured { at, metric } => {
                let value = secrets.blot_value(&metric.value);
                Event::Measured { at, metric: Metric { value, ..metric } }
            }
            Event::Called { at, item, call } => Event::Called { at, item, call: Arc::new(call.without(secrets)) },
            Event::NodeFinished { at, output, elapsed, attempts } => {
                Event::NodeFinished { at, output: secrets.blot_value(&output), elapsed, attempts }
            }
            Event::NodeFailed { at, error, replaced, elapsed, attempts } => {
                let replaced = replaced.map(|value| secrets.blot_value(&value));
                Event::NodeFailed { at, error, replaced, elapsed, attempts }
            }
            Event::ItemFailed { at, item, error, replaced } => {
                let replaced = replaced.map(|value| secrets.blot_value(&value));
                Event::ItemFailed { at, item, error, replaced }
            }
            Event::RowFinished { row, outputs, elapsed, usage } => {
                Event::RowFinished { row, outputs: Arc::new(secrets.blot_map(&outputs)), elapsed, usage }
            }
            // What failed says nothing that was not blotted out where it was made.
            other => other,
        }
    }
}

/// Which node of which row an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeAt {
    /// The row's position in the data; `None` for an aggregation node, which belongs to no row.
    pub row: Option<u64>,
    /// The node's name; inside of a sub-flow behind the calling node's: `review/grade`.
    pub node: Arc<str>,
    /// The item of the nearest `for_each` around, where the event comes from a sub-flow inside of one.
    pub item: Option<usize>,
}

/// Why a node did not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BypassReason {
    /// Its condition was not met.
    Condition,
    /// The node that its condition looks at was bypassed.
    ConditionBypassed,
    /// All nodes that it takes inputs from were bypassed.
    SourcesBypassed,
    /// An aggregation node that it waits for failed.
    SourceFailed,
}
