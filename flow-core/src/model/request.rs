use std::sync::Arc;

use serde_json::{Map, Value as Json};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Which provider's rules a request follows: promptflow knows two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// OpenAI, and everything compatible with it.
    OpenAi,
    /// Azure OpenAI: the model is a deployment.
    Azure,
}

impl Dialect {
    /// The parameter that names the model.
    #[must_use]
    pub fn model_parameter(self) -> &'static str {
        match self {
            Dialect::OpenAi => "model",
            Dialect::Azure => "deployment_name",
        }
    }

    /// The provider's name as people write it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Dialect::OpenAi => "OpenAI",
            Dialect::Azure => "Azure OpenAI",
        }
    }
}

/// An API of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Api {
    /// Messages in, a message out: `/chat/completions`.
    Chat,
    /// Text in, its continuation out: `/completions`.
    Completion,
    /// OpenAI's newer API for conversations: `/responses`.
    Responses,
    /// Texts in, vectors out: `/embeddings`.
    Embedding,
}

impl Api {
    /// Its name in flow files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Api::Chat => "chat",
            Api::Completion => "completion",
            Api::Responses => "responses",
            Api::Embedding => "embedding",
        }
    }

    /// Its path behind the base address.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Api::Chat => "/chat/completions",
            Api::Completion => "/completions",
            Api::Responses => "/responses",
            Api::Embedding => "/embeddings",
        }
    }
}

/// A request to a model.
#[derive(Debug, Clone)]
pub struct ModelRequest {
    /// The API that is called.
    pub api: Api,
    /// The model, or on Azure the deployment.
    pub model: Arc<str>,
    /// The body as it goes over the wire, `model` included. With `stream: true` the answer comes in pieces.
    pub body: Map<String, Json>,
}

impl ModelRequest {
    /// Whether the answer is asked for piece by piece.
    #[must_use]
    pub fn is_streamed(&self) -> bool {
        self.body.get("stream").and_then(Json::as_bool).unwrap_or(false)
    }
}

/// What a call knows of the run that it is part of.
#[derive(Debug, Clone)]
pub struct CallContext {
    /// The node that calls.
    pub node: Arc<str>,
    /// The row's position in the data, if it has one.
    pub row: Option<u64>,
    /// Which repetition of the row, from 0.
    pub repeat: u32,
    /// When the row's time is up.
    pub deadline: Option<Instant>,
    /// Ends the call early.
    pub cancel: CancellationToken,
}
