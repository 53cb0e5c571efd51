//! What the mock says to a request, apart from HTTP.

use serde_json::{Value, json};

use super::python_json::dumps;

/// What goes back to the client.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) content: Content,
    /// Whether to ask the client to come back at once.
    pub(crate) retry_now: bool,
}

/// The body of a reply.
#[derive(Debug)]
pub(crate) enum Content {
    Whole(Vec<u8>),
    /// Server-sent events, each with the blank line after it.
    Events(Vec<String>),
}

impl Reply {
    pub(crate) fn whole(kind: &'static str, content: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, kind, content: Content::Whole(content.into()), retry_now: false }
    }

    pub(crate) fn json(value: &Value) -> Self {
        Self::whole("application/json", dumps(value))
    }

    pub(crate) fn failure(status: u16, message: &str) -> Self {
        let error =
            json!({"message": message, "type": "invalid_request_error", "param": null, "code": status.to_string()});
        Self { status, ..Self::json(&json!({ "error": error })) }
    }
}

/// The tokens that every completion is said to have cost.
pub(crate) fn usage() -> Value {
    json!({"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15})
}
