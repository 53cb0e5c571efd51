//! What an LLM node does: its parameters, its request, and what becomes of the answer. How a request reaches a provider
//! is the business of [`model`](crate::model) and [`gate`](crate::gate).
//!
//! The way of a call: `prompt` renders the template, one of the `*_body` files makes the exact body of the API, `call`
//! sends it through the gate and goes on to the node's alternatives where it fails for good, `output` reads the answer,
//! `structured` one that must fit a schema.

mod call;
mod chat_body;
mod completion_body;
mod embedding;
mod given;
mod model_tool;
mod op;
mod open_model_body;
mod output;
mod parameter;
mod picture;
mod prompt;
mod prompty;
mod responses_body;
mod send;
mod structured;
mod tools;

pub use call::{CacheWay, CallWay, LlmError, call};
pub use model_tool::ModelTool;
pub use op::{Defaults, LlmOp, Target};
pub use parameter::{Parameter, ParameterSlot, all_parameters, parameters};
pub use prompty::PromptyAnswer;
pub use structured::{StructuredOutput, Told};
pub use tools::{ToolRules, check_function_call, check_functions, check_tool_choice, check_tools};
