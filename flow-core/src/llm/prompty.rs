//! What becomes of the answer of a prompty (spec section 9.2).

use std::sync::Arc;

use serde_json::Value as Json;

use super::LlmError;
use super::output::whole_message;
use super::structured::{self, shortened};
use crate::model::{Answer, Api};
use crate::secret::Secrets;
use crate::structured::{Liberty, OutputSchema};
use crate::value::Value;

/// What a prompty wants of an answer.
#[derive(Debug)]
pub struct PromptyAnswer {
    /// The whole answer is the output, as the provider gave it.
    pub whole: bool,
    /// The answer is JSON of this form.
    pub json: Option<OutputSchema>,
    /// The keys of a JSON answer that are kept; all of them where there is none.
    pub kept: Box<[Arc<str>]>,
    /// What the prompty knows and must not be shown.
    pub secrets: Secrets,
}

impl PromptyAnswer {
    /// The output, and what was read otherwise than it was written where it is JSON.
    pub(super) fn output(&self, api: Api, answer: &Answer) -> Result<(Value, Vec<Liberty>), LlmError> {
        if self.whole {
            return Ok((Value::from(answer.body.clone()), Vec::new()));
        }
        let message = answer.messages.first().ok_or(LlmError::NoChoices)?;
        let calls = matches!(answer.finish_reason.as_deref(), Some("tool_calls" | "function_call"));
        if calls && api != Api::Completion {
            return Ok((Value::from(Json::Object(whole_message(message))), Vec::new()));
        }
        let Some(schema) = &self.json else {
            return Ok((message.get("content").cloned().map_or(Value::Null, Value::from), Vec::new()));
        };
        let text = structured::text(answer)?;
        let reading =
            schema.read(&text.words).map_err(|source| LlmError::NotJson { source, answer: shortened(&text.words) })?;
        Ok((Value::from(self.kept(reading.value)?), reading.liberties))
    }

    /// The answer with the keys that are kept.
    fn kept(&self, answer: Json) -> Result<Json, LlmError> {
        let Json::Object(mut entries) = answer else { return Ok(answer) };
        if self.kept.is_empty() {
            return Ok(Json::Object(entries));
        }
        let found: Vec<String> = entries.keys().cloned().collect();
        let keep = |name: &Arc<str>| match entries.shift_remove(&**name) {
            Some(value) => Ok((name.to_string(), value)),
            None => Err(LlmError::NoSuchKey { name: Arc::clone(name), found: found.join(", ") }),
        };
        self.kept.iter().map(keep).collect::<Result<_, _>>().map(Json::Object)
    }
}
