//! Calling a language model: the parameters of a request, the request, the answer, and the trait that providers
//! implement. A provider knows the wire; everything above it is decided here.

mod answer;
mod call;
mod model;
mod op;
mod parameter;
mod request;

pub use answer::{ChatResponse, Usage};
pub use call::{LlmError, LlmOutcome, call};
pub use model::{CallContext, ChatModel, ChatRequest, Dialect, ModelError, ModelErrorKind, WithAzureRules};
pub use op::LlmOp;
pub use parameter::{Parameter, ParameterSlot, Support, parameter, parameters};
