//! For those who watch a server: whether it lives, whether it takes requests, and what it counts.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use serde_json::json;

use crate::http::{self, Answer};
use crate::metrics;
use crate::site::Site;

/// The routes.
pub(crate) fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/livez", get(alive))
        .route("/v2/health/live", get(alive))
        .route("/readyz", get(ready))
        .route("/healthz", get(ready))
        .route("/v2/health/ready", get(ready))
        .route("/metrics", get(counted))
}

/// Whether the process is well. It is, as long as it answers.
async fn alive() -> Answer {
    http::json(StatusCode::OK, &json!({ "status": "alive" }))
}

/// Whether requests should be sent here: its flows are loaded, and it is not about to end.
async fn ready(State(site): State<Arc<Site>>) -> Answer {
    if site.is_draining() {
        return http::json(StatusCode::SERVICE_UNAVAILABLE, &json!({ "status": "draining" }));
    }
    let flows: Vec<&str> = site.slots().iter().map(|slot| &**slot.name()).collect();
    http::json(StatusCode::OK, &json!({ "status": "ready", "flows": flows }))
}

async fn counted(State(site): State<Arc<Site>>) -> Answer {
    http::text(StatusCode::OK, metrics::CONTENT_TYPE, site.metrics_text())
}
