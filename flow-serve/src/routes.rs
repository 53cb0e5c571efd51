//! The routes of a site: each flow under its name, and the only one also at the root.

use std::sync::Arc;

use axum::Router;
use axum::middleware;

use crate::openai::Models;
use crate::reception::attend;
use crate::site::{Desk, Site};
use crate::{health, openai, openapi, page, run, score};

/// The methods and addresses that a server answers: at its root if it serves one flow, and those of flows under their names.
pub const ROUTES: &[(&str, &str)] = &[
    ("POST", "/score"),
    ("POST", "/run"),
    ("POST", "/v1/chat/completions"),
    ("GET", "/v1/models"),
    ("GET", "/v1/models/{id}"),
    ("POST", "/feedback"),
    ("GET", "/health"),
    ("GET", "/version"),
    ("GET", "/swagger.json"),
    ("GET", "/openapi.json"),
    ("GET", "/docs"),
    ("GET", "/docs/docs.css"),
    ("GET", "/docs/docs.js"),
    ("GET", "/"),
    ("GET", "/page.json"),
    ("GET", "/page/page.css"),
    ("GET", "/page/page.js"),
    ("GET", "/page/index.js"),
    ("GET", "/page/chat.js"),
    ("GET", "/page/dom.js"),
    ("GET", "/page/fields.js"),
    ("GET", "/page/form.js"),
    ("GET", "/page/graph.js"),
    ("GET", "/page/layout.js"),
    ("GET", "/page/node.js"),
    ("GET", "/page/record.js"),
    ("GET", "/page/server.js"),
    ("GET", "/page/values.js"),
    ("GET", "/flows"),
    ("GET", "/livez"),
    ("GET", "/readyz"),
    ("GET", "/healthz"),
    ("GET", "/v2/health/live"),
    ("GET", "/v2/health/ready"),
    ("GET", "/metrics"),
];

/// All that a site answers.
pub(crate) fn router(site: &Arc<Site>) -> Router {
    let mut router = health::routes().merge(openapi::root_routes(site)).with_state(Arc::clone(site));
    for slot in site.slots() {
        let desk = Desk { site: Arc::clone(site), slot: Arc::clone(slot) };
        let routes = flow_routes().with_state(desk).merge(openai::routes(Models::one(site, slot)));
        router = router.nest(&format!("/{}", slot.name()), routes);
    }
    if let [only] = site.slots() {
        let desk = Desk { site: Arc::clone(site), slot: Arc::clone(only) };
        router = router.merge(flow_routes().with_state(desk));
    } else {
        router = router.merge(page::index_files());
    }
    router = router.merge(openai::routes(Models::all(site))).merge(page::pages(site));
    router.fallback(score::not_found).layer(middleware::from_fn_with_state(Arc::clone(site), attend))
}

/// The routes of one flow.
fn flow_routes() -> Router<Desk> {
    score::routes().merge(run::routes()).merge(openapi::routes()).merge(page::routes())
}
