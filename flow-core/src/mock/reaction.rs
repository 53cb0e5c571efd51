use std::time::Duration;

use serde_json::Value as Json;

use super::fault::{Fault, Refusal};

/// What the mock does with a request: what it answers, when, and what goes wrong on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Reaction {
    /// From the request to the answer, or to its head if it comes in pieces.
    pub latency: Duration,
    /// The answer.
    pub answer: Answered,
    /// What goes wrong with it; a refusal stands in the answer.
    pub fault: Option<Fault>,
}

/// An answer of the mock.
#[derive(Debug, Clone, PartialEq)]
pub enum Answered {
    /// A body.
    Whole(Json),
    /// The events of a stream.
    Pieces(Vec<Piece>),
    /// An error with a status.
    Refused(Refusal),
    /// The rules cannot answer, and why: a template that cannot be filled.
    Unable(String),
}

/// An event of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// How long it takes after the one before.
    pub pause: Duration,
    /// The event.
    pub event: Json,
}
