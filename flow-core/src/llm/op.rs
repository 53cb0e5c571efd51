use std::sync::Arc;

use super::{ChatModel, ParameterSlot};
use crate::template::{ListStyle, Template};

/// What an LLM node needs beside its arguments.
#[derive(Debug)]
pub struct LlmOp {
    /// The chat prompt.
    pub template: Arc<Template>,
    /// The argument that gives the whole prompt in place of the template: promptflow's `prompt: ${a_prompt_node.output}`.
    pub prompt: Option<usize>,
    /// The connection's model provider.
    pub model: Arc<dyn ChatModel>,
    /// The connection's name, for traces.
    pub connection: Arc<str>,
    /// Which arguments are request parameters; all others are template variables.
    pub parameters: Box<[ParameterSlot]>,
    /// How lists print in the prompt.
    pub lists: ListStyle,
}
