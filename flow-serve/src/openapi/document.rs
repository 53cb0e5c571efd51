use std::sync::Arc;

use axum::extract::{MatchedPath, State};
use axum::http::StatusCode;
use serde_json::{Map, Value as Json, json};

use super::operation::{Errors, OF_FLOWS, Operation, answer, body};
use super::{chat, schema};
use crate::endpoint::Endpoint;
use crate::http::{self, Answer};
use crate::site::{Desk, Site, Slot};

/// `GET /openapi.json` of one flow.
pub(super) async fn of_flow(State(desk): State<Desk>, path: MatchedPath) -> Answer {
    let base = path.as_str().trim_end_matches("/openapi.json");
    let endpoint = desk.slot.endpoint();
    let mut document = Document::new(&desk.site, &endpoint.name, &endpoint.flow().description, base);
    document.add_flow(&endpoint, "", "");
    http::json(StatusCode::OK, &document.end())
}

/// `GET /openapi.json` of a server of several flows.
pub(super) async fn of_site(State(site): State<Arc<Site>>) -> Answer {
    let names: Vec<&str> = site.slots().iter().map(|slot| &**slot.name()).collect();
    let mut document = Document::new(&site, "flows", &format!("Flows: {}.", names.join(", ")), "");
    for slot in site.slots() {
        let endpoint: Arc<Endpoint> = Slot::endpoint(slot);
        document.add_flow(&endpoint, &format!("/{}", endpoint.name), &format!("{}.", endpoint.name));
    }
    document.add_list();
    http::json(StatusCode::OK, &document.end())
}

/// A description as it is put together.
struct Document<'s> {
    site: &'s Site,
    document: Json,
    paths: Map<String, Json>,
    schemas: Map<String, Json>,
}

impl<'s> Document<'s> {
    fn new(site: &'s Site, title: &str, description: &str, base: &str) -> Self {
        let url = if base.is_empty() { "/" } else { base };
        let mut info = json!({ "title": title, "version": env!("CARGO_PKG_VERSION") });
        if !description.is_empty() {
            info["description"] = json!(description);
        }
        let document = json!({ "openapi": "3.1.0", "info": info, "servers": [{ "url": url }] });
        Self { site, document, paths: Map::new(), schemas: schemas() }
    }

    fn end(self) -> Json {
        let mut document = self.document;
        let header = json!({ "description": "The request's id: the client's own, or a new one.", "schema": { "type": "string" } });
        let mut components = json!({ "schemas": self.schemas, "headers": { "RequestId": header } });
        if self.site.options().keys.is_some() {
            components["securitySchemes"] = json!({ "bearerAuth": { "type": "http", "scheme": "bearer" } });
            document["security"] = json!([{ "bearerAuth": [] }]);
        }
        document["paths"] = Json::Object(self.paths);
        document["components"] = components;
        document
    }

    /// An operation; its id is made of the path.
    fn operation(&self, path: &str, tag: &str, summary: &str, errors: Errors) -> Operation {
        let id: String = path.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign } else { '_' }).collect();
        Operation {
            id: id.trim_matches('_').to_owned(),
            summary: summary.to_owned(),
            description: String::new(),
            tag: tag.to_owned(),
            errors,
            is_open: false,
            with_keys: self.site.options().keys.is_some(),
        }
    }

    fn add(&mut self, path: &str, method: &str, operation: Json) {
        let mut item = Map::new();
        item.insert(method.to_owned(), operation);
        self.paths.insert(path.to_owned(), Json::Object(item));
    }

    /// All faces of a flow. `prefix` stands before its paths, `part` before the names of its schemas.
    fn add_flow(&mut self, endpoint: &Endpoint, prefix: &str, part: &str) {
        let (plan, shown) = (endpoint.plan(), &self.site.options().shown);
        let outputs = schema::outputs(plan, shown);
        self.schemas.insert(format!("{part}Inputs"), schema::inputs(plan, true));
        self.schemas.insert(format!("{part}Outputs"), outputs.clone());
        self.schemas.insert(format!("{part}ChatRequest"), chat::request(endpoint, shown));
        self.schemas.insert(format!("{part}ChatCompletion"), chat::completion(&outputs));
        let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{part}{name}") });
        let run = json!({
            "type": "object",
            "required": ["id", "outputs", "usage", "elapsed_ms"],
            "properties": {
                "id": { "type": "string", "description": "The request's id." },
                "outputs": reference("Outputs"),
                "usage": { "$ref": "#/components/schemas/Usage" },
                "elapsed_ms": { "type": "number" },
            },
        });
        self.add_run(endpoint, prefix, run, reference("Inputs"));
        self.add_chat(endpoint, prefix, reference("ChatCompletion"), reference("ChatRequest"));
        self.add_score(endpoint, prefix, reference("Outputs"));
        self.add_fixed(&endpoint.name, prefix);
    }

    fn add_run(&mut self, endpoint: &Endpoint, prefix: &str, run: Json, inputs: Json) {
        let path = format!("{prefix}/run");
        let mut operation = self.operation(&path, &endpoint.name, "Run the flow", Errors::Run);
        operation.description = "Inputs must be of exactly the declared types. With `Accept: text/event-stream` the answer is a stream of \
            events: row_started, node_started, delta, node_finished, node_failed, node_bypassed, and at the end finished or failed; \
            each has a line of JSON."
            .to_owned();
        let mut ok = answer("The flow's outputs, or events.", run);
        ok["content"]["text/event-stream"] = json!({ "schema": { "$ref": "#/components/schemas/ServerSentEvent" } });
        let of_run = [
            (406, "Neither JSON nor events are accepted."),
            (422, "The flow cannot do anything with these inputs; the message says which node, and why."),
            (502, "A model, or a service that a tool asks, did not answer well."),
        ];
        let parameter = json!([{
            "name": "values",
            "in": "query",
            "required": false,
            "description": "Whether events tell what goes into nodes and what comes out.",
            "schema": { "type": "boolean", "default": false },
        }]);
        let more = json!({ "parameters": parameter, "requestBody": body(inputs, schema::examples(endpoint)) });
        let operation = operation.write(ok, &[OF_FLOWS, &of_run].concat(), more);
        self.add(&path, "post", operation);
    }

    fn add_chat(&mut self, endpoint: &Endpoint, prefix: &str, completion: Json, request: Json) {
        let path = format!("{prefix}/v1/chat/completions");
        let mut operation = self.operation(&path, &endpoint.name, "Chat, as OpenAI's clients do", Errors::Chat);
        operation.description = chat::description();
        let mut ok = answer("The flow's answer; in pieces where `stream` is true.", completion);
        ok["content"]["text/event-stream"] = json!({ "schema": { "$ref": "#/components/schemas/ServerSentEvent" } });
        ok["headers"]["x-flow-ignored"] =
            json!({ "description": "What of the request had no effect.", "schema": { "type": "string" } });
        let of_chat = [
            (404, "There is no such flow here."),
            (422, "The flow cannot do anything with what it was given; the message says which node, and why."),
            (502, "A model, or a service that a tool asks, did not answer well."),
        ];
        let examples = chat::examples(endpoint, &self.site.options().shown);
        let more = json!({ "requestBody": body(request, examples) });
        let operation = operation.write(ok, &[OF_FLOWS, &of_chat].concat(), more);
        self.add(&path, "post", operation);

        let model = json!({ "$ref": "#/components/schemas/Model" });
        let path = format!("{prefix}/v1/models");
        let list = json!({
            "type": "object",
            "required": ["object", "data"],
            "properties": { "object": { "const": "list" }, "data": { "type": "array", "items": model } },
        });
        let operation = self.operation(&path, &endpoint.name, "The flows, as models", Errors::Chat);
        let operation = operation.write(answer("The list.", list), &[], json!({}));
        self.add(&path, "get", operation);
        let path = format!("{prefix}/v1/models/{{id}}");
        let parameter = json!([{
            "name": "id", "in": "path", "required": true, "schema": { "type": "string" }, "example": endpoint.name,
        }]);
        let operation = self.operation(&path, &endpoint.name, "A flow, as a model", Errors::Chat);
        let not_found = [(400, "The address is not UTF-8."), (404, "There is no such flow here.")];
        let operation = operation.write(answer("The model.", model), &not_found, json!({ "parameters": parameter }));
        self.add(&path, "get", operation);
    }

    fn add_score(&mut self, endpoint: &Endpoint, prefix: &str, outputs: Json) {
        let path = format!("{prefix}/score");
        let mut operation = self.operation(&path, &endpoint.name, "Run the flow, as promptflow does", Errors::Score);
        operation.description = "Inputs are brought to the declared types, and others are left out. With `Accept: text/event-stream` a flow \
            whose answer streams gives it in pieces."
            .to_owned();
        let mut ok = answer("The flow's outputs.", outputs);
        ok["content"]["text/event-stream"] = json!({ "schema": { "$ref": "#/components/schemas/ServerSentEvent" } });
        let plan = endpoint.plan();
        let mut request = body(schema::loose_inputs(plan), schema::examples(endpoint));
        request["required"] = json!(!plan.inputs.is_empty());
        let of_score = [(406, "What the flow gives is not accepted.")];
        let operation = operation.write(ok, &[OF_FLOWS, &of_score].concat(), json!({ "requestBody": request }));
        self.add(&path, "post", operation);
    }

    /// What is the same for all flows.
    fn add_fixed(&mut self, tag: &str, prefix: &str) {
        let anything = || json!({ "type": "object" });
        let path = format!("{prefix}/feedback");
        let operation = self.operation(&path, tag, "Tell what an answer was worth", Errors::Score);
        let request = json!({ "required": false, "content": { "application/json": { "schema": {} } } });
        let failures: Vec<(u16, &str)> =
            OF_FLOWS.iter().copied().filter(|(status, _)| matches!(status, 400 | 408 | 413)).collect();
        let operation =
            operation.write(answer("It was taken.", anything()), &failures, json!({ "requestBody": request }));
        self.add(&path, "post", operation);

        let path = format!("{prefix}/health");
        let mut health = self.operation(&path, tag, "Whether the server is there", Errors::Score);
        health.is_open = true;
        let mut health = health.write(answer("It is.", anything()), &[], json!({}));
        health["responses"]["503"] = answer("It is about to end.", anything());
        self.add(&path, "get", health);
        for (path, summary) in [
            ("/version", "How the flow was built"),
            ("/swagger.json", "The flow in OpenAPI 3.0, as promptflow describes it"),
            ("/openapi.json", "This description"),
        ] {
            let path = format!("{prefix}{path}");
            let operation = self.operation(&path, tag, summary, Errors::Score);
            let operation = operation.write(answer("It.", anything()), &[], json!({}));
            self.add(&path, "get", operation);
        }
    }

    /// The list of flows.
    fn add_list(&mut self) {
        let operation = self.operation("/flows", "flows", "The flows that are served", Errors::Score);
        let list = json!({
            "type": "object",
            "required": ["flows"],
            "properties": { "flows": { "type": "array", "items": { "type": "object" } } },
        });
        let operation = operation.write(answer("The list.", list), &[], json!({}));
        self.add("/flows", "get", operation);
    }
}

/// Schemas that all flows share.
fn schemas() -> Map<String, Json> {
    let error = |properties: Json, required: &[&str]| {
        let error = json!({ "type": "object", "required": required, "properties": properties });
        json!({ "type": "object", "required": ["error"], "properties": { "error": error } })
    };
    let (text, number) = (json!({ "type": "string" }), json!({ "type": "integer", "minimum": 0 }));
    let field = json!({
        "type": "object",
        "required": ["input", "message"],
        "properties": { "input": text, "message": text },
    });
    let details = |name: &str| json!({ "type": "object", "properties": { name: number } });
    let schemas = [
        (
            "RunError",
            error(
                json!({ "code": text, "message": text, "fields": { "type": "array", "items": field }, "node": text }),
                &["code", "message"],
            ),
        ),
        (
            "ChatError",
            error(
                json!({ "message": text, "type": text, "code": text, "param": { "type": ["string", "null"] } }),
                &["message", "type", "code", "param"],
            ),
        ),
        (
            "ScoreError",
            error(json!({ "code": { "enum": ["UserError", "SystemError"] }, "message": text }), &["code", "message"]),
        ),
        (
            "Usage",
            json!({
                "type": "object",
                "description": "What all calls of models took together.",
                "required": ["calls", "prompt_tokens", "completion_tokens"],
                "properties": {
                    "calls": number,
                    "prompt_tokens": number,
                    "completion_tokens": number,
                    "cached_tokens": number,
                    "reasoning_tokens": number,
                    "cost": { "type": "string", "description": "In US dollars." },
                },
            }),
        ),
        (
            "ChatUsage",
            json!({
                "type": "object",
                "required": ["prompt_tokens", "completion_tokens", "total_tokens"],
                "properties": {
                    "prompt_tokens": number,
                    "completion_tokens": number,
                    "total_tokens": number,
                    "prompt_tokens_details": details("cached_tokens"),
                    "completion_tokens_details": details("reasoning_tokens"),
                },
            }),
        ),
        (
            "ServerSentEvent",
            json!({
                "type": "object",
                "description": "One event of the stream; its data is JSON, or [DONE].",
                "required": ["data"],
                "properties": { "event": text, "data": text },
            }),
        ),
        (
            "Model",
            json!({
                "type": "object",
                "required": ["id", "object", "created", "owned_by"],
                "properties": {
                    "id": text,
                    "object": { "const": "model" },
                    "created": number,
                    "owned_by": { "const": "flow" },
                    "description": text,
                },
            }),
        ),
    ];
    schemas.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}
