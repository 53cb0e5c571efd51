//! The routes of a site: each flow under its name, and the only one also at the root.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::HeaderName;
use axum::middleware::{self, Next};

use crate::http::Answer;
use crate::score;
use crate::site::{Asked, Desk, Site};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// All that a site answers.
pub(crate) fn router(site: &Arc<Site>) -> Router {
    let mut router = Router::new();
    for slot in site.slots() {
        let desk = Desk { site: Arc::clone(site), slot: Arc::clone(slot) };
        router = router.nest(&format!("/{}", slot.name()), flow_routes().with_state(desk));
    }
    if let [only] = site.slots() {
        let desk = Desk { site: Arc::clone(site), slot: Arc::clone(only) };
        router = router.merge(flow_routes().with_state(desk));
    }
    router.fallback(score::not_found).layer(middleware::from_fn(attend))
}

/// The routes of one flow.
fn flow_routes() -> Router<Desk> {
    score::routes()
}

/// What is done around every request.
async fn attend(mut request: Request, next: Next) -> Answer {
    let asked = Asked::of(request.headers());
    let id = Arc::clone(&asked.id);
    request.extensions_mut().insert(asked);
    let mut answer = next.run(request).await;
    if let Ok(id) = id.parse() {
        answer.headers_mut().insert(REQUEST_ID, id);
    }
    answer
}
