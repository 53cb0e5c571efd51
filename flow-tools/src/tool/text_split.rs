use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

/// `text.split`: a text to a list.
#[derive(Debug)]
pub struct TextSplit;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The text.
    text: String,
    /// What stands between the parts; a line end unless given.
    #[serde(default)]
    separator: Option<String>,
    /// Whether white space around the parts and empty parts are kept.
    #[serde(default)]
    keep_blank: bool,
}

impl TypedTool for TextSplit {
    const NAME: &'static str = "text.split";
    const SUMMARY: &'static str = "Splits a text into parts.";
    const OUTPUT: Ty = Ty::List;
    const EXAMPLE: Option<Example> =
        Some(Example { inputs: "text: 'red, green, blue'\nseparator: ','", gives: r#"["red","green","blue"]"# });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let parts: Vec<&str> = match inputs.separator.as_deref() {
            None => inputs.text.lines().collect(),
            Some("") => {
                let message = "must not be empty; leave it out to split by lines".into();
                return Err(ToolError::Input { input: "separator".into(), message });
            }
            Some(separator) => inputs.text.split(separator).collect(),
        };
        let parts = parts.into_iter().map(|part| if inputs.keep_blank { part } else { part.trim() });
        Ok(Value::list(parts.filter(|part| inputs.keep_blank || !part.is_empty()).map(Value::from)))
    }
}
