use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

/// `json.dump`: a value to JSON text.
#[derive(Debug)]
pub struct JsonDump;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The value.
    #[schemars(with = "serde_json::Value")]
    value: Value,
    /// Whether to write it over several lines, indented by two spaces.
    #[serde(default)]
    pretty: bool,
}

impl TypedTool for JsonDump {
    const NAME: &'static str = "json.dump";
    const SUMMARY: &'static str = "Writes a value as JSON text.";
    const OUTPUT: Ty = Ty::String;
    const EXAMPLE: Option<Example> =
        Some(Example { inputs: "value: {name: Ann, age: 31}", gives: r#""{\"name\":\"Ann\",\"age\":31}""# });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        if !inputs.pretty {
            return Ok(inputs.value.to_json().into());
        }
        let text = serde_json::to_string_pretty(&inputs.value);
        text.map(Value::from)
            .map_err(|error| ToolError::failed(format!("the value cannot be written as JSON: {error}")))
    }
}
