//! The face that chat clients know: OpenAI's chat completions and models, where a model is a flow.
//!
//! The last user message is the flow's chat input, what was said before is its chat history, and its chat output answers. A parameter is
//! followed, or refused by name, or named in `x-flow-ignored`: never passed over in silence.

mod answer;
mod asking;
mod chatting;
mod conversation;
mod error;
mod models;
mod parameters;
mod stream;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::routing::{get, post};

pub(crate) use chatting::{Chatting, answering};
pub(crate) use error::error;
pub(crate) use models::Models;
pub(crate) use parameters::{IGNORED, REFUSED};

use crate::failure::Failure;
use crate::http::Answer;

/// The routes under which these models are asked.
pub(crate) fn routes(models: Models) -> Router {
    let routes = Router::new()
        .route("/chat/completions", post(answer::complete).fallback(only_post))
        .route("/models", get(models::list).fallback(only_get))
        .route("/models/{id}", get(models::one).fallback(only_get))
        .fallback(not_found)
        .with_state(models);
    Router::new().nest("/v1", routes)
}

async fn only_post(request: Request) -> Answer {
    not_allowed(&request, "POST")
}

async fn only_get(request: Request) -> Answer {
    not_allowed(&request, "GET, HEAD")
}

fn not_allowed(request: &Request, allowed: &'static str) -> Answer {
    let message = format!("there is no {} here; send {allowed}", request.method());
    let failure = Failure::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", message);
    let mut answer = error(&failure);
    answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    answer
}

async fn not_found(request: Request) -> Answer {
    let message = format!(
        "there is no {} /v1{}; flows answer POST /v1/chat/completions, and GET /v1/models lists them",
        request.method(),
        request.uri().path()
    );
    error(&Failure::new(StatusCode::NOT_FOUND, "unknown-url", message))
}
