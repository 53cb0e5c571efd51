use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::{ModelTool, Parameter, ParameterSlot, PromptyAnswer, StructuredOutput};
use crate::gate::{CallPolicy, Limits};
use crate::model::{Api, Model};
use crate::template::{ListStyle, Template};
use crate::value::Value;

/// What an LLM node needs beside its arguments.
#[derive(Debug)]
pub struct LlmOp {
    /// The API that is called.
    pub api: Api,
    /// As which tool it is called.
    pub tool: ModelTool,
    /// The prompt; embeddings have none.
    pub template: Option<Arc<Template>>,
    /// The argument that gives the whole prompt in place of the template: promptflow's `prompt: ${a_prompt_node.output}`.
    pub prompt: Option<usize>,
    /// Who is asked. Arguments that are no parameters of it are template variables.
    pub target: Target,
    /// Who is asked where that fails for good, in this order.
    pub fallback: Box<[Target]>,
    /// How lists print in the prompt.
    pub lists: ListStyle,
    /// Which parameters are sent that nobody gave.
    pub defaults: Defaults,
    /// Parameters that are not ours, for the body as they are.
    pub extra: Map<String, Json>,
    /// What its answer must fit.
    pub schema: Option<Box<StructuredOutput>>,
    /// What a prompty wants of its answer; its parameters are `extra`, and nothing else is sent.
    pub prompty: Option<Box<PromptyAnswer>>,
    /// Whether its answer may be told piece by piece.
    pub streams: bool,
    /// How often a call is tried: the node's `retry` and `timeout`, else what is usual.
    pub policy: CallPolicy,
}

/// A model that a node asks.
#[derive(Debug)]
pub struct Target {
    /// The connection's model provider.
    pub model: Arc<dyn Model>,
    /// The connection's name, for traces.
    pub connection: Arc<str>,
    /// Which arguments are request parameters.
    pub parameters: Box<[ParameterSlot]>,
    /// Parameters with a value of their own here, whatever the arguments say.
    pub overrides: Box<[(&'static Parameter, Value)]>,
    /// What the connection allows for each of its models.
    pub limits: Limits,
}

/// Which parameters a request has that the flow's author did not write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defaults {
    /// Those that promptflow sends, such as `temperature: 1`; its rules for what may be sent hold as well.
    Promptflow,
    /// None: the provider decides. Some models refuse even the usual `temperature`.
    Provider,
}
