use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::failure::Seconds;
use super::frame::{Frame, RowContext, Stage};
use super::memory::UnderWay;
use super::{Event, EventSink, InputError, NodeError, OutputError, RowCollector, RowResult, inputs};
use crate::cache::{NodeCache, RowCache};
use crate::gate::Gate;
use crate::model::{CallMemory, Usage};
use crate::plan::Plan;
use crate::value::Map;

/// Runs plans. Cheap to clone, and shared by all rows.
#[derive(Debug, Clone)]
pub struct Executor {
    depth: usize,
    gate: Arc<Gate>,
}

/// One row of data.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its position in the data, from 0.
    pub index: u64,
    /// Its inputs, as they were given.
    pub inputs: Map,
}

/// How a row runs, and what ends it early.
#[derive(Debug, Clone)]
pub struct RowOptions {
    /// The longest time for the whole row, retries and pauses included.
    pub deadline: Option<Duration>,
    /// How many nodes of the row may wait at the same time, 1 or more; each `for_each` has a bound of its own.
    pub concurrency: usize,
    /// Answers of models are told piece by piece where a node allows it.
    pub stream: bool,
    /// Stops the row from outside.
    pub cancel: CancellationToken,
    /// Calls of earlier attempts at the row, which are not made again; those that end well are kept in it.
    pub memory: Option<Arc<dyn CallMemory>>,
    /// Answers of this and other runs to equal calls.
    pub cache: Option<Arc<NodeCache>>,
    /// Which repetition of the row it is, from 0: the cache tells them apart, so that they stay samples of their own, and so does a mock model that varies.
    pub repeat: u32,
}

impl Default for RowOptions {
    fn default() -> Self {
        Self {
            deadline: None,
            concurrency: 16,
            stream: false,
            cancel: CancellationToken::new(),
            memory: None,
            cache: None,
            repeat: 0,
        }
    }
}

impl Default for Executor {
    fn default() -> Self {
        Self::new()
    }
}

impl Executor {
    /// How deep flows may call flows.
    const DEPTH: usize = 16;

    /// An executor whose calls are not limited.
    #[must_use]
    pub fn new() -> Self {
        Self::with_gate(Arc::default())
    }

    /// An executor whose calls of models go through this gate.
    #[must_use]
    pub fn with_gate(gate: Arc<Gate>) -> Self {
        Self { depth: Self::DEPTH, gate }
    }

    /// Runs one row. All that it gives leaves as events, the last of which is `RowFinished` or `RowFailed`; after
    /// that, and also if the future is dropped, nothing of the row runs any more.
    pub async fn run_row(&self, plan: &Arc<Plan>, row: Row, events: &EventSink, options: RowOptions) {
        let deadline = options.deadline;
        let context = self.context(plan, Some(row.index), events, options);
        context.conclude(deadline, self.row(plan, row, &context)).await;
    }

    /// Runs one row and gathers its events.
    pub async fn collect_row(&self, plan: &Arc<Plan>, row: Row, options: RowOptions) -> RowResult {
        let (collector, events) = RowCollector::shared();
        self.run_row(plan, row, &events, options).await;
        collector.take()
    }

    async fn row(&self, plan: &Plan, row: Row, context: &RowContext<'_>) -> Result<Map, RowError> {
        let values = inputs::prepare(plan, &row.inputs, inputs::Giver::Row).map_err(RowError::Input)?;
        let named = Arc::new(inputs::named(plan, &values));
        context.emit(Event::RowStarted { row: row.index, inputs: named }).await;
        Frame::new(plan, context, values, Stage::Row).run().await
    }

    pub(crate) fn context<'a>(
        &'a self,
        plan: &'a Plan,
        row: Option<u64>,
        events: &'a EventSink,
        options: RowOptions,
    ) -> RowContext<'a> {
        RowContext {
            row,
            repeat: options.repeat,
            events,
            secrets: &plan.secrets,
            cancel: options.cancel,
            deadline: options.deadline.map(|limit| Instant::now() + limit),
            gate: &self.gate,
            stream: options.stream,
            concurrency: options.concurrency.max(1),
            depth: self.depth,
            memory: options.memory,
            cache: options.cache.map(|cache| RowCache::new(cache, options.repeat)),
            under_way: UnderWay::default(),
            usage: Mutex::new(Usage::default()),
            metrics: Mutex::default(),
        }
    }
}

impl RowContext<'_> {
    /// Runs a row's work to its end and says how it ended.
    pub(super) async fn conclude(&self, deadline: Option<Duration>, work: impl Future<Output = Result<Map, RowError>>) {
        let started = Instant::now();
        let ended = self.bounded(deadline, work).await.and_then(|ended| ended);
        let row = self.row.unwrap_or_default();
        let (elapsed, usage) = (started.elapsed(), self.spent());
        let event = match ended {
            // A call that was stopped may end before the row sees that it is stopped as well.
            Err(RowError::Node(_)) if self.cancel.is_cancelled() => {
                Event::RowFailed { row, error: Arc::new(RowError::Cancelled), elapsed, usage }
            }
            Ok(outputs) => Event::RowFinished { row, outputs: Arc::new(outputs), elapsed, usage },
            Err(error) => Event::RowFailed { row, error: Arc::new(error), elapsed, usage },
        };
        self.emit(event).await;
    }

    /// Drops the work when it is cancelled, nobody reads its events, or its time is up.
    pub(super) async fn bounded<T>(
        &self,
        deadline: Option<Duration>,
        work: impl Future<Output = T>,
    ) -> Result<T, RowError> {
        let time_is_up = async {
            match deadline {
                None => std::future::pending().await,
                Some(limit) => {
                    tokio::time::sleep(limit).await;
                    limit
                }
            }
        };
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(RowError::Cancelled),
            () = self.events.closed() => Err(RowError::Cancelled),
            limit = time_is_up => Err(RowError::Deadline { limit }),
            ended = work => Ok(ended),
        }
    }
}

/// A row that failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RowError {
    /// Its inputs do not fit the flow.
    #[error(transparent)]
    Input(InputError),
    /// A node failed.
    #[error(transparent)]
    Node(Arc<NodeError>),
    /// An output refers to what is not there.
    #[error(transparent)]
    Output(OutputError),
    /// It took too long.
    #[error("the row was stopped at its deadline of {}; raise the deadline, or look for the node that is slow", Seconds(*.limit))]
    Deadline {
        /// The longest time for the row.
        limit: Duration,
    },
    /// It was stopped from outside.
    #[error("the row was stopped before it ended")]
    Cancelled,
    /// There is no such node to run on its own.
    #[error("the flow has no node `{name}`; it has {}", .nodes.join(", "))]
    UnknownNode {
        /// The name that was asked for.
        name: String,
        /// The nodes of the flow.
        nodes: Vec<String>,
    },
}

impl RowError {
    /// A short name of the kind of error, for machines. Where a node failed it is that of the node's failure.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            RowError::Input(error) => error.code(),
            RowError::Node(error) => error.code(),
            RowError::Output(OutputError::NotData { .. }) => "output-not-data",
            RowError::Output(_) => "reference-invalid",
            RowError::Deadline { .. } => "deadline",
            RowError::Cancelled => "cancelled",
            RowError::UnknownNode { .. } => "node-unknown",
        }
    }

    /// The node that failed, if one did.
    #[must_use]
    pub fn node(&self) -> Option<&Arc<NodeError>> {
        match self {
            RowError::Node(error) => Some(error),
            _ => None,
        }
    }
}
