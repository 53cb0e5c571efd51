//! The body of a request to OpenAI's Responses API, from the same messages and parameters as a chat's.

use serde_json::{Map, Value as Json, json};

use super::LlmError;
use super::given::Given;
use super::tools::{ToolRules, check_tool_choice, check_tools};
use crate::model::Dialect;

/// Parameters that go into the body as they are, if they are given.
const PLAIN: [&str; 8] = [
    "temperature",
    "top_p",
    "user",
    "parallel_tool_calls",
    "top_logprobs",
    "metadata",
    "service_tier",
    "max_output_tokens",
];

/// The body of a request. A system message at the start of the prompt becomes the instructions.
pub(super) fn body(dialect: Dialect, messages: Vec<Json>, given: &Given<'_>) -> Result<Map<String, Json>, LlmError> {
    let mut body = Map::new();
    body.insert("model".into(), given.model(dialect)?);
    let mut messages = messages.into_iter().peekable();
    if let Some(first) = messages.next_if(|message| message["role"] == "system" && message.get("name").is_none()) {
        body.insert("instructions".into(), first["content"].clone());
    }
    let mut input = Vec::new();
    for message in messages {
        push_items(message, &mut input)?;
    }
    body.insert("input".into(), Json::Array(input));
    for name in PLAIN {
        if let Some(value) = given.filled(name)? {
            body.insert(name.into(), value);
        }
    }
    // The same limit under the names that it has elsewhere, so that a change of API is a change of `api` alone.
    for name in ["max_completion_tokens", "max_tokens"] {
        if let Some(limit) = given.get(name)? {
            body.entry("max_output_tokens").or_insert(limit);
        }
    }
    if let Some(effort) = given.get("reasoning_effort")? {
        body.insert("reasoning".into(), json!({ "effort": effort }));
    }
    if let Some(format) = given.filled("response_format")? {
        body.insert("text".into(), json!({ "format": flat(format, "json_schema") }));
    }
    if let Some(tools) = given.filled("tools")? {
        let wrong = |name| move |message| LlmError::Parameter { name, message };
        check_tools(&tools, ToolRules::Provider).map_err(wrong("tools"))?;
        let tools = tools.as_array().into_iter().flatten().map(|tool| flat(tool.clone(), "function")).collect();
        body.insert("tools".into(), tools);
        if let Some(choice) = given.get("tool_choice")? {
            check_tool_choice(&choice, ToolRules::Provider).map_err(wrong("tool_choice"))?;
            body.insert("tool_choice".into(), flat(choice, "function"));
        }
    }
    Ok(body)
}

/// What chat puts into a mapping of its own stands beside `type` here: `{type: function, function: {name: f}}` is
/// `{type: function, name: f}`.
fn flat(mut json: Json, inner: &str) -> Json {
    if let Some(entries) = json.as_object_mut()
        && let Some(Json::Object(inside)) = entries.shift_remove(inner)
    {
        entries.extend(inside);
    }
    json
}

/// The input items of a message.
fn push_items(mut message: Json, input: &mut Vec<Json>) -> Result<(), LlmError> {
    let part = |message: &mut Json, name: &str| message.get_mut(name).map(Json::take).unwrap_or_default();
    let role = part(&mut message, "role");
    let content = part(&mut message, "content");
    match role.as_str().unwrap_or_default() {
        "tool" => {
            let call = part(&mut message, "tool_call_id");
            input.push(json!({ "type": "function_call_output", "call_id": call, "output": content }));
        }
        "function" => return Err(LlmError::FunctionMessage),
        _ => {
            if !content.is_null() {
                input.push(json!({ "role": role, "content": parts(content, &role) }));
            }
            let calls = part(&mut message, "tool_calls");
            for mut call in calls.as_array().cloned().into_iter().flatten() {
                let mut function = part(&mut call, "function");
                input.push(json!({
                    "type": "function_call",
                    "call_id": part(&mut call, "id"),
                    "name": part(&mut function, "name"),
                    "arguments": part(&mut function, "arguments"),
                }));
            }
        }
    }
    Ok(())
}

/// Texts and pictures of a message, under the names that they have here.
fn parts(content: Json, role: &Json) -> Json {
    let Json::Array(parts) = content else { return content };
    let text = if role == "assistant" { "output_text" } else { "input_text" };
    parts
        .into_iter()
        .map(|part| match part.get("type").and_then(Json::as_str) {
            Some("text") => json!({ "type": text, "text": part["text"] }),
            Some("image_url") => {
                let mut image = json!({ "type": "input_image", "image_url": part["image_url"]["url"] });
                if let Some(detail) = part["image_url"].get("detail") {
                    image["detail"] = detail.clone();
                }
                image
            }
            _ => part,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::llm::{self, Defaults, ModelTool, ParameterSlot, Target};
    use crate::model::{Api, CallContext, Model, ModelError, ModelErrorKind, ModelReply, ModelRequest};
    use crate::value::Value;
    use futures_util::FutureExt;
    use futures_util::future::{BoxFuture, ready};

    /// Nobody calls it here.
    #[derive(Debug)]
    struct Silent;

    impl Model for Silent {
        fn dialect(&self) -> Dialect {
            Dialect::OpenAi
        }

        fn provider(&self) -> &'static str {
            "silent"
        }

        fn call<'a>(
            &'a self,
            _: &'a ModelRequest,
            _: &'a CallContext,
        ) -> BoxFuture<'a, Result<ModelReply, ModelError>> {
            ready(Err(ModelError::new(ModelErrorKind::Connect, "silence"))).boxed()
        }
    }

    fn built(messages: &Json, parameters: &[(&str, Json)]) -> Result<Json, LlmError> {
        let slot = |(argument, (name, _)): (usize, &(&str, Json))| ParameterSlot {
            parameter: llm::parameters(Api::Responses, Dialect::OpenAi, Defaults::Provider, ModelTool::Node)
                .find(|parameter| parameter.name == *name)
                .unwrap(),
            argument,
        };
        let target = Target {
            model: Arc::new(Silent),
            connection: Arc::from("c"),
            parameters: parameters.iter().enumerate().map(slot).collect(),
            overrides: Box::default(),
            limits: Default::default(),
        };
        let arguments: Vec<(Arc<str>, Value)> =
            parameters.iter().map(|(name, value)| (Arc::from(*name), Value::from(value.clone()))).collect();
        let messages = messages.as_array().unwrap().clone();
        body(Dialect::OpenAi, messages, &Given::new(&target, &arguments)).map(Json::Object)
    }

    #[test]
    fn messages_become_instructions_and_items() {
        let call = json!({ "id": "c1", "type": "function", "function": { "name": "look", "arguments": "{}" } });
        let messages = json!([
            { "role": "system", "content": "Be brief." },
            { "role": "user", "content": [
                { "type": "text", "text": "What is it?" }, { "type": "image_url", "image_url": { "url": "data:x", "detail": "low" } },
            ] },
            { "role": "assistant", "tool_calls": [call] },
            { "role": "tool", "tool_call_id": "c1", "content": "a tree" },
            { "role": "system", "content": "Now answer." },
        ]);
        let built = built(&messages, &[("model", json!("gpt-5"))]).unwrap();
        assert_eq!(
            built,
            json!({ "model": "gpt-5", "instructions": "Be brief.", "input": [
                { "role": "user", "content": [
                    { "type": "input_text", "text": "What is it?" },
                    { "type": "input_image", "image_url": "data:x", "detail": "low" },
                ] },
                { "type": "function_call", "call_id": "c1", "name": "look", "arguments": "{}" },
                { "type": "function_call_output", "call_id": "c1", "output": "a tree" },
                { "role": "system", "content": "Now answer." },
            ] })
        );
        let older = super::tests::built(&json!([{ "role": "function", "name": "f", "content": "x" }]), &[]);
        assert!(matches!(older, Err(LlmError::FunctionMessage)));
    }

    #[test]
    fn parameters_of_chat_have_their_names_here() {
        let schema = json!({ "name": "s", "strict": true, "schema": { "type": "object" } });
        let built = built(
            &json!([]),
            &[
                ("max_tokens", json!(9)),
                ("reasoning_effort", json!("low")),
                ("response_format", json!({ "type": "json_schema", "json_schema": schema })),
                ("tools", json!([{ "type": "function", "function": { "name": "f" } }, { "type": "web_search" }])),
                ("tool_choice", json!({ "type": "function", "function": { "name": "f" } })),
                ("temperature", json!("0.5")),
            ],
        );
        assert_eq!(
            built.unwrap(),
            json!({
                "model": "", "input": [], "temperature": 0.5, "max_output_tokens": 9, "reasoning": { "effort": "low" },
                "text": { "format": { "type": "json_schema", "name": "s", "strict": true, "schema": { "type": "object" } } },
                "tools": [{ "type": "function", "name": "f" }, { "type": "web_search" }],
                "tool_choice": { "type": "function", "name": "f" },
            })
        );
    }
}
