use flow_core::value::Map;
use serde_json::{Value as Json, json};

use super::schema;
use crate::endpoint::{Endpoint, Shown};
use crate::openai::{Chatting, IGNORED, REFUSED};

/// What is said of chat completions.
pub(super) fn description() -> String {
    let ignored: Vec<String> = IGNORED.iter().map(|name| format!("`{name}`")).collect();
    let refused: Vec<String> = REFUSED.iter().map(|refused| format!("`{}`", refused.0)).collect();
    format!(
        "The last user message is the flow's chat input, what was said before is its chat history, and its chat output answers. Other inputs \
         of the flow are given in `inputs`, or as strings in `metadata`; its other outputs stand under `flow.outputs` of the answer.\n\n\
         These have no effect, since the models of a flow have the parameters that its author gave them; those that were sent are named in \
         the header `x-flow-ignored` and under `flow.ignored`: {}.\n\n\
         These are refused with the code `unsupported_parameter`, unless their value asks for what is done anyway (`n: 1`, `tools: []`): {}.",
        ignored.join(", "),
        refused.join(", ")
    )
}

/// Requests of chat completions.
pub(super) fn request(endpoint: &Endpoint, shown: &Shown) -> Json {
    let plan = endpoint.plan();
    let mut inputs = schema::inputs(plan, false);
    if let Ok(chatting) = Chatting::of(plan, shown, &Map::new())
        && let Some(properties) = inputs["properties"].as_object_mut()
    {
        for name in chatting.told_by_messages() {
            properties.shift_remove(name);
        }
    }
    inputs["description"] = json!("Inputs of the flow that do not come from `messages`.");
    let mut request = json!({
        "type": "object",
        "required": ["messages"],
        "properties": {
            "model": { "const": endpoint.name, "description": "The flow." },
            "messages": { "type": "array", "minItems": 1, "items": message() },
            "stream": { "type": ["boolean", "null"], "description": "Whether the answer comes in pieces." },
            "stream_options": {
                "type": ["object", "null"],
                "properties": { "include_usage": { "type": ["boolean", "null"] } },
                "additionalProperties": false,
                "description": "Only with `stream: true`.",
            },
            "inputs": inputs,
            "metadata": {
                "type": ["object", "null"],
                "additionalProperties": { "type": "string" },
                "description": "Inputs of the flow as strings, for clients that cannot send `inputs`.",
            },
        },
        "additionalProperties": false,
    });
    for name in IGNORED {
        request["properties"][*name] = json!({ "description": "It has no effect, which the answer tells." });
    }
    request
}

fn message() -> Json {
    let part = json!({
        "anyOf": [
            {
                "type": "object",
                "required": ["type", "text"],
                "properties": { "type": { "const": "text" }, "text": { "type": "string" } },
            },
            {
                "type": "object",
                "required": ["type", "image_url"],
                "properties": {
                    "type": { "const": "image_url" },
                    "image_url": {
                        "type": "object",
                        "required": ["url"],
                        "properties": { "url": { "type": "string", "pattern": "^(https?://|data:image/)" } },
                    },
                },
                "description": "For flows that take pictures; of user messages alone.",
            },
        ],
    });
    json!({
        "type": "object",
        "required": ["role", "content"],
        "properties": {
            "role": { "enum": ["user", "assistant", "system", "developer"] },
            "content": { "anyOf": [{ "type": "string" }, { "type": "array", "items": part }] },
        },
        "description": "System messages are for flows with an input for them: one of type string that is called system, system_prompt, \
                        system_message or instructions.",
    })
}

/// An example of a request.
pub(super) fn examples(endpoint: &Endpoint, shown: &Shown) -> Json {
    let plan = endpoint.plan();
    let chatting = Chatting::of(plan, shown, &Map::new()).ok();
    let default = chatting.and_then(|chatting| chatting.default_text());
    let messages = json!([{ "role": "user", "content": default.unwrap_or_else(|| "Hello!".to_owned()) }]);
    let ask = |stream: bool| json!({ "model": endpoint.name, "messages": messages, "stream": stream });
    json!({
        "whole": { "summary": "An answer at once", "value": ask(false) },
        "pieces": { "summary": "An answer in pieces", "value": ask(true) },
    })
}

/// Answers of chat completions.
pub(super) fn completion(outputs: &Json) -> Json {
    let mut outputs = outputs.clone();
    outputs["description"] = json!("The outputs beside the one that answers.");
    json!({
        "type": "object",
        "required": ["id", "object", "created", "model", "choices", "usage", "flow"],
        "properties": {
            "id": { "type": "string" },
            "object": { "const": "chat.completion" },
            "created": { "type": "integer" },
            "model": { "type": "string" },
            "choices": {
                "type": "array",
                "minItems": 1,
                "maxItems": 1,
                "items": {
                    "type": "object",
                    "required": ["index", "message", "finish_reason"],
                    "properties": {
                        "index": { "const": 0 },
                        "message": {
                            "type": "object",
                            "required": ["role", "content"],
                            "properties": { "role": { "const": "assistant" }, "content": { "type": "string" } },
                        },
                        "finish_reason": { "const": "stop" },
                    },
                },
            },
            "usage": { "$ref": "#/components/schemas/ChatUsage" },
            "flow": {
                "type": "object",
                "required": ["outputs"],
                "properties": {
                    "outputs": outputs,
                    "ignored": { "type": "array", "items": { "type": "string" } },
                },
            },
        },
    })
}
