use flow_core::value::{Map, Value};
use serde::{Serialize, Serializer};

/// The outputs of a flow for people: the bare text where there is one output and it is text, else indented JSON.
pub(crate) fn outputs_text(outputs: &Map) -> String {
    let mut values = outputs.values();
    match (values.next(), values.next()) {
        (Some(only), None) => value_text(only),
        _ => indented(&Value::Map(std::sync::Arc::new(outputs.clone()))),
    }
}

/// A value for people: text as it is, all else as indented JSON.
pub(crate) fn value_text(value: &Value) -> String {
    match value {
        Value::Text(text) => text.trim_end_matches('\n').to_owned(),
        other => indented(other),
    }
}

/// A value as a cell of a table: text as it is, all else as JSON on one line.
pub(crate) fn cell_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Text(text) => text.to_string(),
        other => serde_json::to_string(&Shown(other)).unwrap_or_default(),
    }
}

fn indented(value: &Value) -> String {
    serde_json::to_string_pretty(&Shown(value)).unwrap_or_default()
}

/// A value with its pictures shortened.
struct Shown<'a>(&'a Value);

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Image(image) => serializer.collect_map([image.short_entry()]),
            Value::List(items) => serializer.collect_seq(items.iter().map(Shown)),
            Value::Map(entries) => serializer.collect_map(entries.iter().map(|(key, value)| (&**key, Shown(value)))),
            other => other.serialize(serializer),
        }
    }
}
