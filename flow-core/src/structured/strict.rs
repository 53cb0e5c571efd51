//! Whether a schema keeps to the rules under which OpenAI guarantees that an answer fits
//! (<https://platform.openai.com/docs/guides/structured-outputs>, "Supported schemas").

use serde_json::{Map, Value as Json};

use super::shape::Types;

/// The keywords that are supported; any other makes the provider refuse the request.
const KEYWORDS: &[&str] = &[
    "$defs",
    "$ref",
    "additionalProperties",
    "anyOf",
    "const",
    "definitions",
    "description",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "items",
    "maxItems",
    "maximum",
    "minItems",
    "minimum",
    "multipleOf",
    "pattern",
    "properties",
    "required",
    "title",
    "type",
];
/// The formats of texts that are supported.
const FORMATS: &[&str] = &["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"];
/// Objects inside of objects.
const LEVELS: usize = 10;
/// Properties in all.
const PROPERTIES: usize = 5000;
/// Words of `enum` in all.
const WORDS: usize = 1000;

/// Whether the rules hold for a schema.
pub(super) fn holds(schema: &Json) -> bool {
    let Json::Object(root) = schema else { return false };
    let mut count = Count::default();
    let is_object = root.get("type").and_then(Json::as_str) == Some("object");
    is_object && count.schema(schema, 0) && count.properties <= PROPERTIES && count.words <= WORDS
}

#[derive(Debug, Default)]
struct Count {
    properties: usize,
    words: usize,
}

impl Count {
    fn schema(&mut self, schema: &Json, level: usize) -> bool {
        let Json::Object(schema) = schema else { return false };
        if level > LEVELS || !schema.keys().all(|key| KEYWORDS.contains(&key.as_str()) || key == "$schema") {
            return false;
        }
        if let Some(format) = schema.get("format").and_then(Json::as_str)
            && !FORMATS.contains(&format)
        {
            return false;
        }
        self.words += schema.get("enum").and_then(Json::as_array).map_or(0, Vec::len);
        let is_typed = ["type", "$ref", "anyOf", "enum", "const"].iter().any(|key| schema.contains_key(*key));
        let is_object = schema.contains_key("type") && Types::of(schema).object();
        is_typed
            && (!is_object || self.object(schema, level))
            && schema.get("items").is_none_or(|items| self.schema(items, level + 1))
            && self.all(schema.get("anyOf"), level)
            && ["$defs", "definitions"].iter().all(|key| {
                schema
                    .get(*key)
                    .and_then(Json::as_object)
                    .is_none_or(|parts| parts.values().all(|part| self.schema(part, level)))
            })
    }

    fn all(&mut self, branches: Option<&Json>, level: usize) -> bool {
        branches
            .and_then(Json::as_array)
            .is_none_or(|branches| branches.iter().all(|branch| self.schema(branch, level)))
    }

    /// No other properties, and all of them required.
    fn object(&mut self, schema: &Map<String, Json>, level: usize) -> bool {
        let Some(Json::Object(properties)) = schema.get("properties") else { return false };
        let required = schema.get("required").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let is_required = |name: &String| required.iter().any(|known| known.as_str() == Some(name));
        self.properties += properties.len();
        schema.get("additionalProperties") == Some(&Json::Bool(false))
            && properties.keys().all(is_required)
            && properties.values().all(|property| self.schema(property, level + 1))
    }
}
