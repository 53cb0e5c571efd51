//! An OpenAI-compatible model whose answers are a pure function of the request.
//!
//! It gives the answers that `tests/conformance/mock_openai.py` gives, byte for byte, for the expectations of the corpus
//! were recorded against that one and hold digests of the requests; `scripts/cross-check-mock` compares the two. The
//! rules of its answers are at the top of the Python file. One thing is left out: where a malformed request makes the
//! original fail and drop the connection, this one answers as if the malformed part were missing.
//!
//! The example `conformance_mock` includes this folder too, hence the `cfg(test)` on what only tests need.

mod answers;
mod chat;
mod embeddings;
mod endpoints;
mod pages;
mod python_json;
mod reply;
mod sample;
mod server;
mod stream;

pub(crate) use server::MockServer;

#[cfg(test)]
mod tests;
