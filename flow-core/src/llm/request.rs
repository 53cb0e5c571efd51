//! The body of a chat request, key for key as promptflow sends it (spec sections 4.1 and 4.2).

use serde_json::{Map, Value as Json, json};

use super::LlmError;
use crate::model::Dialect;
use crate::ty::{Ty, coerce};
use crate::value::Value;

/// The request parameters of a node with their values, by name. Nulls and empty texts count as not given.
pub(super) struct Given<'a> {
    values: Vec<(&'static str, Ty, &'a Value)>,
}

impl<'a> Given<'a> {
    pub(super) fn new(values: impl IntoIterator<Item = (&'static str, Ty, &'a Value)>) -> Self {
        let is_given = |value: &Value| !value.is_null() && value.as_str() != Some("");
        Self { values: values.into_iter().filter(|(_, _, value)| is_given(value)).collect() }
    }

    fn get(&self, name: &'static str) -> Result<Option<Json>, LlmError> {
        let Some((_, ty, value)) = self.values.iter().find(|(known, _, _)| *known == name) else { return Ok(None) };
        let coerced = coerce(*ty, value).map_err(|error| LlmError::Parameter { name, message: error.to_string() })?;
        Ok(Some(coerced.to_serde()))
    }
}

/// The body of a request. The model is the empty text where none is given, as promptflow sends it.
pub(super) fn body(dialect: Dialect, messages: Vec<Json>, given: &Given<'_>) -> Result<Map<String, Json>, LlmError> {
    let mut body = Map::new();
    let model = given.get(dialect.model_parameter())?;
    if model.is_none() && dialect == Dialect::Azure {
        return Err(LlmError::NoDeployment);
    }
    body.insert("model".into(), model.unwrap_or_else(|| json!("")));
    body.insert("messages".into(), Json::Array(messages));
    body.insert("temperature".into(), given.get("temperature")?.unwrap_or(json!(1.0)));
    body.insert("top_p".into(), given.get("top_p")?.unwrap_or(json!(1.0)));
    if dialect == Dialect::Azure {
        body.insert("n".into(), given.get("n")?.unwrap_or(json!(1)));
    }
    body.insert("stream".into(), json!(false));
    for name in ["stop", "max_tokens", "presence_penalty", "frequency_penalty", "logit_bias", "user", "seed"] {
        match given.get(name)? {
            Some(Json::Array(items)) if items.is_empty() => {}
            Some(Json::Object(entries)) if entries.is_empty() => {}
            Some(value) => {
                body.insert(name.into(), value);
            }
            None => {}
        }
    }
    Ok(body)
}
