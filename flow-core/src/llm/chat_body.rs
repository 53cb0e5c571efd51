//! The body of a chat request, key for key as promptflow sends it (spec sections 4.1 and 4.2).

use serde_json::{Map, Value as Json, json};

use super::given::Given;
use super::tools::{self, ToolRules};
use super::{Defaults, LlmError};
use crate::model::Dialect;

/// Parameters that go into the body as they are, if they are given.
const PLAIN: [&str; 17] = [
    "stop",
    "max_tokens",
    "max_completion_tokens",
    "presence_penalty",
    "frequency_penalty",
    "logit_bias",
    "user",
    "seed",
    "response_format",
    "reasoning_effort",
    "parallel_tool_calls",
    "logprobs",
    "top_logprobs",
    "metadata",
    "service_tier",
    "stream_options",
    "n",
];

/// The body of a request.
pub(super) fn body(
    dialect: Dialect,
    messages: Vec<Json>,
    given: &Given<'_>,
    defaults: Defaults,
) -> Result<Map<String, Json>, LlmError> {
    let mut body = Map::new();
    body.insert("model".into(), given.model(dialect)?);
    body.insert("messages".into(), Json::Array(messages));
    let usual = |value: Json| (defaults == Defaults::Promptflow).then_some(value);
    for (name, usual) in [("temperature", usual(json!(1.0))), ("top_p", usual(json!(1.0)))] {
        if let Some(value) = given.get(name)?.or(usual) {
            body.insert(name.into(), value);
        }
    }
    for name in PLAIN {
        if let Some(value) = given.filled(name)? {
            body.insert(name.into(), value);
        }
    }
    if defaults == Defaults::Promptflow {
        if dialect == Dialect::Azure {
            body.entry("n").or_insert(json!(1));
        }
        body.insert("stream".into(), json!(false));
    }
    tools::insert(dialect, given, ToolRules::of(dialect, defaults), &mut body)?;
    Ok(body)
}
