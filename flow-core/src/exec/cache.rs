//! Which calls the node cache may answer; and those of tools, which do not pass the gate.

use std::sync::Arc;

use tokio::time::Instant;

use super::NodeFailure;
use super::arguments::Arguments;
use super::step::Step;
use crate::cache::{Found, Kept, RowCache};
use crate::model::{Cost, PastCall};
use crate::plan::{Op, Plan, PlanNode};
use crate::tool::{Effect, Tool};
use crate::value::Value;

/// Where a tool asks whose answers may be kept.
fn is_kept(tool: &Arc<dyn Tool>) -> Option<String> {
    tool.identity().filter(|_| tool.spec().effect == Effect::Asks)
}

impl Plan {
    /// Whether the node cache is of use to it: whether a node asks something whose answer may be kept, free ones included if they are.
    #[must_use]
    pub fn can_be_cached(&self, keeps_free: bool) -> bool {
        self.nodes.iter().any(|node| node.can_be_cached(keeps_free))
    }
}

impl PlanNode {
    fn can_be_cached(&self, keeps_free: bool) -> bool {
        self.cache
            && match &self.op {
                Op::Llm(op) => [&op.target]
                    .into_iter()
                    .chain(&op.fallback)
                    .any(|target| target.model.identity().is_some() && (keeps_free || target.model.is_billed())),
                Op::Flow(plan) => plan.can_be_cached(keeps_free),
                Op::Tool(tool) => is_kept(tool).is_some(),
                Op::Prompt(_) | Op::Script(_) => false,
            }
    }
}

impl Step<'_> {
    /// The cache, where it may answer this node.
    pub(super) fn cache(&self) -> Option<&RowCache> {
        self.frame.context.cache.as_ref().filter(|_| self.node.cache && self.frame.cached)
    }

    /// Calls a tool, unless the cache knows its answer. Only tools are kept that say that they change nothing.
    pub(super) async fn call_tool(&self, tool: &Arc<dyn Tool>, arguments: &Arguments) -> Result<Value, NodeFailure> {
        let (Some(cache), Some(identity)) = (self.cache(), is_kept(tool)) else {
            return self.run_tool(tool, arguments).await;
        };
        let (inputs, name) = (arguments.whole(), tool.spec().name);
        let key = cache.know_tool(&self.at.node, name, &identity, inputs);
        let ticket = match cache.cache().find(key).await {
            Found::Known(kept) => return Ok(Value::from(kept.call.answer.clone())),
            Found::Unknown(ticket) => ticket,
        };
        let began = Instant::now();
        let output = self.run_tool(tool, arguments).await?;
        let call = PastCall {
            answer: output.to_serde(),
            provider: Arc::from("tool"),
            attempts: 1,
            elapsed: began.elapsed(),
            waited: std::time::Duration::ZERO,
            cost: Cost::default(),
            replayed: false,
        };
        let secrets = self.frame.context.secrets;
        let tells = |value: &Value| !secrets.is_empty() && secrets.blot_value(value) != *value;
        // What JSON cannot hold would come back otherwise than it was.
        let is_whole = Value::from(call.answer.clone()) == output;
        if is_whole && !tells(inputs) && !tells(&output) {
            ticket.keep(Kept { node: Arc::clone(&self.at.node), model: Arc::from(name), call });
        }
        Ok(output)
    }
}
