//! The body of a completion request, key for key as promptflow sends it (spec section 4.3).

use serde_json::{Map, Value as Json, json};

use super::given::Given;
use super::{Defaults, LlmError};
use crate::model::Dialect;

/// The parameters of the API.
const PLAIN: [&str; 14] = [
    "suffix",
    "max_tokens",
    "temperature",
    "top_p",
    "n",
    "logprobs",
    "echo",
    "stop",
    "presence_penalty",
    "frequency_penalty",
    "best_of",
    "logit_bias",
    "user",
    "seed",
];

/// The body of a request.
pub(super) fn body(
    dialect: Dialect,
    prompt: &str,
    given: &Given<'_>,
    defaults: Defaults,
) -> Result<Map<String, Json>, LlmError> {
    let mut body = Map::new();
    body.insert("model".into(), given.model(dialect)?);
    body.insert("prompt".into(), json!(prompt));
    if defaults == Defaults::Promptflow {
        body.extend(promptflow_defaults(dialect));
    }
    for name in PLAIN {
        if let Some(value) = given.filled(name)? {
            body.insert(name.into(), value);
        }
    }
    if let Some(options) = given.filled("stream_options")? {
        body.insert("stream_options".into(), options);
    }
    Ok(body)
}

/// promptflow sends every parameter, given or not; on Azure without the two penalties.
fn promptflow_defaults(dialect: Dialect) -> Map<String, Json> {
    let mut defaults = Map::new();
    if dialect == Dialect::OpenAi {
        for name in ["frequency_penalty", "presence_penalty"] {
            defaults.insert(name.into(), Json::Null);
        }
    }
    for name in ["logprobs", "stop", "suffix"] {
        defaults.insert(name.into(), Json::Null);
    }
    for (name, value) in [
        ("best_of", json!(1)),
        ("echo", json!(false)),
        ("logit_bias", json!({})),
        ("max_tokens", json!(16)),
        ("n", json!(1)),
        ("stream", json!(false)),
        ("temperature", json!(1.0)),
        ("top_p", json!(1.0)),
        ("user", json!("")),
    ] {
        defaults.insert(name.into(), value);
    }
    defaults
}
