//! What the model does with a chat: it calls a tool or a function, or says something.

use serde_json::{Value, json};

use super::answers::answer;
use super::python_json::{digest, dumps};
use super::sample::sample;

/// Whether Python takes the value for true.
pub(crate) fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(truth) => *truth,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
    }
}

/// One choice of a chat completion: the message and the reason why it ends.
pub(crate) fn message(request: &Value, index: u64) -> (Value, &'static str) {
    call(request).unwrap_or_else(|| (json!({"role": "assistant", "content": content(request, index)}), "stop"))
}

/// What the model says, `None` for a null.
pub(crate) fn content(request: &Value, index: u64) -> Option<String> {
    (request["model"] != "null-content").then(|| answer(&request["messages"], &request["response_format"], index))
}

/// The call that answers the request, if it is one that a call answers.
fn call(request: &Value) -> Option<(Value, &'static str)> {
    let messages = &request["messages"];
    let last_role = messages.as_array()?.last().map(|message| &message["role"]);
    if last_role.is_some_and(|role| role == "tool" || role == "function") {
        return None;
    }
    let seed = digest(messages);
    if let Some(tools) = offered(request, "tools", "tool_choice") {
        let call =
            call_of(&chosen(tools, &request["tool_choice"], |tool| &tool["function"]["name"])["function"], &seed);
        let tool_call = json!({"id": format!("call_{}", &seed[..8]), "type": "function", "function": call});
        return Some((json!({"role": "assistant", "content": null, "tool_calls": [tool_call]}), "tool_calls"));
    }
    let functions = offered(request, "functions", "function_call")?;
    let call = call_of(chosen(functions, &request["function_call"], |function| &function["name"]), &seed);
    Some((json!({"role": "assistant", "content": null, "function_call": call}), "function_call"))
}

/// The tools or functions of the request, unless there are none or none may be called.
fn offered<'a>(request: &'a Value, list: &str, choice: &str) -> Option<&'a [Value]> {
    let offered = request[list].as_array().filter(|_| request[choice] != "none")?;
    (!offered.is_empty()).then_some(offered)
}

/// The tool or function that the caller insists on, else the first.
fn chosen<'a>(offered: &'a [Value], choice: &Value, name_of: impl Fn(&'a Value) -> &'a Value) -> &'a Value {
    let insisted = if is_truthy(&choice["function"]) { &choice["function"] } else { choice };
    let wanted = choice.as_object().map(|_| &insisted["name"]);
    wanted.and_then(|wanted| offered.iter().find(|one| name_of(one) == wanted)).unwrap_or(&offered[0])
}

/// A call of the function with arguments that its schema permits.
fn call_of(function: &Value, seed: &str) -> Value {
    let any_object = json!({"type": "object"});
    let parameters = function.get("parameters").unwrap_or(&any_object);
    json!({"name": function["name"], "arguments": dumps(&sample(parameters, seed))})
}

/// The first item of the request's tools or functions that the API would refuse, as the place of what is missing.
pub(crate) fn malformed_offer(request: &Value) -> Option<String> {
    [("tools", "function"), ("functions", "name")].into_iter().find_map(|(list, part)| {
        let index = request[list].as_array()?.iter().position(|item| item.get(part).is_none())?;
        Some(format!("{list}[{index}].{part}"))
    })
}
