//! Cassettes: the exchanges of a run with its providers, recorded as text that people review, and answered from later.
//!
//! A cassette is a folder with one YAML file for each exchange. Recording ([`Recorder`]) puts a file for each request
//! that was answered, well or badly; replaying ([`Player`]) answers from the files alone, so that neither key nor
//! network is needed, and a request that nobody recorded is a failure that shows what differs.
//!
//! ```yaml
//! connection: openai
//! provider: openai
//! dialect: openai               # whose rules the request follows: openai or azure
//! api: chat
//! occurrence: 1                 # of equal requests, which one
//! request:
//!   model: gpt-4o-mini
//!   messages:
//!     - role: user
//!       content: Why is the sky blue?
//! answer:                       # or `events: |` with a line of JSON for each event of a stream
//!   choices:
//!     - index: 0
//!       message: { role: assistant, content: Because of the air. }
//!       finish_reason: stop
//! # failure:                    # in place of an answer, or behind the events of a stream that broke off
//! #   kind: status
//! #   status: 429
//! #   message: the provider answered 429
//! ```
//!
//! A request is found by what it asks (connection, API and body), never by when it was made: rows may run side by side
//! in any order. Where equal requests were answered differently, the first asker gets the first answer. Headers are
//! never kept, and the values of known secrets are blotted out wherever they stand. A call that was given up before its
//! answer came (its time was up, the run was stopped) leaves no recording.

mod exchange;
mod key;
mod nearest;
mod player;
mod read;
mod recorder;
mod stream;
#[cfg(test)]
mod tests;
mod write;

use std::sync::Arc;

pub use player::Player;
pub use recorder::Recorder;

/// What comes between the nodes of a flow and the models that their connections lead to.
#[derive(Debug, Clone)]
pub enum Cassette {
    /// Connections are used, and what goes over them is recorded.
    Record(Arc<Recorder>),
    /// Recordings answer in place of every connection.
    Replay(Arc<Player>),
}
