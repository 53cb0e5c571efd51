//! Answers that a JSON Schema describes, before there is one.

use serde_json::{Map, Value as Json, json};

use super::Quantity;
use super::unknown::Unknowns;
use crate::value::Value;

/// Which of the values that fit is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    /// The shortest.
    Least,
    /// One of the usual length, as far as anybody can guess.
    Usual,
    /// The longest.
    Most,
}

/// A text of usual length where a schema says nothing of it.
const USUAL_TEXT: &str = "a sentence of about a dozen words, as answers to such a question are";
/// Items of a list where a schema says nothing of their number.
const USUAL_ITEMS: usize = 3;
/// Beyond this depth schemas are taken for ones that contain themselves.
const DEEP: usize = 5;
/// So many parts of a value are made at the most.
const PARTS: usize = 5000;
/// The most answers for which conditions are tried.
const CANDIDATES: usize = 64;

/// The values that a schema describes.
pub(super) struct Shape<'s> {
    root: &'s Json,
    /// Whether the longest value is really one.
    is_bounded: bool,
    parts: usize,
}

impl<'s> Shape<'s> {
    pub(super) fn new(schema: &'s Json) -> Self {
        Self { root: schema, is_bounded: true, parts: 0 }
    }

    /// A value of this size, and whether it really has it: where a schema leaves the longest open, nobody knows.
    pub(super) fn value(mut self, size: Size) -> (Json, bool) {
        let value = self.make(self.root, size, 0);
        (value, self.is_bounded)
    }

    fn make(&mut self, schema: &'s Json, size: Size, depth: usize) -> Json {
        let Some(object) = self.resolved(schema).as_object() else {
            self.is_bounded = false;
            return json!(USUAL_TEXT);
        };
        self.parts += 1;
        if depth > DEEP || self.parts > PARTS {
            self.is_bounded = false;
            return Json::Null;
        }
        if let Some(constant) = object.get("const") {
            return constant.clone();
        }
        if let Some(choices) = object.get("enum").and_then(Json::as_array) {
            let mut choices: Vec<&Json> = choices.iter().collect();
            choices.sort_by_key(|choice| choice.to_string().len());
            let position = match size {
                Size::Least => 0,
                Size::Usual => choices.len() / 2,
                Size::Most => choices.len().saturating_sub(1),
            };
            return choices.get(position).map_or(Json::Null, |choice| (*choice).clone());
        }
        for key in ["anyOf", "oneOf", "allOf"] {
            if let Some(parts) = object.get(key).and_then(Json::as_array) {
                let mut made: Vec<Json> = parts.iter().map(|part| self.make(part, size, depth + 1)).collect();
                made.sort_by_key(|value| value.to_string().len());
                let first = if size == Size::Least { made.into_iter().next() } else { made.into_iter().next_back() };
                return first.unwrap_or_default();
            }
        }
        match kind(object) {
            "object" => self.object(object, size, depth),
            "array" => self.array(object, size, depth),
            "boolean" => json!(size == Size::Least),
            "integer" => json!(if size == Size::Most { 1_000_000 } else { 1 }),
            "number" => json!(if size == Size::Most { 1_234.567 } else { 0.5 }),
            "null" => Json::Null,
            _ => json!(self.text(object, size)),
        }
    }

    fn object(&mut self, object: &'s Map<String, Json>, size: Size, depth: usize) -> Json {
        let required: Vec<&str> =
            object.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect();
        let properties = object.get("properties").and_then(Json::as_object);
        if properties.is_none() || object.get("additionalProperties") != Some(&Json::Bool(false)) {
            // Others may come beside.
            self.is_bounded &= properties.is_some();
        }
        let wanted = properties
            .into_iter()
            .flatten()
            .filter(|(name, _)| size != Size::Least || required.contains(&name.as_str()));
        Json::Object(wanted.map(|(name, schema)| (name.clone(), self.make(schema, size, depth + 1))).collect())
    }

    fn array(&mut self, object: &'s Map<String, Json>, size: Size, depth: usize) -> Json {
        let (least, most) = items(object);
        let count = match (size, most) {
            (Size::Least, _) => least,
            (Size::Usual, most) => USUAL_ITEMS.clamp(least, most.unwrap_or(USUAL_ITEMS).max(least)),
            (Size::Most, Some(most)) => most.min(1000),
            (Size::Most, None) => {
                self.is_bounded = false;
                USUAL_ITEMS.max(least)
            }
        };
        let Some(item) = object.get("items") else { return json!([]) };
        Json::Array((0..count).map(|_| self.make(item, size, depth + 1)).collect())
    }

    fn text(&mut self, object: &Map<String, Json>, size: Size) -> String {
        let length = |key: &str| object.get(key).and_then(Json::as_u64).and_then(|length| usize::try_from(length).ok());
        match (size, length("maxLength")) {
            (Size::Least, _) => "a".repeat(length("minLength").unwrap_or(0).min(1000)),
            (Size::Usual, most) => USUAL_TEXT.chars().take(most.unwrap_or(usize::MAX)).collect(),
            // Letters that make a token each, or nearly so.
            (Size::Most, Some(most)) => "z9".chars().cycle().take(most.min(10_000)).collect(),
            (Size::Most, None) => {
                self.is_bounded = false;
                USUAL_TEXT.to_owned()
            }
        }
    }

    fn resolved(&self, schema: &'s Json) -> &'s Json {
        let mut here = schema;
        for _ in 0..DEEP {
            let target = here.get("$ref").and_then(Json::as_str).and_then(|target| target.strip_prefix('#'));
            match target.and_then(|pointer| self.root.pointer(pointer)) {
                Some(target) => here = target,
                None => break,
            }
        }
        here
    }
}

/// The least and the most items of a list.
fn items(object: &Map<String, Json>) -> (usize, Option<usize>) {
    let number = |key: &str| object.get(key).and_then(Json::as_u64).and_then(|number| usize::try_from(number).ok());
    (number("minItems").unwrap_or(0).min(1000), number("maxItems"))
}

fn kind(object: &Map<String, Json>) -> &str {
    let named = match object.get("type") {
        Some(Json::Array(kinds)) => kinds.iter().filter_map(Json::as_str).find(|kind| *kind != "null"),
        Some(kind) => kind.as_str(),
        None => None,
    };
    let by_keys = || if object.contains_key("properties") { "object" } else { "string" };
    named.unwrap_or_else(by_keys)
}

/// The value in a row's place of an answer, in which each text is a mark; so many times as long as the usual one.
pub(super) fn placeholder(usual: &Json, per_text: Quantity, unknowns: &mut Unknowns) -> Value {
    match usual {
        Json::String(_) => unknowns.mark(per_text),
        Json::Array(items) => Value::list(items.iter().map(|item| placeholder(item, per_text, unknowns))),
        Json::Object(entries) => {
            Value::map(entries.iter().map(|(key, value)| (key.as_str(), placeholder(value, per_text, unknowns))))
        }
        other => Value::from(other.clone()),
    }
}

/// How many texts a value holds.
pub(super) fn texts(json: &Json) -> usize {
    match json {
        Json::String(_) => 1,
        Json::Array(items) => items.iter().map(texts).sum(),
        Json::Object(entries) => entries.values().map(texts).sum(),
        _ => 0,
    }
}

/// Answers between which conditions may have to decide: the placeholder with each combination of the choices that the schema's
/// properties name. Empty where there are none, or too many.
pub(super) fn candidates(schema: &Json, placeholder: &Value) -> Vec<Value> {
    let shape = Shape::new(schema);
    let Some(Json::Object(properties)) = shape.resolved(schema).get("properties") else { return Vec::new() };
    let mut all = vec![placeholder.clone()];
    let mut has_choices = false;
    for (name, property) in properties {
        let property = shape.resolved(property);
        let choices: Vec<Value> = match (property.get("enum"), property.get("type").and_then(Json::as_str)) {
            (Some(Json::Array(choices)), _) => choices.iter().cloned().map(Value::from).collect(),
            (None, Some("boolean")) => vec![Value::Bool(false), Value::Bool(true)],
            _ => continue,
        };
        if all.len() * choices.len() > CANDIDATES {
            return Vec::new();
        }
        has_choices = true;
        let with = |value: &Value, choice: &Value| {
            let mut entries = value.as_map().cloned().unwrap_or_default();
            entries.insert(name.as_str().into(), choice.clone());
            Value::map(entries)
        };
        all =
            all.iter().flat_map(|value| choices.iter().map(|choice| with(value, choice)).collect::<Vec<_>>()).collect();
    }
    if has_choices { all } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_of_choices_bound_their_answers() {
        let schema = json!({
            "type": "object", "required": ["label"], "additionalProperties": false,
            "properties": { "label": { "enum": ["billing", "bug", "other"] }, "sure": { "type": "boolean" } },
        });
        assert_eq!(Shape::new(&schema).value(Size::Least), (json!({ "label": "bug" }), true));
        assert_eq!(Shape::new(&schema).value(Size::Most), (json!({ "label": "billing", "sure": false }), true));
        let value = Value::map([("label", Value::from("?"))]);
        let labels: Vec<String> = candidates(&schema, &value).iter().map(Value::to_json).collect();
        assert_eq!(labels.len(), 6);
        assert_eq!(labels[3], r#"{"label":"bug","sure":true}"#);
    }

    #[test]
    fn texts_and_lists_without_an_end_bound_nothing() {
        let schema = json!({ "properties": { "why": { "type": "string" }, "parts": { "type": "array", "items": { "$ref": "#" } } } });
        let (usual, _) = Shape::new(&schema).value(Size::Usual);
        assert_eq!(usual["parts"].as_array().map(Vec::len), Some(3));
        assert!(!Shape::new(&schema).value(Size::Most).1);
        assert!(candidates(&schema, &Value::Null).is_empty());
        let mut unknowns = Unknowns::default();
        let value = placeholder(&json!({ "why": "x", "n": 1 }), Quantity::exactly(9.0), &mut unknowns);
        let mut text = value.to_json();
        assert_eq!(unknowns.take(&mut text), Quantity::exactly(9.0));
        assert_eq!(text, r#"{"why":"","n":1}"#);
    }
}
