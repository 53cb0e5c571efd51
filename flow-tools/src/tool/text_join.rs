use flow_core::template::python_str;
use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

/// `text.join`: a list to one text.
#[derive(Debug)]
pub struct TextJoin;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The texts; other values are put in as a template would print them.
    #[schemars(with = "Vec<serde_json::Value>")]
    items: Vec<Value>,
    /// What stands between them; a line end unless given.
    #[serde(default = "line_end")]
    separator: String,
}

fn line_end() -> String {
    "\n".into()
}

impl TypedTool for TextJoin {
    const NAME: &'static str = "text.join";
    const SUMMARY: &'static str = "Joins texts to one.";
    const OUTPUT: Ty = Ty::String;
    const EXAMPLE: Option<Example> =
        Some(Example { inputs: "items: [red, green, blue]\nseparator: ', '", gives: r#""red, green, blue""# });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        let texts: Vec<String> = inputs.items.iter().map(python_str).collect();
        Ok(texts.join(&inputs.separator).into())
    }
}
