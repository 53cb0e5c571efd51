//! What is served, described: OpenAPI 3.1 made of the flows' inputs and outputs, a page that shows it, and the list of flows.

mod chat;
mod document;
mod index;
mod operation;
mod page;
mod schema;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::site::{Desk, Site};

/// The routes of one flow.
pub(crate) fn routes() -> Router<Desk> {
    Router::new().route("/openapi.json", get(document::of_flow)).merge(page::routes())
}

/// The routes at the root of a server; where it serves several flows, with a description of them all.
pub(crate) fn root_routes(site: &Site) -> Router<Arc<Site>> {
    let routes = Router::new().route("/flows", get(index::flows));
    if site.slots().len() == 1 {
        return routes;
    }
    routes.route("/openapi.json", get(document::of_site)).merge(page::routes())
}
