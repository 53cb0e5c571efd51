use std::sync::Arc;

use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
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
    /// Whether later mappings are patches (JSON Merge Patch, RFC 7386): merged deep, and null takes an entry away.
    #[serde(default)]
    patch: bool,
}

impl TypedTool for JsonMerge {
    const NAME: &'static str = "json.merge";
    const SUMMARY: &'static str = "Merges mappings; later ones win.";
    const OUTPUT: Ty = Ty::Object;
    const EXAMPLE: Option<Example> = Some(Example {
        inputs: "values:\n  - {model: small, limits: {tokens: 100}}\n  - {limits: {seconds: 5}}\ndeep: true",
        gives: r#"{"model":"small","limits":{"tokens":100,"seconds":5}}"#,
    });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let mut merged = Value::map::<Arc<str>>([]);
        for (position, value) in inputs.values.into_iter().enumerate() {
            if value.as_map().is_none() {
                let message = format!("expected a mapping, found {}", value.kind());
                return Err(ToolError::Input { input: format!("values[{position}]"), message });
            }
            merged = match position {
                0 => value,
                _ if inputs.patch => patch(merged, value),
                _ => merge(merged, value, inputs.deep),
            };
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

fn patch(base: Value, over: Value) -> Value {
    let Value::Map(entries) = over else { return over };
    let mut patched = match base {
        Value::Map(entries) => entries,
        _ => Arc::default(),
    };
    let map = Arc::make_mut(&mut patched);
    for (key, value) in entries.iter() {
        if value.is_null() {
            map.shift_remove(key);
        } else {
            let known = map.get(key).cloned().unwrap_or_default();
            map.insert(Arc::clone(key), patch(known, value.clone()));
        }
    }
    Value::Map(patched)
}
