//! The API: which reply a request to the model gets.

use serde_json::{Map, Value, json};

use super::answers::{answer, embedding};
use super::chat::{content, is_truthy, malformed_offer, message};
use super::python_json::{digest, dumps};

/// The characters of one piece of a streamed text.
const PIECE: usize = 4;

/// What goes back to the client.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) content: Content,
    /// Whether to ask the client to come back at once.
    pub(crate) retry_now: bool,
}

/// The body of a reply.
#[derive(Debug)]
pub(crate) enum Content {
    Whole(Vec<u8>),
    /// Server-sent events, each with the blank line after it.
    Events(Vec<String>),
}

impl Reply {
    pub(crate) fn whole(kind: &'static str, content: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, kind, content: Content::Whole(content.into()), retry_now: false }
    }

    pub(crate) fn json(value: &Value) -> Self {
        Self::whole("application/json", dumps(value))
    }

    pub(crate) fn failure(status: u16, message: &str) -> Self {
        let error =
            json!({"message": message, "type": "invalid_request_error", "param": null, "code": status.to_string()});
        Self { status, ..Self::json(&json!({ "error": error })) }
    }
}

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

fn usage() -> Value {
    json!({"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15})
}

fn embeddings(request: &Value, model: &Value) -> Reply {
    let is_token = |item: &Value| item.is_boolean() || item.is_i64() || item.is_u64();
    let input = &request["input"];
    // A list of tokens is one text; so is an empty list.
    let asked = match input {
        Value::Array(items) if !items.iter().all(is_token) => items.clone(),
        _ => vec![input.clone()],
    };
    let vector = |text: &Value| {
        let numbers = embedding(text);
        if request["encoding_format"] == "base64" {
            let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
            Value::from(base64_text(&bytes))
        } else {
            numbers.iter().copied().map(f64::from).collect()
        }
    };
    let data: Vec<_> = asked
        .iter()
        .enumerate()
        .map(|(index, text)| json!({"object": "embedding", "index": index, "embedding": vector(text)}))
        .collect();
    let usage = json!({"prompt_tokens": asked.len(), "total_tokens": asked.len()});
    Reply::json(&json!({"object": "list", "model": model, "usage": usage, "data": data}))
}

fn base64_text(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place > group.len() { '=' } else { char::from(letter) });
        }
    }
    text
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

fn whole_completion(mut reply: Map<String, Value>, object: &str, choices: Vec<Value>) -> Reply {
    reply.insert("object".to_owned(), Value::from(object));
    reply.insert("usage".to_owned(), usage());
    reply.insert("choices".to_owned(), Value::Array(choices));
    Reply::json(&Value::Object(reply))
}

fn wants_usage(request: &Value) -> bool {
    is_truthy(&request["stream_options"]["include_usage"])
}

/// The two sorts of stream, which differ in where a piece of text stands.
#[derive(Clone, Copy)]
enum Streamed {
    Chat,
    Completion,
}

impl Streamed {
    fn object(self) -> &'static str {
        match self {
            Self::Chat => "chat.completion.chunk",
            Self::Completion => "text_completion",
        }
    }

    fn piece(self, index: usize, piece: &str, first: bool) -> Value {
        match self {
            Self::Completion => json!({"index": index, "text": piece, "finish_reason": null, "logprobs": null}),
            Self::Chat if first => {
                json!({"index": index, "delta": {"role": "assistant", "content": piece}, "finish_reason": null})
            }
            Self::Chat => json!({"index": index, "delta": {"content": piece}, "finish_reason": null}),
        }
    }

    fn end(self, index: usize) -> Value {
        match self {
            Self::Completion => json!({"index": index, "finish_reason": "stop", "text": ""}),
            Self::Chat => json!({"index": index, "finish_reason": "stop", "delta": {}}),
        }
    }
}

fn stream(
    opening: &Map<String, Value>,
    streamed: Streamed,
    texts: impl Iterator<Item = String>,
    wants_usage: bool,
) -> Reply {
    let event = |choices: Value, usage: Option<Value>| {
        let mut chunk = opening.clone();
        chunk.insert("object".to_owned(), Value::from(streamed.object()));
        chunk.insert("choices".to_owned(), choices);
        chunk.extend(usage.map(|usage| ("usage".to_owned(), usage)));
        format!("data: {}\n\n", dumps(&Value::Object(chunk)))
    };
    let mut events = Vec::new();
    for (index, text) in texts.enumerate() {
        let letters: Vec<char> = text.chars().collect();
        // An empty text is one empty piece.
        for start in (0..letters.len().max(1)).step_by(PIECE) {
            let piece: String = letters.iter().skip(start).take(PIECE).collect();
            events.push(event(json!([streamed.piece(index, &piece, start == 0)]), None));
        }
        events.push(event(json!([streamed.end(index)]), None));
    }
    if wants_usage {
        events.push(event(json!([]), Some(usage())));
    }
    events.push("data: [DONE]\n\n".to_owned());
    Reply { content: Content::Events(events), ..Reply::whole("text/event-stream", "") }
}
