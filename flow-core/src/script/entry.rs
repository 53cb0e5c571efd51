use std::sync::Arc;

use crate::value::Value;

/// What a flex flow gives back as data: objects with attributes are mappings of these, as promptflow gives dataclasses out.
pub(crate) fn data(value: Value) -> Value {
    match value {
        Value::Object(object) if !object.attributes.is_empty() => {
            Value::map(object.attributes.iter().map(|(name, value)| (Arc::clone(name), data(value.clone()))))
        }
        Value::List(items) => Value::List(Arc::new(Arc::unwrap_or_clone(items).into_iter().map(data).collect())),
        Value::Map(entries) => {
            let entries = Arc::unwrap_or_clone(entries).into_iter();
            Value::Map(Arc::new(entries.map(|(name, value)| (name, data(value))).collect()))
        }
        plain => plain,
    }
}
