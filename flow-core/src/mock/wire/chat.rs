use serde_json::{Map, Value as Json, json};

use super::{CREATED, Event, Head, interleave, pieces};
use crate::mock::speech::{Speech, Tokens};

pub(super) fn whole(head: &Head<'_>, speeches: &[Speech], tokens: Option<Tokens>) -> Json {
    let choices: Vec<Json> = speeches
        .iter()
        .enumerate()
        .map(|(index, speech)| {
            json!({
                "index": index,
                "message": message(head, index, speech),
                "logprobs": null,
                "finish_reason": speech.finish_reason,
            })
        })
        .collect();
    let mut body = json!({
        "id": head.id("chatcmpl-", 0),
        "object": "chat.completion",
        "created": CREATED,
        "model": head.model(),
        "choices": choices,
    });
    if let Some(body) = body.as_object_mut() {
        if let Some(tokens) = tokens {
            body.insert("usage".into(), tokens.to_usage());
        }
        body.insert("service_tier".into(), "default".into());
        body.insert("system_fingerprint".into(), "fp_mock".into());
    }
    body
}

fn message(head: &Head<'_>, index: usize, speech: &Speech) -> Json {
    let mut message = Map::new();
    message.insert("role".into(), "assistant".into());
    message.insert("content".into(), speech.content.as_deref().into());
    message.insert("refusal".into(), speech.refusal.as_deref().into());
    message.insert("annotations".into(), Json::Array(Vec::new()));
    if let (true, Some(call)) = (head.is_of_functions, speech.calls.first()) {
        message.insert("function_call".into(), json!({ "name": call.name, "arguments": call.arguments }));
    } else if !speech.calls.is_empty() {
        let calls = speech.calls.iter().enumerate().map(|(at, call)| {
            json!({
                "id": call_id(head, index, at),
                "type": "function",
                "function": { "name": call.name, "arguments": call.arguments },
            })
        });
        message.insert("tool_calls".into(), calls.collect());
    }
    Json::Object(message)
}

fn call_id(head: &Head<'_>, choice: usize, call: usize) -> String {
    let id = head.id("call_", choice * 64 + call);
    // Half of it is the request's: two calls of one answer differ in the other half.
    format!("call_{}", &id[id.len().saturating_sub(24)..])
}

pub(super) fn events(head: &Head<'_>, speeches: &[Speech], tokens: Option<Tokens>) -> Vec<Event> {
    let id = head.id("chatcmpl-", 0);
    let tells_usage = head.tells_usage() && tokens.is_some();
    let chunk = |choices: Json, usage: Json| {
        let mut chunk = json!({
            "id": id,
            "object": "chat.completion.chunk",
            "created": CREATED,
            "model": head.model(),
            "service_tier": "default",
            "system_fingerprint": "fp_mock",
            "choices": choices,
        });
        if let (true, Some(chunk)) = (tells_usage, chunk.as_object_mut()) {
            chunk.insert("usage".into(), usage);
        }
        chunk
    };
    let choices = speeches.iter().enumerate().map(|(index, speech)| {
        let delta = |delta: Json, reason: Json| {
            let choice = json!([{ "index": index, "delta": delta, "logprobs": null, "finish_reason": reason }]);
            chunk(choice, Json::Null)
        };
        let piece = |delta_of: Json| Event::piece(delta(delta_of, Json::Null));
        let content = if speech.content.is_some() { json!("") } else { Json::Null };
        let mut events =
            vec![Event::frame(delta(json!({ "role": "assistant", "content": content, "refusal": null }), Json::Null))];
        let said = |text: &Option<String>, key: &str| -> Vec<Event> {
            let texts = text.as_deref().map(pieces).unwrap_or_default();
            texts.into_iter().map(|text| piece(json!({ key: text }))).collect()
        };
        events.extend(said(&speech.content, "content"));
        events.extend(said(&speech.refusal, "refusal"));
        for (at, call) in speech.calls.iter().enumerate() {
            if head.is_of_functions {
                events.push(piece(json!({ "function_call": { "name": call.name, "arguments": "" } })));
                let texts = pieces(&call.arguments).into_iter();
                events.extend(texts.map(|text| piece(json!({ "function_call": { "arguments": text } }))));
                break;
            }
            let function = json!({ "name": call.name, "arguments": "" });
            let first =
                json!({ "index": at, "id": call_id(head, index, at), "type": "function", "function": function });
            events.push(piece(json!({ "tool_calls": [first] })));
            events.extend(
                pieces(&call.arguments)
                    .into_iter()
                    .map(|text| piece(json!({ "tool_calls": [{ "index": at, "function": { "arguments": text } }] }))),
            );
        }
        events.push(Event::frame(delta(json!({}), json!(speech.finish_reason))));
        events
    });
    let mut events = interleave(choices.collect());
    if let (true, Some(tokens)) = (tells_usage, tokens) {
        events.push(Event::frame(chunk(json!([]), tokens.to_usage())));
    }
    events
}
