use axum::Router;
use axum::http::HeaderMap;
use axum::routing::{MethodRouter, get};

use crate::http::Asset;

/// The page at `/docs`, which shows `openapi.json` beside it and lets one try requests.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/docs", file("text/html; charset=utf-8", include_str!("page/docs.html")))
        .route("/docs/docs.css", file("text/css; charset=utf-8", include_str!("page/docs.css")))
        .route("/docs/docs.js", file("text/javascript; charset=utf-8", include_str!("page/docs.js")))
}

fn file<S: Clone + Send + Sync + 'static>(content_type: &'static str, content: &'static str) -> MethodRouter<S> {
    let asset = Asset::new(content_type, content);
    get(async move |headers: HeaderMap| asset.answer(&headers))
}
