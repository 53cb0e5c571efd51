use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::model::{Api, Dialect, ModelError};

/// A request and what came of it.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    pub(super) connection: Arc<str>,
    pub(super) provider: Arc<str>,
    pub(super) dialect: Dialect,
    pub(super) api: Api,
    /// Which one of equal requests, from 1.
    pub(super) occurrence: usize,
    pub(super) request: Map<String, Json>,
    pub(super) outcome: Outcome,
}

/// What came of a request.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// The body of an answer.
    Answer(Json),
    /// The events of a streamed answer, and why it broke off if it did.
    Events(Vec<Json>, Option<ModelError>),
    /// No answer.
    Failure(ModelError),
}

/// The names of the APIs, and of the dialects, in files.
pub(super) const APIS: &[(&str, Api)] = &[
    ("chat", Api::Chat),
    ("completion", Api::Completion),
    ("responses", Api::Responses),
    ("embedding", Api::Embedding),
];
pub(super) const DIALECTS: &[(&str, Dialect)] = &[("openai", Dialect::OpenAi), ("azure", Dialect::Azure)];

/// The name of a dialect in files.
pub(super) fn dialect_name(dialect: Dialect) -> &'static str {
    DIALECTS.iter().find(|(_, known)| *known == dialect).map_or("openai", |(name, _)| name)
}
