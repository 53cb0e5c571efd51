//! Inputs as the typed faces take them: strictly of the declared types, under no other names. promptflow's face brings what it is given to
//! the types instead.

use std::sync::Arc;

use flow_core::diag::did_you_mean;
use flow_core::plan::{Plan, PlanInput};
use flow_core::ty::Ty;
use flow_core::value::{Map, Value};

use crate::failure::{Failure, Field};

/// The longest excerpt of a value in a message, in characters.
const EXCERPT: usize = 60;

/// The JSON object in a request's body.
///
/// # Errors
/// It is something else.
pub(crate) fn object(body: &[u8]) -> Result<Map, Failure> {
    let refuse = |message: String| Failure::new(axum::http::StatusCode::BAD_REQUEST, "body-invalid", message);
    let text = std::str::from_utf8(body).map_err(|error| {
        refuse(format!("the request's body is not UTF-8 (after {} bytes); send JSON", error.valid_up_to()))
    })?;
    match Value::from_json(text) {
        Ok(Value::Map(entries)) => Ok(Arc::unwrap_or_clone(entries)),
        Ok(other) => Err(refuse(format!("the request's body is a JSON {}; send an object", other.kind()))),
        Err(_) if text.trim().is_empty() => {
            Err(refuse("the request has no body; send a JSON object, {} where there is nothing to say".to_owned()))
        }
        Err(why) => Err(refuse(format!(
            "the request's body is not JSON: line {}, column {}: {}",
            why.line(),
            why.column(),
            reason(&why)
        ))),
    }
}

/// What is wrong with JSON, without the place, which messages name by themselves.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rfind(" at line ").map_or(text.clone(), |at| text[..at].to_owned())
}

/// What is wrong with inputs that are given: names that the flow does not know, and values of other types.
pub(crate) fn objections(plan: &Plan, given: &Map) -> Vec<Field> {
    given
        .iter()
        .filter_map(|(name, value)| {
            let message = match plan.input(name) {
                None => unknown(plan, name),
                Some((_, input)) => misfit(input, value)?,
            };
            Some(Field { input: name.to_string(), message })
        })
        .collect()
}

/// Inputs that are not given and have no default.
pub(crate) fn missing(plan: &Plan, given: &Map) -> Vec<Field> {
    let is_missing = |input: &&PlanInput| input.default.is_none() && !given.contains_key(&input.name);
    let message = |input: &PlanInput| format!("it is not given, and has no default; give {}", wanted(input.ty));
    plan.inputs
        .iter()
        .filter(is_missing)
        .map(|input| Field { input: input.name.to_string(), message: message(input) })
        .collect()
}

/// That there is no such input.
pub(crate) fn unknown(plan: &Plan, name: &str) -> String {
    let known = plan.inputs.iter().map(|input| &*input.name);
    match did_you_mean(name, known) {
        Some(help) => format!("the flow has no such input; {help}"),
        None if plan.inputs.is_empty() => "the flow has no inputs".to_owned(),
        None => "the flow has no such input; its description lists those that it has".to_owned(),
    }
}

/// Why a value does not fit an input, if it does not.
fn misfit(input: &PlanInput, value: &Value) -> Option<String> {
    let fits = match input.ty {
        Ty::Int => is_whole(value),
        Ty::Double => matches!(value, Value::Int(_) | Value::Float(_)),
        Ty::Bool => matches!(value, Value::Bool(_)),
        Ty::List => matches!(value, Value::List(_)),
        Ty::Object => matches!(value, Value::Map(_)),
        Ty::Image | Ty::AssistantDefinition => matches!(value, Value::Text(_) | Value::Map(_)),
        Ty::String | Ty::Secret | Ty::PromptTemplate | Ty::FilePath => matches!(value, Value::Text(_)),
        Ty::Any => true,
    };
    let shown = || match input.ty {
        Ty::Secret => String::new(),
        _ if value.is_null() => String::new(),
        _ => format!(": {}", excerpt(value)),
    };
    (!fits).then(|| format!("expected {}, found {}{}", wanted(input.ty), value.kind(), shown()))
}

/// A type, as messages ask for it.
fn wanted(ty: Ty) -> &'static str {
    match ty {
        Ty::Int => "a whole number of at most 64 bits",
        Ty::Double => "a number",
        Ty::Bool => "true or false",
        Ty::List => "a list",
        Ty::Object => "an object",
        Ty::Image => {
            "a picture: an address, base64, or an object such as {\"data:image/png;base64\": \"…\"} or {\"data:image/png;url\": \"…\"}"
        }
        Ty::AssistantDefinition => "an assistant's definition",
        Ty::String | Ty::Secret | Ty::PromptTemplate | Ty::FilePath => "a string",
        Ty::Any => "a value",
    }
}

/// Whether a value is a whole number that an `int` holds; also one that is written as `3.0`.
fn is_whole(value: &Value) -> bool {
    match value {
        Value::Int(_) => true,
        Value::Float(number) => number.fract() == 0.0 && number.abs() < 9.2e18,
        _ => false,
    }
}

fn excerpt(value: &Value) -> String {
    let text = value.to_json();
    match text.char_indices().nth(EXCERPT) {
        None => text,
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
