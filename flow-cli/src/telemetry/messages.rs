//! Prompts and answers in the form that the conventions give to messages: a role and typed parts.

use flow_core::model::{Answer, Api, ModelRequest};
use serde_json::{Value as Json, json};

/// The conversation that was sent.
pub(super) fn input(request: &ModelRequest) -> Json {
    match request.api {
        Api::Completion => json!([text_message("user", request.body.get("prompt"))]),
        Api::Embedding => json!([text_message("user", request.body.get("input"))]),
        Api::Chat => messages(request.body.get("messages")),
        Api::Responses => messages(request.body.get("input")),
    }
}

/// The answers.
pub(super) fn output(answer: &Answer) -> Json {
    let reason = answer.finish_reason.as_deref().unwrap_or("stop");
    let choices = answer.messages.iter().map(|message| {
        let mut said = message_of(&Json::Object(message.clone()));
        said["finish_reason"] = json!(reason);
        said
    });
    choices.collect()
}

fn messages(list: Option<&Json>) -> Json {
    match list {
        Some(Json::Array(items)) => items.iter().map(message_of).collect(),
        Some(Json::String(text)) => json!([text_message("user", Some(&json!(text)))]),
        _ => json!([]),
    }
}

fn text_message(role: &str, content: Option<&Json>) -> Json {
    let texts = match content {
        Some(Json::Array(items)) => items.clone(),
        Some(other) => vec![other.clone()],
        None => Vec::new(),
    };
    let parts: Vec<Json> = texts.iter().map(|text| json!({ "type": "text", "content": text })).collect();
    json!({ "role": role, "parts": parts })
}

fn message_of(message: &Json) -> Json {
    let role = message.get("role").and_then(Json::as_str).unwrap_or("assistant");
    let mut parts = Vec::new();
    let content = message.get("content");
    if let (Some(id), Some(content)) = (message.get("tool_call_id"), content) {
        parts.push(json!({ "type": "tool_call_response", "id": id, "response": content }));
    } else {
        match content {
            Some(Json::String(text)) => parts.push(json!({ "type": "text", "content": text })),
            Some(Json::Array(items)) => parts.extend(items.iter().map(part)),
            _ => {}
        }
    }
    for call in message.get("tool_calls").and_then(Json::as_array).into_iter().flatten() {
        let function = &call["function"];
        parts.push(json!({
            "type": "tool_call", "id": call["id"], "name": function["name"], "arguments": function["arguments"],
        }));
    }
    json!({ "role": role, "parts": parts })
}

/// A part of a message; of a picture only that there is one.
fn part(item: &Json) -> Json {
    match item.get("text").and_then(Json::as_str) {
        Some(text) => json!({ "type": "text", "content": text }),
        None => json!({ "type": item.get("type").and_then(Json::as_str).unwrap_or("unknown") }),
    }
}
