//! The HTTP servers of `flow`: flows as endpoints, and the mock model.
//!
//! Connections are served by loops of our own over hyper, since a server that plays faults has to reach the socket, and
//! one that stands in an open network needs limits that a ready-made loop does not offer.

mod endpoint;
mod failure;
mod guard;
mod health;
mod http;
mod inputs;
mod keep;
mod metrics;
pub mod mock;
mod openai;
mod openapi;
mod page;
mod reception;
mod routes;
mod run;
mod score;
mod server;
mod site;

pub use endpoint::{Endpoint, EndpointIdentity, EndpointVariant, OnDisconnect, Shown};
pub use guard::{Key, KeyLimits, Keyring, Origins, OriginsError, digest_of_key};
pub use keep::{KeepError, KeepOptions, Keeper, Redact, RedactError, Retention};
pub use routes::ROUTES;
pub use server::{Server, ServerEnd, ServerOptions};
pub use site::{AccessLog, RequestLine, RunLine, Site, SiteOptions, Slot, TraceContext, Traces};
