use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::{Api, Cost};

/// A model's answer, as far as the engine reads it; compatible servers may leave out anything.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The whole body, as it came or was put together from its pieces.
    pub body: Json,
    /// The messages of the choices, in order; of a completion, a message that holds its text.
    pub messages: Vec<Map<String, Json>>,
    /// Why the first choice ended: `stop`, `length`, `tool_calls`, ….
    pub finish_reason: Option<String>,
    /// The model that answered, where the provider tells.
    pub model: Option<String>,
    /// What it cost in tokens, where the provider tells.
    pub usage: Option<Usage>,
}

impl Answer {
    /// Reads a response body.
    #[must_use]
    pub fn from_body(api: Api, body: Json) -> Self {
        let choices = body.get("choices").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let message = |choice: &Json| match api {
            Api::Completion => Some(Map::from_iter([("content".to_owned(), choice.get("text")?.clone())])),
            _ => choice.get("message")?.as_object().cloned(),
        };
        let messages = choices.iter().filter_map(message).collect();
        let text = |json: Option<&Json>| json.and_then(Json::as_str).map(str::to_owned);
        Self {
            messages,
            finish_reason: text(choices.first().and_then(|choice| choice.get("finish_reason"))),
            model: text(body.get("model")),
            usage: body.get("usage").and_then(Usage::from_body),
            body,
        }
    }
}

/// Tokens of one or more calls, and their cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Calls that were answered.
    pub calls: u64,
    /// Tokens of the prompts.
    pub prompt_tokens: u64,
    /// Tokens of the answers.
    pub completion_tokens: u64,
    /// Prompt tokens that the provider had cached; part of `prompt_tokens`.
    pub cached_tokens: u64,
    /// Tokens that the model thought with; part of `completion_tokens`.
    pub reasoning_tokens: u64,
    /// What they cost.
    #[serde(flatten)]
    pub cost: Cost,
}

impl Usage {
    /// Reads the `usage` object of a response; `None` if it holds no numbers.
    #[must_use]
    pub fn from_body(usage: &Json) -> Option<Self> {
        let number = |path: &str| usage.pointer(path).and_then(Json::as_u64);
        if number("/prompt_tokens").is_none() && number("/completion_tokens").is_none() {
            return None;
        }
        Some(Self {
            calls: 1,
            prompt_tokens: number("/prompt_tokens").unwrap_or(0),
            completion_tokens: number("/completion_tokens").unwrap_or(0),
            cached_tokens: number("/prompt_tokens_details/cached_tokens").unwrap_or(0),
            reasoning_tokens: number("/completion_tokens_details/reasoning_tokens").unwrap_or(0),
            cost: Cost::default(),
        })
    }

    /// Prompt and answer together.
    #[must_use]
    pub fn total_tokens(&self) -> u64 {
        self.prompt_tokens + self.completion_tokens
    }
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.calls += other.calls;
        self.prompt_tokens += other.prompt_tokens;
        self.completion_tokens += other.completion_tokens;
        self.cached_tokens += other.cached_tokens;
        self.reasoning_tokens += other.reasoning_tokens;
        self.cost += other.cost;
    }
}
