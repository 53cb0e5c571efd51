//! One call of a node: the op itself, with its timeout, its retries, and panics turned into errors. An LLM node's calls
//! are tried again by the [gate](crate::gate), not here.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sha2::{Digest, Sha256};

use super::arguments::Arguments;
use super::frame::{Frame, Stage};
use super::memory::is_over_budget;
use super::step::{Step, Tried};
use super::{Event, NodeFailure, RowError, inputs};
use crate::llm::{self, CacheWay, CallWay};
use crate::model::{CallContext, CallListener, CallRecord, Wait};
use crate::plan::{LlmOp, Op, Plan, PlanNode, Retry, ScriptOp};
use crate::script::{LimitKind, ScriptCall, ScriptError, data};
use crate::structured::Liberty;
use crate::tool::{Pace, Tool, ToolContext};
use crate::value::{Map, Value};

/// The longest pause that a provider may ask for; beyond it the failure stands.
const LONGEST_HINT: Duration = Duration::from_secs(600);

impl PlanNode {
    /// Whether it runs without waiting for anything.
    pub(super) fn is_inline(&self) -> bool {
        let is_quick = match &self.op {
            Op::Prompt(_) => true,
            Op::Tool(tool) => tool.spec().pace == Pace::Inline,
            Op::Llm(_) | Op::Script(_) | Op::Flow(_) => false,
        };
        // A retry may sleep.
        is_quick && self.retry.is_none()
    }
}

impl Step<'_> {
    /// Calls until it succeeds, the failure is one that stays, or the tries are used up.
    pub(crate) async fn tries(&self, arguments: &Arguments, item: Option<usize>) -> Tried {
        let mut attempts = 1;
        loop {
            let result = self.guarded(arguments, item, &mut attempts).await;
            let pause = match (&result, &self.node.retry) {
                (Err(failure), Some(retry))
                    if !matches!(self.node.op, Op::Llm(_)) && attempts < retry.attempts && failure.is_passing() =>
                {
                    pause(retry, attempts, failure.retry_after())
                }
                _ => None,
            };
            let Some(pause) = pause else { return Tried { result, attempts } };
            tokio::time::sleep(pause).await;
            attempts += 1;
        }
    }

    /// One try. What runs in place cannot be stopped by a timeout, and is quick by its own word.
    async fn guarded(
        &self,
        arguments: &Arguments,
        item: Option<usize>,
        attempts: &mut u32,
    ) -> Result<Value, NodeFailure> {
        match &self.node.op {
            Op::Prompt(template) => unwind(|| {
                template.render(arguments.pairs.clone()).map(|text| text.into_value()).map_err(NodeFailure::Template)
            }),
            Op::Tool(tool) if tool.spec().pace == Pace::Inline => unwind(|| {
                let output = tool.call_inline(arguments.whole().clone(), &self.frame.tools);
                output.map(|value| value.without_origin()).map_err(NodeFailure::Tool)
            }),
            Op::Tool(tool) => self.limited(self.node.timeout, self.call_tool(tool, arguments)).await,
            // The gate puts the timeout around each of its tries. Boxed, since it is large and rows without it are many.
            Op::Llm(op) => self.limited(None, self.call_model(op, arguments, item, attempts).boxed()).await,
            Op::Script(op) => {
                let timeout = self.node.timeout.filter(|_| !op.script.keeps_time());
                self.limited(timeout, self.call_script(op, arguments, item).boxed()).await
            }
            Op::Flow(plan) => self.limited(self.node.timeout, self.call_flow(plan, arguments, item)).await,
        }
    }

    /// Puts the timeout and the net for panics around a try.
    async fn limited(
        &self,
        timeout: Option<Duration>,
        call: impl Future<Output = Result<Value, NodeFailure>>,
    ) -> Result<Value, NodeFailure> {
        let caught = AssertUnwindSafe(call).catch_unwind();
        let ended = match timeout {
            None => caught.await,
            Some(limit) => match tokio::time::timeout(limit, caught).await {
                Ok(ended) => ended,
                Err(_) => return Err(NodeFailure::Timeout { limit }),
            },
        };
        ended.unwrap_or_else(|panic| Err(broken(&*panic)))
    }

    pub(super) async fn run_tool(&self, tool: &Arc<dyn Tool>, arguments: &Arguments) -> Result<Value, NodeFailure> {
        // The token ends with the try, so that work that a tool moved elsewhere ends too.
        let cancel = self.frame.context.cancel.child_token();
        let context = ToolContext { files: Arc::clone(&self.frame.plan.files), cancel: cancel.clone() };
        let _guard = cancel.drop_guard();
        let output = tool.call(arguments.whole().clone(), &context).await.map_err(NodeFailure::Tool)?;
        Ok(output.without_origin())
    }

    async fn call_model(
        &self,
        op: &LlmOp,
        arguments: &Arguments,
        item: Option<usize>,
        attempts: &mut u32,
    ) -> Result<Value, NodeFailure> {
        let row = self.frame.context;
        let cancel = row.cancel.child_token();
        let context = CallContext {
            node: Arc::clone(&self.at.node),
            row: row.row,
            repeat: row.repeat,
            deadline: row.deadline,
            cancel: cancel.clone(),
        };
        let _guard = cancel.drop_guard();
        let calls = Calls { step: self, item, streams: row.stream && op.streams, attempts: AtomicU32::new(1) };
        let memory = row.memory.as_deref();
        let cache = self.cache().map(|cache| CacheWay { row: cache, secrets: row.secrets });
        let way = CallWay { gate: row.gate, context: &context, listener: &calls, memory, cache };
        let under_way = row.under_way.enter();
        let result = llm::call(op, &arguments.pairs, way).await.map_err(NodeFailure::Llm);
        drop(under_way);
        if memory.is_some() && result.as_ref().is_err_and(is_over_budget) {
            // This ends the row, and with it calls beside it, which are paid for all the same.
            row.under_way.none().await;
        }
        *attempts = calls.attempts.load(Ordering::Relaxed);
        result
    }

    /// Calls code. What it printed and logged is told whether it ended well or not.
    async fn call_script(
        &self,
        op: &ScriptOp,
        arguments: &Arguments,
        item: Option<usize>,
    ) -> Result<Value, NodeFailure> {
        let row = self.frame.context;
        let cancel = row.cancel.child_token();
        let call = ScriptCall {
            arguments: arguments.pairs.iter().filter(|(name, value)| !op.omits(name, value)).cloned().collect(),
            connections: op.connections.clone(),
            environment: Arc::clone(&self.frame.plan.environment),
            seed: seed(&self.at.node, row.row, item),
            timeout: self.node.timeout,
            cancel: cancel.clone(),
        };
        let _guard = cancel.drop_guard();
        let outcome = op.script.call(call).await;
        if !outcome.printed.is_empty() {
            row.emit(Event::Printed { at: self.at.clone(), text: outcome.printed.into() }).await;
        }
        for metric in outcome.metrics {
            row.measure(self.at, metric).await;
        }
        let result = if op.is_entry { outcome.result.map(data) } else { outcome.result };
        result.map_err(|error| match error {
            ScriptError::Limit { kind: LimitKind::Timeout(limit), .. } => NodeFailure::Timeout { limit },
            error => NodeFailure::Script(error.without(row.secrets)),
        })
    }

    /// Runs another flow in a frame of its own. Boxed, since frames nest.
    fn call_flow<'b>(
        &'b self,
        plan: &'b Plan,
        arguments: &'b Arguments,
        item: Option<usize>,
    ) -> BoxFuture<'b, Result<Value, NodeFailure>> {
        async move {
            let context = self.frame.context;
            let level = self.frame.level + 1;
            if level > context.depth {
                return Err(NodeFailure::TooDeep { limit: context.depth });
            }
            let failed = |error: RowError| NodeFailure::Flow(Box::new(error));
            let nothing = Map::new();
            let given = arguments.whole().as_map().unwrap_or(&nothing);
            let inputs =
                inputs::prepare(plan, given, inputs::Giver::Node).map_err(|error| failed(RowError::Input(error)))?;
            let frame = Frame {
                caller: Some(Arc::clone(&self.at.node)),
                item: item.or(self.frame.item),
                level,
                cached: self.cache().is_some(),
                ..Frame::new(plan, context, inputs, Stage::Row)
            };
            let outputs = frame.run().await.map_err(failed)?;
            Ok(Value::Map(Arc::new(outputs)))
        }
        .boxed()
    }
}

/// What random numbers of a call start from: the same for the same node of the same row.
fn seed(node: &str, row: Option<u64>, item: Option<usize>) -> u64 {
    let mut digest = Sha256::new();
    digest.update(node.as_bytes());
    digest.update(row.unwrap_or(u64::MAX).to_le_bytes());
    digest.update(item.map_or(u64::MAX, |item| item as u64).to_le_bytes());
    let bytes = digest.finalize();
    bytes.iter().take(8).fold(0, |seed, byte| (seed << 8) | u64::from(*byte))
}

/// Makes events of what is heard of a node's calls.
struct Calls<'a> {
    step: &'a Step<'a>,
    /// The item of the node's own `for_each`.
    item: Option<usize>,
    streams: bool,
    /// The most tries that one of them took.
    attempts: AtomicU32,
}

impl CallListener for Calls<'_> {
    fn wants_deltas(&self) -> bool {
        self.streams
    }

    fn delta<'a>(&'a self, text: &'a str) -> BoxFuture<'a, ()> {
        self.step.frame.emit(Event::Delta { at: self.step.at.clone(), text: text.into() }).boxed()
    }

    fn read<'a>(&'a self, liberties: &'a [Liberty]) -> BoxFuture<'a, ()> {
        self.step.frame.emit(Event::Read { at: self.step.at.clone(), liberties: liberties.into() }).boxed()
    }

    fn waiting(&self, wait: Option<Wait>) -> BoxFuture<'_, ()> {
        self.step.frame.emit(Event::Waiting { at: self.step.at.clone(), wait }).boxed()
    }

    fn ended(&self, record: CallRecord) -> BoxFuture<'_, ()> {
        self.attempts.fetch_max(record.attempts, Ordering::Relaxed);
        self.step.frame.context.spend(record.spent());
        async move {
            self.step.remember(&record, self.item).await;
            let at = self.step.at.clone();
            self.step.frame.emit(Event::Called { at, item: self.item, call: Arc::new(record) }).await;
        }
        .boxed()
    }
}

/// How long to wait before the next try; `None` if that is longer than anybody should.
fn pause(retry: &Retry, failed: u32, hint: Option<Duration>) -> Option<Duration> {
    let doubled = 2_u32.saturating_pow(failed.saturating_sub(1));
    let own = retry.delay.saturating_mul(doubled).min(retry.max_delay);
    match hint {
        Some(hint) if hint > LONGEST_HINT => None,
        Some(hint) => Some(own.max(hint)),
        None => Some(own),
    }
}

/// Calls, and makes an error of a panic.
pub(super) fn unwind<T>(call: impl FnOnce() -> Result<T, NodeFailure>) -> Result<T, NodeFailure> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| Err(broken(&*panic)))
}

fn broken(panic: &(dyn Any + Send)) -> NodeFailure {
    let message = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "it gave no reason".to_owned());
    NodeFailure::Panic { message }
}
