use serde_json::{Value as Json, json};

use super::{answer, model};
use crate::mock::{MockModel, Rules};
use crate::model::Api;

fn tools() -> Json {
    let place = json!({ "type": "object", "properties": { "city": { "type": "string" }, "days": { "enum": [3] } },
                        "required": ["city", "days"] });
    json!([
        { "type": "function", "function": { "name": "get_weather", "parameters": place } },
        { "type": "function", "function": { "name": "get_time" } },
    ])
}

fn chat(more: Json) -> Json {
    let mut body = json!({ "model": "m", "messages": [{ "role": "user", "content": "Oslo" }], "tools": tools() });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// The calls of the first choice, and why it ended.
fn calls(model: &MockModel, body: Json) -> String {
    let choice = answer(model, Api::Chat, body)["choices"][0].take();
    let calls = choice["message"]["tool_calls"].as_array().cloned().unwrap_or_default();
    let calls = calls.iter().map(|call| {
        assert!(call["id"].as_str().unwrap().starts_with("call_"));
        assert_eq!(call["type"], "function");
        format!("{}({})", call["function"]["name"].as_str().unwrap(), call["function"]["arguments"].as_str().unwrap())
    });
    let content = &choice["message"]["content"];
    format!("{} {} {content}", calls.collect::<Vec<_>>().join(" "), choice["finish_reason"].as_str().unwrap())
}

#[test]
fn without_rules_the_chosen_or_first_tool_is_called_until_there_is_a_result() {
    let model = MockModel::new(Rules::default());
    assert_eq!(calls(&model, chat(json!({}))), r#"get_weather({"city":"city","days":3}) tool_calls null"#);
    let choice = json!({ "tool_choice": { "type": "function", "function": { "name": "get_time" } } });
    assert_eq!(calls(&model, chat(choice)), "get_time({}) tool_calls null");
    assert_eq!(calls(&model, chat(json!({ "tool_choice": "none" }))), r#" stop "Mock answer to: Oslo""#);
    let messages =
        json!([{ "role": "user", "content": "Oslo" }, { "role": "tool", "content": "rain", "tool_call_id": "1" }]);
    assert_eq!(calls(&model, chat(json!({ "messages": messages }))), r#" stop "Mock answer to: rain""#);
}

#[test]
fn rules_call_tools_with_what_they_say() {
    let model = model(
        "
- { when: { role: tool }, reply: 'It says {{ text }}.' }
- when: { text: paris }
  reply: Let me see.
  calls: [{ name: get_weather, arguments: { city: '{{ text }}', days: '{{ 1 + 1 }}' } }, get_time]
- { when: { text: broken, tools: [get_time] }, call: { name: get_time, arguments: '{\"a\": ' } }
- { when: { tools: true }, call: '{{ tools[1] }}' }
",
    );
    let ask = |text: &str| calls(&model, chat(json!({ "messages": [{ "role": "user", "content": text }] })));
    assert_eq!(ask("Paris"), r#"get_weather({"city":"Paris","days":2}) get_time({}) tool_calls "Let me see.""#);
    assert_eq!(ask("broken"), r#"get_time({"a": ) tool_calls null"#);
    assert_eq!(ask("else"), "get_time({}) tool_calls null");
    let result = json!({ "messages": [{ "role": "tool", "content": "rain" }] });
    assert_eq!(calls(&model, chat(result)), r#" stop "It says rain.""#);
}

#[test]
fn functions_are_called_in_the_old_form() {
    let model = MockModel::new(Rules::default());
    let body = json!({ "messages": [{ "role": "user", "content": "x" }], "functions": [{ "name": "look" }] });
    let choice = answer(&model, Api::Chat, body)["choices"][0].take();
    assert_eq!(choice["message"]["function_call"], json!({ "name": "look", "arguments": "{}" }));
    assert_eq!(choice["finish_reason"], "function_call");
    assert!(choice["message"].get("tool_calls").is_none());
}
