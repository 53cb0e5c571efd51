use std::sync::Arc;

use super::ParameterSlot;
use crate::gate::CallPolicy;
use crate::model::Model;
use crate::template::{ListStyle, Template};

/// What an LLM node needs beside its arguments.
#[derive(Debug)]
pub struct LlmOp {
    /// The chat prompt.
    pub template: Arc<Template>,
    /// The argument that gives the whole prompt in place of the template: promptflow's `prompt: ${a_prompt_node.output}`.
    pub prompt: Option<usize>,
    /// The connection's model provider.
    pub model: Arc<dyn Model>,
    /// The connection's name, for traces.
    pub connection: Arc<str>,
    /// Which arguments are request parameters; all others are template variables.
    pub parameters: Box<[ParameterSlot]>,
    /// How lists print in the prompt.
    pub lists: ListStyle,
    /// Whether its answer may be told piece by piece.
    pub streams: bool,
    /// How often a call is tried: the node's `retry` and `timeout`, else what is usual.
    pub policy: CallPolicy,
}
