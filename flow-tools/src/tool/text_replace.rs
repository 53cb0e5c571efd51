use flow_core::tool::{Example, ToolContext, ToolError, TypedTool};
use flow_core::ty::Ty;
use flow_core::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

/// `text.replace`: a text with every occurrence of a part replaced.
#[derive(Debug)]
pub struct TextReplace;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[doc(hidden)]
pub struct Inputs {
    /// The text.
    text: String,
    /// The part to replace, letter by letter.
    find: String,
    /// What stands there instead; nothing unless given.
    #[serde(default)]
    with: String,
}

impl TypedTool for TextReplace {
    const NAME: &'static str = "text.replace";
    const SUMMARY: &'static str = "Replaces a part of a text wherever it occurs.";
    const OUTPUT: Ty = Ty::String;
    const EXAMPLE: Option<Example> =
        Some(Example { inputs: "text: Hello Ann\nfind: Ann\nwith: Ben", gives: r#""Hello Ben""# });
    type Inputs = Inputs;

    fn call(inputs: Inputs, _: &ToolContext) -> Result<Value, ToolError> {
        if inputs.find.is_empty() {
            return Err(ToolError::Input { input: "find".into(), message: "must not be empty".into() });
        }
        Ok(inputs.text.replace(&inputs.find, &inputs.with).into())
    }
}
