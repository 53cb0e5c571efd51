use axum::http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value as Json, json};

use crate::failure::{Failure, Field};
use crate::http::{self, Answer};

/// What OpenAI's clients look at before they try again by themselves.
const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

/// An answer that is an error, in OpenAI's form.
pub(crate) fn error(failure: &Failure) -> Answer {
    let mut answer = http::json(failure.status, &content(failure));
    failure.head(&mut answer);
    if failure.status.is_server_error() && !failure.is_passing {
        answer.headers_mut().insert(SHOULD_RETRY, HeaderValue::from_static("false"));
    }
    answer
}

/// A failure as JSON.
pub(super) fn content(failure: &Failure) -> Json {
    let kind = match failure.status {
        StatusCode::TOO_MANY_REQUESTS => "rate_limit_error",
        status if status.is_server_error() => "server_error",
        _ => "invalid_request_error",
    };
    let message = match &failure.fields[..] {
        [_, _, ..] => failure
            .fields
            .iter()
            .map(|field| format!("`{}`: {}", field.input, field.message))
            .collect::<Vec<_>>()
            .join("; "),
        _ => failure.message.clone(),
    };
    let param = failure.fields.first().map(|field| &field.input);
    json!({ "error": { "message": message, "type": kind, "param": param, "code": failure.code.replace('-', "_") } })
}

/// A part of the request that is not as it must be.
pub(super) fn invalid(param: impl Into<String>, message: impl Into<String>) -> Failure {
    about("invalid-value", param.into(), message.into())
}

/// A part of the request that means something that is not done here.
pub(super) fn unsupported(param: impl Into<String>, message: impl Into<String>) -> Failure {
    about("unsupported-parameter", param.into(), message.into())
}

fn about(code: &str, input: String, message: String) -> Failure {
    let failure = Failure::new(StatusCode::BAD_REQUEST, code, format!("`{input}`: {message}"));
    Failure { fields: vec![Field { input, message }], ..failure }
}
