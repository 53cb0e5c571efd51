//! The Responses API in terms of chat: what its answers say, and what its events mean.

use serde_json::{Map, Value as Json, json};

use super::{ModelError, ModelErrorKind};

/// The message of an answer: its texts joined, its calls as a chat's message has them. `None` without any output.
pub(super) fn message(body: &Json) -> Option<Map<String, Json>> {
    let items = body.get("output").and_then(Json::as_array)?;
    let mut message = Map::new();
    let mut calls = Vec::new();
    let (mut text, mut refusal) = (None::<String>, None::<String>);
    for item in items {
        match kind(item) {
            "message" => {
                for part in item.get("content").and_then(Json::as_array).into_iter().flatten() {
                    let piece = |name: &str| part.get(name).and_then(Json::as_str).unwrap_or_default();
                    match kind(part) {
                        "output_text" => text.get_or_insert_default().push_str(piece("text")),
                        "refusal" => refusal.get_or_insert_default().push_str(piece("refusal")),
                        _ => {}
                    }
                }
            }
            "function_call" => calls.push(call(item)),
            _ => {}
        }
    }
    message.insert("role".into(), json!("assistant"));
    message.insert("content".into(), json!(text));
    if refusal.is_some() {
        message.insert("refusal".into(), json!(refusal));
    }
    if !calls.is_empty() {
        message.insert("tool_calls".into(), Json::Array(calls));
    }
    Some(message)
}

fn kind(json: &Json) -> &str {
    json.get("type").and_then(Json::as_str).unwrap_or_default()
}

fn call(item: &Json) -> Json {
    let part = |name: &str| item.get(name).cloned().unwrap_or_default();
    let id = item.get("call_id").or_else(|| item.get("id")).cloned().unwrap_or_default();
    json!({ "id": id, "type": "function", "function": { "name": part("name"), "arguments": part("arguments") } })
}

/// Why an answer ended, in the words of chat.
pub(super) fn finish_reason(body: &Json) -> Option<&str> {
    let calls = body.get("output").and_then(Json::as_array).into_iter().flatten();
    match body.get("status").and_then(Json::as_str)? {
        "completed" if calls.into_iter().any(|item| kind(item) == "function_call") => Some("tool_calls"),
        "completed" => Some("stop"),
        "incomplete" => match body.pointer("/incomplete_details/reason").and_then(Json::as_str) {
            Some("max_output_tokens") | None => Some("length"),
            other => other,
        },
        other => Some(other),
    }
}

/// An event of a streamed answer.
pub(super) enum Told<'e> {
    /// A piece of the text.
    Piece(&'e str),
    /// The end, with the whole answer.
    Whole(&'e Json),
    /// The answer failed.
    Failed(ModelError),
    /// Something that the whole answer tells as well.
    Else,
}

pub(super) fn told(event: &Json) -> Told<'_> {
    match kind(event) {
        "response.output_text.delta" => event.get("delta").and_then(Json::as_str).map_or(Told::Else, Told::Piece),
        "response.completed" | "response.incomplete" => event.get("response").map_or(Told::Else, Told::Whole),
        "response.failed" => Told::Failed(failure(event.pointer("/response/error").unwrap_or(&Json::Null))),
        "error" => Told::Failed(failure(event.get("error").unwrap_or(event))),
        _ => Told::Else,
    }
}

/// What a failed answer says of itself; `None` for one that did not fail.
pub(super) fn failed(body: &Json) -> Option<ModelError> {
    let is_failed = body.get("status").and_then(Json::as_str) == Some("failed");
    is_failed.then(|| failure(body.get("error").unwrap_or(&Json::Null)))
}

fn failure(error: &Json) -> ModelError {
    let code = error.get("code").and_then(Json::as_str);
    let kind = match code {
        Some("rate_limit_exceeded" | "insufficient_quota") => ModelErrorKind::Status(429),
        Some("invalid_prompt" | "invalid_request_error") => ModelErrorKind::Status(400),
        _ => ModelErrorKind::Status(500),
    };
    let said = error.get("message").and_then(Json::as_str).unwrap_or("it gave no reason");
    let message = format!(
        "the model failed while it answered{}: {said}",
        code.map(|code| format!(" ({code})")).unwrap_or_default()
    );
    ModelError { code: code.map(Into::into), ..ModelError::new(kind, message) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Answer, Api};

    #[test]
    fn an_answer_of_the_responses_api_reads_like_one_of_chat() {
        let body = json!({
            "status": "completed", "model": "gpt-5-mini-2025-08-07",
            "output": [
                { "type": "reasoning", "summary": [] },
                { "type": "message", "role": "assistant", "content": [
                    { "type": "output_text", "text": "Let me " }, { "type": "output_text", "text": "look." },
                ] },
                { "type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "look", "arguments": "{}" },
            ],
            "usage": {
                "input_tokens": 36, "output_tokens": 87, "total_tokens": 123,
                "input_tokens_details": { "cached_tokens": 30 }, "output_tokens_details": { "reasoning_tokens": 64 },
            },
        });
        let answer = Answer::from_body(Api::Responses, body);
        assert_eq!(answer.finish_reason.as_deref(), Some("tool_calls"));
        assert_eq!(answer.model.as_deref(), Some("gpt-5-mini-2025-08-07"));
        let usage = answer.usage.unwrap();
        assert_eq!((usage.prompt_tokens, usage.completion_tokens), (36, 87));
        assert_eq!((usage.cached_tokens, usage.reasoning_tokens), (30, 64));
        assert_eq!(
            Json::Object(answer.messages[0].clone()),
            json!({ "role": "assistant", "content": "Let me look.", "tool_calls": [
                { "id": "call_1", "type": "function", "function": { "name": "look", "arguments": "{}" } },
            ] })
        );
    }

    #[test]
    fn an_answer_that_was_cut_or_failed_says_so() {
        let cut =
            json!({ "status": "incomplete", "incomplete_details": { "reason": "max_output_tokens" }, "output": [] });
        assert_eq!(finish_reason(&cut), Some("length"));
        let error =
            failed(&json!({ "status": "failed", "error": { "code": "rate_limit_exceeded", "message": "slow down" } }));
        let error = error.unwrap();
        assert_eq!(error.kind, ModelErrorKind::Status(429));
        assert_eq!(error.message, "the model failed while it answered (rate_limit_exceeded): slow down");
        assert!(failed(&cut).is_none());
    }
}
