use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::{Api, Cost, ModelError, responses};

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
        let text = |json: Option<&Json>| json.and_then(Json::as_str).map(str::to_owned);
        let (messages, finish_reason) = match api {
            Api::Responses => {
                let reason = responses::finish_reason(&body).map(str::to_owned);
                (responses::message(&body).into_iter().collect(), reason)
            }
            _ => {
                let reason = text(choices.first().and_then(|choice| choice.get("finish_reason")));
                (choices.iter().filter_map(message).collect(), reason)
            }
        };
        Self {
            messages,
            finish_reason,
            model: text(body.get("model")),
            usage: body.get("usage").and_then(Usage::from_body),
            body,
        }
    }

    /// The machinery that answered, where the provider tells: OpenAI's `system_fingerprint`.
    #[must_use]
    pub fn fingerprint(&self) -> Option<&str> {
        self.body.get("system_fingerprint").and_then(Json::as_str)
    }

    /// The failure that a body tells of although it came as an answer: one of the Responses API with `status: failed`.
    #[must_use]
    pub fn failure(api: Api, body: &Json) -> Option<ModelError> {
        if api == Api::Responses { responses::failed(body) } else { None }
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
    /// Calls that the node cache answered; part of `calls`. Nobody paid for them in this run.
    #[serde(default, skip_serializing_if = "is_none")]
    pub served_calls: u64,
    /// Tokens of calls that the node cache answered, prompts and answers together.
    #[serde(default, skip_serializing_if = "is_none")]
    pub served_tokens: u64,
    /// What they cost.
    #[serde(flatten)]
    pub cost: Cost,
}

impl Usage {
    /// Reads the `usage` object of a response; `None` if it holds no numbers.
    #[must_use]
    pub fn from_body(usage: &Json) -> Option<Self> {
        // The names of the Responses API stand second; a few compatible providers have names of their own for the cache.
        let first = |names: &[&str]| names.iter().find_map(|name| usage.get(name)?.as_u64());
        let detail = |of: [&str; 2], name: &str| of.iter().find_map(|details| usage.get(details)?.get(name)?.as_u64());
        let prompt = first(&["prompt_tokens", "input_tokens"]);
        let completion = first(&["completion_tokens", "output_tokens"]);
        if prompt.is_none() && completion.is_none() {
            return None;
        }
        let cached = detail(["prompt_tokens_details", "input_tokens_details"], "cached_tokens")
            .or_else(|| first(&["prompt_cache_hit_tokens", "cache_read_input_tokens"]));
        let reasoning = detail(["completion_tokens_details", "output_tokens_details"], "reasoning_tokens");
        Some(Self {
            calls: 1,
            prompt_tokens: prompt.unwrap_or(0),
            completion_tokens: completion.unwrap_or(0),
            cached_tokens: cached.unwrap_or(0),
            reasoning_tokens: reasoning.unwrap_or(0),
            ..Self::default()
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
        self.served_calls += other.served_calls;
        self.served_tokens += other.served_tokens;
        self.cost += other.cost;
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_none(count: &u64) -> bool {
    *count == 0
}
