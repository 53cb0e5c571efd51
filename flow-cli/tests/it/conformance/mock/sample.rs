//! A value that satisfies (most of) a JSON schema, always the same for the same seed.

use serde_json::{Map, Value, json};

use super::python_json::digest;

/// Schemas deeper than this are answered with a text, so that one that contains itself comes to an end.
const DEEPEST: u32 = 6;

/// A value for `schema`. `seed` is a digest: hexadecimal digits, at least six.
pub(crate) fn sample(schema: &Value, seed: &str) -> Value {
    sample_at(schema, seed, 0)
}

fn sample_at(schema: &Value, seed: &str, depth: u32) -> Value {
    let text = || Value::from(&seed[..6]);
    let Some(schema) = schema.as_object().filter(|_| depth <= DEEPEST) else { return text() };
    if let Some(value) = schema.get("const") {
        return value.clone();
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array).filter(|values| !values.is_empty()) {
        return values[first_byte(seed) as usize % values.len()].clone();
    }
    match kind_of(schema) {
        Some("object") => object_sample(schema, seed, depth),
        Some("array") => {
            let items = schema.get("items").cloned().unwrap_or_else(|| json!({}));
            Value::Array(vec![sample_at(&items, &digest(&json!([seed, 0])), depth + 1)])
        }
        Some("integer") => Value::from(first_byte(seed) % 9 + 1),
        Some("number") => Value::from(f64::from(first_byte(seed)) / 4.0),
        Some("boolean") => Value::from((first_byte(seed) / 16).is_multiple_of(2)),
        Some("null") => Value::Null,
        _ => text(),
    }
}

/// The schema's type; of several the first that is not null; an object if there is none but there are properties.
fn kind_of(schema: &Map<String, Value>) -> Option<&str> {
    match schema.get("type") {
        Some(Value::Array(kinds)) => Some(
            kinds.iter().find(|kind| kind.as_str() != Some("null")).map_or("null", |kind| kind.as_str().unwrap_or("")),
        ),
        None | Some(Value::Null) => schema.contains_key("properties").then_some("object"),
        Some(kind) => kind.as_str(),
    }
}

fn object_sample(schema: &Map<String, Value>, seed: &str, depth: u32) -> Value {
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_none_or(|names| names.iter().any(|one| one.as_str() == Some(name)));
    let properties = schema.get("properties").and_then(Value::as_object);
    properties
        .into_iter()
        .flatten()
        .filter(|(name, _)| is_required(name))
        .map(|(name, property)| (name.clone(), sample_at(property, &digest(&json!([seed, name])), depth + 1)))
        .collect::<Map<_, _>>()
        .into()
}

/// The seed's first two hexadecimal digits as a number.
pub(crate) fn first_byte(seed: &str) -> u8 {
    u8::from_str_radix(&seed[..2], 16).unwrap_or(0)
}
