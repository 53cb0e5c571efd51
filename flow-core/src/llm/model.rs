use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::ChatResponse;

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

/// A request for a chat answer.
#[derive(Debug, Clone)]
pub struct ChatRequest {
    /// The model, or on Azure the deployment.
    pub model: Arc<str>,
    /// The body as it goes over the wire, `model` and `messages` included.
    pub body: serde_json::Map<String, serde_json::Value>,
}

/// What a call knows of the run that it is part of.
#[derive(Debug, Clone)]
pub struct CallContext {
    /// The node that calls.
    pub node: Arc<str>,
    /// The row's position in the data, if it has one.
    pub row: Option<u64>,
    /// Ends the call early.
    pub cancel: CancellationToken,
}

/// A model provider with a connection.
pub trait ChatModel: fmt::Debug + Send + Sync {
    /// Whose rules requests follow.
    fn dialect(&self) -> Dialect;

    /// The provider's name in traces, such as `openai`, `azure.ai.openai` or `mock`.
    fn provider(&self) -> &str;

    /// Sends one request, once: no retries in here.
    fn chat<'a>(
        &'a self,
        request: &'a ChatRequest,
        context: &'a CallContext,
    ) -> BoxFuture<'a, Result<ChatResponse, ModelError>>;
}

/// A model that follows Azure's rules for requests, whatever it follows itself: so that one mock model can stand in for
/// connections of both kinds.
#[derive(Debug, Clone)]
pub struct WithAzureRules(pub Arc<dyn ChatModel>);

impl ChatModel for WithAzureRules {
    fn dialect(&self) -> Dialect {
        Dialect::Azure
    }

    fn provider(&self) -> &str {
        self.0.provider()
    }

    fn chat<'a>(
        &'a self,
        request: &'a ChatRequest,
        context: &'a CallContext,
    ) -> BoxFuture<'a, Result<ChatResponse, ModelError>> {
        self.0.chat(request, context)
    }
}

/// A call that failed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct ModelError {
    /// Why, for retries and exit codes.
    pub kind: ModelErrorKind,
    /// What happened and what to do, without secrets.
    pub message: String,
    /// How long the provider asks to wait.
    pub retry_after: Option<Duration>,
}

/// Why a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ModelErrorKind {
    /// The provider answered with this HTTP status.
    Status(u16),
    /// The provider could not be reached, or the connection broke.
    Connect,
    /// No answer in time.
    Timeout,
    /// The answer is not what the API promises.
    InvalidResponse,
    /// The call was ended from here.
    Cancelled,
}

impl ModelError {
    /// A failure of some kind.
    #[must_use]
    pub fn new(kind: ModelErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), retry_after: None }
    }

    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self.kind {
            ModelErrorKind::Status(status) => matches!(status, 408 | 409 | 422 | 429 | 500..),
            ModelErrorKind::Connect | ModelErrorKind::Timeout => true,
            ModelErrorKind::InvalidResponse | ModelErrorKind::Cancelled => false,
        }
    }
}
