use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use serde_json::Value as Json;

use super::{CallContext, Dialect, ModelError, ModelRequest};

/// A model provider with a connection.
pub trait Model: fmt::Debug + Send + Sync {
    /// Whose rules requests follow.
    fn dialect(&self) -> Dialect;

    /// The provider's name in traces, such as `openai`, `azure.ai.openai` or `mock`.
    fn provider(&self) -> &str;

    /// What makes equal requests the same request: whose model it is and where it is reached, without secrets. `None` where its answers
    /// must not be kept, as those of recordings.
    fn identity(&self) -> Option<String> {
        None
    }

    /// Whether its calls are paid for. Those of a mock model or a recording are not, and what they would have cost is
    /// told as that.
    fn is_billed(&self) -> bool {
        true
    }

    /// Whether it answers from recordings, so that nobody is asked.
    fn is_replay(&self) -> bool {
        false
    }

    /// The tokens of a prompt as its answer will tell them, where the provider has a rule of its own for that, and can be asked
    /// without sending anything. Real ones have their tokenizers, which the catalogue knows.
    fn prompt_tokens(&self, request: &ModelRequest, node: &str) -> Option<u64> {
        let _ = (request, node);
        None
    }

    /// Sends one request, once: no retries in here. Ends early when the context is cancelled.
    fn call<'a>(
        &'a self,
        request: &'a ModelRequest,
        context: &'a CallContext,
    ) -> BoxFuture<'a, Result<ModelReply, ModelError>>;
}

/// What a provider answered, as it came over the wire.
pub enum ModelReply {
    /// The body.
    Whole(Json),
    /// The events of a streamed answer, without the closing `[DONE]`. It ends with an error where the answer broke off.
    Stream(BoxStream<'static, Result<Json, ModelError>>),
}

impl fmt::Debug for ModelReply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ModelReply::Whole(body) => formatter.debug_tuple("Whole").field(body).finish(),
            ModelReply::Stream(_) => formatter.write_str("Stream"),
        }
    }
}

/// A model that follows Azure's rules for requests, whatever it follows itself: so that one mock model can stand in for
/// connections of both kinds.
#[derive(Debug, Clone)]
pub struct WithAzureRules(pub Arc<dyn Model>);

impl Model for WithAzureRules {
    fn dialect(&self) -> Dialect {
        Dialect::Azure
    }

    fn provider(&self) -> &str {
        self.0.provider()
    }

    fn identity(&self) -> Option<String> {
        self.0.identity().map(|identity| format!("{identity} by Azure's rules"))
    }

    fn is_billed(&self) -> bool {
        self.0.is_billed()
    }

    fn is_replay(&self) -> bool {
        self.0.is_replay()
    }

    fn prompt_tokens(&self, request: &ModelRequest, node: &str) -> Option<u64> {
        self.0.prompt_tokens(request, node)
    }

    fn call<'a>(
        &'a self,
        request: &'a ModelRequest,
        context: &'a CallContext,
    ) -> BoxFuture<'a, Result<ModelReply, ModelError>> {
        self.0.call(request, context)
    }
}
