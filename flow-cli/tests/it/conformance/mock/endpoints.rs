//! The API: which reply a request to the model gets.

use serde_json::{Map, Value, json};

use super::answers::answer;
use super::chat::{content, is_truthy, malformed_offer, message};
use super::embeddings::embeddings;
use super::python_json::digest;
use super::reply::{Reply, usage};
use super::stream::{Streamed, stream};

/// The reply to `request`, which is the `times`-th equal one at `path`.
pub(crate) fn reply_to(path: &str, request: &Value, times: u64) -> Reply {
    let model = model_of(path, request);
    if let Some(trouble) = trouble(&model, times) {
        return trouble;
    }
    if path.ends_with("/embeddings") {
        embeddings(request, &model)
    } else if path.ends_with("/chat/completions") {
        chat_completions(request, &model)
    } else if path.ends_with("/completions") {
        completions(request, &model)
    } else {
        Reply::failure(404, &format!("no such path {path}"))
    }
}

/// The model of the request, else the deployment of the path, else a default.
fn model_of(path: &str, request: &Value) -> Value {
    if is_truthy(&request["model"]) {
        return request["model"].clone();
    }
    let deployment = path.split_once("/deployments/").and_then(|(_, rest)| rest.split_once('/'));
    Value::from(deployment.map(|(name, _)| name).filter(|name| !name.is_empty()).unwrap_or("gpt-4o"))
}

/// The failure that the model's name asks for: `status-NNN` always, `flaky-NNN-K` the first K times.
fn trouble(model: &Value, times: u64) -> Option<Reply> {
    let model = model.as_str()?;
    let (status, retry_now) = match model.strip_prefix("status-") {
        Some(status) => (status, false),
        None => {
            let (status, failures) = model.strip_prefix("flaky-")?.split_once('-')?;
            if times > whole_number(failures)? {
                return None;
            }
            (status, true)
        }
    };
    let code = whole_number(status).filter(|_| status.len() == 3)?;
    let reply = Reply::failure(u16::try_from(code).ok()?, &format!("asked for status {status}"));
    Some(Reply { retry_now, ..reply })
}

/// A number of digits alone: no sign, no spaces.
fn whole_number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// How many choices the request wants.
fn choice_count(request: &Value) -> u64 {
    match &request["n"] {
        Value::Number(number) if number.as_f64() == Some(0.0) => 1,
        // Python's range over a negative number is empty.
        Value::Number(number) => number.as_u64().or_else(|| number.as_f64().map(|float| float as u64)).unwrap_or(0),
        Value::String(text) => text.trim().parse().unwrap_or(1),
        _ => 1,
    }
}

/// What every chunk and every whole answer begins with.
fn opening(prefix: &str, asked: &Value, model: &Value) -> Map<String, Value> {
    let id = format!("{prefix}-{}", &digest(asked)[..8]);
    [("id", Value::from(id)), ("created", Value::from(0)), ("model", model.clone())]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

fn chat_completions(request: &Value, model: &Value) -> Reply {
    let messages = &request["messages"];
    let opening = opening("chatcmpl", messages, model);
    if messages.as_array().is_none_or(Vec::is_empty) {
        return Reply::failure(400, "[] is too short - 'messages'");
    }
    if is_truthy(&request["stream"]) {
        let texts = (0..choice_count(request)).map(|index| content(request, index).unwrap_or_default());
        return stream(&opening, Streamed::Chat, texts, wants_usage(request));
    }
    if let Some(place) = malformed_offer(request) {
        return Reply::failure(400, &format!("Missing required parameter: '{place}'."));
    }
    let count = if model == "no-choices" { 0 } else { choice_count(request) };
    let choices = (0..count).map(|index| {
        let (message, finish_reason) = message(request, index);
        json!({"index": index, "message": message, "finish_reason": finish_reason, "logprobs": null})
    });
    whole_completion(opening, "chat.completion", choices.collect())
}

fn completions(request: &Value, model: &Value) -> Reply {
    let prompt = &request["prompt"];
    let opening = opening("cmpl", prompt, model);
    let texts = (0..choice_count(request)).map(|index| answer(prompt, &Value::Null, index));
    if is_truthy(&request["stream"]) {
        return stream(&opening, Streamed::Completion, texts, wants_usage(request));
    }
    let choices = texts
        .enumerate()
        .map(|(index, text)| json!({"index": index, "text": text, "finish_reason": "stop", "logprobs": null}));
    whole_completion(opening, "text_completion", choices.collect())
}

fn wants_usage(request: &Value) -> bool {
    is_truthy(&request["stream_options"]["include_usage"])
}

fn whole_completion(mut reply: Map<String, Value>, object: &str, choices: Vec<Value>) -> Reply {
    reply.insert("object".to_owned(), Value::from(object));
    reply.insert("usage".to_owned(), usage());
    reply.insert("choices".to_owned(), Value::Array(choices));
    Reply::json(&Value::Object(reply))
}
