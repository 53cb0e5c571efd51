use std::sync::Arc;

use flow_core::tool::{ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

/// `json.merge`: several mappings to one.
#[derive(Debug)]
pub struct JsonMerge;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The mappings, in order: later ones win.
    #[schemars(with = "Vec<serde_json::Map<String, serde_json::Value>>")]
    values: Vec<Value>,
    /// Whether mappings inside of mappings are merged too, rather than replaced.
    #[serde(default)]
    deep: bool,
}

impl TypedTool for JsonMerge {
    const NAME: &'static str = "json.merge";
    const SUMMARY: &'static str = "Merges mappings; later ones win.";
    const OUTPUT: Ty = Ty::Object;
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let mut merged = Value::map::<Arc<str>>([]);
        for (position, value) in inputs.values.into_iter().enumerate() {
            if value.as_map().is_none() {
                let message = format!("expected a mapping, found {}", value.kind());
                return Err(ToolError::Input { input: format!("values[{position}]"), message });
            }
            merged = merge(merged, value, inputs.deep);
        }
        Ok(merged)
    }
}

fn merge(base: Value, over: Value, deep: bool) -> Value {
    let (Value::Map(mut merged), Value::Map(entries)) = (base, over.clone()) else { return over };
    let map = Arc::make_mut(&mut merged);
    for (key, value) in entries.iter() {
        let value = match map.get(key) {
            Some(known) if deep => merge(known.clone(), value.clone(), true),
            _ => value.clone(),
        };
        map.insert(Arc::clone(key), value);
    }
    Value::Map(merged)
}
