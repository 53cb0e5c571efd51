use std::sync::Arc;

use axum::http::StatusCode;
use flow_core::plan::Plan;
use flow_core::value::{Map, Value};

use super::error::error;
use crate::http::Answer;

/// The inputs in a request's body. As in promptflow, a body that is no JSON is the one input of a flow that has one, and is not looked
/// at where a flow has none.
pub(super) fn inputs(plan: &Plan, body: &[u8]) -> Result<Map, Box<Answer>> {
    let text = String::from_utf8_lossy(body);
    let refuse = |message: &str| Err(Box::new(error(StatusCode::BAD_REQUEST, message)));
    match Value::from_json(&text) {
        Ok(Value::Map(entries)) => Ok(Arc::unwrap_or_clone(entries)),
        Ok(other) => {
            if plan.inputs.is_empty() {
                return Ok(Map::new());
            }
            refuse(&format!(
                "the request's body is a JSON {}, where an object with an entry per input is expected",
                other.kind()
            ))
        }
        Err(why) => match &*plan.inputs {
            [] => Ok(Map::new()),
            [only] => Ok(Map::from_iter([(Arc::clone(&only.name), Value::from(&*text))])),
            _ => refuse(&format!(
                "the request's body is not JSON (line {}, column {}), and the flow has more than one input: send a JSON object with an entry \
                 per input",
                why.line(),
                why.column()
            )),
        },
    }
}
