//! The rules by which what the engine did equals what promptflow did.

use serde_json::{Map, Value};

use super::case::ModelRequest;

/// The difference between two values, as a line to read, or nothing if they are equal as outputs.
pub(crate) fn output_difference(expected: &Value, actual: &Value) -> Option<String> {
    difference("outputs", expected, actual)
}

fn difference(place: &str, expected: &Value, actual: &Value) -> Option<String> {
    let expected = unwrapped(expected);
    let actual = unwrapped(actual);
    if expected.get("__repr__").is_some() {
        return None;
    }
    let is_equal = match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) if !is_float_name(expected) => {
            return field_difference(place, expected, actual);
        }
        (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
            let mut pairs = expected.iter().zip(actual).enumerate();
            return pairs
                .find_map(|(index, (expected, actual))| difference(&format!("{place}[{index}]"), expected, actual));
        }
        (Value::Object(name), actual) if is_float_name(name) => is_named_float(&name["__float__"], actual),
        (expected, actual) => is_equal_scalar(expected, actual),
    };
    (!is_equal).then(|| format!("{place}: expected {}, got {}", shown(expected), shown(actual)))
}

/// A key with null equals a missing one.
fn field_difference(place: &str, expected: &Map<String, Value>, actual: &Map<String, Value>) -> Option<String> {
    let more = actual.keys().filter(|key| !expected.contains_key(*key));
    expected.keys().chain(more).find_map(|key| {
        let field = |fields: &Map<String, Value>| fields.get(key).cloned().unwrap_or_default();
        difference(&format!("{place}.{key}"), &field(expected), &field(actual))
    })
}

/// What `{"__model__": …}` wraps: an object of the client library.
fn unwrapped(value: &Value) -> &Value {
    value.get("__model__").unwrap_or(value)
}

fn is_float_name(fields: &Map<String, Value>) -> bool {
    fields.len() == 1 && fields.contains_key("__float__")
}

/// Whether `actual` says the number that JSON lacks: in the corpus's way, or as the text that Python writes in JSON.
fn is_named_float(name: &Value, actual: &Value) -> bool {
    let python = match name.as_str() {
        Some("nan") => "NaN",
        Some("inf") => "Infinity",
        Some("-inf") => "-Infinity",
        _ => return false,
    };
    actual.get("__float__") == Some(name) || actual == python
}

/// Equality of what is neither a list nor an object: 1 equals 1.0, though not true.
fn is_equal_scalar(one: &Value, other: &Value) -> bool {
    match (one, other) {
        // Comparing integers as floats would lose their last digits.
        (Value::Number(one), Value::Number(other)) if one.is_f64() || other.is_f64() => one.as_f64() == other.as_f64(),
        _ => one == other,
    }
}

/// The difference between two multisets of requests, as a line to read. The `actual` ones have their placeholders.
pub(crate) fn request_difference(expected: &[ModelRequest], actual: &[ModelRequest]) -> Option<String> {
    let expected = countable(expected);
    let mut surplus = countable(actual);
    let mut missing = Vec::new();
    for request in expected {
        match surplus.iter().position(|one| is_equal_request(&request, one)) {
            Some(index) => drop(surplus.remove(index)),
            None => missing.push(request),
        }
    }
    match (missing.first(), surplus.first()) {
        (None, None) => None,
        (Some(missing), None) => Some(format!("missing request {}", shown_request(missing))),
        (None, Some(surplus)) => Some(format!("unexpected request {}", shown_request(surplus))),
        (Some(missing), Some(surplus)) if missing.path == surplus.path && missing.query == surplus.query => {
            difference("request", &missing.body, &surplus.body)
                .or_else(|| Some(format!("expected {}, got {}", shown(&missing.body), shown(&surplus.body))))
        }
        (Some(missing), Some(surplus)) => {
            Some(format!("expected request {}, got {}", shown_request(missing), shown_request(surplus)))
        }
    }
}

/// The requests without what does not count: repeats where promptflow retries, what the client library adds, and
/// the `stream` that says what is so anyway.
fn countable(requests: &[ModelRequest]) -> Vec<ModelRequest> {
    let mut counted: Vec<ModelRequest> = Vec::new();
    for request in requests {
        let mut request = request.clone();
        if let Some(body) = request.body.as_object_mut() {
            if body.get("stream") == Some(&Value::Bool(false)) {
                body.shift_remove("stream");
            }
            if request.path.ends_with("/embeddings") {
                body.shift_remove("encoding_format");
            }
        }
        if !(is_retried(&request) && counted.iter().any(|one| is_equal_request(one, &request))) {
            counted.push(request);
        }
    }
    counted
}

fn is_retried(request: &ModelRequest) -> bool {
    let deployment = request.path.split_once("/deployments/").and_then(|(_, rest)| rest.split('/').next());
    let model = request.body["model"].as_str().or(deployment).unwrap_or("");
    model.starts_with("flaky-") || model.starts_with("status-5")
}

fn is_equal_request(one: &ModelRequest, other: &ModelRequest) -> bool {
    one.path == other.path && one.query == other.query && is_equal_body(&one.body, &other.body)
}

/// Equality of bodies, where null is not the same as missing.
fn is_equal_body(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| other.get(key).is_some_and(|other| is_equal_body(value, other)))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_equal_body(one, other))
        }
        _ => is_equal_scalar(one, other),
    }
}

fn shown_request(request: &ModelRequest) -> String {
    let mark = if request.query.is_empty() { "" } else { "?" };
    format!("{}{mark}{} {}", request.path, request.query, shown(&request.body))
}

/// The value's JSON, cut to what a table can hold.
fn shown(value: &Value) -> String {
    const MOST: usize = 240;
    let text = value.to_string();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests;
