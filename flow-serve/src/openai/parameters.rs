use flow_core::value::{Map, Value};

use super::error::unsupported;
use crate::failure::Failure;

/// Parameters that steer a model or say who asks. Chat clients send them whether anybody wished for them or not; a flow's models have the
/// parameters that its author gave them. They are named in the answer as ignored.
pub(crate) const IGNORED: &[&str] = &[
    "temperature",
    "top_p",
    "max_tokens",
    "max_completion_tokens",
    "presence_penalty",
    "frequency_penalty",
    "seed",
    "reasoning_effort",
    "verbosity",
    "user",
    "safety_identifier",
    "prompt_cache_key",
];

/// Parameters that would change what an answer is. They are refused, unless their value asks for what is done anyway.
pub(crate) const REFUSED: &[Refused] = &[
    Refused("n", |value| value.as_int() == Some(1), "a flow gives one answer; leave it out, or send 1"),
    Refused("logprobs", is_false, "a flow's answer has no probabilities of tokens"),
    Refused("top_logprobs", |value| value.as_int() == Some(0), "a flow's answer has no probabilities of tokens"),
    Refused("logit_bias", is_empty, "the models of a flow have the parameters that its author gave them"),
    Refused("tools", is_empty, "a flow calls its tools itself, and hands no calls out"),
    Refused("tool_choice", is_none_or_auto, "a flow calls its tools itself, and hands no calls out"),
    Refused("parallel_tool_calls", |value| value.as_bool().is_some(), "a flow calls its tools itself"),
    Refused("functions", is_empty, "a flow calls its tools itself, and hands no calls out"),
    Refused("function_call", is_none_or_auto, "a flow calls its tools itself, and hands no calls out"),
    Refused(
        "response_format",
        is_text_format,
        "a flow answers in the form that its author gave it; POST /run gives all outputs as JSON",
    ),
    Refused("stop", is_empty, "a flow's answer is given whole"),
    Refused("store", is_false, "answers are not stored for clients"),
    Refused("modalities", is_text_modality, "a flow answers with text"),
    Refused("audio", is_empty, "a flow answers with text"),
    Refused("prediction", is_empty, "the models of a flow are asked as its author wrote it"),
    Refused("web_search_options", is_empty, "a flow searches where its author made it search"),
    Refused("service_tier", |value| matches!(value.as_str(), Some("auto" | "default")), "there are no tiers here"),
];

/// A parameter that is refused: its name, whether a value of it changes nothing, and why it is refused.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refused(pub(crate) &'static str, fn(&Value) -> bool, pub(crate) &'static str);

fn is_false(value: &Value) -> bool {
    value.as_bool() == Some(false)
}

fn is_empty(value: &Value) -> bool {
    value.as_list().is_some_and(<[Value]>::is_empty) || value.as_map().is_some_and(Map::is_empty)
}

fn is_none_or_auto(value: &Value) -> bool {
    matches!(value.as_str(), Some("none" | "auto"))
}

fn is_text_format(value: &Value) -> bool {
    value.get("type").and_then(Value::as_str) == Some("text")
}

fn is_text_modality(value: &Value) -> bool {
    matches!(value.as_list(), Some([one]) if one.as_str() == Some("text"))
}

/// Looks at a parameter that says nothing to a flow.
///
/// # Errors
/// If it would change the answer, or nobody knows it.
pub(super) fn check(name: &str, value: &Value, is_input: bool, ignored: &mut Vec<String>) -> Result<(), Failure> {
    if value.is_null() {
        return Ok(());
    }
    if IGNORED.contains(&name) {
        ignored.push(name.to_owned());
        return Ok(());
    }
    match REFUSED.iter().find(|refused| refused.0 == name) {
        Some(Refused(_, changes_nothing, _)) if changes_nothing(value) => Ok(()),
        Some(Refused(_, _, reason)) => Err(unsupported(name, format!("it is not supported: {reason}"))),
        None if is_input => Err(unsupported(name, "it is an input of the flow, which belongs into `inputs`")),
        None => Err(unsupported(name, "there is no such parameter here; inputs of the flow belong into `inputs`")),
    }
}
