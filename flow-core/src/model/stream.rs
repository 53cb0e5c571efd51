//! Putting the pieces of a streamed answer together: the result is the body that the same answer would have had whole.

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use serde_json::{Map, Value as Json, json};

use super::responses::{Told, told};
use super::{Api, CallListener, ModelError, ModelErrorKind};

/// Reads a stream to its end and gives the whole body. Pieces of the first choice's text go to the listener.
///
/// # Errors
/// What the stream says, or that it ended before the answer did.
pub async fn assemble(
    api: Api,
    mut stream: BoxStream<'static, Result<Json, ModelError>>,
    listener: &dyn CallListener,
) -> Result<Json, ModelError> {
    if api == Api::Responses {
        return assemble_response(stream, listener).await;
    }
    let mut body = Map::new();
    let mut choices: Vec<Choice> = Vec::new();
    while let Some(event) = stream.next().await {
        let event = event?;
        for (key, value) in event.as_object().into_iter().flatten() {
            let is_of_whole = key != "choices" && !value.is_null();
            if is_of_whole {
                body.insert(key.clone(), value.clone());
            }
        }
        for piece in event.get("choices").and_then(Json::as_array).into_iter().flatten() {
            let index = piece.get("index").and_then(Json::as_u64).and_then(|index| usize::try_from(index).ok());
            let index = index.unwrap_or(0).min(LARGEST_INDEX);
            if choices.len() <= index {
                choices.resize_with(index + 1, Choice::default);
            }
            let text = choices[index].take(api, piece);
            if let Some(text) = text.filter(|text| index == 0 && !text.is_empty()) {
                listener.delta(text).await;
            }
        }
    }
    if choices.first().is_none_or(|first| first.finish_reason.is_none()) {
        return Err(broken_off());
    }
    if api == Api::Chat {
        body.insert("object".into(), json!("chat.completion"));
    }
    body.insert("choices".into(), choices.into_iter().enumerate().map(|(at, choice)| choice.whole(api, at)).collect());
    Ok(Json::Object(body))
}

fn broken_off() -> ModelError {
    ModelError::new(ModelErrorKind::Truncated, "the answer broke off before its end")
}

/// The last event of the Responses API holds the whole answer.
async fn assemble_response(
    mut stream: BoxStream<'static, Result<Json, ModelError>>,
    listener: &dyn CallListener,
) -> Result<Json, ModelError> {
    let mut whole = None;
    while let Some(event) = stream.next().await {
        match told(&event?) {
            Told::Piece("") | Told::Else => {}
            Told::Piece(text) => listener.delta(text).await,
            Told::Whole(response) => whole = Some(response.clone()),
            Told::Failed(error) => return Err(error),
        }
    }
    whole.ok_or_else(broken_off)
}

/// No provider gives more answers to a request, or more calls in an answer.
const LARGEST_INDEX: usize = 127;

/// A choice so far.
#[derive(Debug, Default)]
struct Choice {
    text: Option<String>,
    message: Map<String, Json>,
    finish_reason: Option<Json>,
}

impl Choice {
    /// Adds a piece; its text.
    fn take<'p>(&mut self, api: Api, piece: &'p Json) -> Option<&'p str> {
        if let Some(reason) = piece.get("finish_reason").filter(|reason| !reason.is_null()) {
            self.finish_reason = Some(reason.clone());
        }
        if api == Api::Completion {
            let text = piece.get("text").and_then(Json::as_str)?;
            self.text.get_or_insert_default().push_str(text);
            return Some(text);
        }
        let delta = piece.get("delta").and_then(Json::as_object)?;
        merge(&mut self.message, delta);
        delta.get("content").and_then(Json::as_str)
    }

    fn whole(mut self, api: Api, index: usize) -> Json {
        let finish_reason = self.finish_reason.unwrap_or_default();
        if api == Api::Completion {
            return json!({ "index": index, "text": self.text.unwrap_or_default(), "finish_reason": finish_reason });
        }
        self.message.entry("role").or_insert_with(|| json!("assistant"));
        self.message.entry("content").or_insert(Json::Null);
        for call in self.message.get_mut("tool_calls").and_then(Json::as_array_mut).into_iter().flatten() {
            if let Some(call) = call.as_object_mut() {
                call.shift_remove("index");
            }
        }
        json!({ "index": index, "message": self.message, "finish_reason": finish_reason })
    }
}

/// Adds the pieces of a message to it: texts grow, lists are merged by `index`, everything else is replaced.
fn merge(whole: &mut Map<String, Json>, piece: &Map<String, Json>) {
    for (key, value) in piece {
        match (whole.get_mut(key), value) {
            (_, Json::Null) => {}
            (Some(Json::String(text)), Json::String(more)) if !matches!(&**key, "role" | "type" | "id" | "name") => {
                text.push_str(more);
            }
            (Some(Json::Object(known)), Json::Object(more)) => merge(known, more),
            (Some(Json::Array(known)), Json::Array(more)) => merge_list(known, more),
            (None, Json::Array(more)) => {
                let mut known = Vec::new();
                merge_list(&mut known, more);
                whole.insert(key.clone(), Json::Array(known));
            }
            _ => {
                whole.insert(key.clone(), value.clone());
            }
        }
    }
}

fn merge_list(known: &mut Vec<Json>, more: &[Json]) {
    for item in more {
        let index = item.get("index").and_then(Json::as_u64).and_then(|index| usize::try_from(index).ok());
        let Some(index) = index else {
            known.push(item.clone());
            continue;
        };
        let same = known.iter_mut().find(|known| known.get("index").and_then(Json::as_u64) == item["index"].as_u64());
        match (same, item) {
            (Some(Json::Object(known)), Json::Object(more)) => merge(known, more),
            (None, _) if index <= LARGEST_INDEX => known.push(item.clone()),
            _ => {}
        }
    }
}
