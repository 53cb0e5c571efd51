use std::sync::Arc;

use super::Secrets;
use crate::value::{Map, Object, Value};

impl Secrets {
    /// The value with all secrets blotted out, as it may leave the engine. Nothing is copied where none is known.
    #[must_use]
    pub fn blot_value(&self, value: &Value) -> Value {
        if self.is_empty() {
            return value.clone();
        }
        match value {
            Value::Text(text) => {
                let blotted = self.blot(text);
                if blotted == text.as_str() { value.clone() } else { Value::from(blotted) }
            }
            Value::List(items) => Value::list(items.iter().map(|item| self.blot_value(item))),
            Value::Map(entries) => Value::Map(Arc::new(self.blot_map(entries))),
            Value::Object(object) => Value::Object(Arc::new(Object {
                class: Arc::clone(&object.class),
                text: Arc::from(self.blot(&object.text)),
                attributes: self.blot_map(&object.attributes),
                inner: None,
            })),
            other => other.clone(),
        }
    }

    /// The entries with all secrets blotted out.
    #[must_use]
    pub fn blot_map(&self, entries: &Map) -> Map {
        entries.iter().map(|(key, value)| (Arc::from(self.blot(key)), self.blot_value(value))).collect()
    }
}
