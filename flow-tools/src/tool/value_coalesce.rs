use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::{Map, Value};
use schemars::JsonSchema;
use serde::Deserialize;

/// `value.coalesce`: the first value that is there.
#[derive(Debug)]
pub struct ValueCoalesce;

#[derive(Debug, Deserialize, JsonSchema)]
#[doc(hidden)]
pub struct Inputs {
    /// The values, in order.
    #[serde(default)]
    #[schemars(with = "Vec<serde_json::Value>")]
    values: Vec<Value>,
    /// Whether texts without letters, empty lists and empty objects are passed over too.
    #[serde(default)]
    skip_empty: bool,
    /// Further values, as inputs of any name: `first: ${a.output}`, `then: ${b.output}`. They come after `values`, in the
    /// order in which they stand.
    #[serde(flatten)]
    #[schemars(with = "std::collections::BTreeMap<String, serde_json::Value>")]
    others: Map,
}

impl TypedTool for ValueCoalesce {
    const NAME: &'static str = "value.coalesce";
    const SUMMARY: &'static str = "Gives the first value that is not null; null if none is.";
    const OUTPUT: Ty = Ty::Any;
    const EXAMPLE: Option<Example> = Some(Example {
        inputs: "first: null\nthen: ''\nlast: from the fallback\nskip_empty: true",
        gives: r#""from the fallback""#,
    });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let is_there = |value: &Value| match value {
            Value::Null => false,
            Value::Text(text) => !inputs.skip_empty || !text.trim().is_empty(),
            Value::List(items) => !inputs.skip_empty || !items.is_empty(),
            Value::Map(entries) => !inputs.skip_empty || !entries.is_empty(),
            _ => true,
        };
        Ok(inputs.values.into_iter().chain(inputs.others.into_values()).find(is_there).unwrap_or_default())
    }
}
