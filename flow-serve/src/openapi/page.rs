use axum::Router;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::routing::get;

use crate::http::{self, Answer};

/// Nothing but what comes from this server, and no other page around it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// The page at `/docs`, which shows `openapi.json` beside it and lets one try requests.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/docs", get(async || asset("text/html; charset=utf-8", include_str!("page/docs.html"))))
        .route("/docs/docs.css", get(async || asset("text/css; charset=utf-8", include_str!("page/docs.css"))))
        .route("/docs/docs.js", get(async || asset("text/javascript; charset=utf-8", include_str!("page/docs.js"))))
}

fn asset(content_type: &'static str, content: &'static str) -> Answer {
    let mut answer = http::text(StatusCode::OK, content_type, content);
    let headers: [(HeaderName, &'static str); 3] =
        [(CONTENT_SECURITY_POLICY, POLICY), (X_CONTENT_TYPE_OPTIONS, "nosniff"), (REFERRER_POLICY, "no-referrer")];
    for (name, value) in headers {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}
