//! Answers in the shapes of OpenAI's APIs, whole and in pieces.

mod chat;
mod completion;
mod embedding;
mod responses;

pub(super) use embedding::vectors;

use serde_json::{Value as Json, json};

use super::chance::Chance;
use super::speech::{Speech, Tokens};
use crate::model::{Api, ModelRequest};

/// When every answer was made, in seconds since 1970: the clock is no part of an answer.
const CREATED: u64 = 1_700_000_000;

/// What is at the head of an answer.
pub(super) struct Head<'a> {
    pub(super) request: &'a ModelRequest,
    pub(super) chance: &'a Chance<'a>,
    /// The model that is said to have answered, if it is not the one that was asked.
    pub(super) snapshot: Option<&'a str>,
    /// Whether calls are told in the old form.
    pub(super) is_of_functions: bool,
}

impl Head<'_> {
    fn model(&self) -> &str {
        self.snapshot.unwrap_or(&self.request.model)
    }

    /// An identifier with OpenAI's prefix for its kind.
    fn id(&self, prefix: &str, part: usize) -> String {
        format!("{prefix}{:016x}{:016x}", self.chance.state(), self.chance.number(prefix, part))
    }

    /// Whether the last event of a stream tells the usage.
    fn tells_usage(&self) -> bool {
        let options = self.request.body.get("stream_options");
        options.and_then(|options| options.get("include_usage")) == Some(&Json::Bool(true))
    }
}

/// An event of a stream.
pub(super) struct Event {
    pub(super) json: Json,
    /// Whether it brings a piece of the answer, and no frame around it.
    pub(super) is_piece: bool,
}

impl Event {
    fn frame(json: Json) -> Self {
        Self { json, is_piece: false }
    }

    fn piece(json: Json) -> Self {
        Self { json, is_piece: true }
    }
}

/// The answer in one body.
pub(super) fn whole(head: &Head<'_>, speeches: &[Speech], tokens: Option<Tokens>) -> Json {
    match head.request.api {
        Api::Completion => completion::whole(head, speeches, tokens),
        Api::Responses => responses::whole(head, speeches, tokens),
        Api::Chat | Api::Embedding => chat::whole(head, speeches, tokens),
    }
}

/// The answer as the events of a stream.
pub(super) fn events(head: &Head<'_>, speeches: &[Speech], tokens: Option<Tokens>) -> Vec<Event> {
    match head.request.api {
        Api::Completion => completion::events(head, speeches, tokens),
        Api::Responses => responses::events(head, speeches, tokens),
        Api::Chat | Api::Embedding => chat::events(head, speeches, tokens),
    }
}

impl Tokens {
    /// As chat and completions tell it.
    fn to_usage(self) -> Json {
        json!({
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "total_tokens": self.prompt.saturating_add(self.completion),
            "prompt_tokens_details": { "cached_tokens": self.cached, "audio_tokens": 0 },
            "completion_tokens_details": {
                "reasoning_tokens": self.reasoning,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        })
    }
}

/// The pieces in which a text is streamed: words, each with the space before it, and long ones in parts.
fn pieces(text: &str) -> Vec<&str> {
    const LONGEST: usize = 12;
    let mut pieces = Vec::new();
    let (mut start, mut length) = (0, 0);
    let mut is_in_word = false;
    for (at, letter) in text.char_indices() {
        if is_in_word && letter.is_whitespace() || length == LONGEST {
            pieces.push(&text[start..at]);
            (start, length) = (at, 0);
        }
        length += 1;
        is_in_word = !letter.is_whitespace();
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    pieces
}

/// The events of several choices, which come side by side.
fn interleave(choices: Vec<Vec<Event>>) -> Vec<Event> {
    let mut queues: Vec<_> = choices.into_iter().map(Vec::into_iter).collect();
    let mut events = Vec::new();
    loop {
        let before = events.len();
        events.extend(queues.iter_mut().filter_map(Iterator::next));
        if events.len() == before {
            return events;
        }
    }
}
