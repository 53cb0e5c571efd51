//! What an answer becomes as a node's output (spec section 4.4).

use serde_json::{Map, Value as Json};

use super::LlmError;
use crate::model::{Answer, Api};
use crate::value::Value;

/// The fields of a message in the order in which the OpenAI library for Python has them: templates print them so.
const MESSAGE: [&str; 7] = ["content", "refusal", "role", "annotations", "audio", "function_call", "tool_calls"];
const CALL: [&str; 3] = ["id", "function", "type"];
const FUNCTION: [&str; 2] = ["arguments", "name"];

/// The output: the text, or with tools or functions on offer the whole message.
pub(super) fn output(api: Api, answer: &Answer, body: &Map<String, Json>) -> Result<Value, LlmError> {
    let message = answer.messages.first().ok_or(LlmError::NoChoices)?;
    let offers_tools = body.contains_key("tools") || body.contains_key("functions");
    if offers_tools && api != Api::Completion {
        return Ok(Value::from(Json::Object(whole_message(message))));
    }
    Ok(message.get("content").cloned().map_or(Value::Null, Value::from))
}

/// A message with all the fields that promptflow's has, null where the model gave nothing.
pub(super) fn whole_message(message: &Map<String, Json>) -> Map<String, Json> {
    let mut whole: Map<String, Json> = MESSAGE.iter().map(|name| ((*name).to_owned(), Json::Null)).collect();
    for (name, value) in message {
        let value = match (&**name, value) {
            ("function_call", Json::Object(call)) => Json::Object(ordered(call, &FUNCTION)),
            ("tool_calls", Json::Array(calls)) => calls.iter().map(tool_call).collect(),
            _ => value.clone(),
        };
        whole.insert(name.clone(), value);
    }
    whole
}

fn tool_call(call: &Json) -> Json {
    let Json::Object(call) = call else { return call.clone() };
    let mut call = ordered(call, &CALL);
    if let Some(Json::Object(function)) = call.get_mut("function") {
        *function = ordered(function, &FUNCTION);
    }
    Json::Object(call)
}

/// The entries with some of them first.
fn ordered(entries: &Map<String, Json>, first: &[&str]) -> Map<String, Json> {
    let named = first.iter().filter_map(|name| entries.get_key_value(*name));
    let others = entries.iter().filter(|(name, _)| !first.contains(&name.as_str()));
    named.chain(others).map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_message_has_the_fields_and_the_order_of_promptflows() {
        let body = json!({ "choices": [{ "message": {
            "role": "assistant", "content": null, "more": 1,
            "tool_calls": [{ "type": "function", "id": "1", "function": { "name": "f", "arguments": "{}" } }],
        } }] });
        let answer = Answer::from_body(Api::Chat, body);
        let with_tools = Map::from_iter([("tools".to_owned(), json!([{}]))]);
        assert_eq!(
            output(Api::Chat, &answer, &with_tools).unwrap().to_json(),
            r#"{"content":null,"refusal":null,"role":"assistant","annotations":null,"audio":null,"function_call":null,"tool_calls":[{"id":"1","function":{"arguments":"{}","name":"f"},"type":"function"}],"more":1}"#
        );
        assert_eq!(output(Api::Chat, &answer, &Map::new()).unwrap(), Value::Null);
    }
}
