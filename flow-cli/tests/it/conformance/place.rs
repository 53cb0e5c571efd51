//! Where a case runs: the URLs and folders of this run, and the placeholders that stand for them in `case.json`.

use serde_json::{Map, Value};

/// What stands for what, in both directions.
#[derive(Debug)]
pub(crate) struct Place {
    /// Placeholder and its value. A value that contains another one comes before it.
    names: [(&'static str, String); 3],
}

impl Place {
    /// `mock` is the model's URL, `root` the folder of the case, `temporary` a folder to write to, which may hold `root`.
    pub(crate) fn new(mock: &str, root: &str, temporary: &str) -> Self {
        Self { names: [("{MOCK}", mock.to_owned()), ("{ROOT}", root.to_owned()), ("{TMP}", temporary.to_owned())] }
    }

    /// The text with the values in place of the placeholders.
    pub(crate) fn filled(&self, text: &str) -> String {
        self.names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    }

    /// The text with the placeholders put back.
    pub(crate) fn neutral(&self, text: &str) -> String {
        self.names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(value.as_str(), name))
    }

    /// [`filled`](Self::filled) for all texts and keys of a value.
    pub(crate) fn fill(&self, value: &Value) -> Value {
        with_texts(value, &|text| self.filled(text))
    }

    /// [`neutral`](Self::neutral) for all texts and keys of a value.
    pub(crate) fn neutralize(&self, value: &Value) -> Value {
        with_texts(value, &|text| self.neutral(text))
    }
}

fn with_texts(value: &Value, change: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::from(change(text)),
        Value::Array(items) => items.iter().map(|item| with_texts(item, change)).collect(),
        Value::Object(fields) => {
            let changed: Map<_, _> =
                fields.iter().map(|(key, value)| (change(key), with_texts(value, change))).collect();
            Value::Object(changed)
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn placeholders_are_filled_and_put_back() {
        let place = Place::new("http://127.0.0.1:80", "/tmp/x/case", "/tmp/x");
        let value = json!({"{ROOT}/a": ["{MOCK}/v1", {"b": "{TMP}/c"}, 1, null]});
        let filled = json!({"/tmp/x/case/a": ["http://127.0.0.1:80/v1", {"b": "/tmp/x/c"}, 1, null]});
        assert_eq!(place.fill(&value), filled);
        assert_eq!(place.neutralize(&filled), value);
    }
}
