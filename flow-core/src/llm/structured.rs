//! Answers that must fit a schema: what the provider or the model is told of it, how an answer is read, and the one
//! request to mend it.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::LlmError;
use crate::model::{Answer, Api};
use crate::structured::{OutputSchema, Reading, ReadingError};

/// The schema of a node's output.
#[derive(Debug)]
pub struct StructuredOutput {
    /// The schema.
    pub schema: OutputSchema,
    /// How providers are told to call it: the node's name.
    pub name: Arc<str>,
    /// Who is told of it.
    pub told: Told,
}

/// Who is told of the schema that an answer must fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// The provider, by `response_format`, where it takes such a schema; else the model.
    Provider,
    /// The model, by a text beside the prompt: for providers that know no schemas.
    Model,
}

/// The answer of a model, as far as it matters here.
#[derive(Debug)]
pub(super) struct Text {
    /// The words.
    pub words: String,
}

impl StructuredOutput {
    /// Puts the schema into a request. Where the author chose a `response_format`, that stands.
    pub(super) fn tell(&self, api: Api, body: &mut Map<String, Json>) {
        if body.contains_key("response_format") || (api == Api::Responses && body.contains_key("text")) {
            return;
        }
        let format = self.schema.format(&self.name).filter(|_| self.told == Told::Provider);
        match (api, format) {
            (Api::Chat, Some(format)) => {
                body.insert("response_format".into(), json!({ "type": "json_schema", "json_schema": format }));
            }
            (Api::Responses, Some(format)) => {
                let mut entries = Map::from_iter([("type".to_owned(), json!("json_schema"))]);
                entries.extend(format.as_object().cloned().unwrap_or_default());
                body.insert("text".into(), json!({ "format": entries }));
            }
            _ => self.instruct(api, body),
        }
    }

    /// Tells the model by words of ours: below the first system message, or as one.
    fn instruct(&self, api: Api, body: &mut Map<String, Json>) {
        let words = self.schema.instructions();
        let below = |text: &str| json!(format!("{text}\n\n{words}"));
        match api {
            Api::Completion => {
                let prompt = body.get("prompt").and_then(Json::as_str).unwrap_or_default();
                let prompt = below(prompt);
                body.insert("prompt".into(), prompt);
            }
            Api::Responses => {
                let instructions = body.get("instructions").and_then(Json::as_str);
                let instructions = instructions.map_or_else(|| json!(words), below);
                body.insert("instructions".into(), instructions);
            }
            Api::Chat | Api::Embedding => {
                let Some(Json::Array(messages)) = body.get_mut("messages") else { return };
                let first =
                    messages.first_mut().filter(|first| first["role"] == "system" && first["content"].is_string());
                match first {
                    Some(first) => first["content"] = below(first["content"].as_str().unwrap_or_default()),
                    None => messages.insert(0, json!({ "role": "system", "content": words })),
                }
            }
        }
    }

    /// Reads an answer.
    pub(super) fn read(&self, text: &Text) -> Result<Reading, ReadingError> {
        self.schema.read(&text.words)
    }
}

/// The words of an answer that ended as it should.
///
/// # Errors
/// There is none, the model refused, or the answer was cut off: what is left of such a one may fit by chance.
pub(super) fn text(answer: &Answer) -> Result<Text, LlmError> {
    let message = answer.messages.first().ok_or(LlmError::NoChoices)?;
    if let Some(refusal) = message.get("refusal").and_then(Json::as_str).filter(|refusal| !refusal.is_empty()) {
        return Err(LlmError::Refused { words: shortened(refusal) });
    }
    match answer.finish_reason.as_deref() {
        Some("length" | "max_output_tokens" | "max_tokens") => {
            return Err(LlmError::OutputCut { reason: "it reached its longest length; raise `max_tokens`" });
        }
        Some("content_filter") => {
            return Err(LlmError::OutputCut { reason: "the provider's content filter stopped it" });
        }
        _ => {}
    }
    let words = match message.get("content") {
        Some(Json::String(words)) => words.clone(),
        Some(Json::Array(parts)) => parts.iter().filter_map(|part| part.get("text")?.as_str()).collect(),
        _ => String::new(),
    };
    Ok(Text { words })
}

/// The request for another answer in place of one that does not do: the conversation, that answer, and what is wrong
/// with it.
pub(super) fn mend(api: Api, body: &Map<String, Json>, text: &Text, error: &ReadingError) -> Map<String, Json> {
    let mut body = body.clone();
    let problems: String = error.problems().iter().map(|problem| format!("\n- {problem}")).collect();
    let words = format!(
        "That answer cannot be used:{problems}\nAnswer again: the whole corrected JSON value, with nothing before or \
         after it."
    );
    let turns = [json!({ "role": "assistant", "content": text.words }), json!({ "role": "user", "content": words })];
    match api {
        Api::Completion => {
            let prompt = body.get("prompt").and_then(Json::as_str).unwrap_or_default();
            let prompt = format!("{prompt}\n\n{}\n\n{words}\n", text.words);
            body.insert("prompt".into(), json!(prompt));
        }
        Api::Responses => match body.get_mut("input") {
            Some(Json::Array(items)) => items.extend(turns),
            _ => {
                let asked = body.get("input").cloned().unwrap_or_else(|| json!(""));
                let first = json!({ "role": "user", "content": asked });
                body.insert("input".into(), std::iter::once(first).chain(turns).collect());
            }
        },
        Api::Chat | Api::Embedding => {
            if let Some(Json::Array(messages)) = body.get_mut("messages") {
                messages.extend(turns);
            }
        }
    }
    body
}

/// The start of an answer, for messages.
pub(super) fn shortened(text: &str) -> String {
    const SHOWN: usize = 200;
    let text = text.trim();
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(schema: Json, told: Told) -> StructuredOutput {
        StructuredOutput { schema: OutputSchema::compile(schema).unwrap(), name: Arc::from("a node"), told }
    }

    fn told(api: Api, body: Json, wanted: &StructuredOutput) -> Json {
        let mut body = body.as_object().unwrap().clone();
        wanted.tell(api, &mut body);
        Json::Object(body)
    }

    #[test]
    fn each_api_is_told_in_its_own_way_and_an_authors_format_stands() {
        let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": false});
        let provider = wanted(schema.clone(), Told::Provider);
        let chat = told(Api::Chat, json!({"messages": []}), &provider);
        assert_eq!(
            chat["response_format"],
            json!({"type": "json_schema", "json_schema": {"name": "a_node", "schema": schema, "strict": true}})
        );
        let responses = told(Api::Responses, json!({"input": []}), &provider);
        assert_eq!(
            responses["text"]["format"],
            json!({"type": "json_schema", "name": "a_node", "schema": schema, "strict": true})
        );
        let completion = told(Api::Completion, json!({"prompt": "sort"}), &provider);
        assert!(completion["prompt"].as_str().unwrap().starts_with("sort\n\nAnswer with one JSON value"));
        let own = json!({"messages": [], "response_format": {"type": "json_object"}});
        assert_eq!(told(Api::Chat, own.clone(), &provider), own);
        // Providers take no schema of a list.
        let list = wanted(json!({"type": "array"}), Told::Provider);
        let chat = told(Api::Chat, json!({"messages": [{"role": "user", "content": "x"}]}), &list);
        assert_eq!(chat["messages"][0]["role"], "system");
        assert_eq!(chat["messages"].as_array().unwrap().len(), 2);
        assert!(chat.get("response_format").is_none());
    }

    #[test]
    fn answers_that_are_none_are_told_apart() {
        let answer = |message: Json, reason: &str| {
            let body = json!({"choices": [{"message": message, "finish_reason": reason}]});
            text(&Answer::from_body(Api::Chat, body)).map(|text| text.words).map_err(|error| error.to_string())
        };
        let whole = json!({"content": "{\"a\": 1}"});
        assert_eq!(answer(whole.clone(), "stop").as_deref(), Ok("{\"a\": 1}"));
        assert!(answer(whole.clone(), "length").unwrap_err().contains("max_tokens"), "even if it is whole by chance");
        assert!(answer(whole, "content_filter").unwrap_err().contains("filter"));
        let refused = json!({"content": null, "refusal": "I cannot help with that."});
        assert_eq!(answer(refused, "stop").unwrap_err(), "the model refused to answer: I cannot help with that.");
        assert_eq!(answer(json!({"content": null}), "stop").as_deref(), Ok(""));
        assert_eq!(
            answer(json!({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}), "stop")
                .as_deref(),
            Ok("ab")
        );
    }

    #[test]
    fn an_answer_is_sent_back_through_each_api() {
        let sent = |api: Api, body: Json| {
            let text = Text { words: "wrong".to_owned() };
            Json::Object(mend(api, body.as_object().unwrap(), &text, &ReadingError::Empty))
        };
        let items = sent(Api::Responses, json!({"input": "hello"}));
        assert_eq!(items["input"][0], json!({"role": "user", "content": "hello"}));
        assert_eq!(items["input"].as_array().unwrap().len(), 3);
        assert_eq!(sent(Api::Responses, json!({"input": [{}]}))["input"].as_array().unwrap().len(), 3);
        let prompt = sent(Api::Completion, json!({"prompt": "sort"}));
        assert!(
            prompt["prompt"]
                .as_str()
                .unwrap()
                .starts_with("sort\n\nwrong\n\nThat answer cannot be used:\n- the answer is empty")
        );
    }
}
