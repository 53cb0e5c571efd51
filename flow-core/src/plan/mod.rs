//! What runs: a flow as flat arrays, in an order in which every node comes after those it waits for.
//!
//! The plan is the narrow waist of the engine. Batch, evaluation, test and serving run it through one executor;
//! nothing in it knows YAML, and nothing that makes it runs anything.

mod binding;
mod node;
mod path;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use binding::{Binding, Lookup};
pub use node::{Activation, ForEach, ItemErrors, Loop, OnError, Op, PlanNode, Retry};
pub use path::{PathError, PropertyPath, Step};

use crate::image::MessageFormat;
pub use crate::llm::LlmOp;
use crate::project::ProjectFiles;
pub use crate::script::ScriptOp;
use crate::secret::Secrets;
use crate::ty::Ty;
use crate::value::{Map, Value};

/// The number of a node in its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeIndex(pub u16);

/// The number of a flow input in its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InputIndex(pub u16);

impl NodeIndex {
    /// As an index into the plan's nodes.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl InputIndex {
    /// As an index into the plan's inputs.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// A flow, ready to run. Immutable, and shared between rows by an `Arc`.
#[derive(Debug)]
pub struct Plan {
    /// The flow's name.
    pub name: Arc<str>,
    /// The flow's inputs, in the order of the file.
    pub inputs: Box<[PlanInput]>,
    /// The nodes, each after all that it depends on.
    pub nodes: Box<[PlanNode]>,
    /// The flow's outputs, in the order of the file.
    pub outputs: Box<[PlanOutput]>,
    /// How the nodes of a row hang together; aggregation nodes do not count.
    pub shape: Shape,
    /// Which inputs and which output make a chat, if the flow is one.
    pub chat: Option<Chat>,
    /// What a flow that is a prompty has beside other flows.
    pub prompty: Option<PromptyPlan>,
    /// What a flow that is code has beside other flows.
    pub flex: Option<FlexPlan>,
    /// The files that its tools may read; a sub-flow in another folder has its own.
    pub files: Arc<ProjectFiles>,
    /// The variables that its code sees as the environment.
    pub environment: Arc<BTreeMap<Arc<str>, Arc<str>>>,
    /// What its code is given to know and must not leave the engine; that of the flows that it calls as well.
    pub secrets: Arc<Secrets>,
}

/// How the nodes of a row hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Each node waits for the one before it: a plain loop runs it.
    Chain,
    /// Some nodes can run side by side.
    Dag,
}

/// An input of the flow.
#[derive(Debug, Clone)]
pub struct PlanInput {
    /// Its name.
    pub name: Arc<str>,
    /// Its declared type; what is given is coerced to it.
    pub ty: Ty,
    /// Its default; `None` means that it must be given.
    pub default: Option<Value>,
    /// Whether null means that it was left out, whatever its type.
    pub is_optional: bool,
    /// The form of pictures inside of it.
    pub message_format: MessageFormat,
    /// For people.
    pub description: Arc<str>,
}

/// An output of the flow.
#[derive(Debug, Clone)]
pub struct PlanOutput {
    /// Its name.
    pub name: Arc<str>,
    /// Its declared type; the value is not coerced to it.
    pub ty: Ty,
    /// Where its value comes from.
    pub binding: Binding,
    /// Kept out of what serving answers.
    pub evaluation_only: bool,
    /// For people.
    pub description: Arc<str>,
}

/// What a prompty has beside other flows.
#[derive(Debug, Clone, Default)]
pub struct PromptyPlan {
    /// The inputs where none are given.
    pub sample: Option<Arc<Map>>,
}

/// What a flow that is code has beside other flows.
#[derive(Debug, Clone)]
pub struct FlexPlan {
    /// The inputs where none are given.
    pub sample: Option<Arc<Map>>,
    /// The node whose output is that of the flow: a mapping as it is, anything else as `output`.
    pub node: NodeIndex,
    /// Whether a row may have other outputs than the plan's.
    pub is_open: bool,
}

/// The chat side of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chat {
    /// The input that takes what the user says.
    pub input: InputIndex,
    /// The input that takes the turns so far.
    pub history: Option<InputIndex>,
    /// The position of the output that answers.
    pub output: Option<usize>,
}

impl Plan {
    /// The inputs of a run that is given none.
    #[must_use]
    pub fn sample(&self) -> Option<&Map> {
        let of_prompty = self.prompty.as_ref().and_then(|prompty| prompty.sample.as_deref());
        of_prompty.or_else(|| self.flex.as_ref().and_then(|flex| flex.sample.as_deref()))
    }

    /// Whether what was said before goes to it as messages, and not as the inputs and outputs of turns.
    #[must_use]
    pub fn takes_messages(&self) -> bool {
        self.prompty.is_some() || self.flex.is_some()
    }

    /// Whether a row can have an output of this name.
    #[must_use]
    pub fn may_give(&self, name: &str) -> bool {
        self.has_open_outputs() || self.outputs.iter().any(|output| &*output.name == name)
    }

    /// Whether what its outputs are is known only when it ran.
    #[must_use]
    pub fn has_open_outputs(&self) -> bool {
        self.flex.as_ref().is_some_and(|flex| flex.is_open)
    }

    /// The node with this name.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<(NodeIndex, &PlanNode)> {
        let position = self.nodes.iter().position(|node| &*node.name == name)?;
        Some((NodeIndex(u16::try_from(position).ok()?), &self.nodes[position]))
    }

    /// The input with this name.
    #[must_use]
    pub fn input(&self, name: &str) -> Option<(InputIndex, &PlanInput)> {
        let position = self.inputs.iter().position(|input| &*input.name == name)?;
        Some((InputIndex(u16::try_from(position).ok()?), &self.inputs[position]))
    }
}
