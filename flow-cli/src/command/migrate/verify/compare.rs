//! Whether two values are equal, and where they are not.

use flow_core::exec::is_address;
use flow_core::value::{Map, Value};

/// What counts as equal. The order of keys never matters.
#[derive(Debug, Clone, Copy)]
pub(super) enum Strictness {
    /// As Python and templates see values: 1 and 1.0 print differently, so they differ.
    Printed,
    /// As JSON has values: 1 and 1.0 are one number.
    Json,
    /// As providers read requests: as JSON, and a key that is null is one that is missing.
    Request,
}

/// A place at which two values differ.
#[derive(Debug, Clone)]
pub(super) struct Difference {
    /// Where: `output.score`, `request.messages[1].content`.
    pub(super) path: String,
    /// What promptflow has there, if anything.
    pub(super) recorded: Option<Value>,
    /// What is there here, if anything.
    pub(super) here: Option<Value>,
}

impl Difference {
    pub(super) fn new(path: &str, recorded: impl Into<Value>, here: impl Into<Value>) -> Self {
        Self { path: path.to_owned(), recorded: Some(recorded.into()), here: Some(here.into()) }
    }
}

impl Strictness {
    /// Where two values differ; empty where they are equal.
    pub(super) fn differences(self, path: &str, recorded: &Value, here: &Value) -> Vec<Difference> {
        let mut found = Vec::new();
        self.add(path, Some(recorded), Some(here), &mut found);
        found
    }

    fn add(self, path: &str, recorded: Option<&Value>, here: Option<&Value>, found: &mut Vec<Difference>) {
        match (recorded, here) {
            (Some(Value::List(recorded)), Some(Value::List(here))) => {
                for position in 0..recorded.len().max(here.len()) {
                    self.add(&format!("{path}[{position}]"), recorded.get(position), here.get(position), found);
                }
            }
            (Some(Value::Map(recorded)), Some(Value::Map(here))) => self.entries(path, recorded, here, found),
            // promptflow records what code makes of a class by its fields, where it can.
            (Some(Value::Map(recorded)), Some(Value::Object(here))) if !here.attributes.is_empty() => {
                self.entries(path, recorded, &here.attributes, found);
            }
            (recorded, here) if self.is_equal(recorded, here) => {}
            (recorded, here) => {
                found.push(Difference { path: path.to_owned(), recorded: recorded.cloned(), here: here.cloned() });
            }
        }
    }

    fn entries(self, path: &str, recorded: &Map, here: &Map, found: &mut Vec<Difference>) {
        let only_here = here.keys().filter(|key| !recorded.contains_key(*key));
        for key in recorded.keys().chain(only_here) {
            self.add(&format!("{path}.{key}"), recorded.get(key), here.get(key), found);
        }
    }

    fn is_equal(self, recorded: Option<&Value>, here: Option<&Value>) -> bool {
        match (recorded, here) {
            (Some(Value::Null), None) | (None, Some(Value::Null)) => matches!(self, Strictness::Request),
            (Some(Value::Float(one)), Some(Value::Float(two))) => one == two || (one.is_nan() && two.is_nan()),
            (Some(Value::Int(one)), Some(Value::Int(two))) => one == two,
            (Some(one @ (Value::Int(_) | Value::Float(_))), Some(two @ (Value::Int(_) | Value::Float(_)))) => {
                !matches!(self, Strictness::Printed) && one.as_float() == two.as_float()
            }
            (Some(Value::Bool(one)), Some(Value::Bool(two))) => one == two,
            (Some(Value::Text(one)), Some(Value::Text(two))) => one.as_str() == two.as_str(),
            (Some(Value::Text(one)), Some(Value::Object(two))) => one.as_str() == &*two.text,
            (Some(Value::Null), Some(Value::Null)) | (None, None) => true,
            _ => false,
        }
    }
}

/// Why a recorded value cannot be compared or handed on: it is not all there.
pub(super) fn lost(value: &Value) -> Option<&'static str> {
    match value {
        Value::Text(text) if is_address(text) => {
            Some("a Python object, of which promptflow records no more than where it was in memory")
        }
        Value::Map(entries) if entries.len() == 1 && entries.keys().all(|key| key.starts_with("data:image/")) => {
            Some("a picture, which promptflow records as a file")
        }
        Value::List(items) => items.iter().find_map(lost),
        Value::Map(entries) => entries.values().find_map(lost),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(strictness: Strictness, recorded: &str, here: &str) -> Vec<String> {
        let [recorded, here] = [recorded, here].map(|text| Value::from_json(text).unwrap());
        strictness.differences("output", &recorded, &here).into_iter().map(|found| found.path).collect()
    }

    #[test]
    fn numbers_keys_and_nulls() {
        use Strictness::{Json, Printed, Request};
        for (strictness, recorded, here, expected) in [
            (Printed, r#"{"a": 1, "b": 2}"#, r#"{"b": 2, "a": 1}"#, &[][..]),
            (Printed, "1.0", "1", &["output"]),
            (Json, "[1.0]", "[1]", &[]),
            (Json, "1", "true", &["output"]),
            (Json, r#"{"a": null}"#, "{}", &["output.a"]),
            (Request, r#"{"a": null, "b": {"c": "x"}}"#, r#"{"b": {"c": "y"}}"#, &["output.b.c"]),
            (Printed, r#"{"a": [1, {"b": 2}]}"#, r#"{"a": [1, {"b": 3}, 4]}"#, &["output.a[1].b", "output.a[2]"]),
            (Printed, "\"1\"", "1", &["output"]),
        ] {
            assert_eq!(paths(strictness, recorded, here), expected, "{strictness:?} {recorded} {here}");
        }
    }
}
