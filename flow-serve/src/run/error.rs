use serde_json::{Value as Json, json};

use crate::failure::Failure;
use crate::http::{self, Answer};

/// An answer that is an error, in the form of the typed face.
pub(crate) fn error(failure: &Failure) -> Answer {
    let mut answer = http::json(failure.status, &json!({ "error": content(failure) }));
    failure.head(&mut answer);
    answer
}

/// A failure as JSON. `fields` are there where something in the request is wrong, `node` where a node failed.
pub(super) fn content(failure: &Failure) -> Json {
    let mut content = json!({ "code": failure.code, "message": failure.message });
    if !failure.fields.is_empty() {
        content["fields"] = json!(failure.fields);
    }
    if let Some(node) = &failure.node {
        content["node"] = json!(node);
    }
    content
}
