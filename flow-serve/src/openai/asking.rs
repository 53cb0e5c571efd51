use std::sync::Arc;

use flow_core::plan::Plan;
use flow_core::ty::coerce;
use flow_core::value::{Map, Value};

use super::conversation::Conversation;
use super::error::{invalid, unsupported};
use super::parameters;
use crate::failure::{Failure, Field};
use crate::inputs;

/// What a request asks for.
#[derive(Debug)]
pub(super) struct Asking {
    pub(super) conversation: Conversation,
    /// Whether the answer comes in pieces.
    pub(super) stream: bool,
    /// Whether what was used is told at the end of the pieces.
    pub(super) include_usage: bool,
    /// Inputs of the flow beside what was said.
    pub(super) inputs: Map,
    /// What of the request has no effect.
    pub(super) ignored: Vec<String>,
}

/// The model that a request names.
pub(super) fn model(body: &Map) -> Result<Option<&str>, Failure> {
    match body.get("model") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_str().map(Some).ok_or_else(|| invalid("model", "it must be a string: the flow's name")),
    }
}

impl Asking {
    /// Reads a request for a flow.
    pub(super) fn read(plan: &Plan, body: &Map) -> Result<Self, Failure> {
        let mut ignored = Vec::new();
        let messages = body.get("messages").unwrap_or(&Value::Null);
        let conversation = Conversation::read(messages, &mut ignored)?;
        let stream = flag(body.get("stream"), "stream")?;
        let include_usage = stream_options(body.get("stream_options"), stream)?;
        let given = given(plan, body)?;
        for (name, value) in body {
            if !matches!(&**name, "model" | "messages" | "stream" | "stream_options" | "metadata" | "inputs") {
                parameters::check(name, value, plan.input(name).is_some(), &mut ignored)?;
            }
        }
        Ok(Self { conversation, stream, include_usage, inputs: given, ignored })
    }
}

fn flag(value: Option<&Value>, name: &str) -> Result<bool, Failure> {
    match value {
        None | Some(Value::Null) => Ok(false),
        Some(value) => value.as_bool().ok_or_else(|| invalid(name, "it must be true or false")),
    }
}

/// Whether usage is wanted.
fn stream_options(value: Option<&Value>, stream: bool) -> Result<bool, Failure> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(false) };
    let options = value.as_map().ok_or_else(|| invalid("stream_options", "it must be an object"))?;
    if !stream {
        return Err(invalid("stream_options", "it is allowed only with `stream: true`"));
    }
    for (name, value) in options {
        let is_known = &**name == "include_usage"
            || (&**name == "include_obfuscation" && value.as_bool() == Some(false))
            || value.is_null();
        if !is_known {
            return Err(unsupported(format!("stream_options.{name}"), "there is no such option here"));
        }
    }
    flag(options.get("include_usage"), "stream_options.include_usage")
}

/// The flow's inputs in `inputs` (values of their types) and `metadata` (texts).
fn given(plan: &Plan, body: &Map) -> Result<Map, Failure> {
    let part = |name: &str| -> Result<Map, Failure> {
        match body.get(name).filter(|value| !value.is_null()) {
            None => Ok(Map::new()),
            Some(value) => {
                let entries =
                    value.as_map().ok_or_else(|| invalid(name, "it must be an object with the flow's inputs"))?;
                Ok(entries.clone())
            }
        }
    };
    let mut given = part("inputs")?;
    let mut wrong: Vec<Field> =
        inputs::objections(plan, &given).into_iter().map(|field| under("inputs", field)).collect();
    for (name, value) in part("metadata")? {
        let taken = match (plan.input(&name), value.as_str()) {
            (None, _) => Err(inputs::unknown(plan, &name)),
            (_, None) => Err("values of `metadata` are strings; other values belong into `inputs`".to_owned()),
            _ if given.contains_key(&name) => Err("it is also given in `inputs`".to_owned()),
            (Some((_, input)), Some(_)) => coerce(input.ty, &value).map_err(|error| error.to_string()),
        };
        match taken {
            Ok(value) => {
                given.insert(Arc::clone(&name), value);
            }
            Err(message) => wrong.push(under("metadata", Field { input: name.to_string(), message })),
        }
    }
    if wrong.is_empty() { Ok(given) } else { Err(Failure::of_fields(wrong)) }
}

fn under(part: &str, field: Field) -> Field {
    Field { input: format!("{part}.{}", field.input), ..field }
}
