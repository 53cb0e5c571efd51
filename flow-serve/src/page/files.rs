use axum::Router;

use super::file;
use crate::http::Asset;

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Files beside the pages: address, type, content.
const FILES: &[(&str, &str, &str)] = &[
    ("/page/page.css", CSS, include_str!("files/page.css")),
    ("/page/page.js", SCRIPT, include_str!("files/page.js")),
    ("/page/index.js", SCRIPT, include_str!("files/index.js")),
    ("/page/chat.js", SCRIPT, include_str!("files/chat.js")),
    ("/page/dom.js", SCRIPT, include_str!("files/dom.js")),
    ("/page/fields.js", SCRIPT, include_str!("files/fields.js")),
    ("/page/form.js", SCRIPT, include_str!("files/form.js")),
    ("/page/graph.js", SCRIPT, include_str!("files/graph.js")),
    ("/page/layout.js", SCRIPT, include_str!("files/layout.js")),
    ("/page/node.js", SCRIPT, include_str!("files/node.js")),
    ("/page/record.js", SCRIPT, include_str!("files/record.js")),
    ("/page/server.js", SCRIPT, include_str!("files/server.js")),
    ("/page/values.js", SCRIPT, include_str!("files/values.js")),
];

/// The addresses of the pages' files, which anybody may read.
pub(crate) const PATHS: &[&str] = &paths();

const fn paths() -> [&'static str; FILES.len()] {
    let mut paths = [""; FILES.len()];
    let mut at = 0;
    while at < FILES.len() {
        paths[at] = FILES[at].0;
        at += 1;
    }
    paths
}

pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let add = |router: Router<S>, (path, kind, content): &(&str, &'static str, &'static str)| {
        router.route(path, file(Asset::new(kind, content)))
    };
    FILES.iter().fold(Router::new(), add)
}

/// The page of a flow.
pub(super) fn page() -> Asset {
    Asset::new(HTML, include_str!("files/page.html"))
}

/// The page of several flows.
pub(super) fn index() -> Asset {
    Asset::new(HTML, include_str!("files/index.html"))
}
