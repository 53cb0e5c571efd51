//! The page at a flow's address: a chat or a form, with the flow's graph beside it, live; and, where a server has several flows, the
//! page that leads to them. The files are the same for everybody; what the flow is, `page.json` tells whoever may know it.

mod description;
mod files;
mod graph;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::routing::get;

use crate::http::{Answer, Asset};
use crate::site::{Desk, Site};

pub(crate) use files::PATHS;

/// What of a flow stands under its address, but for the page itself.
pub(crate) fn routes() -> Router<Desk> {
    files::routes().route("/page.json", get(description::description))
}

/// The pages of a site: that of each flow under its name, and at the root that of the only one, or one that leads to all.
pub(crate) fn pages(site: &Site) -> Router {
    let mut router = Router::new();
    for slot in site.slots() {
        let name = Arc::clone(slot.name());
        router = router
            .route(&format!("/{name}/"), file(files::page()))
            .route(&format!("/{name}"), get(async move || moved(&name)));
    }
    if site.slots().len() == 1 {
        router.route("/", file(files::page()))
    } else {
        router.route("/", file(files::index()))
    }
}

/// The files that the page of several flows needs beside itself.
pub(crate) fn index_files() -> Router {
    files::routes()
}

fn file<S: Clone + Send + Sync + 'static>(asset: Asset) -> axum::routing::MethodRouter<S> {
    get(async move |headers: HeaderMap| asset.answer(&headers))
}

/// The address with which a page finds what belongs to it; relative, so that it holds behind a proxy as well.
fn moved(name: &str) -> Answer {
    let mut answer = Answer::default();
    *answer.status_mut() = StatusCode::PERMANENT_REDIRECT;
    if let Ok(place) = HeaderValue::from_str(&format!("{name}/")) {
        answer.headers_mut().insert(header::LOCATION, place);
    }
    answer
}
