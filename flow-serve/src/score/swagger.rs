use axum::extract::State;
use axum::http::StatusCode;
use flow_core::ty::Ty;
use serde_json::{Map, Value as Json, json};

use crate::endpoint::{Endpoint, Shown};
use crate::http::{self, Answer};
use crate::site::Desk;

/// `GET /swagger.json`: the flow in OpenAPI 3.0, in promptflow's form.
pub(super) async fn swagger(State(desk): State<Desk>) -> Answer {
    http::json(StatusCode::OK, &document(&desk.slot.endpoint(), &desk.site.options().shown))
}

fn document(endpoint: &Endpoint, shown: &Shown) -> Json {
    let plan = endpoint.plan();
    let name = &*endpoint.name;
    let mut info = json!({ "title": format!("Promptflow[{name}] API"), "version": "1.0.0", "x-flow-name": name });
    if let (Some(chat), Some(info)) = (plan.chat, info.as_object_mut()) {
        info.insert("x-flow-type".into(), json!("chat"));
        info.insert("x-chat-input".into(), json!(plan.inputs[chat.input.index()].name));
        if let Some(history) = chat.history {
            info.insert("x-chat-history".into(), json!(plan.inputs[history.index()].name));
        }
        if let Some(output) = chat.output {
            info.insert("x-chat-output".into(), json!(plan.outputs[output].name));
        }
    }
    let mut inputs = Map::new();
    for input in &plan.inputs {
        let mut schema = schema(input.ty, &input.description);
        if let (Some(default), Some(schema)) = (&input.default, schema.as_object_mut()) {
            schema.insert("default".into(), json!(default));
        }
        inputs.insert(input.name.to_string(), schema);
    }
    let mut body = json!({ "type": "object" });
    if let Some(body) = body.as_object_mut().filter(|_| !inputs.is_empty()) {
        body.insert("properties".into(), json!(inputs));
    }
    let required: Vec<&str> =
        plan.inputs.iter().filter(|input| input.default.is_none()).map(|input| &*input.name).collect();
    if let Some(body) = body.as_object_mut().filter(|_| !required.is_empty()) {
        body.insert("required".into(), json!(required));
    }
    let outputs: Map<String, Json> =
        // As in promptflow, whose description leaves outputs for evaluation out also where the environment names them.
        shown.of(plan).filter(|output| !output.evaluation_only).map(|output| (output.name.to_string(), schema(output.ty, &output.description))).collect();
    let sample = endpoint.sample.clone().unwrap_or_else(|| json!({}));
    let responses = |content: Json| {
        json!({
            "200": { "description": "successful operation", "content": { "application/json": { "schema": content } } },
            "400": { "description": "Invalid input" },
            "default": { "description": "unexpected error" },
        })
    };
    let anything = json!({ "type": "object", "additionalProperties": {} });
    json!({
        "openapi": "3.0.0",
        "info": info,
        "components": { "securitySchemes": { "bearerAuth": { "type": "http", "scheme": "bearer" } } },
        "security": [{ "bearerAuth": [] }],
        "paths": {
            "/score": {
                "post": {
                    "summary": format!("run promptflow: {name} with an given input"),
                    "requestBody": {
                        "description": "promptflow input data",
                        "required": !plan.inputs.is_empty(),
                        "content": { "application/json": { "schema": body, "example": sample } },
                    },
                    "responses": responses(json!({ "type": "object", "properties": outputs })),
                },
            },
            "/feedback": {
                "parameters": [{
                    "name": "flatten",
                    "in": "query",
                    "required": false,
                    "description": "flatten the feedback data into traced data",
                    "schema": { "type": "boolean" },
                }],
                "post": {
                    "summary": "collect promptflow feedback",
                    "requestBody": {
                        "description": "promptflow feedback data",
                        "required": true,
                        "content": { "application/json": { "schema": anything } },
                    },
                    "responses": responses(anything),
                },
            },
        },
    })
}

/// A type as promptflow writes it.
fn schema(ty: Ty, description: &str) -> Json {
    let mut schema = match ty {
        Ty::Int => json!({ "type": "integer" }),
        Ty::Double => json!({ "type": "number" }),
        Ty::Bool => json!({ "type": "boolean" }),
        Ty::List => json!({ "type": "array", "items": { "type": "object", "additionalProperties": {} } }),
        Ty::Object | Ty::Image | Ty::Any => json!({ "type": "object", "additionalProperties": {} }),
        _ => json!({ "type": "string" }),
    };
    if let Some(schema) = schema.as_object_mut().filter(|_| !description.is_empty()) {
        schema.insert("description".into(), json!(description));
    }
    schema
}
