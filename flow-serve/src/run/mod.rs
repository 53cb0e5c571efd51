//! The typed face: `POST /run` takes inputs of exactly the declared types, and answers with the outputs, or with events that tell what
//! happens in the flow.

mod answer;
mod error;
mod events;
mod query;

use axum::Router;
use axum::http::{HeaderValue, Method, header};
use axum::routing::post;

pub(crate) use error::error;

use crate::failure::Failure;
use crate::http::Answer;
use crate::site::Desk;

/// The routes of a flow.
pub(crate) fn routes() -> Router<Desk> {
    Router::new().route("/run", post(answer::run).fallback(not_allowed))
}

async fn not_allowed(method: Method) -> Answer {
    let message = format!("there is no {method} of /run; send POST with the inputs as a JSON object");
    let failure = Failure::new(axum::http::StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", message);
    let mut answer = error(&failure);
    answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    answer
}
