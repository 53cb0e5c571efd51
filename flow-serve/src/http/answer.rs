use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::http::{Response, StatusCode};
use serde::Serialize;

/// What goes back to a client.
pub(crate) type Answer = Response<Body>;

/// An answer in JSON.
pub(crate) fn json(status: StatusCode, content: &impl Serialize) -> Answer {
    // Maps with text keys and numbers: nothing here that JSON lacks.
    let body = serde_json::to_vec(content).unwrap_or_default();
    answer(status, "application/json", Body::from(body))
}

/// An answer in some other form of text.
pub(crate) fn text(status: StatusCode, content_type: &'static str, content: impl Into<Body>) -> Answer {
    answer(status, content_type, content.into())
}

fn answer(status: StatusCode, content_type: &'static str, body: Body) -> Answer {
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

/// A time as `retry-after` says it: whole seconds, at least one.
pub(crate) fn seconds(wait: Duration) -> HeaderValue {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    HeaderValue::from(seconds.max(1))
}
