//! The mock model as an OpenAI-compatible HTTP server: the paths of OpenAI and Azure, whole answers and streams, and
//! faults on the socket. What it answers is decided by [`flow_core::mock`].
//!
//! | path | |
//! |---|---|
//! | `POST /v1/chat/completions`, `/v1/completions`, `/v1/responses`, `/v1/embeddings` | the APIs; also without `/v1` |
//! | `POST /openai/deployments/NAME/…?api-version=…`, `/openai/v1/…` | the same in Azure's way |
//! | `GET /v1/models`, `/v1/models/NAME` | the models that the rules name, and a few others; every model is answered |
//! | `GET /stats`, `DELETE /stats` | what was asked so far; begin anew |

mod body;
mod course;
mod exchange;
mod line;
mod objection;
mod route;
mod server;
mod stats;

pub use server::{MockOptions, MockServer};
