//! What a model provider is: the APIs that are called, a request, its answer whole or piece by piece, what it cost, and
//! how it can fail.
//!
//! A provider moves bodies of JSON and nothing else: it knows where a request goes and how it is signed. What the bodies
//! mean is decided here and above, so that the mock model, a recording and a real provider are the same to a node. A
//! call is sent once by [`Model::call`]; trying again is the business of the gate.

mod answer;
mod cost;
mod error;
mod listener;
mod memory;
mod parts;
mod passing;
mod provider;
mod record;
mod request;
mod responses;
mod stream;
mod wait;

pub use answer::{Answer, Usage};
pub use cost::Cost;
pub use error::{ModelError, ModelErrorKind};
pub use listener::{CallListener, Unheard};
pub use memory::{CallMemory, NewCall, PastCall, digest};
pub use parts::CallParts;
pub use passing::{passing_on, traceparent};
pub use provider::{Model, ModelReply, WithAzureRules};
pub use record::CallRecord;
pub use request::{Api, CallContext, Dialect, ModelRequest};
pub use stream::assemble;
pub use wait::{Wait, WaitReason};
