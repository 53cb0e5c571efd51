//! A completion in pieces, as server-sent events.

use serde_json::{Map, Value, json};

use super::python_json::dumps;
use super::reply::{Content, Reply, usage};

/// The characters of one piece of a streamed text.
const PIECE: usize = 4;

/// The two sorts of stream, which differ in where a piece of text stands.
#[derive(Clone, Copy)]
pub(crate) enum Streamed {
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

/// The stream of the texts, one after the other, each chunk with `opening` at its beginning.
pub(crate) fn stream(
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
