use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::memory::UnderWay;
use super::{Event, EventSink, NodeAt, NodeError, RowForAggregation};
use crate::cache::RowCache;
use crate::gate::Gate;
use crate::model::{CallMemory, Usage};
use crate::plan::{Binding, NodeIndex, Plan, PlanNode};
use crate::script::Metric;
use crate::secret::Secrets;
use crate::tool::ToolContext;
use crate::value::{Map, Value};

/// What all frames of one row share.
pub(crate) struct RowContext<'a> {
    /// The row's position; `None` for aggregation.
    pub(crate) row: Option<u64>,
    /// Which repetition of it, from 0.
    pub(crate) repeat: u32,
    pub(crate) events: &'a EventSink,
    /// What must not leave the engine.
    pub(crate) secrets: &'a Secrets,
    pub(crate) cancel: CancellationToken,
    /// When the row's time is up.
    pub(crate) deadline: Option<Instant>,
    /// What calls of models go through.
    pub(crate) gate: &'a Gate,
    /// Answers of models are told piece by piece.
    pub(crate) stream: bool,
    /// Nodes of one frame that wait at the same time.
    pub(crate) concurrency: usize,
    /// How deep flows may call flows.
    pub(crate) depth: usize,
    /// Calls that need not be made again.
    pub(crate) memory: Option<Arc<dyn CallMemory>>,
    /// Answers to equal calls.
    pub(crate) cache: Option<RowCache>,
    /// Calls of models that were begun and did not end yet.
    pub(crate) under_way: UnderWay,
    pub(crate) usage: Mutex<Usage>,
    /// What code logged.
    pub(crate) metrics: Mutex<Map>,
}

impl RowContext<'_> {
    /// Hands over an event, without what must not leave the engine.
    pub(crate) async fn emit(&self, event: Event) {
        self.events.emit(event.without(self.secrets)).await;
    }

    pub(crate) fn spend(&self, usage: Usage) {
        *self.usage.lock().unwrap_or_else(PoisonError::into_inner) += usage;
    }

    /// Hands over a metric.
    pub(crate) async fn measure(&self, at: &NodeAt, metric: Metric) {
        metric.clone().add_to(&mut self.metrics.lock().unwrap_or_else(PoisonError::into_inner));
        self.emit(Event::Measured { at: at.clone(), metric }).await;
    }

    pub(crate) fn measured(&self) -> Map {
        self.secrets.blot_map(&self.metrics.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn spent(&self) -> Usage {
        *self.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One run of one plan: its inputs, and a slot per node that is written once.
pub(crate) struct Frame<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) context: &'a RowContext<'a>,
    /// By input index. In aggregation, lists over the rows.
    pub(crate) inputs: Box<[Value]>,
    /// By node index; empty until the node ended. Nodes run side by side read them while others end.
    pub(crate) slots: Box<[OnceLock<Settled>]>,
    pub(crate) stage: Stage<'a>,
    /// The calling node's name in events, where this is a sub-flow.
    pub(crate) caller: Option<Arc<str>>,
    /// The item of the nearest `for_each` around the call.
    pub(crate) item: Option<usize>,
    /// 0 for the row's own plan.
    pub(crate) level: usize,
    /// Whether the node cache may answer, which a calling node can forbid for all of its flow.
    pub(crate) cached: bool,
    /// For tools that run in place.
    pub(crate) tools: ToolContext,
}

/// Which nodes of the plan a frame runs.
#[derive(Clone, Copy)]
pub(crate) enum Stage<'a> {
    /// Those of a row.
    Row,
    /// Those after all rows, over lists of the rows' values.
    Aggregation(&'a [RowForAggregation]),
    /// One node on its own.
    Single(&'a Replaced),
}

/// What stands in place of a node's own bindings where it runs on its own.
pub(crate) struct Replaced {
    pub(crate) arguments: Box<[(Arc<str>, Binding)]>,
    /// The list of `for_each`, where it does not stand in the flow file.
    pub(crate) list: Option<Binding>,
}

/// How a node ended.
#[derive(Debug)]
pub(crate) enum Settled {
    Output(Value),
    Bypassed,
    /// In aggregation only: in a row the first failure ends everything.
    Failed(Arc<NodeError>),
    /// In aggregation only: something that it waits for failed, directly or further up.
    Unreached,
}

impl<'a> Frame<'a> {
    pub(crate) fn new(plan: &'a Plan, context: &'a RowContext<'a>, inputs: Box<[Value]>, stage: Stage<'a>) -> Self {
        Self {
            plan,
            context,
            inputs,
            slots: plan.nodes.iter().map(|_| OnceLock::new()).collect(),
            stage,
            caller: None,
            item: None,
            level: 0,
            cached: true,
            tools: ToolContext { files: Arc::clone(&plan.files), cancel: context.cancel.clone() },
        }
    }

    pub(crate) fn node(&self, index: NodeIndex) -> &'a PlanNode {
        &self.plan.nodes[index.index()]
    }

    /// Whether this frame runs the node.
    pub(crate) fn takes_part(&self, node: &PlanNode) -> bool {
        node.aggregation == matches!(self.stage, Stage::Aggregation(_))
    }

    /// How a node ended; `None` if it did not yet, or runs elsewhere.
    pub(crate) fn settled(&self, node: NodeIndex) -> Option<&Settled> {
        self.slots[node.index()].get()
    }

    pub(crate) fn settle(&self, node: NodeIndex, settled: Settled) {
        // A node runs once, so its slot is empty.
        let _ = self.slots[node.index()].set(settled);
    }

    pub(crate) fn is_bypassed(&self, node: NodeIndex) -> bool {
        matches!(self.settled(node), Some(Settled::Bypassed))
    }

    /// The node in events.
    pub(crate) fn at(&self, node: &PlanNode) -> NodeAt {
        let name = match &self.caller {
            None => Arc::clone(&node.name),
            Some(caller) => Arc::from(format!("{caller}/{}", node.name)),
        };
        NodeAt { row: self.context.row, node: name, item: self.item }
    }

    pub(crate) async fn emit(&self, event: Event) {
        self.context.emit(event).await;
    }
}
