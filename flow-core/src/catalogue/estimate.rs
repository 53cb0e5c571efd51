use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::token::count;
use super::{Catalogue, Encoding};
use crate::model::{Api, ModelRequest, Usage};

/// What a call will probably take, reckoned before it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// Tokens of the prompt: counted where a tokenizer is known, else by the number of characters.
    pub prompt_tokens: u64,
    /// Tokens of the answers: the most that the request allows, else an assumption.
    pub completion_tokens: u64,
    /// What these cost; `None` where there is no price.
    pub cost: Option<Decimal>,
}

impl Estimate {
    /// Prompt and answer together.
    #[must_use]
    pub fn total_tokens(&self) -> u64 {
        self.prompt_tokens.saturating_add(self.completion_tokens)
    }
}

/// What bounds the answer to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerLimit {
    /// How many answers are asked for.
    pub answers: u64,
    /// The longest answer that the request allows, in tokens; `None` where it says nothing.
    pub asked: Option<u64>,
    /// The longest answer that can come, in tokens: what is asked for, else the longest that the model gives. `None` where neither
    /// is known.
    pub longest: Option<u64>,
}

/// The length of an answer that is assumed where a request sets no limit.
const USUAL_ANSWER: u64 = 500;
/// The tokens of an image whose size is not known: one of 1024 × 1024 pixels in full detail, and one in low detail.
/// Source: OpenAI's guide "Images and vision", the table for gpt-4o.
const IMAGE: u64 = 765;
const SMALL_IMAGE: u64 = 85;
/// What a message takes beside its texts, a name, and the beginning of the answer.
/// Source: OpenAI's cookbook, "How to count tokens with tiktoken".
const MESSAGE: u64 = 3;
const NAME: u64 = 1;
const ANSWER: u64 = 3;
/// What a tool takes beside its texts, and what all tools together do. Source: likewise.
const TOOL: u64 = 7;
const TOOLS: u64 = 12;
const PROPERTY: u64 = 3;

impl Catalogue {
    /// Estimates a call. The first estimate with a tokenizer unpacks its vocabulary.
    #[must_use]
    pub fn estimate(&self, provider: &str, request: &ModelRequest) -> Estimate {
        let found = self.find(provider, &request.model);
        let encoding = found.and_then(|info| info.encoding);
        let prompt_tokens = Counter(encoding).request(request);
        let largest = found.and_then(|info| info.max_output).unwrap_or(u64::MAX);
        let completion_tokens = match request.api {
            Api::Embedding => 0,
            _ => answers(request).saturating_mul(limit(request).unwrap_or(USUAL_ANSWER).min(largest)),
        };
        let usage = Usage { calls: 1, prompt_tokens, completion_tokens, ..Usage::default() };
        Estimate { prompt_tokens, completion_tokens, cost: self.cost(provider, &request.model, &usage) }
    }
}

impl Catalogue {
    /// The tokens of a request's prompt, by the model's tokenizer where one is known (see [`Catalogue::has_tokenizer`]), else by the
    /// number of characters.
    #[must_use]
    pub fn prompt_tokens(&self, provider: &str, request: &ModelRequest) -> u64 {
        Counter(self.encoding(provider, &request.model)).request(request)
    }

    /// The tokens of a request's prompt by the number of characters, whichever model is asked.
    #[must_use]
    pub fn prompt_tokens_by_characters(request: &ModelRequest) -> u64 {
        Counter(None).request(request)
    }

    /// The tokens of a text by the number of characters.
    #[must_use]
    pub fn text_tokens_by_characters(text: &str) -> u64 {
        count(None, text)
    }

    /// The tokens of a text by a model's tokenizer where one is known, else by the number of characters.
    #[must_use]
    pub fn text_tokens(&self, provider: &str, model: &str, text: &str) -> u64 {
        count(self.encoding(provider, model), text)
    }

    /// Whether a model's tokenizer is known.
    #[must_use]
    pub fn has_tokenizer(&self, provider: &str, model: &str) -> bool {
        self.encoding(provider, model).is_some()
    }

    /// What bounds the answer to a request.
    #[must_use]
    pub fn answer_limit(&self, provider: &str, request: &ModelRequest) -> AnswerLimit {
        if request.api == Api::Embedding {
            return AnswerLimit { answers: 0, asked: Some(0), longest: Some(0) };
        }
        let of_model = self.find(provider, &request.model).and_then(|info| info.max_output);
        let asked = limit(request);
        let longest = match (asked, of_model) {
            (Some(asked), Some(of_model)) => Some(asked.min(of_model)),
            (asked, of_model) => asked.or(of_model),
        };
        AnswerLimit { answers: answers(request), asked, longest }
    }

    fn encoding(&self, provider: &str, model: &str) -> Option<Encoding> {
        self.find(provider, model).and_then(|info| info.encoding)
    }
}

/// The longest answer that the request allows.
fn limit(request: &ModelRequest) -> Option<u64> {
    let keys = ["max_completion_tokens", "max_tokens", "max_output_tokens"];
    keys.iter().find_map(|key| request.body.get(*key)?.as_u64())
}

fn answers(request: &ModelRequest) -> u64 {
    ["best_of", "n"].iter().filter_map(|key| request.body.get(*key)?.as_u64()).max().unwrap_or(1).max(1)
}

/// Counts the tokens of requests.
struct Counter(Option<Encoding>);

impl Counter {
    fn request(&self, request: &ModelRequest) -> u64 {
        let list = |key: &str| request.body.get(key).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let tools = self.tools(list("tools")) + self.tools(list("functions"));
        let format = request.body.get("response_format").map_or(0, |format| self.schema(format));
        let one = |key: &str| request.body.get(key).map_or(0, |value| self.value(value));
        match request.api {
            Api::Chat => {
                list("messages").iter().map(|message| self.message(message)).sum::<u64>() + ANSWER + tools + format
            }
            Api::Completion => one("prompt"),
            Api::Embedding => one("input"),
            Api::Responses => {
                let input = match request.body.get("input") {
                    Some(Json::Array(items)) => items.iter().map(|item| self.message(item)).sum(),
                    Some(other) => self.value(other) + MESSAGE,
                    None => 0,
                };
                input
                    + one("instructions")
                    + ANSWER
                    + tools
                    + request.body.get("text").map_or(0, |text| self.schema(text))
            }
        }
    }

    fn message(&self, message: &Json) -> u64 {
        let Some(fields) = message.as_object() else { return MESSAGE + self.value(message) };
        let fields = fields.iter().map(|(key, value)| match &**key {
            "name" => self.value(value) + NAME,
            "content" => self.value(value),
            "tool_calls" | "function_call" => self.value(value) + PROPERTY,
            "type" | "id" | "status" | "tool_call_id" => 0,
            _ => self.value(value),
        });
        MESSAGE + fields.sum::<u64>()
    }

    /// The texts in a value; a number in a list is a token, as prompts may be given.
    fn value(&self, value: &Json) -> u64 {
        match value {
            Json::String(text) => count(self.0, text),
            Json::Array(items) => items.iter().map(|item| if item.is_number() { 1 } else { self.value(item) }).sum(),
            Json::Object(fields) => match fields.get("type").and_then(Json::as_str) {
                Some("image_url" | "input_image" | "image") => image(fields),
                _ => {
                    let texts = fields.iter().filter(|(key, _)| !matches!(&***key, "type" | "id"));
                    texts.map(|(_, value)| self.value(value)).sum()
                }
            },
            Json::Number(_) | Json::Bool(_) => 1,
            Json::Null => 0,
        }
    }

    fn tools(&self, tools: &[Json]) -> u64 {
        if tools.is_empty() {
            return 0;
        }
        let each = tools.iter().map(|tool| {
            let function = tool.get("function").unwrap_or(tool);
            let text = |key: &str| function.get(key).map_or(0, |value| self.value(value));
            TOOL + text("name") + text("description") + function.get("parameters").map_or(0, |it| self.schema(it))
        });
        TOOLS + each.sum::<u64>()
    }

    /// A schema reaches the model as declarations: its keys and texts, and some punctuation.
    fn schema(&self, schema: &Json) -> u64 {
        match schema {
            Json::Object(fields) => {
                fields.iter().map(|(key, value)| count(self.0, key) + self.schema(value) + PROPERTY).sum()
            }
            Json::Array(items) => items.iter().map(|item| self.schema(item) + 1).sum(),
            other => self.value(other),
        }
    }
}

fn image(fields: &serde_json::Map<String, Json>) -> u64 {
    let detail = fields.get("detail").or_else(|| fields.get("image_url")?.get("detail"));
    if detail.and_then(Json::as_str) == Some("low") { SMALL_IMAGE } else { IMAGE }
}
