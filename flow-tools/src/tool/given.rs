use flow_core::value::Value;
use serde::{Deserialize, Deserializer};

/// Reads an input that may be missing, so that a `null` that is given stays apart from nothing.
pub(super) fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
