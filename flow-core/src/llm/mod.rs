//! What an LLM node does: its parameters, its request, and what becomes of the answer. How a request reaches a provider
//! is the business of [`model`](crate::model) and [`gate`](crate::gate).

mod call;
mod op;
mod parameter;
mod request;

pub use call::{CallWay, LlmError, call};
pub use op::LlmOp;
pub use parameter::{Parameter, ParameterSlot, Support, parameter, parameters};
