//! JSON as Python writes it: with `NaN` and infinities, which JSON lacks.

use flow_core::value::Value;

/// Stands before the names of such numbers while they are texts.
const MARK: char = '\0';
const NAMES: [(&str, f64); 3] = [("-Infinity", f64::NEG_INFINITY), ("Infinity", f64::INFINITY), ("NaN", f64::NAN)];

/// Reads a JSON text of Python's.
///
/// # Errors
/// What is wrong with it beyond these numbers.
pub(super) fn read(text: &str) -> Result<Value, serde_json::Error> {
    let strict = Value::from_json(text);
    match strict {
        Err(_) if NAMES.iter().any(|(name, _)| text.contains(name)) => Value::from_json(&marked(text)).map(unmarked),
        strict => strict,
    }
}

/// The text with a marked text in the place of each such number.
fn marked(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let (mut rest, mut is_inside) = (text, false);
    while let Some(sign) = rest.chars().next() {
        let mut taken = sign.len_utf8();
        match sign {
            '"' => is_inside = !is_inside,
            // What is escaped, and is taken along, ends no text.
            '\\' if is_inside => taken += rest[taken..].chars().next().map_or(0, char::len_utf8),
            _ => {}
        }
        let name = NAMES.iter().find(|(name, _)| !is_inside && rest.starts_with(name));
        if let Some((name, _)) = name {
            out.push_str(&format!("\"\\u0000{name}\""));
            rest = &rest[name.len()..];
        } else {
            out.push_str(&rest[..taken]);
            rest = &rest[taken..];
        }
    }
    out
}

fn unmarked(value: Value) -> Value {
    match value {
        Value::List(items) => Value::list(items.iter().cloned().map(unmarked)),
        Value::Map(entries) => Value::map(entries.iter().map(|(key, value)| (key.clone(), unmarked(value.clone())))),
        Value::Text(text) => {
            let name = text.as_str().strip_prefix(MARK);
            let number = name.and_then(|name| NAMES.iter().find(|(known, _)| *known == name));
            number.map_or(Value::Text(text), |(_, number)| Value::Float(*number))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_json_lacks_are_read_outside_of_texts_only() {
        let value = read(r#"{"a": NaN, "b": [-Infinity, Infinity, 1.0], "c": "NaN and \"NaN\"", "NaN": 1}"#).unwrap();
        assert!(value.get("a").and_then(Value::as_float).is_some_and(f64::is_nan));
        let list = value.get("b").and_then(Value::as_list).unwrap();
        assert_eq!(list[0].as_float(), Some(f64::NEG_INFINITY));
        assert_eq!(list[1].as_float(), Some(f64::INFINITY));
        assert!(matches!(list[2], Value::Float(_)));
        assert_eq!(value.get("c").and_then(Value::as_str), Some("NaN and \"NaN\""));
        assert_eq!(value.get("NaN").and_then(Value::as_int), Some(1));
        assert!(read("{\"a\": NaN").is_err() && read("nothing").is_err());
    }
}
