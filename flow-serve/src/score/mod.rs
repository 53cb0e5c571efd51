//! promptflow's contract, so that its clients keep working: `/score` with its streaming, `/feedback`, `/health`, `/version` and
//! `/swagger.json` (spec section 11).

mod answer;
mod body;
mod error;
mod fixed;
mod swagger;

use axum::Router;
use axum::routing::{any, get, post};

pub(crate) use fixed::not_found;

use crate::site::Desk;

/// The routes of a flow. As in promptflow, whatever else is asked of them does not exist.
pub(crate) fn routes() -> Router<Desk> {
    Router::new()
        .route("/score", post(answer::score).fallback(fixed::not_found))
        .route("/feedback", post(fixed::feedback).fallback(fixed::not_found))
        .route("/health", get(fixed::health).fallback(fixed::not_found))
        .route("/version", get(fixed::version).fallback(fixed::not_found))
        .route("/swagger.json", get(swagger::swagger).fallback(fixed::not_found))
        .route("/score/", any(fixed::not_found))
}
