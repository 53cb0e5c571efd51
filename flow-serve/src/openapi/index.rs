use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value as Json, json};

use crate::endpoint::{Endpoint, Shown};
use crate::http::{self, Answer};
use crate::site::Site;

/// `GET /flows`: the flows that are served.
pub(super) async fn flows(State(site): State<Arc<Site>>) -> Answer {
    let shown = &site.options().shown;
    let flows: Vec<Json> = site.slots().iter().map(|slot| entry(&slot.endpoint(), shown)).collect();
    http::json(StatusCode::OK, &json!({ "flows": flows }))
}

fn entry(endpoint: &Endpoint, shown: &Shown) -> Json {
    let (plan, base) = (endpoint.plan(), format!("/{}", endpoint.name));
    let inputs = plan.inputs.iter().map(|input| {
        let required = input.default.is_none();
        json!({ "name": input.name, "type": input.ty.name(), "required": required, "description": input.description })
    });
    let outputs = shown
        .of(plan)
        .map(|output| json!({ "name": output.name, "type": output.ty.name(), "description": output.description }));
    json!({
        "name": endpoint.name,
        "description": endpoint.flow().description,
        "is_chat": plan.chat.is_some(),
        "inputs": inputs.collect::<Vec<_>>(),
        "outputs": outputs.collect::<Vec<_>>(),
        "paths": {
            "run": format!("{base}/run"),
            "score": format!("{base}/score"),
            "chat": format!("{base}/v1/chat/completions"),
            "openapi": format!("{base}/openapi.json"),
            "docs": format!("{base}/docs"),
        },
    })
}
