//! Model providers over HTTP, by async-openai. Each call is sent once: retries, rates and budgets are the engine's.
//!
//! Each connection has a `client`, shared where it can be; Azure may know an `identity` in place of a key.
//!
//! A provider is a [`Connect`](flow_core::connection::Connect) that turns a connection into an address with headers
//! (`endpoint`); `wire` sends a request there through `transport`, reads the answer whole (`incoming`) or in `pieces`,
//! and `failure` says what went wrong.

mod azure;
mod check;
mod client;
mod endpoint;
mod failure;
mod identity;
mod incoming;
mod objection;
mod open_model;
mod openai;
mod pieces;
mod retry_after;
mod secrets;
mod sse;
#[cfg(test)]
mod tests;
mod transport;
mod wire;

pub use azure::Azure;
pub use check::list_models;
pub(crate) use client::install_tls;
pub use open_model::OpenModels;
pub use openai::OpenAi;
pub(crate) use secrets::Secrets;
pub use sse::{Event, EventReader};

/// The HTTP client of this process for an address; servers on this machine are never reached through a proxy.
///
/// # Errors
/// Why it cannot be set up.
pub fn http_client(url: &reqwest::Url) -> Result<reqwest::Client, String> {
    client::plain(url)
}
