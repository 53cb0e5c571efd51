//! One call of a node: the op itself, with its timeout, its retries, and panics turned into errors.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::time::Instant;

use super::arguments::Arguments;
use super::frame::{Frame, Stage};
use super::step::{Step, Tried};
use super::{Event, NodeFailure, RowError, inputs};
use crate::llm::{self, CallContext, Usage};
use crate::plan::{LlmOp, Op, Plan, PlanNode, Retry};
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
            Op::Llm(_) | Op::Flow(_) => false,
        };
        // A retry may sleep.
        is_quick && self.retry.is_none()
    }
}

impl Step<'_> {
    /// Calls until it succeeds, the failure is one that stays, or the tries are used up.
    pub(super) async fn tries(&self, arguments: &Arguments, item: Option<usize>) -> Tried {
        let mut attempts = 1;
        loop {
            let result = self.guarded(arguments, item).await;
            let pause = match (&result, &self.node.retry) {
                (Err(failure), Some(retry)) if attempts < retry.attempts && failure.is_passing() => {
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
    async fn guarded(&self, arguments: &Arguments, item: Option<usize>) -> Result<Value, NodeFailure> {
        match &self.node.op {
            Op::Prompt(template) => unwind(|| {
                template.render(arguments.pairs.clone()).map(|text| text.into_value()).map_err(NodeFailure::Template)
            }),
            Op::Tool(tool) if tool.spec().pace == Pace::Inline => unwind(|| {
                let output = tool.call_inline(arguments.whole().clone(), &self.frame.tools);
                output.map(|value| value.without_origin()).map_err(NodeFailure::Tool)
            }),
            Op::Tool(tool) => self.limited(self.call_tool(tool, arguments)).await,
            Op::Llm(op) => self.limited(self.call_model(op, arguments)).await,
            Op::Flow(plan) => self.limited(self.call_flow(plan, arguments, item)).await,
        }
    }

    /// Puts the timeout and the net for panics around a try.
    async fn limited(&self, call: impl Future<Output = Result<Value, NodeFailure>>) -> Result<Value, NodeFailure> {
        let caught = AssertUnwindSafe(call).catch_unwind();
        let ended = match self.node.timeout {
            None => caught.await,
            Some(limit) => match tokio::time::timeout(limit, caught).await {
                Ok(ended) => ended,
                Err(_) => return Err(NodeFailure::Timeout { limit }),
            },
        };
        ended.unwrap_or_else(|panic| Err(broken(&*panic)))
    }

    async fn call_tool(&self, tool: &Arc<dyn Tool>, arguments: &Arguments) -> Result<Value, NodeFailure> {
        // The token ends with the try, so that work that a tool moved elsewhere ends too.
        let cancel = self.frame.context.cancel.child_token();
        let context = ToolContext { files: Arc::clone(&self.frame.plan.files), cancel: cancel.clone() };
        let _guard = cancel.drop_guard();
        let output = tool.call(arguments.whole().clone(), &context).await.map_err(NodeFailure::Tool)?;
        Ok(output.without_origin())
    }

    async fn call_model(&self, op: &LlmOp, arguments: &Arguments) -> Result<Value, NodeFailure> {
        let cancel = self.frame.context.cancel.child_token();
        let context =
            CallContext { node: Arc::clone(&self.at.node), row: self.frame.context.row, cancel: cancel.clone() };
        let _guard = cancel.drop_guard();
        let started = Instant::now();
        let outcome = llm::call(op, &arguments.pairs, &context).await.map_err(NodeFailure::Llm)?;
        let elapsed = started.elapsed();
        self.frame.context.spend(outcome.usage.unwrap_or(Usage { calls: 1, ..Usage::default() }));
        let usage = Event::Usage { at: self.at.clone(), model: outcome.model, usage: outcome.usage, elapsed };
        self.frame.emit(usage).await;
        Ok(outcome.output)
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
            let inputs = inputs::prepare(plan, given).map_err(|error| failed(RowError::Input(error)))?;
            let frame = Frame {
                caller: Some(Arc::clone(&self.at.node)),
                item: item.or(self.frame.item),
                level,
                ..Frame::new(plan, context, inputs, Stage::Row)
            };
            let outputs = frame.run().await.map_err(failed)?;
            Ok(Value::Map(Arc::new(outputs)))
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
