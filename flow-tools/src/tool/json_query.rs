use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

use super::json_path;
use super::json_pick::looked_into;

/// `json.query`: all that a JSONPath matches.
#[derive(Debug)]
pub struct JsonQuery;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The value to look into; a text is read as JSON.
    #[schemars(with = "serde_json::Value")]
    from: Value,
    /// A JSONPath (RFC 9535): `$.items[?@.price > 10].name`, `$..id`.
    path: String,
}

impl TypedTool for JsonQuery {
    const NAME: &'static str = "json.query";
    const SUMMARY: &'static str = "Takes all parts of a value that a JSONPath matches.";
    const OUTPUT: Ty = Ty::List;
    const EXAMPLE: Option<Example> = Some(Example {
        inputs: "from: {items: [{name: lamp, price: 40}, {name: cup, price: 6}, {name: desk, price: 210}]}\npath: $.items[?@.price > 10].name",
        gives: r#"["lamp","desk"]"#,
    });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let path = json_path::parse(&inputs.path)?;
        let from = looked_into(inputs.from)?.to_serde();
        Ok(Value::list(path.query(&from).all().into_iter().cloned().map(Value::from)))
    }
}
