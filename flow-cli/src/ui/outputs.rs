use flow_core::value::{Map, Value};

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

fn indented(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
