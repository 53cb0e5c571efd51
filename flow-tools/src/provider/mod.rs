//! Model providers over HTTP, by async-openai. Each call is sent once: retries, rates and budgets are the engine's.
//!
//! A provider is a [`Connect`](flow_core::connection::Connect) that turns a connection into an address with headers
//! (`endpoint`); `wire` sends a request there and `failure` says what went wrong.

mod azure;
mod endpoint;
mod failure;
mod openai;
mod retry_after;
mod transport;
mod wire;

pub use azure::Azure;
pub use openai::OpenAi;
