use std::sync::Arc;

use flow_core::exec::Event;
use flow_core::plan::{Binding, Op, Plan, PlanOutput};

use super::Shown;

/// The output of a flow that can be told piece by piece while a model speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spoken {
    /// The output.
    pub(crate) output: Arc<str>,
    /// The node that speaks.
    pub(crate) node: Arc<str>,
}

/// Two outputs would stream, of which events can tell one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("several outputs of the flow stream, and events can tell one alone; ask for application/json")]
pub(crate) struct SeveralSpoken;

impl Spoken {
    /// The one output of those shown that streams.
    pub(crate) fn of_flow(plan: &Plan, shown: &Shown) -> Result<Option<Self>, SeveralSpoken> {
        let mut found = shown.of(plan).filter_map(|output| Self::of_output(plan, output));
        match (found.next(), found.next()) {
            (_, Some(_)) => Err(SeveralSpoken),
            (one, None) => Ok(one),
        }
    }

    /// An output, if it streams: what an LLM node says, as it says it, or what the code of a node yields.
    pub(crate) fn of_output(plan: &Plan, output: &PlanOutput) -> Option<Self> {
        let Binding::Node { node, path, .. } = &output.binding else { return None };
        let node = plan.nodes.get(node.index()).filter(|_| path.is_empty())?;
        let streams = match &node.op {
            Op::Llm(llm) => llm.streams,
            Op::Script(script) => script.script.yields(),
            _ => false,
        };
        streams.then(|| Self { output: Arc::clone(&output.name), node: Arc::clone(&node.name) })
    }

    /// The piece that an event adds to the output.
    pub(crate) fn piece<'e>(&self, event: &'e Event) -> Option<&'e Arc<str>> {
        match event {
            Event::Delta { at, text } if at.node == self.node => Some(text),
            _ => None,
        }
    }
}
